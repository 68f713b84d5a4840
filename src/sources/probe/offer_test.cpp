// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/offer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "registry/registry.h"
#include "wire/extension_types.h"

namespace whytls::probe {
namespace {

using base::Bytes;
using ::testing::ElementsAre;
namespace version = registry::version;
namespace type = wire::extension_type;

HelloInputs inputs_for(const Offer& offer) {
  HelloInputs inputs;
  inputs.random.assign(32, 0x57);
  inputs.session_id.assign(session_id_size(offer), 1);
  for (const std::uint16_t group : share_groups(offer)) {
    const registry::Group* known = registry::group(group);
    inputs.shares.push_back({group, Bytes(known != nullptr ? known->client_share : 32U, 2)});
  }
  return inputs;
}
wire::ClientHello built(const Offer& offer) {
  const Bytes message = build_hello_message(offer, inputs_for(offer));
  wire::ClientHello hello = wire::parse_client_hello(base::ByteView(message).subspan(4));
  EXPECT_FALSE(hello.malformed);
  return hello;
}
bool has(const wire::ClientHello& hello, std::uint16_t code) { return wire::find_extension(hello.extensions, code) != nullptr; }

// The contract, "The client in question".
TEST(DefaultOffer, is_the_client_in_question) {
  const wire::ClientHello hello = built(default_offer("server.example", true));
  EXPECT_THAT(hello.supported_versions(), ElementsAre(version::tls13, version::tls12));
  EXPECT_THAT(hello.supported_groups(), ElementsAre(0x11ec, 0x1d, 0x17, 0x18, 0x19, 0x100, 0x101));
  ASSERT_EQ(hello.key_shares().size(), 2U);
  EXPECT_EQ(hello.key_shares()[0].key.size(), 1216U);
  EXPECT_EQ(hello.key_shares()[1].group, 0x1d);
  EXPECT_THAT(hello.alpn(), ElementsAre("h2", "http/1.1"));
  EXPECT_EQ(hello.server_name(), "server.example");
  EXPECT_EQ(hello.legacy_version, version::tls12);
  EXPECT_EQ(hello.session_id.size(), 32U);
  for (const std::uint16_t code : {type::extended_master_secret, type::renegotiation_info, type::session_ticket, type::status_request})
    EXPECT_TRUE(has(hello, code));
  EXPECT_TRUE(std::none_of(hello.cipher_suites.begin(), hello.cipher_suites.end(), registry::is_grease));
}

TEST(DefaultOffer, has_the_suites_in_the_contracts_order) {
  const std::vector<std::uint16_t> suites = default_offer({}, false).suites;
  EXPECT_EQ(std::set<std::uint16_t>(suites.begin(), suites.begin() + 3), (std::set<std::uint16_t>{0x1301, 0x1302, 0x1303}));
  // Those of openssl's default list, less the signalling value.
  const std::set<std::uint16_t> rest{0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc023, 0xc027, 0xc024,
                                     0xc028, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009e, 0x009f, 0xccaa, 0x0067,
                                     0x006b, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035};
  EXPECT_EQ(std::set<std::uint16_t>(suites.begin() + 3, suites.end()), rest);
  int last = 0;
  for (const std::uint16_t code : suites) {
    const registry::Suite& suite = *registry::suite(code);
    const int rank = suite.min_version == version::tls13                  ? 0
                     : suite.key_exchange == registry::KeyExchange::ecdhe ? 1
                     : suite.key_exchange == registry::KeyExchange::dhe   ? 2
                                                                          : 3;
    EXPECT_GE(rank, last) << suite.name;
    last = rank;
  }
}

TEST(DefaultOffer, has_no_alpn_and_no_name_where_there_is_none) {
  const wire::ClientHello plain = built(default_offer("192.0.2.1", false));
  EXPECT_TRUE(plain.alpn().empty());
  EXPECT_FALSE(plain.server_name());
  EXPECT_FALSE(built(default_offer("2001:db8::1", false)).server_name());
  EXPECT_FALSE(built(default_offer("", false)).server_name());
}

TEST(WithVersions, leaves_out_what_fits_none_of_them) {
  const Offer old = with_versions(default_offer("a.example", false), {version::tls11, version::tls10});
  for (const std::uint16_t code : old.suites) EXPECT_LE(registry::suite(code)->min_version, version::tls11);
  const wire::ClientHello hello = built(old);
  EXPECT_EQ(hello.legacy_version, version::tls11);
  EXPECT_TRUE(hello.supported_versions().empty());
  EXPECT_TRUE(hello.key_shares().empty());
  EXPECT_TRUE(hello.signature_algorithms().empty());
  EXPECT_TRUE(hello.session_id.empty());
  const wire::ClientHello modern = built(with_versions(default_offer("a.example", false), {version::tls13}));
  EXPECT_EQ(modern.cipher_suites.size(), 3U);
  EXPECT_FALSE(has(modern, type::renegotiation_info));
  EXPECT_FALSE(has(modern, type::extended_master_secret));
}

TEST(BuildHello, of_ssl3_alone_has_no_extensions_and_signals_renegotiation) {
  Offer offer = with_versions(widest_offer({}, version::ssl3), {version::ssl3});
  offer.suites = {0x000a};
  const wire::ClientHello hello = built(offer);
  EXPECT_FALSE(hello.has_extensions);
  EXPECT_THAT(hello.cipher_suites, ElementsAre(0x000a, 0x00ff));
  EXPECT_EQ(hello.legacy_version, version::ssl3);
}

TEST(BuildHello, sends_unknown_values_as_they_are) {
  Offer offer = default_offer({}, false);
  offer.versions = {0x0305, version::tls13, version::tls12};
  offer.suites = {0x4242};
  offer.groups = {0x5151, 0x1d};
  offer.key_shares = {0x5151};
  offer.extra = {{0x9999, {1, 2, 3}}};
  offer.legacy_version = 0x0305;
  const wire::ClientHello hello = built(offer);
  EXPECT_EQ(hello.legacy_version, 0x0305);
  EXPECT_THAT(hello.cipher_suites, ElementsAre(0x4242));
  EXPECT_EQ(hello.supported_versions().front(), 0x0305);
  EXPECT_EQ(hello.key_shares().front().group, 0x5151);
  EXPECT_TRUE(has(hello, 0x9999));
}

TEST(BuildHello, signals_as_asked) {
  Offer offer = default_offer({}, false);
  offer.renegotiation_info = RenegotiationInfo::scsv;
  offer.fallback_scsv = true;
  const wire::ClientHello hello = built(offer);
  EXPECT_FALSE(has(hello, type::renegotiation_info));
  EXPECT_EQ(hello.cipher_suites[hello.cipher_suites.size() - 2], 0x00ff);
  EXPECT_EQ(hello.cipher_suites.back(), 0x5600);
  offer.renegotiation_info = RenegotiationInfo::none;
  EXPECT_EQ(built(offer).cipher_suites.size(), default_offer({}, false).suites.size() + 1);
}

TEST(BuildHello, pads_to_the_byte) {
  Offer offer = with_versions(default_offer("a.example", false), {version::tls12});
  const std::size_t small = hello_size(offer);
  for (const std::size_t size : std::initializer_list<std::size_t>{small + 4, small + 5, 512, 1400, 5000}) {
    offer.pad_to = size;
    EXPECT_EQ(hello_size(offer), size);
  }
  offer.pad_to = small - 1;
  EXPECT_EQ(hello_size(offer), small);
}

TEST(BuildHello, puts_extensions_in_the_order_asked_and_leaves_out_what_is_unwanted) {
  Offer offer = default_offer("a.example", true);
  offer.extension_order = {type::key_share, type::alpn};
  offer.without = {type::session_ticket};
  const wire::ClientHello hello = built(offer);
  EXPECT_EQ(hello.extensions[0].type, type::key_share);
  EXPECT_EQ(hello.extensions[1].type, type::alpn);
  EXPECT_EQ(hello.extensions[2].type, type::server_name);
  EXPECT_FALSE(has(hello, type::session_ticket));
  offer.no_extensions = true;
  EXPECT_FALSE(built(offer).has_extensions);
}

TEST(BuildHello, greases_as_chrome_does) {
  Offer offer = default_offer("a.example", true);
  offer.grease = true;
  const wire::ClientHello hello = built(offer);
  EXPECT_TRUE(registry::is_grease(hello.cipher_suites.front()));
  EXPECT_TRUE(registry::is_grease(hello.supported_groups().front()));
  EXPECT_TRUE(registry::is_grease(hello.supported_versions().front()));
  EXPECT_EQ(hello.key_shares().front().group, hello.supported_groups().front());
  EXPECT_EQ(hello.key_shares().front().key, Bytes{0});
  EXPECT_TRUE(registry::is_grease(hello.extensions.front().type));
  EXPECT_TRUE(registry::is_grease(hello.extensions.back().type));
  EXPECT_FALSE(wire::duplicate_extension(hello.extensions));
}

TEST(BuildHello, of_a_retry_has_one_share_and_the_cookie) {
  Offer offer = default_offer("a.example", true);
  offer.grease = true;
  HelloInputs inputs = inputs_for(offer);
  inputs.retry = true;
  inputs.shares = {{0x17, Bytes(65, 4)}};
  inputs.cookie = Bytes{1, 2};
  const wire::ClientHello hello = build_hello(offer, inputs);
  ASSERT_EQ(hello.key_shares().size(), 1U);
  EXPECT_EQ(hello.key_shares().front().group, 0x17);
  EXPECT_TRUE(has(hello, type::cookie));
}

TEST(BuildHello, of_a_recorded_one_changes_what_must_change_and_nothing_else) {
  Offer recorded = default_offer("a.example", true);
  recorded.grease = true;
  recorded.extra = {{type::pre_shared_key, Bytes(50, 3)}};
  recorded.pad_to = 2000;
  Offer offer;
  offer.raw = wire::build(build_hello(recorded, inputs_for(recorded)));
  offer.server_name = "another-name.example";
  HelloInputs inputs = inputs_for(offer);
  inputs.random.assign(32, 0x99);
  const wire::ClientHello hello = build_hello(offer, inputs);
  const wire::ClientHello before = wire::parse_client_hello(*offer.raw);
  EXPECT_EQ(hello.random, inputs.random);
  EXPECT_EQ(hello.server_name(), "another-name.example");
  EXPECT_EQ(hello.cipher_suites, before.cipher_suites);
  EXPECT_FALSE(has(hello, type::pre_shared_key));
  EXPECT_EQ(wire::build(hello).size(), offer.raw->size());
  offer.raw_use = RawUse::verbatim;
  EXPECT_EQ(build_hello_message(offer, inputs), wire::handshake_message(wire::HandshakeType::client_hello, *offer.raw));
  EXPECT_EQ(hello_size(offer), offer.raw->size() + 4);
}

TEST(BuildHello, of_a_recording_that_does_not_parse_sends_it_as_it_is) {
  Offer offer;
  offer.raw = Bytes{3, 3, 1, 2};
  EXPECT_EQ(build_hello_message(offer, {}).size(), 8U);
}

TEST(BuildSsl2Hello, has_both_kinds_of_suites) {
  Offer offer = ssl2_offer();
  EXPECT_EQ(build_ssl2_hello(offer, inputs_for(offer)).version, version::ssl2);
  offer.versions = {version::tls10};
  offer.suites = {0x002f};
  const wire::Ssl2ClientHello hello = build_ssl2_hello(offer, inputs_for(offer));
  EXPECT_EQ(hello.version, version::tls10);
  EXPECT_EQ(hello.cipher_specs.back(), 0x0000ffU);
  EXPECT_GT(hello_size(offer), 40U);
}

TEST(EverySuite, has_all_once_and_no_signalling_value) {
  const std::vector<std::uint16_t> all = every_suite();
  EXPECT_GE(all.size(), 340U);
  EXPECT_EQ(std::set<std::uint16_t>(all.begin(), all.end()).size(), all.size());
  EXPECT_EQ(std::count(all.begin(), all.end(), 0x00ff), 0);
  EXPECT_EQ(registry::suite(all.front())->min_version, version::tls13);
  EXPECT_FALSE(built(widest_offer("a.example", version::ssl3)).malformed);
  for (const std::uint16_t code : suites_for(version::tls10)) EXPECT_LE(registry::suite(code)->min_version, version::tls10);
}

}  // namespace
}  // namespace whytls::probe
