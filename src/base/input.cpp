// SPDX-License-Identifier: Apache-2.0
#include "base/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace whytls::base {
namespace {

Error failed(const std::string& name, const std::string& what, int error = 0) {
  std::array<char, 128> buffer{};
  const std::string why = error == 0 ? what : what + ": " + strerror_r(error, buffer.data(), buffer.size());
  return {Fault::input, why, name, error};
}

}  // namespace

class Input::Source {
 public:
  Source(std::string path, int file) : name(path == "-" ? "standard input" : path), path_(std::move(path)), file_(file) {}
  Source(Bytes memory, std::string its_name) : name(std::move(its_name)), memory_(std::move(memory)) {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() {
    if (packing_ == Packing::gzip) inflateEnd(&gzip_);
    ZSTD_freeDStream(zstd_);
    if (file_ > STDIN_FILENO) close(file_);
  }

  Result<std::size_t> read(std::span<std::uint8_t> to) {
    if (failure_) return tl::unexpected(*failure_);
    if (packing_ == Packing::unknown) recognise();
    std::size_t got = 0;
    if (failure_) return tl::unexpected(*failure_);
    if (packing_ == Packing::none) got = plain(to);
    if (packing_ == Packing::gzip) got = from_gzip(to);
    if (packing_ == Packing::zstd) got = from_zstd(to);
    if (got == 0 && failure_) return tl::unexpected(*failure_);
    return got;
  }

  bool replaced() {
    struct stat now {};
    struct stat mine {};
    if (file_ <= STDIN_FILENO || packing_ > Packing::none || stat(path_.c_str(), &now) != 0 || fstat(file_, &mine) != 0) return false;
    if (now.st_ino == mine.st_ino && now.st_dev == mine.st_dev && now.st_size >= lseek(file_, 0, SEEK_CUR)) return false;
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    close(file_);
    file_ = file;
    return true;
  }

  std::string name;

 private:
  enum class Packing { unknown, none, gzip, zstd };

  /// 0 at the end and after a failure, which is kept.
  std::size_t raw(std::span<std::uint8_t> to) {
    if (file_ < 0) {
      const std::size_t size = std::min(to.size(), memory_.size() - memory_at_);
      std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(memory_at_), size, to.begin());
      memory_at_ += size;
      return size;
    }
    for (;;) {
      const ssize_t got = ::read(file_, to.data(), to.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      failure_ = failed(name, "cannot be read", errno);
      return 0;
    }
  }

  void recognise() {
    while (packed_size_ < 4) {
      const std::size_t got = raw(std::span(packed_).subspan(packed_size_));
      if (got == 0) break;
      packed_size_ += got;
    }
    const std::string_view head = text(ByteView(packed_).first(packed_size_));
    if (failure_ || head.empty()) return;  // an empty file may grow
    packing_ = Packing::none;
    if (head.starts_with("\x1f\x8b")) {
      if (inflateInit2(&gzip_, 15 + 16) != Z_OK) return fail_with("no memory to unpack it");
      packing_ = Packing::gzip;
    } else if (head.starts_with("\x28\xb5\x2f\xfd")) {
      zstd_ = ZSTD_createDStream();
      if (!zstd_) return fail_with("no memory to unpack it");
      packing_ = Packing::zstd;
    }
  }

  std::size_t plain(std::span<std::uint8_t> to) {
    if (packed_at_ == packed_size_) return raw(to);
    const std::size_t size = std::min(to.size(), packed_size_ - packed_at_);
    std::memcpy(to.data(), packed_.data() + packed_at_, size);
    packed_at_ += size;
    return size;
  }

  /// False at the end of the file.
  bool refill() {
    if (packed_at_ < packed_size_) return true;
    packed_at_ = 0;
    packed_size_ = raw(packed_);
    if (packed_size_ == 0 && !ended_ && !failure_) fail_with("the packed file is cut off");
    return packed_size_ > 0;
  }

  std::size_t from_gzip(std::span<std::uint8_t> to) {
    gzip_.next_out = to.data();
    gzip_.avail_out = static_cast<uInt>(to.size());
    while (gzip_.avail_out == to.size() && !failure_ && refill()) {
      if (ended_) inflateReset(&gzip_);  // files may be several, one after another
      ended_ = false;
      gzip_.next_in = packed_.data() + packed_at_;
      gzip_.avail_in = static_cast<uInt>(packed_size_ - packed_at_);
      const int status = inflate(&gzip_, Z_NO_FLUSH);
      packed_at_ = packed_size_ - gzip_.avail_in;
      ended_ = status == Z_STREAM_END;
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) fail_with("the packed file is damaged");
    }
    return to.size() - gzip_.avail_out;
  }

  std::size_t from_zstd(std::span<std::uint8_t> to) {
    ZSTD_outBuffer out{to.data(), to.size(), 0};
    while (out.pos == 0 && !failure_ && (flushing_ || refill())) {
      ZSTD_inBuffer in{packed_.data(), packed_size_, packed_at_};
      const std::size_t status = ZSTD_decompressStream(zstd_, &out, &in);
      packed_at_ = in.pos;
      if (ZSTD_isError(status) != 0) {
        fail_with("the packed file is damaged");
        break;
      }
      ended_ = status == 0;
      flushing_ = !ended_ && out.pos == out.size;  // more may be waiting inside
    }
    return out.pos;
  }

  void fail_with(const std::string& what) { failure_ = failed(name, what); }

  std::string path_;
  int file_ = -1;
  Bytes memory_;
  std::size_t memory_at_ = 0;
  Packing packing_ = Packing::unknown;
  std::array<std::uint8_t, 65536> packed_{};
  std::size_t packed_at_ = 0, packed_size_ = 0;
  bool ended_ = false, flushing_ = false;
  z_stream gzip_{};
  ZSTD_DStream* zstd_ = nullptr;
  std::optional<Error> failure_;
};

Input::Input(std::unique_ptr<Source> source) : source_(std::move(source)) {}
Input::Input(Input&&) noexcept = default;
Input& Input::operator=(Input&&) noexcept = default;
Input::~Input() = default;

Result<Input> Input::open(const std::string& path) {
  const int file = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int error = errno;
  auto source = std::make_unique<Source>(path, file);
  if (file < 0) return tl::unexpected(failed(source->name, "cannot be opened", error));
  struct stat info {};
  if (fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) return tl::unexpected(failed(source->name, "is a folder"));
  return Input(std::move(source));
}

Input Input::of(Bytes bytes, std::string name) { return Input(std::make_unique<Source>(std::move(bytes), std::move(name))); }

Result<std::size_t> Input::read(std::span<std::uint8_t> to) { return source_->read(to); }
bool Input::reopen_if_replaced() { return source_->replaced(); }
const std::string& Input::name() const { return source_->name; }

}  // namespace whytls::base
