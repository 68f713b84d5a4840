// SPDX-License-Identifier: Apache-2.0
// The whole way from packets to facts: however the segments of several connections are cut, mixed, disordered, repeated and fragmented on
// their way, the same handshakes come out, with the same facts.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "sources/capture/capture.h"
#include "sources/capture/capture_builder.h"
#include "sources/capture/facts.h"
#include "sources/capture/tls/testing.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using built::Script;
using evidence::Kind;
using wire::HandshakeType;

/// What one side says before the other speaks.
struct Turn {
  bool by_client = false;
  Bytes said;
};
struct Dialogue {
  std::vector<Turn> turns;
  bool client_ends = true;
};

Bytes certificate() { return message(HandshakeType::certificate, Bytes(900, 3)); }

std::vector<Dialogue> dialogues() {
  const Turn hello{true, client_hello()};
  const Bytes flight = join({server_hello(0x0303, 0xc02f), certificate(), message(HandshakeType::server_key_exchange, Bytes(200, 4)),
                             message(HandshakeType::server_hello_done, {})});
  const Bytes answer = join({message(HandshakeType::client_key_exchange, Bytes(66, 5)), ccs(), sealed_handshake()});
  const Bytes modern = join({server_hello(0x0304, 0x1301), ccs(), sealed(23), sealed(900), sealed(280), sealed(53)});
  Bytes long_flight = server_hello(0x0304, 0x1301);
  for (std::size_t i = 0; i < 24; ++i) long_flight = join({long_flight, sealed(1800 + i)});
  return {
      {{hello, {false, flight}, {true, answer}, {false, join({ccs(), sealed_handshake()})}, {true, sealed(300)}, {false, sealed(3000)}},
       true},
      {{hello, {false, modern}, {true, join({ccs(), sealed(53), sealed(120)})}, {false, sealed(2000)}}, false},
      {{hello, {false, modern}, {true, join({ccs(), sealed(19)})}}, true},
      {{hello, {false, long_flight}, {true, sealed(19)}}, true},
      {{hello, {false, alert(2, 40)}}, false},
      {{hello, {false, flight}, {true, alert(2, 45)}}, true},
      {{hello, {false, flight}}, true},
      {{hello}, false},
      {{hello, {false, text("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")}}, false},
      {{{false, text("220 mail ESMTP\r\n")},
        {true, text("EHLO me\r\n")},
        {false, text("250-mail\r\n250 STARTTLS\r\n")},
        {true, text("STARTTLS\r\n")},
        {false, text("220 go ahead\r\n")},
        hello,
        {false, alert(2, 70)}},
       false},
  };
}

/// All chances of one run follow from its seed, so that a failure shrinks to a small seed and not through thousands of choices.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t end) { return engine_() % end; }
  bool one_in(std::size_t count) { return below(count) == 0; }

 private:
  std::mt19937 engine_;
};

/// How packets travel: the plain way without dice.
struct Way {
  Dice* dice = nullptr;
  std::size_t largest = 1448;
};

/// The two or three fragments of a packet of IPv4, in any order.
std::vector<Bytes> fragments(const Bytes& frame, std::uint16_t id, Dice& dice) {
  constexpr std::size_t ethernet = 14, header = 20, unit = 8;
  const base::ByteView packet = base::ByteView(frame).subspan(ethernet), load = packet.subspan(header);
  Address from, to;
  std::copy_n(packet.begin() + 12, 4, from.bytes.begin());
  std::copy_n(packet.begin() + 16, 4, to.bytes.begin());
  const std::size_t cut = (1 + dice.below((load.size() - 1) / unit)) * unit;
  constexpr std::uint16_t more = 0x2000;
  std::vector<Bytes> out{
      built::frame(from, built::ip(from, to, 6, load.first(cut), {packet[8], id, more})),
      built::frame(from, built::ip(from, to, 6, load.subspan(cut), {packet[8], id, static_cast<std::uint16_t>(cut / unit)}))};
  if (dice.one_in(2)) std::swap(out[0], out[1]);
  return out;
}

/// The frames of one turn: segments of any size, some sent again, none more than three places from where it belongs, some in fragments.
void say(built::Talk& talk, Script& script, const Turn& turn, const Way& way) {
  built::Talk::Side& side = turn.by_client ? talk.client : talk.server;
  built::Talk::Side& peer = turn.by_client ? talk.server : talk.client;
  const std::size_t begin = script.frames.size();
  for (std::size_t at = 0; at < turn.said.size();) {
    const std::size_t left = turn.said.size() - at;
    const std::size_t size = std::min(left, way.dice ? 1 + way.dice->below(way.largest) : way.largest);
    talk.send(side, Segment::ack, base::ByteView(turn.said).subspan(at, size));
    at += size;
  }
  if (Dice* const dice = way.dice) {
    std::vector<Script::Frame> sent(script.frames.begin() + static_cast<std::ptrdiff_t>(begin), script.frames.end());
    script.frames.resize(begin);
    const std::size_t count = sent.size();
    for (std::size_t i = 0; i < count; ++i)
      if (dice->one_in(6)) sent.push_back(sent[i]);
    for (std::size_t i = 0; i + 1 < sent.size(); ++i) std::swap(sent[i], sent[std::min(sent.size() - 1, i + dice->below(4))]);
    for (const Script::Frame& each : sent) {
      const auto id = static_cast<std::uint16_t>(std::size_t{talk.client.at.port} % 8 * 8000 + script.frames.size());  // of its own each
      const bool cut = each.bytes.size() > 62 && dice->one_in(5);
      const std::vector<Bytes> pieces = cut ? fragments(each.bytes, id, *dice) : std::vector<Bytes>(1, each.bytes);
      for (const Bytes& piece : pieces) script.add(piece);
    }
  }
  talk.ack_by(peer);
}

