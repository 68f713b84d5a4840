// SPDX-License-Identifier: Apache-2.0
// Any cutting, disorder and repetition of a stream gives the same bytes; gaps are exactly where bytes are missing.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sources/capture/capture_builder.h"
#include "sources/capture/tcp/recorder.h"

namespace whytls::sources::capture {
namespace {

using built::Recorder;
using built::Script;

const Endpoint client = built::endpoint("192.0.2.1", 40000), server = built::endpoint("192.0.2.2", 443);

struct Cut {
  std::size_t from = 0, to = 0;
};

built::Bytes stream(std::size_t size) {
  built::Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>('a' + i % 23);
  return out;
}

/// Pieces that cover all, some twice, some overlapping.
std::vector<Cut> cuts(std::size_t size) {
  std::vector<Cut> out;
  for (std::size_t at = 0; at < size;) {
    const auto length = *rc::gen::inRange<std::size_t>(1, 200);
    const std::size_t end = std::min(size, at + length);
    const auto before = *rc::gen::inRange<std::size_t>(0, 4) == 0 ? *rc::gen::inRange<std::size_t>(0, 50) : 0;
    out.push_back({at - std::min(at, before), end});
    if (*rc::gen::inRange(0, 8) == 0) out.push_back(out[*rc::gen::inRange<std::size_t>(0, out.size())]);
    at = end;
  }
  return out;
}

/// Each moves at most `far` places.
void disorder(std::vector<Cut>& all, std::size_t far) {
  for (std::size_t i = 0; i + 1 < all.size(); ++i)
    std::swap(all[i], all[std::min(all.size() - 1, i + *rc::gen::inRange<std::size_t>(0, far))]);
}

Segment segment(std::uint64_t packet, bool from_client, std::uint32_t sequence, std::uint32_t acknowledgment, unsigned flags,
                base::ByteView payload) {
  Segment out;
  out.when = {packet, Script::begin + static_cast<std::int64_t>(packet) * 1000};
  out.source = from_client ? client : server;
  out.destination = from_client ? server : client;
  out.sequence = sequence;
  out.acknowledgment = acknowledgment;
  out.flags = static_cast<std::uint8_t>(flags);
  out.window = 1000;
  out.id = static_cast<std::uint16_t>(packet);
  out.payload = payload;
  out.payload_size = static_cast<std::uint32_t>(payload.size());
  return out;
}

RC_GTEST_PROP(AnyOrder, AnyCuttingDisorderAndRepetitionGivesTheSameBytes, ()) {
  const auto first = *rc::gen::arbitrary<std::uint32_t>();
  const built::Bytes data = stream(*rc::gen::inRange<std::size_t>(1, 4000));
  std::vector<Cut> all = cuts(data.size());
  disorder(all, 6);
  Recorder recorder;
  std::uint64_t packet = 0;
  recorder.tcp.feed(segment(++packet, true, first, 0, Segment::syn, {}));
  recorder.tcp.feed(segment(++packet, false, 7, first + 1, Segment::syn | Segment::ack, {}));
  for (const Cut& cut : all) {
    const auto view = base::ByteView(data).subspan(cut.from, cut.to - cut.from);
    recorder.tcp.feed(segment(++packet, true, first + 1 + static_cast<std::uint32_t>(cut.from), 8, Segment::ack, view));
  }
  recorder.tcp.feed(segment(++packet, true, first + 1 + static_cast<std::uint32_t>(data.size()), 8, Segment::fin | Segment::ack, {}));
  RC_ASSERT(recorder.heard.size() == 1U);
  RC_ASSERT(recorder[0].opened() == base::text(data));
  RC_ASSERT(recorder[0].finished[0]);
  recorder.tcp.finish();
  RC_ASSERT(recorder[0].end(End::opener).missing == 0U);
  RC_ASSERT(recorder[0].end(End::opener).bytes == data.size());
  RC_ASSERT(recorder[0].end(End::opener).conflicting_bytes == 0U);
}

RC_GTEST_PROP(AnyOrder, GapsAreExactlyWhereBytesAreMissing, ()) {
  const auto first = *rc::gen::arbitrary<std::uint32_t>();
  const built::Bytes data = stream(*rc::gen::inRange<std::size_t>(1, 4000));
  std::vector<Cut> all = cuts(data.size());
  std::erase_if(all, [](const Cut&) { return *rc::gen::inRange(0, 5) == 0; });
  std::string expected;
  std::vector<bool> there(data.size());
  for (const Cut& cut : all)
    std::fill(there.begin() + static_cast<std::ptrdiff_t>(cut.from), there.begin() + static_cast<std::ptrdiff_t>(cut.to), true);
  for (std::size_t i = 0; i < data.size();) {
    std::size_t missing = 0;
    while (i < data.size() && !there[i]) ++i, ++missing;
    if (missing > 0) expected += fmt::format("[gap {}]", missing);
    while (i < data.size() && there[i]) expected += static_cast<char>(data[i++]);
  }
  disorder(all, 6);
  Recorder recorder;
  std::uint64_t packet = 0;
  recorder.tcp.feed(segment(++packet, true, first, 0, Segment::syn, {}));
  for (const Cut& cut : all) {
    const auto view = base::ByteView(data).subspan(cut.from, cut.to - cut.from);
    recorder.tcp.feed(segment(++packet, true, first + 1 + static_cast<std::uint32_t>(cut.from), 8, Segment::ack, view));
  }
  const std::uint32_t behind = first + 1 + static_cast<std::uint32_t>(data.size());
  recorder.tcp.feed(segment(++packet, true, behind, 8, Segment::fin | Segment::ack, {}));
  recorder.tcp.feed(segment(++packet, false, 8, behind + 1, Segment::ack, {}));
  recorder.tcp.finish();
  RC_ASSERT(recorder.heard.size() == 1U);
  RC_ASSERT(recorder[0].opened() == expected);
}

RC_GTEST_PROP(AnyOrder, WhatAReaderSkipsChangesNothingOfWhatItSees, ()) {
  const built::Bytes data = stream(*rc::gen::inRange<std::size_t>(1, 3000));
  const auto wants = *rc::gen::inRange<std::size_t>(1, 40), skips = *rc::gen::inRange<std::size_t>(1, 300);
  std::string expected;  // `wants` bytes, then `skips` not, and so on
  for (std::size_t i = 0; i < data.size(); ++i)
    if (i % (wants + skips) < wants) expected += static_cast<char>(data[i]);
  std::vector<Cut> all = cuts(data.size());
  disorder(all, 6);
  Recorder recorder;
  std::string got;
  std::size_t wanted = wants;
  recorder.answer = [&](End, base::ByteView bytes) -> std::uint64_t {  // it may be handed more than it wants at once
    std::uint64_t skip = 0;
    while (!bytes.empty()) {
      const std::size_t take = std::min(wanted, bytes.size());
      got += base::text(bytes.first(take));
      bytes = bytes.subspan(take);
      wanted -= take;
      if (wanted > 0) return 0;
      wanted = wants;
      if (bytes.size() <= skips) return skip = skips - bytes.size();
      bytes = bytes.subspan(skips);
    }
    return skip;
  };
  std::uint64_t packet = 0;
  recorder.tcp.feed(segment(++packet, true, 99, 0, Segment::syn, {}));
  for (const Cut& cut : all)
    recorder.tcp.feed(segment(++packet, true, 100 + static_cast<std::uint32_t>(cut.from), 8, Segment::ack,
                              base::ByteView(data).subspan(cut.from, cut.to - cut.from)));
  recorder.tcp.finish();
  RC_ASSERT(got == expected);
  RC_ASSERT(recorder[0].end(End::opener).bytes == data.size());
}

}  // namespace
}  // namespace whytls::sources::capture
