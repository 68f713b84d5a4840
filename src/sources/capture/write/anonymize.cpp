// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/write/anonymize.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "sources/capture/link/decoder.h"
#include "sources/capture/write/pseudonyms.h"

namespace whytls::sources::capture {
namespace {

using link::Layer;
using Kind = Layer::Kind;

bool is_ip(Kind kind) { return kind == Kind::ipv4 || kind == Kind::ipv6 || kind == Kind::quoted; }

std::uint32_t folded(std::uint64_t sum) {
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint32_t>(sum);
}

/// The sum of RFC 1071 over some bytes, which begin a word.
std::uint64_t sum(const base::Bytes& of, std::size_t begin, std::size_t end) {
  std::uint64_t out = 0;
  for (std::size_t i = begin; i < std::min(end, of.size()); ++i) out += (i - begin) % 2 == 0 ? std::uint64_t{of[i]} << 8U : of[i];
  return out;
}

/// One packet: where its layers are, and its bytes before anything was changed.
struct Work {
  KeptPacket* packet = nullptr;
  base::Bytes before;
  std::vector<Layer> layers;
};

/// Where the payload of a segment stands.
struct Part {
  std::size_t work = 0, begin = 0, size = 0;
  std::int64_t place = 0;  ///< in its stream
};

class Anonymizer {
 public:
  Anonymizer(std::vector<KeptPacket>& packets, const std::vector<std::string>& names) : names_(names) {
    works_.reserve(packets.size());
    for (KeptPacket& packet : packets) learn(packet);
  }

  void run() {
    for (Work& work : works_)
      for (const Layer& layer : work.layers) {
        if (is_ip(layer.kind)) map_ip(work, layer);
        map_hardware(work, layer);
      }
    for (auto& [ends, parts] : streams_) replace_in_stream(parts);
    for (const Part& part : datagrams_) replace_in_run(&part, &part + 1);
    for (Work& work : works_)
      for (auto layer = work.layers.rbegin(); layer != work.layers.rend(); ++layer) correct(work, *layer);
  }

 private:
  void learn(KeptPacket& packet);
  void learn_segment(const Segment& segment);
  void learn_datagram(base::ByteView payload);
  void replace_in_stream(std::vector<Part>& parts);
  void replace_in_run(const Part* first, const Part* last);
  void map_ip(Work& work, const Layer& layer);
  void map_hardware(Work& work, const Layer& layer);
  void replace(base::Bytes& bytes);
  void correct(Work& work, const Layer& layer);
  static void correct(Work& work, std::size_t field, std::size_t begin, std::size_t end, std::optional<Layer> pseudo);
  void map_address(base::Bytes& bytes, std::size_t at, std::size_t size);
  void map_mac(base::Bytes& bytes, std::size_t at);

  Pseudonyms names_;
  std::vector<Work> works_;
  std::map<std::pair<Endpoint, Endpoint>, std::vector<Part>> streams_;
  std::map<std::pair<Endpoint, Endpoint>, std::uint32_t> first_sequence_;
  std::vector<Part> datagrams_;
  std::map<base::Bytes, base::Bytes> addresses_, hardware_;
};

void Anonymizer::learn(KeptPacket& packet) {
  works_.push_back({&packet, packet.bytes, {}});
  link::Decoder decoder([this](const Segment& segment) { learn_segment(segment); },
                        [this](const Moment&, const Endpoint&, const Endpoint&, base::ByteView payload) { learn_datagram(payload); },
                        [](const IcmpError&) {});
  decoder.note_layers(&works_.back().layers);
  decoder.feed({packet.when, packet.link_type, packet.original_size, packet.bytes});
}

void Anonymizer::learn_segment(const Segment& segment) {
  const auto ends = std::pair(segment.source, segment.destination);
  const auto [first, fresh] = first_sequence_.try_emplace(ends, segment.sequence);
  const base::Bytes& bytes = works_.back().packet->bytes;
  if (segment.payload.empty() || segment.payload.data() < bytes.data() || segment.payload.data() >= bytes.data() + bytes.size()) return;
  streams_[ends].push_back({works_.size() - 1, static_cast<std::size_t>(segment.payload.data() - bytes.data()), segment.payload.size(),
                            static_cast<std::int32_t>(segment.sequence - first->second)});
}

/// A datagram is all that there is of a stream. The protection of QUIC's first packets can be removed by anybody (RFC 9001 5.2): behind the
/// connection identifiers of a long header nothing is kept.
void Anonymizer::learn_datagram(base::ByteView payload) {
  Work& work = works_.back();
  base::Bytes& bytes = work.packet->bytes;
  if (payload.empty() || payload.data() < bytes.data() || payload.data() >= bytes.data() + bytes.size()) return;
  const auto begin = static_cast<std::size_t>(payload.data() - bytes.data());
  const bool dtls = payload[0] >= 20 && payload[0] <= 26;
  const bool long_header = (payload[0] & 0x80U) != 0 && payload.size() > 6;
  if (!dtls && long_header) {
    std::size_t size = std::min<std::size_t>(payload.size(), std::size_t{6} + payload[5]);
    if (size < payload.size()) size = std::min<std::size_t>(payload.size(), size + 1 + payload[size]);
    work.packet->original_size = std::max(work.packet->original_size, static_cast<std::uint32_t>(bytes.size()));
    bytes.resize(begin + size);
    return;
  }
  datagrams_.push_back({works_.size() - 1, begin, payload.size(), 0});
}

/// Names may be split between segments: they are looked for in what the segments make together.
void Anonymizer::replace_in_stream(std::vector<Part>& parts) {
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.place < b.place; });
  for (std::size_t first = 0; first < parts.size();) {
    std::int64_t end = parts[first].place + static_cast<std::int64_t>(parts[first].size);
    std::size_t last = first + 1;
    for (; last < parts.size() && parts[last].place <= end; ++last)
      end = std::max(end, parts[last].place + static_cast<std::int64_t>(parts[last].size));
    replace_in_run(&parts[first], parts.data() + last);
    first = last;
  }
}