Script script_of(const Dialogue& dialogue, std::uint16_t port, const Way& way) {
  Script script;
  built::Talk talk(script, built::endpoint("192.0.2.1", port), built::endpoint("192.0.2.2", 443));
  talk.open();
  for (const Turn& turn : dialogue.turns) say(talk, script, turn, way);
  dialogue.client_ends ? talk.fin_by(talk.client).fin_by(talk.server) : talk.fin_by(talk.server).fin_by(talk.client);
  return script;
}

/// One after another, or mixed, each in its own order; times are in order.
std::vector<Bytes> together(const std::vector<Script>& all, Dice* dice) {
  std::vector<Bytes> out;
  std::vector<std::size_t> at(all.size());
  while (true) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (at[i] < all[i].frames.size()) open.push_back(i);
    if (open.empty()) return out;
    const std::size_t pick = dice ? open[dice->below(open.size())] : open.front();
    out.push_back(all[pick].frames[at[pick]++].bytes);
  }
}

/// How a connection stands and all its facts but its time and counts of repetition; by the client's port.
std::map<std::uint16_t, std::vector<std::string>> outcome(const std::vector<Bytes>& frames) {
  std::map<std::uint16_t, std::vector<std::string>> out;
  Capture capture(
      [&](Handshake&& h) {
        const Facts facts = facts_of(h, {});
        std::vector<std::string>& said = out[h.client.port];
        said.push_back(fmt::format("standing {} history {}", static_cast<int>(facts.assessment.standing), h.history));
        for (const evidence::Fact& fact : facts.evidence.facts())
          if (fact.kind != Kind::retransmissions && fact.kind != Kind::hello_repeated && fact.kind != Kind::now)
            said.push_back(evidence::to_text(fact));
      },
      nullptr);
  Packet packet;
  for (const Bytes& frame : frames) {
    packet.when = {packet.when.packet + 1, Script::begin + static_cast<std::int64_t>(packet.when.packet) * 10'000};
    packet.link_type = 1;
    packet.bytes = frame;
    packet.original_size = static_cast<std::uint32_t>(frame.size());
    capture.feed(packet);
  }
  capture.finish();
  return out;
}

/// Where they differ, in words; empty where they do not.
template <class Outcome>
std::string difference(const Outcome& expected, const Outcome& got) {
  if (expected.size() != got.size()) return fmt::format("{} connections instead of {}", got.size(), expected.size());
  for (const auto& [port, said] : expected) {
    const auto other = got.find(port);
    if (other == got.end()) return fmt::format("connection {} is missing", port);
    const auto [ours, theirs] = std::mismatch(said.begin(), said.end(), other->second.begin(), other->second.end());
    const auto word = [](auto at, auto end) { return at == end ? std::string("nothing") : *at; };
    if (ours != said.end() || theirs != other->second.end())
      return fmt::format("connection {}: {} instead of {}", port, word(theirs, other->second.end()), word(ours, said.end()));
  }
  return {};
}

void give_the_same(bool disturbed, std::size_t largest) {
  Dice dice(*rc::gen::arbitrary<std::uint32_t>());
  const std::vector<Dialogue> known = dialogues();
  std::vector<Script> plain, other;
  for (std::uint16_t port = 40001; port <= 40006; ++port) {
    const Dialogue& pick = known[dice.below(known.size())];
    plain.push_back(script_of(pick, port, {}));
    other.push_back(script_of(pick, port, {disturbed ? &dice : nullptr, largest}));
  }
  RC_ASSERT(difference(outcome(together(plain, nullptr)), outcome(together(other, &dice))) == std::string());
}

RC_GTEST_PROP(WholeCaptures, ConnectionsThatAreMixedStayApart, ()) { give_the_same(false, 1448); }

RC_GTEST_PROP(WholeCaptures, AnySegmentationDisorderRepetitionAndFragmentationGivesTheSameFacts, ()) { give_the_same(true, 1448); }

RC_GTEST_PROP(WholeCaptures, SmallSegmentsGiveTheSameFacts, ()) { give_the_same(true, 60); }

TEST(WholeCaptures, TheDialoguesEndInAllWays) {
  std::vector<Script> all;
  for (const Dialogue& each : dialogues()) all.push_back(script_of(each, static_cast<std::uint16_t>(40001 + all.size()), {}));
  std::vector<std::string> standings;
  for (const auto& [port, said] : outcome(together(all, nullptr))) standings.push_back(said.front().substr(0, 10));
  EXPECT_EQ(standings, (std::vector<std::string>{"standing 0", "standing 0", "standing 1", "standing 1", "standing 1", "standing 1",
                                                 "standing 2", "standing 1", "standing 1", "standing 1"}));
}

}  // namespace
}  // namespace whytls::sources::capture
