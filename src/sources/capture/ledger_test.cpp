// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/ledger.h"

#include <gtest/gtest.h>

#include "evidence/changes.h"
#include "sources/capture/tls/testing.h"

namespace whytls::sources::capture {
namespace {

using namespace testing;
using evidence::Kind;

Handshake met(const Bytes& hello, const Bytes& answer, std::int64_t after = 0) {
  Watch watch;
  Handshake h = watch.client(hello).server(answer).end().at(0);
  h.first.at += after;
  return h;
}

Bytes hello_of(const std::vector<std::uint16_t>& versions) {
  wire::ClientHello hello = offer();
  hello.extensions[1] = wire::supported_versions_extension(versions);
  return message(wire::HandshakeType::client_hello, wire::build(hello));
}

const Bytes refused = alert(2, 40);

TEST(Ledger, KnowsNothingOfAServerThatItNeverMet) { EXPECT_TRUE(Ledger().facts_for(met(client_hello(), refused)).facts().empty()); }

TEST(Ledger, CountsWhatWorkedAndFailed) {
  Ledger ledger;
  ledger.note(met(client_hello(), server_hello(0x0304, 0x1301)), Standing::complete);
  for (int i = 0; i < 2; ++i) ledger.note(met(client_hello(), refused), Standing::failed);
  ledger.note(met(client_hello(), refused), Standing::abandoned);  // is neither
  const auto e = ledger.facts_for(met(client_hello(), refused));
  EXPECT_EQ(e.number(Kind::worked_here, "any"), 1);
  EXPECT_EQ(e.number(Kind::failed_here, "any"), 2);
  EXPECT_EQ(e.number(Kind::failures_seen), 2);
  EXPECT_TRUE(e.find(Kind::other_client_works, "nothing"));
}

TEST(Ledger, TheSameOfferForAnotherNameIsAnotherFailure) {
  Ledger ledger;
  ledger.note(met(client_hello("a.example"), refused), Standing::failed);
  ledger.note(met(client_hello("b.example"), refused), Standing::failed);
  EXPECT_FALSE(ledger.facts_for(met(client_hello("a.example"), refused)).find(Kind::failures_seen));
}

TEST(Ledger, FallingVersionsAreADance) {
  Ledger ledger;
  ledger.note(met(hello_of({0x0304, 0x0303}), refused), Standing::failed);
  ledger.note(met(hello_of({0x0303}), server_hello(0x0303, 0xc02f), 100'000'000), Standing::complete);
  const auto e = ledger.facts_for(met(hello_of({0x0304, 0x0303}), refused));
  EXPECT_EQ(e.list(Kind::falling_versions), (std::vector<std::string>{"tls1.3", "tls1.2"}));
  EXPECT_EQ(e.is(Kind::cures, evidence::change::without_tls13), evidence::Answer::yes);
}

TEST(Ledger, AnHourLaterItIsNone) {
  Ledger ledger;
  ledger.note(met(hello_of({0x0304, 0x0303}), refused), Standing::failed);
  ledger.note(met(hello_of({0x0303}), refused, 3'600'000'000'000), Standing::failed);
  EXPECT_FALSE(ledger.facts_for(met(hello_of({0x0303}), refused)).find(Kind::falling_versions));
}

TEST(Ledger, AnAnsweredHelloIsNotComparedWithOthers) {
  Ledger ledger;
  ledger.note(met(hello_of({0x0303}), server_hello(0x0303, 0xc02f)), Standing::complete);
  const auto e = ledger.facts_for(met(hello_of({0x0304, 0x0303}), join({server_hello(0x0304, 0x1301), ccs(), sealed(19)})));
  EXPECT_TRUE(e.all(Kind::cures).empty());
  EXPECT_EQ(e.list(Kind::server_chose, "versions"), (std::vector<std::string>{"tls1.2"}));
}

TEST(Ledger, KnowsWhoseOfferWasFollowedByData) {
  const Bytes finish = join({ccs(), sealed_handshake()});
  const auto visit = [&](bool speaks) {
    Watch watch;
    watch.client(client_hello()).server(server_hello(0x0303, 0xc02f)).client(finish).server(finish);
    if (speaks) watch.client(sealed(100));
    return watch.closes(End::opener).end().at(0);
  };
  Ledger ledger;
  ledger.note(visit(false), Standing::complete);
  EXPECT_FALSE(ledger.went_on(visit(false)));
  ledger.note(visit(true), Standing::complete);
  EXPECT_TRUE(ledger.went_on(visit(false)));
  EXPECT_FALSE(ledger.went_on(met(client_hello("other.example"), refused)));
}

TEST(Ledger, OthersUpgradeOnThisPort) {
  const auto upgraded = [](const char* how) {
    Handshake h = met(client_hello(), server_hello(0x0303, 0xc02f));
    h.upgrade = how;
    return h;
  };
  Handshake silent = met(client_hello(), {});
  for (const char* how : {"postgres", "http-connect", ""}) {
    Ledger ledger;
    ledger.note(upgraded(how), Standing::complete);
    EXPECT_EQ(ledger.facts_for(silent).is(Kind::upgrade_works, how) == evidence::Answer::yes, std::string_view(how) == "postgres") << how;
    EXPECT_FALSE(ledger.facts_for(met(client_hello(), refused)).find(Kind::upgrade_works, how));  // who answers in TLS speaks it at once
  }
}

TEST(Ledger, IsBounded) {
  Ledger ledger;
  for (std::size_t i = 0; i < 2 * Ledger::most_failures; ++i)
    ledger.note(met(client_hello("n" + std::to_string(i) + ".example"), refused), Standing::failed);
  EXPECT_EQ(ledger.facts_for(met(client_hello(), refused)).number(Kind::failed_here, "any"),
            static_cast<std::int64_t>(2 * Ledger::most_failures));
}

}  // namespace
}  // namespace whytls::sources::capture