void Anonymizer::replace_in_run(const Part* first, const Part* last) {
  base::Bytes whole;
  for (const Part* part = first; part != last; ++part) {
    const base::Bytes& from = works_[part->work].before;
    const auto have = static_cast<std::int64_t>(whole.size()) - (part->place - first->place);
    for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(have, 0)); i < part->size; ++i) whole.push_back(from[part->begin + i]);
  }
  base::Bytes changed = whole;
  replace(changed);
  for (const Part* part = first; part != last; ++part) {
    Work& work = works_[part->work];
    const auto at = static_cast<std::ptrdiff_t>(part->place - first->place), size = static_cast<std::ptrdiff_t>(part->size);
    const auto own = work.before.begin() + static_cast<std::ptrdiff_t>(part->begin);
    base::Bytes out(changed.begin() + at, changed.begin() + at + size);
    if (!std::equal(own, own + size, whole.begin() + at)) {  // other bytes at the same place: by themselves
      out.assign(own, own + size);
      replace(out);
    }
    std::copy(out.begin(), out.end(), work.packet->bytes.begin() + static_cast<std::ptrdiff_t>(part->begin));
  }
}

/// In the order in which they appear: 10.0.0.1, 10.0.0.2 …, fd00::1, fd00::2 ….
void Anonymizer::map_address(base::Bytes& bytes, std::size_t at, std::size_t size) {
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at), end = begin + static_cast<std::ptrdiff_t>(size);
  const auto [known, fresh] = addresses_.try_emplace(base::Bytes(begin, end));
  if (fresh) {
    std::size_t number = 0;
    for (const auto& [real, other] : addresses_) number += real.size() == size ? 1U : 0U;
    base::Bytes& made = known->second;
    made.assign(size, 0);
    made[0] = size == 4 ? 10 : 0xfd;
    for (std::size_t i = 1; i <= 3; ++i, number >>= 8U) made[size - i] = static_cast<std::uint8_t>(number & 0xffU);
  }
  std::copy(known->second.begin(), known->second.end(), begin);
}

void Anonymizer::map_mac(base::Bytes& bytes, std::size_t at) {
  if (at + 6 > bytes.size() || (bytes[at] & 1U) != 0) return;  // to many: that is nobody's
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto [known, fresh] = hardware_.try_emplace(base::Bytes(begin, begin + 6));
  if (fresh)
    known->second = {2,
                     0,
                     0,
                     static_cast<std::uint8_t>(hardware_.size() >> 16U),
                     static_cast<std::uint8_t>(hardware_.size() >> 8U & 0xffU),
                     static_cast<std::uint8_t>(hardware_.size() & 0xffU)};
  std::copy(known->second.begin(), known->second.end(), begin);
}

