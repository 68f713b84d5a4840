// SPDX-License-Identifier: Apache-2.0
#include "cli/line_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file.h"

namespace whytls::cli {
namespace {

constexpr std::size_t enough = std::size_t{64} * 1024;

auto failed(const std::string& where, int error) {
  std::array<char, 128> buffer{};
  return base::fail(base::Fault::environment, "cannot be written: " + std::string(strerror_r(error, buffer.data(), buffer.size())), where,
                    error);
}

}  // namespace

base::Result<LineWriter> LineWriter::open(const Output& output) {
  if (output.file.empty() || output.file == "-") return LineWriter(STDOUT_FILENO, "standard output");
  const int file = ::open(output.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return failed(output.file, errno);
  return LineWriter(file, output.file);
}

LineWriter::LineWriter(LineWriter&& other) noexcept { *this = std::move(other); }

LineWriter& LineWriter::operator=(LineWriter&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(name_, other.name_);
  std::swap(waiting_, other.waiting_);
  std::swap(error_, other.error_);
  std::swap(gone_, other.gone_);
  return *this;
}

LineWriter::~LineWriter() {
  if (file_ > STDERR_FILENO) close(file_);
}

void LineWriter::write(std::string_view line) {
  waiting_.append(line);
  waiting_.push_back('\n');
  if (waiting_.size() >= enough) flush();
}

void LineWriter::flush() {
  if (waiting_.empty() || error_ != 0) return waiting_.clear();
  error_ = base::write_all(file_, waiting_);
  gone_ = error_ == EPIPE;
  waiting_.clear();
}

base::Result<void> LineWriter::finish() {
  flush();
  if (error_ != 0 && !gone_) return failed(name_, error_);
  return {};
}

}  // namespace whytls::cli
