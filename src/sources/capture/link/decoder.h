// SPDX-License-Identifier: Apache-2.0
// From a captured frame to the innermost TCP segment, UDP datagram or ICMP error: link layers, tags, tunnels, IP and its fragments. It
// keeps nothing of a packet but fragments, and allocates for nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sources/capture/datagram.h"
#include "sources/capture/link/cut_view.h"
#include "sources/capture/link/fragments.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture::link {

/// Where a header or a payload stands in the packet that was fed; `end` is behind what the capture has of it.
struct Layer {
  enum class Kind : std::uint8_t { ethernet, cooked, cooked_v2, wifi, ipv4, ipv6, tcp, udp, icmp, quoted } kind;
  std::size_t begin = 0, end = 0;
};

class Decoder {
 public:
  Decoder(SegmentSink tcp, UdpSink udp, IcmpSink icmp) : tcp_(std::move(tcp)), udp_(std::move(udp)), icmp_(std::move(icmp)) {}

  void feed(const Packet& packet);
  /// Notes the layers of each packet, outermost first, until told otherwise (nullptr). What fragments were put together to is left out.
  void note_layers(std::vector<Layer>* to) { layers_ = to; }

  /// Packets that could not be looked into, by what they are: "link type 189 (USB)", "IPsec ESP", "encrypted 802.11".
  std::vector<std::pair<std::string, std::uint64_t>> undecoded() const;
  /// Packets that the capture cut (snaplen).
  std::uint64_t cut() const { return cut_; }
  /// Datagrams of which fragments are missing.
  std::uint64_t incomplete_fragments() const { return fragments_.given_up(); }

 private:
  static constexpr int deepest = 24;  ///< layers one within another: what is nested deeper is made to be

  struct IpHead {
    Address source, destination;
    std::uint8_t hop_limit = 0;
    std::uint16_t id = 0;
  };

  void frame(std::uint32_t link_type, CutView at);
  // link.cpp: each takes a layer from its first byte
  void ethernet(CutView at);
  void ether_type(std::uint16_t type, CutView at);
  void llc(CutView at);
  void mpls(CutView at);
  void pppoe(CutView at);
  void ppp(CutView at);
  void c_hdlc(CutView at);
  void loopback(CutView at);
  void family(std::uint32_t number, CutView at);
  void cooked(CutView at);
  void cooked_v2(CutView at);
  void wifi(CutView at, bool maybe_swapped = false);
  void packet_filter_log(CutView at);
  void netfilter_log(CutView at);
  void packet_tap(CutView at);
  // ip.cpp
  void ip(CutView at);
  void ip_v4(CutView at);
  void ip_v6(CutView at);
  void fragment_v4(const IpHead& head, std::uint8_t protocol, std::uint16_t field, CutView at);
  void fragment_v6(const IpHead& head, CutView at);
  void payload(const IpHead& head, std::uint8_t protocol, CutView at);
  // transport.cpp
  void tcp(const IpHead& head, CutView at);
  void udp(const IpHead& head, CutView at);
  void icmp(const IpHead& head, CutView at);
  // tunnel.cpp
  void gre(CutView at);
  void erspan(std::size_t header, CutView at);
  bool udp_tunnel(std::uint16_t port, CutView at);
  bool vxlan(CutView at, bool generic);
  bool geneve(CutView at);
  bool gtp(CutView at);
  bool teredo(CutView at);
  bool l2tp(CutView at);
  bool capwap(CutView at);

  void note(Layer::Kind kind, const CutView& at) {
    if (layers_ != nullptr) note_layer(kind, at);
  }
  void note_layer(Layer::Kind kind, const CutView& at);
  /// Whether another layer may be entered.
  bool deeper() { return ++depth_ <= deepest; }

  SegmentSink tcp_;
  UdpSink udp_;
  IcmpSink icmp_;
  Fragments fragments_;
  Moment when_;
  std::vector<Layer>* layers_ = nullptr;
  base::ByteView packet_;
  int depth_ = 0;
  std::uint64_t cut_ = 0, esp_ = 0, encrypted_wifi_ = 0;
  std::map<std::uint32_t, std::uint64_t> unknown_links_;
};

}  // namespace whytls::sources::capture::link
