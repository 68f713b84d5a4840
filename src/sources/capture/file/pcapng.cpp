// SPDX-License-Identifier: Apache-2.0
// pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces with their own link type and clock, secrets. Names,
// statistics and whatever is not known are passed over.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sources/capture/file/format.h"

namespace whytls::sources::capture::file {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_description = 1, old_packet = 2, simple_packet = 3, enhanced_packet = 6,
                        decryption_secrets = 10;
constexpr std::uint32_t key_log = 0x544c534b;  // "TLSK"

struct Interface {
  std::uint32_t link_type = 0;
  std::uint32_t snap_length = 0;
  std::uint8_t resolution = 6;  ///< if_tsresol: a negative power of 10, or of 2 where the highest bit is set
  std::int64_t offset = 0;      ///< if_tsoffset, seconds
};

std::int64_t nanoseconds(std::uint64_t ticks, const Interface& on) {
  constexpr std::uint64_t second = 1'000'000'000;
  const unsigned power = on.resolution & 0x7fU;
  Wide out = ticks;
  if ((on.resolution & 0x80U) != 0) {
    out = (out * second) >> power;  // at most 94 bits, and 127 places
  } else {
    for (unsigned i = power; i < 9; ++i) out *= 10;
    for (unsigned i = 9; i < power && out != 0; ++i) out /= 10;
  }
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(out) + static_cast<std::uint64_t>(on.offset) * second);
}

class Pcapng : public Format {
 public:
  bool next(Window& window, Packet& packet) override {
    for (;;) {
      Block block;
      if (!read(window, block)) return false;
      if (block.type == enhanced_packet || block.type == old_packet) return stamped(window, block, packet);
      if (block.type == simple_packet) return simple(window, block, packet);
      if (block.type == interface_description && !describe(window, block)) return false;
      if (block.type == decryption_secrets) keep_secrets(block);
    }
  }

  base::Bytes take_secrets() override { return std::exchange(secrets_, {}); }

 private:
  struct Block {
    std::uint64_t start = 0;
    std::uint32_t type = 0;
    base::ByteView body;
  };
  static constexpr std::size_t most_interfaces = 65536, most_secrets = std::size_t{64} << 20U;

  static bool wanted(std::uint32_t type) {
    return type == interface_description || type == old_packet || type == simple_packet || type == enhanced_packet ||
           type == decryption_secrets;
  }

  /// One block with its frame checked; the body of one that is not wanted stays empty.
  bool read(Window& window, Block& block) {
    block.start = window.offset();
    if (!window.have(8)) {
      if (!window.bytes().empty()) window.damaged(block.start, "the file ends within the header of a block");
      return false;
    }
    if (u32(window.bytes(), false) == section_header) return begin_section(window);
    block.type = u32(window.bytes(), big_);
    const std::uint32_t length = u32(window.bytes().subspan(4), big_);
    if (length < 12 || length % 4 != 0) return refuse(window, block, fmt::format("the length of a block was expected, not {}", length));
    if (!wanted(block.type)) return window.pass(length) || refuse(window, block, "the file ends within a block");
    if (length > Window::largest) return refuse(window, block, fmt::format("a block of packets would be {} bytes long", length));
    if (!window.have(length))
      return refuse(window, block, fmt::format("the file ends within a packet or block ({} of {} bytes)", window.bytes().size(), length));
    const base::ByteView whole = window.take(length);
    block.body = whole.subspan(8, length - 12);
    const std::uint32_t again = u32(whole.subspan(length - 4), big_);
    if (again != length) return refuse(window, block, fmt::format("a block of {} bytes ends with the length {}", length, again));
    return true;
  }

  bool begin_section(Window& window) {
    const Block block{window.offset(), section_header, {}};
    if (!window.have(12)) return refuse(window, block, "the file ends within the header of a section");
    const base::ByteView head = window.bytes();
    const bool big = u32(head.subspan(8), true) == 0x1a2b3c4d;
    if (!big && u32(head.subspan(8), false) != 0x1a2b3c4d) return refuse(window, block, "a section's byte order was expected");
    const std::uint32_t length = u32(head.subspan(4), big);
    if (length < 28 || length % 4 != 0)
      return refuse(window, block, fmt::format("the length of a section's header was expected, not {}", length));
    if (!window.have(16)) return refuse(window, block, "the file ends within the header of a section");
    const std::uint16_t major = u16(window.bytes().subspan(12), big);
    if (major != 1) return refuse(window, block, fmt::format("version 1 of the pcapng format was expected, not {}", major));
    big_ = big;
    interfaces_.clear();
    return window.pass(length) || refuse(window, block, "the file ends within the header of a section");
  }

