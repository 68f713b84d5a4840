// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/udp/udp_flows.h"

#include <algorithm>
#include <random>

#include "wire/dtls.h"
#include "wire/quic.h"

namespace whytls::sources::capture {
namespace {

/// Which protocol a first byte can belong to: RFC 7983 7, RFC 9443 3.
bool may_be_dtls(std::uint8_t first) { return first >= 20 && first <= 63; }
bool may_be_quic(std::uint8_t first) { return first >= 64; }
/// … or to Google's QUIC, whose flags come before any such order.
bool may_matter(std::uint8_t first) { return may_be_dtls(first) || may_be_quic(first) || (first & 0xc9U) == 0x09U; }

bool begins(base::ByteView payload) {
  if (may_be_dtls(payload[0]) && wire::begins_dtls(payload)) return true;
  return (may_be_quic(payload[0]) && wire::begins_quic(payload)) || wire::google_quic(payload).has_value();
}

/// Nanoseconds within which datagrams of a flow do not move it in the list of ages: bulk data would do little else.
constexpr std::int64_t list_precision = 1'000'000'000;

/// … after which a flow that has to make room is as good as over: clients have asked again several times (RFC 9002 6.2, RFC 6347 4.2.4.1).
constexpr std::int64_t long_silence = 30'000'000'000;

std::size_t u16(base::ByteView bytes, std::size_t at) { return std::size_t{bytes[at]} << 8U | bytes[at + 1]; }

}  // namespace

base::ByteView inside_turn(base::ByteView datagram) {
  constexpr std::size_t channel_header = 4, stun_header = 20, attribute_header = 4;
  constexpr std::uint8_t send_indication = 0x16, data_indication = 0x17;
  constexpr std::size_t data = 0x0013;
  if (datagram.size() < channel_header) return datagram;
  if (datagram[0] >= 0x40 && datagram[0] <= 0x4f) {
    const std::size_t size = u16(datagram, 2);
    const bool fits = channel_header + size <= datagram.size() && datagram.size() - channel_header - size < 4;  // padded, or not
    const base::ByteView inside = fits ? datagram.subspan(channel_header, size) : datagram;
    return fits && !inside.empty() && may_be_dtls(inside[0]) ? inside : datagram;
  }
  if (datagram.size() < stun_header || datagram[0] != 0 || (datagram[1] != send_indication && datagram[1] != data_indication))
    return datagram;
  base::ByteView rest = datagram.subspan(stun_header);
  while (rest.size() >= attribute_header) {
    const std::size_t size = u16(rest, 2);
    if (attribute_header + size > rest.size()) break;
    if (u16(rest, 0) == data) return rest.subspan(attribute_header, size);
    rest = rest.subspan(std::min(rest.size(), attribute_header + (size + 3) / 4 * 4));
  }
  return datagram;
}

UdpFlows::UdpFlows(const HandshakeSink& sink, std::uint64_t& connections, const KeyLog* keys, const UdpLimits& limits)
    : context_{sink, connections, keys}, limits_(limits), index_(16, Hash{std::random_device{}() * 0x9e3779b97f4a7c15U}) {}

std::size_t UdpFlows::Hash::operator()(const tcp::FlowKey& key) const {
  std::uint64_t sum = secret;
  const auto mix = [&](std::uint64_t word) {
    sum = (sum ^ word) * 0xff51afd7ed558ccdU;
    sum ^= sum >> 32U;
  };
  for (const std::uint64_t word : key.addresses) mix(word);
  mix(std::uint64_t{key.ports[0]} << 16U | key.ports[1]);
  return sum;
}

void UdpFlows::feed(const Moment& when, const Endpoint& source, const Endpoint& destination, base::ByteView payload) {
  expire(when.at);
  if (payload.empty()) return;
  payload = inside_turn(payload);
  if (payload.empty() || !may_matter(payload[0])) return;
  const tcp::KeyOf key = tcp::key_of(source, destination);
  auto found = index_.find(key.key);
  if (found == index_.end()) {
    if (!begins(payload)) return;
    found = index_.emplace(key.key, flows_.emplace(flows_.end())).first;
    Flow& made = *found->second;
    made.key = key.key;
    made.opener_second = key.swapped;
  }
  Flow& flow = *found->second;
  ++flow.datagrams;
  if (when.at - flow.listed >= list_precision || flow.listed == 0) {
    flow.listed = when.at;
    flows_.splice(flows_.end(), flows_, found->second);
  }
  const bool was_busy = flow.memory == 0 || busy(flow);
  hand_over(flow, {when, source, destination, payload, key.swapped == flow.opener_second ? End::opener : End::answerer});
  if (was_busy || busy(flow)) account(flow);
  while (flows_.size() > 1 && (memory_ > limits_.memory || flows_.size() > limits_.flows)) {
    const bool long_silent = flows_.front().listed < when.at - long_silence;
    evicted_ += long_silent ? 0U : 1U;
    over(flows_.begin(), long_silent ? StreamReader::Over::idle : StreamReader::Over::evicted);
  }
}

void UdpFlows::hand_over(Flow& flow, const Datagram& datagram) {
  const base::ByteView payload = datagram.payload;
  const bool from_opener = datagram.from == End::opener;
  const Endpoint& opener = from_opener ? datagram.source : datagram.destination;
  const Endpoint& answerer = from_opener ? datagram.destination : datagram.source;
  if (may_be_dtls(payload[0])) {
    if (!flow.dtls && wire::begins_dtls(payload)) flow.dtls = std::make_unique<udp::DtlsFlow>(context_, opener, answerer);
    if (flow.dtls) return flow.dtls->feed(datagram.from, payload, datagram.when);
  }
  if (may_be_quic(payload[0])) {
    if (!flow.quic && wire::begins_quic(payload)) flow.quic = std::make_unique<udp::QuicFlow>(context_, opener, answerer);
    if (flow.quic) return flow.quic->feed(datagram.from, payload, datagram.when);
  }
  flow.google |= !flow.quic && !flow.dtls && wire::google_quic(payload).has_value();
}

bool UdpFlows::busy(const Flow& flow) { return (flow.dtls && flow.dtls->busy()) || (flow.quic && flow.quic->busy()); }

void UdpFlows::account(Flow& flow) {
  const std::size_t now = sizeof(Flow) + 64 + (flow.dtls ? flow.dtls->memory() : 0) + (flow.quic ? flow.quic->memory() : 0);
  memory_ += now - flow.memory;  // wraps and comes back where it shrank
  flow.memory = now;
}

void UdpFlows::icmp(const IcmpError& error) {
  if (error.about_tcp || error.mtu) return;
  const auto found = index_.find(tcp::key_of(error.source, error.destination).key);
  if (found == index_.end()) return;
  if (found->second->dtls) found->second->dtls->unreachable(error);
  if (found->second->quic) found->second->quic->unreachable(error);
}

void UdpFlows::over(Flows::iterator flow, StreamReader::Over why) {
  if (flow->dtls) flow->dtls->over(why);
  if (flow->quic) flow->quic->over(why);
  constexpr std::size_t most_versions = 20;
  if (flow->quic && flow->quic->unreadable()) {
    const std::uint32_t version = flow->quic->unknown_version();
    const bool told = version != 0 && (unknown_.size() < most_versions || unknown_.contains(version));
    (told ? unknown_[version] : unreadable_) += flow->datagrams;
  }
  if (flow->google && !flow->quic) google_ += flow->datagrams;
  memory_ -= flow->memory;
  index_.erase(flow->key);
  flows_.erase(flow);
}

void UdpFlows::expire(std::int64_t now) {
  while (!flows_.empty() && flows_.front().listed < now - limits_.idle - list_precision) over(flows_.begin(), StreamReader::Over::idle);
}

std::vector<std::pair<std::string, std::uint64_t>> UdpFlows::undecoded() const {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  if (google_ > 0) out.emplace_back("Google's own QUIC, whose handshake is no TLS", google_);
  if (unreadable_ > 0) out.emplace_back("QUIC whose first packets are not in the capture", unreadable_);
  for (const auto& [version, datagrams] : unknown_)
    out.emplace_back("QUIC in a version that is not known here (" + wire::quic_version_name(version) + ")", datagrams);
  return out;
}

void UdpFlows::finish() {
  while (!flows_.empty()) over(flows_.begin(), StreamReader::Over::capture_ended);
}

}  // namespace whytls::sources::capture
