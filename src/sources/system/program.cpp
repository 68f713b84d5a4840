// SPDX-License-Identifier: Apache-2.0
#include "sources/system/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "base/text.h"

namespace whytls::system {

using base::fail, base::Fault;

Program::Program(const std::string& path, const std::vector<std::string>& arguments) : path_(path) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    error_ = errno;
    return;
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> texts{path};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> words;
  for (std::string& text : texts) words.push_back(text.data());
  words.push_back(nullptr);
  // A group of its own, so that a wrapper's children end with it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  error_ = posix_spawn(&pid_, path.c_str(), &files, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
  if (error_ != 0) pid_ = -1;
  pipe_ = ends[0];
}

Program::~Program() { end(); }

void Program::end() {
  if (pipe_ >= 0) close(pipe_);
  pipe_ = -1;
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
  pid_ = -1;
}

base::Result<std::string> Program::output(std::chrono::milliseconds timeout, std::size_t most) {
  using Clock = std::chrono::steady_clock;
  if (error_ != 0) return fail(Fault::environment, "it cannot be run: " + std::generic_category().message(error_), path_, error_);
  const auto until = Clock::now() + timeout;
  std::string out;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd waiting{pipe_, POLLIN, 0};
    if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) == 0) {
      end();
      return fail(Fault::limit, "it gave no answer in time", path_);
    }
    std::array<char, 16384> piece{};
    const ssize_t got = read(pipe_, piece.data(), piece.size());
    if (got == 0) break;
    if (got > 0) out.append(piece.data(), static_cast<std::size_t>(got));
    if ((got < 0 && errno != EINTR) || out.size() > most) {
      end();
      return fail(Fault::limit, "it said too much", path_);
    }
  }
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
  pid_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail(Fault::environment, "it failed", path_);
  return out;
}

std::string find_program(const Environment& environment, std::string_view name) {
  for (const std::string& folder : base::split(environment.get("PATH"), ":")) {
    std::string path = folder + "/" + std::string(name);
    if (folder.front() == '/' && access(path.c_str(), X_OK) == 0 && readable_file(path)) return path;
  }
  return {};
}

}  // namespace whytls::system
