// SPDX-License-Identifier: Apache-2.0
// The classic format of libpcap (draft-ietf-opsawg-pcap), of either byte order, with times in micro- or nanoseconds, and the one of patched
// libpcaps with longer packet headers.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sources/capture/file/format.h"

namespace whytls::sources::capture::file {
namespace {

struct Kind {
  bool big = false;
  std::uint32_t fraction = 1000;  ///< nanoseconds
  std::size_t header_size = 16;   ///< of each packet
};

std::optional<Kind> kind_of(base::ByteView magic) {
  for (const bool big : {false, true}) switch (u32(magic, big)) {
      case 0xa1b2c3d4:
        return Kind{big, 1000, 16};
      case 0xa1b23c4d:
        return Kind{big, 1, 16};
      case 0xa1b2cd34:
        return Kind{big, 1000, 24};  // followed by interface, protocol and kind of packet
      default:
        break;
    }
  return std::nullopt;
}

class Pcap : public Format {
 public:
  Pcap(const Kind& kind, base::ByteView header)
      : kind_(kind),
        old_(u16(header.subspan(4), kind.big) < 2 || (u16(header.subspan(4), kind.big) == 2 && u16(header.subspan(6), kind.big) <= 3)),
        limit_(std::clamp<std::uint32_t>(u32(header.subspan(16), kind.big), 262144, Window::largest - 64)),
        link_type_(u32(header.subspan(20), kind.big) & 0x03ffffffU) {}

  bool next(Window& window, Packet& packet) override {
    const std::uint64_t start = window.offset();
    if (!window.have(kind_.header_size)) {
      if (!window.bytes().empty())
        window.damaged(
            start, fmt::format("the file ends within the header of a packet ({} of {} bytes)", window.bytes().size(), kind_.header_size));
      return false;
    }
    const base::ByteView header = window.bytes();
    std::uint32_t captured = u32(header.subspan(8), kind_.big);
    std::uint32_t original = u32(header.subspan(12), kind_.big);
    if (old_ && captured > original) std::swap(captured, original);  // versions up to 2.3 had them the other way round
    packet.when.at =
        std::int64_t{u32(header, kind_.big)} * 1'000'000'000 + std::int64_t{u32(header.subspan(4), kind_.big)} * kind_.fraction;
    packet.link_type = link_type_;
    packet.original_size = std::max(captured, original);
    if (captured > limit_) {
      window.damaged(start, fmt::format("the header of a packet was expected, but it would be {} bytes long", captured));
      return false;
    }
    if (!window.have(kind_.header_size + captured)) {
      window.damaged(start,
                     fmt::format("the file ends within a packet ({} of {} bytes)", window.bytes().size() - kind_.header_size, captured));
      return false;
    }
    packet.bytes = window.take(kind_.header_size + captured).subspan(kind_.header_size);
    return true;
  }

 private:
  Kind kind_;
  bool old_;
  std::uint32_t limit_;  ///< bytes of a packet
  std::uint32_t link_type_;
};

}  // namespace

std::unique_ptr<Format> pcap(Window& window) {
  constexpr std::size_t size = 24;
  if (!window.have(4)) return nullptr;
  const auto kind = kind_of(window.bytes());
  if (!kind) return nullptr;
  if (!window.have(size)) {
    window.damaged(0, fmt::format("the file ends within its header ({} of {} bytes)", window.bytes().size(), size));
    return nullptr;
  }
  return std::make_unique<Pcap>(*kind, window.take(size));
}

}  // namespace whytls::sources::capture::file
