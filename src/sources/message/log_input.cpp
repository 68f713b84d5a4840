// SPDX-License-Identifier: Apache-2.0
#include "sources/message/log_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace whytls::sources::message {
namespace {

auto failed(const std::string& path, const std::string& what, int error = 0) {
  std::array<char, 128> buffer{};
  const std::string why = error == 0 ? what : what + ": " + strerror_r(error, buffer.data(), buffer.size());
  return base::fail(base::Fault::input, why, path == "-" ? "standard input" : path, error);
}

}  // namespace

/// Bytes of the file, unpacked.
class LogInput::Source {
 public:
  Source(std::string path, int file) : path_(std::move(path)), file_(file) {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() {
    if (packing_ == Packing::gzip) inflateEnd(&gzip_);
    ZSTD_freeDStream(zstd_);
    if (file_ > STDIN_FILENO) close(file_);
  }

  /// 0 at the end.
  base::Result<std::size_t> read(char* to, std::size_t room) {
    if (packing_ == Packing::unknown)
      if (auto done = recognise(); !done) return tl::unexpected(done.error());
    if (packing_ == Packing::none) return plain(to, room);
    return packing_ == Packing::gzip ? from_gzip(to, room) : from_zstd(to, room);
  }

  bool replaced() {
    struct stat now {};
    struct stat mine {};
    if (path_ == "-" || packing_ > Packing::none || stat(path_.c_str(), &now) != 0 || fstat(file_, &mine) != 0) return false;
    if (now.st_ino == mine.st_ino && now.st_dev == mine.st_dev && now.st_size >= lseek(file_, 0, SEEK_CUR)) return false;
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    close(file_);
    file_ = file;
    return true;
  }

 private:
  enum class Packing { unknown, none, gzip, zstd };

  base::Result<std::size_t> raw(char* to, std::size_t room) {
    for (;;) {
      const ssize_t got = ::read(file_, to, room);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return failed(path_, "cannot be read", errno);
    }
  }

  base::Result<void> recognise() {
    while (packed_size_ < 4) {
      const auto got = raw(packed_.data() + packed_size_, packed_.size() - packed_size_);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) break;
      packed_size_ += *got;
    }
    const std::string_view head(packed_.data(), packed_size_);
    packing_ = Packing::none;
    if (head.starts_with("\x1f\x8b")) {
      if (inflateInit2(&gzip_, 15 + 16) != Z_OK) return failed(path_, "no memory to unpack it");
      packing_ = Packing::gzip;
    } else if (head.starts_with("\x28\xb5\x2f\xfd")) {
      zstd_ = ZSTD_createDStream();
      if (!zstd_) return failed(path_, "no memory to unpack it");
      packing_ = Packing::zstd;
    }
    return {};
  }

  base::Result<std::size_t> plain(char* to, std::size_t room) {
    if (packed_at_ == packed_size_) return raw(to, room);
    const std::size_t size = std::min(room, packed_size_ - packed_at_);
    std::memcpy(to, packed_.data() + packed_at_, size);
    packed_at_ += size;
    return size;
  }

  /// False at the end of the file.
  base::Result<bool> refill() {
    if (packed_at_ < packed_size_) return true;
    const auto got = raw(packed_.data(), packed_.size());
    if (!got) return tl::unexpected(got.error());
    packed_at_ = 0;
    packed_size_ = *got;
    return *got > 0;
  }

  base::Result<std::size_t> from_gzip(char* to, std::size_t room) {
    gzip_.next_out = reinterpret_cast<Bytef*>(to);  // NOLINT: zlib counts bytes, we characters
    gzip_.avail_out = static_cast<uInt>(room);
    while (gzip_.avail_out == room) {
      const auto more = refill();
      if (!more) return tl::unexpected(more.error());
      if (!*more) return ended_ ? base::Result<std::size_t>(0) : base::Result<std::size_t>(failed(path_, "the packed file is cut off"));
      if (ended_) inflateReset(&gzip_);  // files may be several, one after another
      ended_ = false;
      gzip_.next_in = reinterpret_cast<Bytef*>(packed_.data() + packed_at_);  // NOLINT
      gzip_.avail_in = static_cast<uInt>(packed_size_ - packed_at_);
      const int status = inflate(&gzip_, Z_NO_FLUSH);
      packed_at_ = packed_size_ - gzip_.avail_in;
      if (status == Z_STREAM_END) {
        ended_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return failed(path_, "the packed file is damaged");
      }
    }
    return room - gzip_.avail_out;
  }

  base::Result<std::size_t> from_zstd(char* to, std::size_t room) {
    ZSTD_outBuffer out{to, room, 0};
    while (out.pos == 0) {
      const auto more = refill();
      if (!more) return tl::unexpected(more.error());
      if (!*more) return ended_ ? base::Result<std::size_t>(0) : base::Result<std::size_t>(failed(path_, "the packed file is cut off"));
      ZSTD_inBuffer in{packed_.data(), packed_size_, packed_at_};
      const std::size_t status = ZSTD_decompressStream(zstd_, &out, &in);
      packed_at_ = in.pos;
      if (ZSTD_isError(status) != 0) return failed(path_, "the packed file is damaged");
      ended_ = status == 0;
    }
    return out.pos;
  }

  std::string path_;
  int file_ = -1;
  Packing packing_ = Packing::unknown;
  std::array<char, 65536> packed_{};
  std::size_t packed_at_ = 0, packed_size_ = 0;
  bool ended_ = false;
  z_stream gzip_{};
  ZSTD_DStream* zstd_ = nullptr;
};

LogInput::LogInput(std::unique_ptr<Source> source) : source_(std::move(source)), buffer_(block, '\0') {}
LogInput::LogInput(LogInput&&) noexcept = default;
LogInput& LogInput::operator=(LogInput&&) noexcept = default;
LogInput::~LogInput() = default;

base::Result<LogInput> LogInput::open(const std::string& path) {
  const int file = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed(path, "cannot be opened", errno);
  struct stat info {};
  if (fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) {
    if (file > STDIN_FILENO) close(file);
    return failed(path, "is a folder");
  }
  return LogInput(std::make_unique<Source>(path, file));
}

base::Result<std::string_view> LogInput::next(bool more_may_come) {
  std::memmove(buffer_.data(), buffer_.data() + used_, filled_ - used_);
  filled_ -= used_;
  used_ = 0;
  bool over = false;
  std::size_t line_end = std::string_view::npos;
  while (filled_ < buffer_.size()) {
    const auto got = source_->read(buffer_.data() + filled_, buffer_.size() - filled_);
    if (!got) return tl::unexpected(got.error());
    over = *got == 0;
    filled_ += *got;
    if (over || more_may_come) break;
  }
  line_end = std::string_view(buffer_.data(), filled_).rfind('\n');
  used_ = line_end != std::string_view::npos ? line_end + 1 : 0;
  const bool whole = filled_ == buffer_.size() && used_ == 0;  // one line fills the block
  if (whole || (over && !more_may_come)) used_ = filled_;
  bytes_ += used_;
  return std::string_view(buffer_.data(), used_);
}

bool LogInput::reopen_if_replaced() {
  if (!source_->replaced()) return false;
  used_ = filled_ = 0;
  return true;
}

}  // namespace whytls::sources::message
