// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/write/kept.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "sources/capture/file/capture_file.h"

namespace whytls::sources::capture {
namespace {

KeptPacket kept(const Packet& packet) {
  return {packet.when, packet.link_type, packet.original_size, {packet.bytes.begin(), packet.bytes.end()}};
}

/// Blocks of pcapng (draft-ietf-opsawg-pcapng 4), little-endian.
class Blocks {
 public:
  explicit Blocks(const std::string& comment) {
    base::Bytes body;
    little(body, 0x1a2b3c4d, 4);
    little(body, 1, 4);                  // version 1.0
    little(body, ~std::uint64_t{0}, 8);  // of any length
    option(body, 1, base::view(comment));
    little(body, 0, 4);
    block(0x0a0d0d0a, body);
  }

  void packet(const KeptPacket& one) {
    base::Bytes body;
    const auto at = static_cast<std::uint64_t>(one.when.at);
    little(body, interface(one.link_type), 4);
    little(body, at >> 32U, 4);
    little(body, at & 0xffffffffU, 4);
    little(body, one.bytes.size(), 4);
    little(body, std::max<std::size_t>(one.original_size, one.bytes.size()), 4);
    body.insert(body.end(), one.bytes.begin(), one.bytes.end());
    block(6, body);
  }

  std::string_view text() const { return base::text(out_); }

 private:
  static void little(base::Bytes& out, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i & 0xffU));
  }
  static void option(base::Bytes& out, std::uint16_t code, base::ByteView value) {
    little(out, code, 2);
    little(out, value.size(), 2);
    out.insert(out.end(), value.begin(), value.end());
    out.resize((out.size() + 3) / 4 * 4);
  }
  void block(std::uint32_t type, const base::Bytes& body) {
    const std::size_t size = 12 + (body.size() + 3) / 4 * 4;
    little(out_, type, 4);
    little(out_, size, 4);
    out_.insert(out_.end(), body.begin(), body.end());
    out_.resize(out_.size() + size - 12 - body.size());
    little(out_, size, 4);
  }
  std::uint64_t interface(std::uint32_t link_type) {
    auto at = std::find(interfaces_.begin(), interfaces_.end(), link_type);
    if (at == interfaces_.end()) {
      base::Bytes body;
      little(body, link_type, 4);
      little(body, 0, 4);
      constexpr std::array<std::uint8_t, 1> nanoseconds{9};
      option(body, 9, nanoseconds);
      little(body, 0, 4);
      block(1, body);
      at = interfaces_.insert(interfaces_.end(), link_type);
    }
    return static_cast<std::uint64_t>(at - interfaces_.begin());
  }

  base::Bytes out_;
  std::vector<std::uint32_t> interfaces_;
};

bool same_file(const std::string& a, const std::string& b) {
  struct stat one {};
  struct stat two {};
  return stat(a.c_str(), &one) == 0 && stat(b.c_str(), &two) == 0 && one.st_ino == two.st_ino && one.st_dev == two.st_dev;
}

}  // namespace

void PacketRing::keep(const Packet& packet) {
  constexpr std::size_t overhead = sizeof(KeptPacket) + 16;
  packets_.push_back(kept(packet));
  bytes_ += packet.bytes.size() + overhead;
  while (bytes_ > most_ && packets_.size() > 1) {
    bytes_ -= packets_.front().bytes.size() + overhead;
    packets_.pop_front();
  }
}

std::vector<KeptPacket> PacketRing::take(const std::vector<std::uint64_t>& numbers) const {
  std::vector<KeptPacket> out;
  if (packets_.empty()) return out;
  const std::uint64_t first = packets_.front().when.packet;
  for (const std::uint64_t number : numbers)
    if (number >= first && number - first < packets_.size()) out.push_back(packets_[number - first]);
  return out;
}

base::Result<std::vector<KeptPacket>> packets_of(const std::string& path, const std::vector<std::uint64_t>& numbers) {
  auto file = CaptureFile::open(path);
  if (!file) return tl::unexpected(file.error());
  std::vector<KeptPacket> out;
  Packet packet;
  for (auto wanted = numbers.begin(); wanted != numbers.end() && file->next(packet);) {
    if (packet.when.packet < *wanted) continue;
    out.push_back(kept(packet));
    while (wanted != numbers.end() && *wanted <= packet.when.packet) ++wanted;
  }
  return out;
}

base::Result<void> write_capture(const std::string& path, const std::vector<KeptPacket>& packets, const std::string& comment,
                                 const std::string& source) {
  if (!source.empty() && same_file(path, source))
    return base::fail(base::Fault::misuse, "is the capture that is read: choose another name", path);
  Blocks blocks(comment.substr(0, 65000));
  for (const KeptPacket& one : packets) blocks.packet(one);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int error = file < 0 ? errno : base::write_all(file, blocks.text());
  if (file >= 0 && close(file) != 0 && error == 0) error = errno;
  if (error == 0) return {};
  std::array<char, 128> buffer{};
  return base::fail(base::Fault::environment, std::string("cannot be written: ") + strerror_r(error, buffer.data(), buffer.size()), path,
                    error);
}

}  // namespace whytls::sources::capture
