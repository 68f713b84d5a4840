// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/pairs.h"

#include <gtest/gtest.h>

#include "evidence/changes.h"
#include "wire/handshake.h"

namespace whytls::sources::capture {
namespace {

using Accepted = Ledger::Accepted;
using Codes = std::vector<std::uint16_t>;
namespace change = evidence::change;

constexpr std::uint16_t ecdsa_128 = 0xc02b, rsa_128 = 0xc02f, rsa_256 = 0xc030, x25519 = 29, p256 = 23, p521 = 25, hybrid = 0x11ec;
constexpr std::uint16_t ecdsa_sha256 = 0x0403, rsa_sha256 = 0x0401, rsa_sha512 = 0x0601, ed25519 = 0x0807;

struct Offer {
  Codes versions = {0x0303}, suites = {ecdsa_128, rsa_128, rsa_256}, groups = {x25519, p256}, schemes = {ecdsa_sha256, rsa_sha256};
  std::string name = "shop.example";
  std::vector<std::string> alpn;
};

wire::ClientHello hello(const Offer& offer) {
  wire::ClientHello out;
  out.random.assign(32, 7);
  out.cipher_suites = offer.suites;
  if (!offer.name.empty()) out.extensions.push_back(wire::server_name_extension(offer.name));
  out.extensions.push_back(wire::supported_versions_extension(offer.versions));
  out.extensions.push_back(wire::supported_groups_extension(offer.groups));
  out.extensions.push_back(wire::signature_algorithms_extension(offer.schemes));
  if (!offer.alpn.empty()) out.extensions.push_back(wire::alpn_extension(offer.alpn));
  return out;
}

Accepted accepted(const Offer& offer, std::uint16_t suite = rsa_256, std::uint16_t group = x25519, std::uint16_t scheme = rsa_sha256,
                  std::uint16_t version = 0x0303) {
  Accepted out;
  out.hello = hello(offer);
  out.version = version;
  out.suite = suite;
  out.group = group;
  out.scheme = scheme;
  return out;
}

/// The change that is said to cure it, or nothing.
std::string cure(const Offer& refused, const std::vector<Accepted>& others, const std::string& alert = "handshake_failure") {
  evidence::Evidence e;
  add_pairs(e, hello(refused), others, alert);
  const auto all = e.all(evidence::Kind::cures);
  EXPECT_LE(all.size(), 1U);
  return all.empty() ? "" : all.front()->subject;
}

TEST(Pairs, AnOfferThatLacksOnlyWhatTheServerChoseForOthersLacksThat) {
  EXPECT_EQ(cure({.suites = {rsa_128}}, {accepted({})}), change::suites);
  EXPECT_EQ(cure({.suites = {ecdsa_128}}, {accepted({})}), change::key_type);
  EXPECT_EQ(cure({.groups = {p256}}, {accepted({})}), change::groups);
  EXPECT_EQ(cure({.schemes = {rsa_sha512}}, {accepted({})}), change::signature_algorithms);
  EXPECT_EQ(cure({.schemes = {ecdsa_sha256}}, {accepted({})}), change::key_type);
}

TEST(Pairs, AnOfferThatLacksTwoThingsMayFailForEither) {
  EXPECT_EQ(cure({.suites = {rsa_128}, .groups = {p256}}, {accepted({})}), "");
  EXPECT_EQ(cure({.suites = {rsa_128}, .schemes = {rsa_sha512}}, {accepted({})}), "");
}

TEST(Pairs, WhatWasChosenInAVersionThatIsNotOfferedSaysNothing) {
  const Accepted newer = accepted({.versions = {0x0304, 0x0303}, .suites = {0x1301, rsa_256}}, 0x1301, x25519, 0, 0x0304);
  EXPECT_EQ(cure({.suites = {rsa_128}, .groups = {p256}}, {newer}), "");
}

TEST(Pairs, OtherWordsOfTheServerAreNotAboutAlgorithms) {
  EXPECT_EQ(cure({.suites = {rsa_128}}, {accepted({})}, "unrecognized_name"), "");
  EXPECT_EQ(cure({.suites = {rsa_128}}, {accepted({})}, ""), "");
}

TEST(Pairs, ASchemeThatTls13HidesIsNoProof) {
  const Offer all{.versions = {0x0304}, .suites = {0x1301, 0x1302}, .schemes = {ecdsa_sha256, rsa_sha256, ed25519}};
  const Offer some{.versions = {0x0304}, .suites = {0x1301}, .schemes = {ecdsa_sha256}};
  EXPECT_EQ(cure(some, {accepted(all, 0x1302, x25519, 0, 0x0304)}), "");
  const Offer same{.versions = {0x0304}, .suites = {0x1301}, .schemes = all.schemes};
  EXPECT_EQ(cure(same, {accepted(all, 0x1302, x25519, 0, 0x0304)}), change::suites);
}

TEST(Pairs, TwoExplanationsAreNone) {
  const Accepted by_suite = accepted({}), by_group = accepted({.suites = {rsa_128}, .groups = {x25519}}, rsa_128);
  EXPECT_EQ(cure({.suites = {rsa_128}, .groups = {p256}}, {by_suite, by_group}), change::groups);
  EXPECT_EQ(cure({.suites = {rsa_128}, .groups = {p256}}, {accepted({.groups = {p256}}, rsa_256, p256), by_group}), "");
}

TEST(Pairs, ASingleDifferenceIsAPairWhateverTheServerSays) {
  EXPECT_EQ(cure({.versions = {0x0304, 0x0303}}, {accepted({})}, ""), change::without_tls13);
  EXPECT_EQ(cure({.groups = {hybrid, x25519, p256}}, {accepted({})}, ""), change::post_quantum_dropped);
  EXPECT_EQ(cure({.name = ""}, {accepted({})}, ""), change::server_name_added);
  EXPECT_EQ(cure({.name = "blocked.example"}, {accepted({})}, ""), change::server_name_other);
  EXPECT_EQ(cure({.alpn = {"mqtt"}}, {accepted({})}, ""), change::alpn_dropped);
  EXPECT_EQ(cure({.name = "blocked.example", .alpn = {"mqtt"}}, {accepted({})}, ""), "");
}

TEST(Pairs, AServerThatChoseAnOlderVersionThanOfferedHasNoNewerOne) {
  const Offer both{.versions = {0x0304, 0x0303}, .suites = {0x1301, rsa_256}}, newer{.versions = {0x0304}, .suites = {0x1301}};
  for (const char* alert : {"handshake_failure", "protocol_version", ""}) EXPECT_EQ(cure(newer, {accepted(both)}, alert), change::version);
  const Offer other{.suites = {rsa_128}, .alpn = {"h2"}};
  EXPECT_EQ(cure(newer, {accepted(other, rsa_128)}, ""), "");  // nobody offered it more
}

TEST(Pairs, WhatBelongsToAVersionComesAndGoesWithIt) {
  constexpr std::uint16_t ffdhe2048 = 0x100;
  const Offer newer{.versions = {0x0304, 0x0303}, .suites = {0x1301, rsa_256}, .groups = {x25519, p256, ffdhe2048}};
  EXPECT_EQ(cure(newer, {accepted({.suites = {rsa_256}})}, ""), change::without_tls13);
  // A hello of TLS 1.3 alone has no schemes of TLS 1.2: that it lacks them is no difference.
  const Offer alone{.versions = {0x0304}, .suites = {0x1301}, .groups = {p256}, .schemes = {ecdsa_sha256}};
  EXPECT_EQ(cure(alone, {accepted({.versions = {0x0304, 0x0303}, .suites = {0x1301, rsa_256}}, 0x1301, x25519, 0, 0x0304)}),
            change::groups);
}

TEST(Pairs, JavaHasOtherWordsForAGroup) {
  EXPECT_EQ(cure({.groups = {p256}}, {accepted({})}, "illegal_parameter"), change::groups);
  EXPECT_EQ(cure({.suites = {rsa_128}}, {accepted({})}, "illegal_parameter"), "");
}

TEST(Pairs, NameTheOneRespectInWhichOffersDiffer) {
  EXPECT_EQ(only_difference(hello({}), hello({})), "nothing");
  EXPECT_EQ(only_difference(hello({.suites = {rsa_128}}), hello({})), "suites");
  EXPECT_EQ(only_difference(hello({.suites = {rsa_128}, .groups = {p521}}), hello({})), "");
  // The suites of TLS 1.3 come and go with the version, and GREASE is nothing.
  EXPECT_EQ(only_difference(hello({.versions = {0x0304, 0x0303}, .suites = {0x1301, rsa_256}}), hello({.suites = {rsa_256}})), "versions");
  EXPECT_EQ(only_difference(hello({.suites = {0x1a1a, rsa_128}}), hello({.suites = {0x3a3a, rsa_128}})), "nothing");
}

}  // namespace
}  // namespace whytls::sources::capture
