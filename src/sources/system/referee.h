// SPDX-License-Identifier: Apache-2.0
// For tests: a folder with made-up files, and the ClientHello that a real program sends to a loopback listener.
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "sources/system/hello.h"

namespace whytls::system::testing {

/// A folder of its own, removed with all that the test put into it.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/whytls-system-XXXXXX";
    const char* made = mkdtemp(name);
    path_ = made != nullptr ? made : "";
  }
  ~Folder() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  std::string path_;
};

/// Runs `command` (PORT in it becomes the listener's port) with `extra` ("NAME=value") in its environment and takes its first flight.
inline std::optional<wire::ClientHello> hello_of(std::vector<std::string> command, const std::vector<std::string>& extra) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, any, size) != 0 || listen(listener, 4) != 0 || getsockname(listener, any, &size) != 0)
    return std::nullopt;
  std::vector<char*> arguments, variables;
  for (std::string& word : command) {
    const std::size_t at = word.find("PORT");
    if (at != std::string::npos) word.replace(at, 4, std::to_string(ntohs(address.sin_port)));
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  for (char** at = environ; *at != nullptr; ++at) variables.push_back(*at);
  std::vector<std::string> own(extra);
  for (std::string& one : own) variables.push_back(one.data());
  variables.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int fd : {0, 1, 2}) posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  const int spawned = posix_spawnp(&child, arguments[0], &files, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  base::Bytes got;
  pollfd ready{listener, POLLIN, 0};
  if (spawned == 0 && poll(&ready, 1, 60000) == 1) {
    const int peer = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    pollfd readable{peer, POLLIN, 0};
    std::uint8_t block[16384];
    while (!first_hello(got) && poll(&readable, 1, 5000) == 1) {
      const ssize_t count = read(peer, block, sizeof block);
      if (count <= 0) break;
      got.insert(got.end(), block, block + count);
    }
    close(peer);
  }
  close(listener);
  if (spawned == 0) {
    kill(child, SIGTERM);
    waitpid(child, nullptr, 0);
  }
  return first_hello(got);
}

inline bool installed(const std::string& program) { return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0; }

inline std::vector<std::uint16_t> without_grease(std::vector<std::uint16_t> list) {
  std::erase_if(list, [](std::uint16_t code) { return (code & 0x0f0fU) == 0x0a0aU; });
  return list;
}

}  // namespace whytls::system::testing
