// SPDX-License-Identifier: Apache-2.0
#include "net/hop_watch.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace whytls::net {
namespace {

constexpr std::uint8_t syn = 0x02, rst = 0x04;
constexpr std::size_t v6_header = 40, port_offset = 2, flags_offset = 13;

/// A classic BPF program in which every test that fails jumps to the last instruction, which drops the packet.
class Program {
 public:
  void load(std::uint16_t size, std::uint16_t mode, std::uint32_t offset) { add(static_cast<std::uint16_t>(BPF_LD | size | mode), offset); }
  void load_v4_header_length() { add(BPF_LDX | BPF_B | BPF_MSH, 0); }
  void demand(std::uint16_t test, std::uint32_t value) { add(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, false, true); }
  void forbid_bits(std::uint32_t bits) { add(BPF_JMP | BPF_JSET | BPF_K, bits, true, false); }

  void attach(int descriptor) {
    add(BPF_RET | BPF_K, 128);
    const std::size_t drop = code_.size();
    add(BPF_RET | BPF_K, 0);
    for (std::size_t i = 0; i < code_.size(); ++i) {
      const auto distance = static_cast<std::uint8_t>(drop - i - 1);
      if (code_[i].jt != 0) code_[i].jt = distance;
      if (code_[i].jf != 0) code_[i].jf = distance;
    }
    const sock_fprog program{.len = static_cast<unsigned short>(code_.size()), .filter = code_.data()};
    setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  }

 private:
  void add(std::uint16_t code, std::uint32_t value, bool drop_if_true = false, bool drop_if_false = false) {
    code_.push_back({.code = code, .jt = std::uint8_t{drop_if_true}, .jf = std::uint8_t{drop_if_false}, .k = value});
  }
  std::vector<sock_filter> code_;
};

std::uint32_t word(base::ByteView bytes) {
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U | std::uint32_t{bytes[2]} << 8U | bytes[3];
}

/// Lets through only what `remote` sends with SYN or RST set; the packet begins with its IP header.
void attach_filter(int descriptor, const Address& remote, base::ByteView address) {
  Program program;
  const bool v6 = remote.v6();
  program.load(BPF_B, BPF_ABS, v6 ? 6 : 9);
  program.demand(BPF_JEQ, IPPROTO_TCP);
  if (!v6) {
    program.load(BPF_H, BPF_ABS, 6);
    program.forbid_bits(0x1fff);  // a later fragment has no TCP header
  }
  for (std::size_t at = 0; at < address.size(); at += 4) {
    program.load(BPF_W, BPF_ABS, static_cast<std::uint32_t>((v6 ? 8U : 12U) + at));
    program.demand(BPF_JEQ, word(address.subspan(at, 4)));
  }
  if (!v6) program.load_v4_header_length();
  const std::uint16_t mode = v6 ? BPF_ABS : BPF_IND;
  const std::uint32_t base = v6 ? v6_header : 0;
  program.load(BPF_H, mode, base);
  program.demand(BPF_JEQ, remote.port);
  program.load(BPF_B, mode, base + flags_offset);
  program.demand(BPF_JSET, syn | rst);
  program.attach(descriptor);
}

bool bind_to(int descriptor, bool v6) {
  sockaddr_ll where{};
  where.sll_family = AF_PACKET;
  where.sll_protocol = htons(v6 ? ETH_P_IPV6 : ETH_P_IP);
  return bind(descriptor, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
}

}  // namespace

std::unique_ptr<HopWatch> HopWatch::open(const Address& remote) {
  std::array<std::uint8_t, 16> address{};
  const bool v6 = remote.v6();
  if (inet_pton(v6 ? AF_INET6 : AF_INET, remote.ip.c_str(), address.data()) != 1) return nullptr;
  // Protocol 0 receives nothing: the filter is in place before the first packet.
  const int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return nullptr;
  std::unique_ptr<HopWatch> watch(new HopWatch(descriptor, v6));
  attach_filter(descriptor, remote, base::ByteView(address).first(v6 ? 16 : 4));
  return bind_to(descriptor, v6) ? std::move(watch) : nullptr;
}

HopWatch::~HopWatch() { ::close(descriptor_); }

std::optional<HopView> HopWatch::view(std::uint16_t local_port) {
  constexpr int max_packets = 4096;
  for (int i = 0; i < max_packets; ++i) {
    std::array<std::uint8_t, 128> packet{};
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(descriptor_, packet.data(), packet.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) break;
    // On loopback each packet is seen leaving and arriving.
    if (from.sll_pkttype != PACKET_OUTGOING) note_hops(base::ByteView(packet).first(static_cast<std::size_t>(got)), v6_, local_port, seen_);
  }
  if (seen_.syn_ack_ttl == 0 && seen_.reset_ttl == 0) return std::nullopt;
  return seen_;
}

void note_hops(base::ByteView packet, bool v6, std::uint16_t local_port, HopView& seen) {
  if (packet.size() < 20) return;
  const std::size_t header = v6 ? v6_header : std::size_t{4} * (packet[0] & 0xfU);
  if (packet.size() <= header + flags_offset) return;
  const unsigned port = static_cast<unsigned>(packet[header + port_offset]) << 8U | packet[header + port_offset + 1];
  if (port != local_port) return;
  const std::uint8_t flags = packet[header + flags_offset];
  const std::uint8_t hops = packet[v6 ? 7 : 8];
  std::uint8_t& kept = (flags & rst) != 0 ? seen.reset_ttl : seen.syn_ack_ttl;
  if (kept == 0) kept = hops;
}

}  // namespace whytls::net