void Anonymizer::map_ip(Work& work, const Layer& layer) {
  base::Bytes& bytes = work.packet->bytes;
  const bool v6 = layer.begin < bytes.size() && bytes[layer.begin] >> 4U == 6;
  const std::size_t at = layer.begin + (v6 ? 8 : 12), size = v6 ? 16 : 4;
  if (at + 2 * size > bytes.size()) return;
  map_address(bytes, at, size);
  map_address(bytes, at + size, size);
}

void Anonymizer::map_hardware(Work& work, const Layer& layer) {
  base::Bytes& bytes = work.packet->bytes;
  if (layer.kind == Kind::ethernet)
    for (const unsigned at : {0U, 6U}) map_mac(bytes, layer.begin + at);
  if (layer.kind == Kind::cooked && bytes[layer.begin + 5] == 6) map_mac(bytes, layer.begin + 6);
  if (layer.kind == Kind::cooked_v2 && bytes[layer.begin + 11] == 6) map_mac(bytes, layer.begin + 12);
  if (layer.kind == Kind::wifi) {
    for (const unsigned at : {4U, 10U, 16U}) map_mac(bytes, layer.begin + at);
    if ((bytes[layer.begin + 1] & 3U) == 3) map_mac(bytes, layer.begin + 24);
  }
}

/// Names, and iPAddress of subject alternative names (RFC 5280 4.2.1.6): tag and length, and an address that was mapped.
void Anonymizer::replace(base::Bytes& bytes) {
  names_.replace(bytes);
  for (auto at = bytes.begin(); at != bytes.end(); ++at) {
    at = std::find(at, bytes.end(), std::uint8_t{0x87});
    if (bytes.end() - at < 6) return;
    const std::ptrdiff_t size = at[1];
    if ((size != 4 && size != 16) || bytes.end() - at < 2 + size) continue;
    if (const auto known = addresses_.find(base::Bytes(at + 2, at + 2 + size)); known != addresses_.end())
      at = std::copy(known->second.begin(), known->second.end(), at + 2) - 1;
  }
}

/// Checksums follow what was changed (RFC 1624), innermost first: one that was wrong before (left to the network card) stays wrong.
void Anonymizer::correct(Work& work, const Layer& layer) {
  std::optional<Layer> enclosing;
  for (const Layer& one : work.layers)
    if ((one.kind == Kind::ipv4 || one.kind == Kind::ipv6) && one.begin < layer.begin && one.end >= layer.end) enclosing = one;
  switch (layer.kind) {
    case Kind::ipv4:
      return correct(work, layer.begin + 10, layer.begin, layer.begin + (work.before[layer.begin] & 15U) * std::size_t{4}, std::nullopt);
    case Kind::tcp:
      return correct(work, layer.begin + 16, layer.begin, layer.end, enclosing);
    case Kind::udp:
      return correct(work, layer.begin + 6, layer.begin, layer.end, enclosing);
    case Kind::icmp:
      return correct(work, layer.begin + 2, layer.begin, layer.end, enclosing && enclosing->kind == Kind::ipv6 ? enclosing : std::nullopt);
    default:
      return;
  }
}

void Anonymizer::correct(Work& work, std::size_t field, std::size_t begin, std::size_t end, std::optional<Layer> pseudo) {
  base::Bytes& now = work.packet->bytes;
  if (field + 2 > now.size()) return;
  const auto stored = static_cast<std::uint32_t>(now[field] << 8U | now[field + 1]);
  const bool datagram = field == begin + 6;
  if (datagram && stored == 0) return;  // none was sent (RFC 768)
  end = std::min(end, now.size());
  std::uint64_t old_sum = sum(work.before, begin, end), new_sum = sum(now, begin, end);
  if (pseudo) {
    const std::size_t at = pseudo->begin + (pseudo->kind == Kind::ipv6 ? 8 : 12), size = pseudo->kind == Kind::ipv6 ? 32 : 8;
    old_sum += sum(work.before, at, at + size);
    new_sum += sum(now, at, at + size);
  }
  std::uint32_t out = ~folded((~stored & 0xffffU) + folded(new_sum) + (0xffffU - folded(old_sum))) & 0xffffU;
  if (datagram && out == 0) out = 0xffff;
  now[field] = static_cast<std::uint8_t>(out >> 8U);
  now[field + 1] = static_cast<std::uint8_t>(out & 0xffU);
}

}  // namespace

void anonymize(std::vector<KeptPacket>& packets, const std::vector<std::string>& names) { Anonymizer(packets, names).run(); }

}  // namespace whytls::sources::capture
