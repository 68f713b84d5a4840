// SPDX-License-Identifier: Apache-2.0
// The format of Solaris' snoop (RFC 1761).
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "sources/capture/file/format.h"

namespace whytls::sources::capture::file {
namespace {

constexpr std::uint32_t unknown_link = 0xffffffff;

class Snoop : public Format {
 public:
  explicit Snoop(std::uint32_t data_link) : link_type_(data_link == 0 || data_link == 4 ? 1 : unknown_link) {}  // IEEE 802.3, Ethernet

  bool next(Window& window, Packet& packet) override {
    constexpr std::size_t size = 24;
    const std::uint64_t start = window.offset();
    if (!window.have(size)) {
      if (!window.bytes().empty()) window.damaged(start, "the file ends within the header of a packet");
      return false;
    }
    const base::ByteView header = window.bytes();
    packet.original_size = u32(header, true);
    const std::uint32_t captured = u32(header.subspan(4), true);
    const std::uint32_t record = u32(header.subspan(8), true);
    if (record < size || record > Window::largest || captured > record - size) {
      window.damaged(start, fmt::format("the header of a packet was expected, but it would be {} bytes of {}", captured, record));
      return false;
    }
    packet.when.at = std::int64_t{u32(header.subspan(16), true)} * 1'000'000'000 + std::int64_t{u32(header.subspan(20), true)} * 1000;
    packet.link_type = link_type_;
    packet.original_size = std::max(packet.original_size, captured);
    if (!window.have(record)) {
      window.damaged(start, fmt::format("the file ends within a packet ({} of {} bytes)", window.bytes().size(), record));
      return false;
    }
    packet.bytes = window.take(record).subspan(size, captured);
    return true;
  }

 private:
  std::uint32_t link_type_;
};

}  // namespace

std::unique_ptr<Format> snoop(Window& window) {
  if (!window.have(16) || !base::text(window.bytes()).starts_with(std::string_view("snoop\0\0\0", 8))) return nullptr;
  const base::ByteView header = window.take(16);
  if (const std::uint32_t version = u32(header.subspan(8), true); version != 2) {
    window.damaged(8, fmt::format("version 2 of the snoop format was expected, not {}", version));
    return nullptr;
  }
  return std::make_unique<Snoop>(u32(header.subspan(12), true));
}

}  // namespace whytls::sources::capture::file
