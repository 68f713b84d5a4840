// SPDX-License-Identifier: Apache-2.0
#include "wire/hello_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "wire/extension_types.h"

namespace whytls::wire {
namespace {

namespace type = extension_type;
using base::Bytes;

Bytes pre_shared_key(std::size_t identities, std::size_t binders, std::size_t binder_size = 32) {
  base::Writer out;
  out.prefixed16([&] {
    for (std::size_t i = 0; i < identities; ++i) {
      out.prefixed16([&] { out.text("ticket"); });
      out.u32(7);
    }
  });
  out.prefixed16([&] {
    for (std::size_t i = 0; i < binders; ++i) out.prefixed8([&] { out.bytes(Bytes(binder_size, 1)); });
  });
  return out.take();
}

/// A hello that resumes, with every extension whose form is known, as the standards want it.
ClientHello faultless() {
  ClientHello hello;
  hello.random = Bytes(32, 1);
  hello.cipher_suites = {0x1301, 0xc02f};
  hello.extensions = {{0x1a1a, {}},
                      server_name_extension("example.com"),
                      {type::max_fragment_length, {1}},
                      status_request_extension(),
                      supported_groups_extension({0x2a2a, 0x11ec, 29, 23}),
                      {type::ec_point_formats, {1, 0}},
                      signature_algorithms_extension({0x0403, 0x0804}),
                      alpn_extension({"h2"}),
                      {type::encrypt_then_mac, {}},
                      {type::extended_master_secret, {}},
                      {type::compress_certificate, {2, 0, 2}},
                      {type::record_size_limit, {0x40, 1}},
                      supported_versions_extension({0x3a3a, 0x0304, 0x0303}),
                      {type::cookie, {0, 1, 9}},
                      {type::psk_key_exchange_modes, {1, 1}},
                      {type::post_handshake_auth, {}},
                      {type::signature_algorithms_cert, {0, 2, 4, 3}},
                      key_share_extension({{0x2a2a, {0}}, {29, Bytes(32, 7)}}),
                      {type::early_data, {}},
                      {type::renegotiation_info, {0}},
                      {0x4a4a, {0}},
                      {type::pre_shared_key, pre_shared_key(2, 2)}};
  return hello;
}

Extension& extension_of(ClientHello& hello, std::uint16_t wanted) {
  return *std::find_if(hello.extensions.begin(), hello.extensions.end(), [&](const Extension& each) { return each.type == wanted; });
}

void remove(ClientHello& hello, std::uint16_t unwanted) {
  std::erase_if(hello.extensions, [&](const Extension& each) { return each.type == unwanted; });
}

std::string rule(const ClientHello& hello) { return broken_rule(hello).value_or(""); }

TEST(HelloRules, AFaultlessHelloBreaksNone) { EXPECT_EQ(rule(faultless()), ""); }

TEST(HelloRules, AnOldHelloNeedsNoExtensions) {
  ClientHello hello;
  hello.random = Bytes(32, 1);
  hello.cipher_suites = {0x002f};
  hello.has_extensions = false;
  EXPECT_EQ(rule(hello), "");
}

TEST(HelloRules, EachBodyThatIsCutShortOrTooLongIsNamed) {
  const ClientHello good = faultless();
  for (std::size_t i = 0; i < good.extensions.size(); ++i) {
    const std::uint16_t tried = good.extensions[i].type;
    if (tried == 0x1a1a || tried == 0x4a4a) continue;
    ClientHello longer = good;
    longer.extensions[i].data.push_back(0);
    EXPECT_NE(rule(longer), "") << tried;
    if (good.extensions[i].data.empty()) continue;
    ClientHello shorter = good;
    shorter.extensions[i].data.pop_back();
    EXPECT_NE(rule(shorter), "") << tried;
  }
}

TEST(HelloRules, AnEmptyPreSharedKeyIsNamedWithItsClause) {
  ClientHello hello = faultless();
  extension_of(hello, type::pre_shared_key).data.clear();
  EXPECT_EQ(rule(hello), "the extension pre_shared_key of 0 bytes does not hold identities, and a binder for each (RFC 8446 4.2.11)");
}

TEST(HelloRules, EachIdentityNeedsItsBinder) {
  ClientHello hello = faultless();
  extension_of(hello, type::pre_shared_key).data = pre_shared_key(2, 1);
  EXPECT_NE(rule(hello), "");
  extension_of(hello, type::pre_shared_key).data = pre_shared_key(1, 1, 31);
  EXPECT_NE(rule(hello), "");
  extension_of(hello, type::pre_shared_key).data = pre_shared_key(1, 1);
  EXPECT_EQ(rule(hello), "");
}

TEST(HelloRules, PreSharedKeyStandsLast) {
  ClientHello hello = faultless();
  std::swap(hello.extensions.front(), hello.extensions.back());
  EXPECT_EQ(rule(hello), "the extension pre_shared_key is not the last one (RFC 8446 4.2.11)");
}

TEST(HelloRules, NoExtensionComesTwice) {
  ClientHello hello = faultless();
  hello.extensions.insert(hello.extensions.begin(), server_name_extension("other.example"));
  EXPECT_EQ(rule(hello), "the extension server_name is there twice (RFC 8446 4.2)");
}

TEST(HelloRules, WhatBelongsTogetherComesTogether) {
  for (const std::uint16_t missing : {type::psk_key_exchange_modes, type::supported_groups, type::key_share, type::pre_shared_key}) {
    ClientHello hello = faultless();
    remove(hello, missing);
    EXPECT_NE(rule(hello), "") << missing;
  }
  ClientHello hello = faultless();
  for (const std::uint16_t each : {type::pre_shared_key, type::early_data}) remove(hello, each);
  EXPECT_EQ(rule(hello), "");
  remove(hello, type::signature_algorithms);
  EXPECT_EQ(rule(hello), "the extension signature_algorithms is missing (RFC 8446 9.2)");
}

TEST(HelloRules, OfTls12NothingOfTls13IsWanted) {
  ClientHello hello = faultless();
  extension_of(hello, type::supported_versions) = supported_versions_extension({0x0303});
  for (const std::uint16_t each : {type::pre_shared_key, type::early_data, type::key_share, type::signature_algorithms})
    remove(hello, each);
  EXPECT_EQ(rule(hello), "");
}

TEST(HelloRules, KeySharesFitTheirGroups) {
  ClientHello hello = faultless();
  Extension& shares = extension_of(hello, type::key_share);
  shares = key_share_extension({{29, Bytes(31, 7)}});
  EXPECT_EQ(rule(hello), "the key share of x25519 has 31 bytes and needs 32 (RFC 8446 4.2.8)");
  shares = key_share_extension({{24, Bytes(97, 4)}});
  EXPECT_EQ(rule(hello), "there is a key share of secp384r1, which supported_groups does not name (RFC 8446 4.2.8)");
  shares = key_share_extension({{29, Bytes(32, 7)}, {29, Bytes(32, 8)}});
  EXPECT_EQ(rule(hello), "there are two key shares of x25519 (RFC 8446 4.2.8)");
  shares = key_share_extension({});
  EXPECT_EQ(rule(hello), "");
}

TEST(HelloRules, SuitesAndTheNullCompressionAreNeeded) {
  ClientHello hello = faultless();
  hello.cipher_suites.clear();
  EXPECT_EQ(rule(hello), "no cipher suite is offered (RFC 8446 4.1.2)");
  hello = faultless();
  hello.compression_methods = {1};
  EXPECT_EQ(rule(hello), "the null compression method is missing (RFC 5246 7.4.1.2)");
  hello.compression_methods = {1, 0};
  EXPECT_EQ(rule(hello), "a hello of TLS 1.3 offers compression (RFC 8446 4.1.2)");
  remove(hello, type::supported_versions);
  EXPECT_EQ(rule(hello), "");
}

}  // namespace
}  // namespace whytls::wire