  bool describe(Window& window, const Block& block) {
    if (block.body.size() < 8) return refuse(window, block, "the description of an interface is too short");
    if (interfaces_.size() == most_interfaces) return refuse(window, block, "there are more interfaces than can be");
    Interface out{u16(block.body, big_), u32(block.body.subspan(4), big_)};
    base::ByteView options = block.body.subspan(8);
    while (options.size() >= 4) {
      const std::uint16_t code = u16(options, big_), size = u16(options.subspan(2), big_);
      options = options.subspan(4);
      if (code == 0 || size > options.size()) break;
      if (code == 9 && size == 1) out.resolution = options[0];
      if (code == 14 && size == 8) {
        const std::uint64_t first = u32(options, big_), second = u32(options.subspan(4), big_);
        out.offset = static_cast<std::int64_t>(big_ ? first << 32U | second : second << 32U | first);
      }
      options = options.subspan(std::min<std::size_t>(options.size(), (size + std::size_t{3}) / 4 * 4));
    }
    interfaces_.push_back(out);
    return true;
  }

  bool stamped(Window& window, const Block& block, Packet& packet) {
    if (block.body.size() < 20) return refuse(window, block, "a packet's block is too short");
    const bool old = block.type == old_packet;
    const std::uint32_t interface = old ? u16(block.body, big_) : u32(block.body, big_);
    const std::uint32_t captured = u32(block.body.subspan(12), big_);
    if (interface >= interfaces_.size())
      return refuse(window, block, fmt::format("a packet is of interface {}, which nothing describes", interface));
    if (captured > block.body.size() - 20)
      return refuse(window, block,
                    fmt::format("a packet would be {} bytes long in a block that holds {}", captured, block.body.size() - 20));
    const Interface& on = interfaces_[interface];
    packet.when.at = nanoseconds(std::uint64_t{u32(block.body.subspan(4), big_)} << 32U | u32(block.body.subspan(8), big_), on);
    packet.link_type = on.link_type;
    packet.original_size = std::max(captured, u32(block.body.subspan(16), big_));
    packet.bytes = block.body.subspan(20, captured);
    return true;
  }

  /// Of the first interface, without a time, as long as the interface's limit or the block allows.
  bool simple(Window& window, const Block& block, Packet& packet) {
    if (block.body.size() < 4 || interfaces_.empty())
      return refuse(window, block, "a simple packet's block is too short or stands before any interface");
    const Interface& on = interfaces_.front();
    packet.original_size = u32(block.body, big_);
    std::size_t captured = std::min<std::size_t>(packet.original_size, block.body.size() - 4);
    if (on.snap_length != 0) captured = std::min<std::size_t>(captured, on.snap_length);
    packet.when.at = 0;
    packet.link_type = on.link_type;
    packet.bytes = block.body.subspan(4, captured);
    return true;
  }

  void keep_secrets(const Block& block) {
    if (block.body.size() < 8 || u32(block.body, big_) != key_log) return;
    const std::size_t size = std::min<std::size_t>(u32(block.body.subspan(4), big_), block.body.size() - 8);
    if (secrets_.size() + size > most_secrets) return;
    if (!secrets_.empty() && secrets_.back() != '\n') secrets_.push_back('\n');
    const base::ByteView text = block.body.subspan(8, size);
    secrets_.insert(secrets_.end(), text.begin(), text.end());
  }

  static bool refuse(Window& window, const Block& block, const std::string& what) {
    window.damaged(block.start, what);
    return false;
  }

  bool big_ = false;
  std::vector<Interface> interfaces_;
  base::Bytes secrets_;
};

}  // namespace

std::unique_ptr<Format> pcapng(Window& window) {
  if (!window.have(12) || u32(window.bytes(), false) != section_header) return nullptr;
  const bool known = u32(window.bytes().subspan(8), true) == 0x1a2b3c4d || u32(window.bytes().subspan(8), false) == 0x1a2b3c4d;
  return known ? std::make_unique<Pcapng>() : nullptr;
}

}  // namespace whytls::sources::capture::file
