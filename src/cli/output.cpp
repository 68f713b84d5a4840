// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/file.h"
#include "base/text.h"

namespace whytls::cli {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

void on_signal(int signal) {
  if (interrupted.exchange(true)) _exit(128 + signal);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value ? value : "";
}

/// POSIX: the first of these that is set and not empty decides.
bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = base::lower(environment(name));
    if (!value.empty()) return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

/// no-color.org: any value but the empty one switches colour off.
bool colour_for(const Output& output, bool terminal) {
  if (output.colour == Colour::always) return true;
  return output.colour == Colour::automatic && terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

std::size_t terminal_width() {
  constexpr std::size_t usual = 80, least = 40, most = 100;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return std::clamp<std::size_t>(size.ws_col, least, most);
}

auto failed(const std::string& where, int error) {
  std::array<char, 128> buffer{};
  return base::fail(base::Fault::environment, "cannot be written: " + std::string(strerror_r(error, buffer.data(), buffer.size())), where,
                    error);
}

/// Devices and pipes are written to; they cannot be replaced.
base::Result<void> write_through(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return failed(path, errno);
  const int error = base::write_all(file, text);
  close(file);
  if (error != 0 && error != EPIPE) return failed(path, error);
  return {};
}

/// A new file beside the old one takes its name when it is whole.
base::Result<void> replace(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return failed(path, errno);
  int error = base::write_all(file, text);
  const mode_t mask = umask(0);
  umask(mask);
  struct stat old {};
  const mode_t mode = stat(path.c_str(), &old) == 0 ? old.st_mode & 07777U : 0666U & ~mask;
  if (error == 0 && fchmod(file, mode) != 0) error = errno;
  if (error == 0 && fsync(file) != 0 && errno != EINVAL) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  unlink(temporary.c_str());
  return failed(path, error);
}

}  // namespace

report::Style style_for(const Output& output) {
  const bool terminal = output.file.empty() && isatty(STDOUT_FILENO) == 1;
  report::Style style;
  style.colour = colour_for(output, terminal);
  style.utf8 = utf8_locale();
  style.width = terminal ? terminal_width() : style.width;
  style.quiet = output.quiet;
  style.fail_on = output.fail_on;
  return style;
}

base::Result<void> write_result(const Output& output, std::string_view text) {
  if (output.file.empty() || output.file == "-") {
    const int error = base::write_all(STDOUT_FILENO, text);
    if (error != 0 && error != EPIPE) return failed("standard output", error);
    return {};
  }
  struct stat there {};
  const bool special = stat(output.file.c_str(), &there) == 0 && !S_ISREG(there.st_mode);
  return special ? write_through(output.file, text) : replace(output.file, text);
}

bool has_format(const Output& output, std::string_view command) {
  if (output.format == "text" || output.format == "json" || output.format == "jsonl") return true;
  complain(std::string(command) + " has no format '" + output.format + "': there are text, json and jsonl");
  return false;
}

void complain(std::string_view sentence) {
  const std::string line = "whytls: " + base::printable(sentence, 2000) + "\n";
  base::write_all(STDERR_FILENO, line);
}

Progress::Progress(bool wanted) : enabled_(wanted && isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb") {}

void Progress::show(std::string_view line) {
  if (!enabled_) return;
  constexpr std::size_t longest = 76;
  base::write_all(STDERR_FILENO, "\r\x1b[2K" + base::printable(line, longest));
  dirty_ = true;
}

void Progress::clear() {
  if (dirty_) base::write_all(STDERR_FILENO, "\r\x1b[2K");
  dirty_ = false;
}

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

const std::atomic<bool>* interruption() { return &interrupted; }

}  // namespace whytls::cli
