// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/client.h"

#include <gtest/gtest.h>

#include "registry/registry.h"
#include "sources/probe/test_servers.h"

namespace whytls::probe {
namespace {

using testing::ask;
using testing::GnutlsServer;
using testing::Keys;
using testing::OpensslServer;
namespace version = registry::version;

Offer wide() { return widest_offer("server.example"); }
Offer only(std::uint16_t one) { return with_versions(wide(), {one}); }

std::string told(const Transcript& t) {
  std::string out = fmt::format("stage {} end {} violation '{}' signature '{}' stopped {}", stage_name(t.reached),
                                net::end_name(t.ending.end), t.violation, t.signature_text, static_cast<int>(t.stopped));
  for (const AlertSeen& one : t.alerts)
    out += fmt::format(" alert {} from {}", one.description, one.from == From::client ? "client" : "server");
  return out;
}

void expect_complete(const Transcript& t) {
  EXPECT_TRUE(t.complete) << told(t);
  EXPECT_TRUE(t.handshake_complete);
  EXPECT_TRUE(t.server_finished_valid);
  EXPECT_EQ(t.reached, Stage::established);
  EXPECT_EQ(t.violation, "");
  EXPECT_TRUE(t.oddities.empty());
}

TEST(Client, completes_tls13_with_openssl) {
  const OpensslServer server("rsa");
  const Transcript t = ask(server.port(), default_offer("server.example", false));
  expect_complete(t);
  EXPECT_EQ(t.selected.version, version::tls13);
  EXPECT_EQ(t.signature_valid, true);
  EXPECT_EQ(t.selected.group, 0x001d);
  EXPECT_EQ(t.certificates.size(), 1U);
  EXPECT_EQ(t.server_alert(), nullptr);
}

TEST(Client, completes_tls12_with_openssl) {
  const OpensslServer server("rsa", {"-tls1_2"});
  const Transcript t = ask(server.port(), default_offer("server.example", false));
  expect_complete(t);
  EXPECT_EQ(t.selected.version, version::tls12);
  EXPECT_EQ(t.signature_valid, true);
  EXPECT_TRUE(t.selected.extended_master_secret);
  EXPECT_TRUE(t.selected.secure_renegotiation);
  EXPECT_EQ(t.tickets, 1U);
}

// ---- versions, suites, keys -----------------------------------------------------------------------------------------

TEST(Client, completes_every_suite_of_each_version_that_openssl_has) {
  for (const std::string key : {"rsa", "p256"}) {
    const OpensslServer server(key);
    for (const std::uint16_t one : {version::tls10, version::tls11, version::tls12}) {
      std::size_t completed = 0;
      Offer offer = only(one);
      for (;;) {  // whatever the server likes best, then without that
        const Transcript t = ask(server.port(), offer);
        if (!t.selected.suite) break;
        const registry::Suite* suite = registry::suite(*t.selected.suite);
        SCOPED_TRACE(registry::suite_name(*t.selected.suite) + " in " + registry::version_name(one));
        EXPECT_EQ(t.selected.version, one);
        ASSERT_NE(suite, nullptr);
        if (t.stopped == Stopped::no) {
          expect_complete(t);
          ++completed;
        }
        std::erase(offer.suites, *t.selected.suite);
      }
      EXPECT_GE(completed, key == "rsa" ? 15U : 8U) << key << " " << registry::version_name(one);
    }
  }
}

TEST(Client, completes_each_tls13_suite) {
  const OpensslServer server("p256", {"-ciphersuites",
                                      "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:"
                                      "TLS_AES_128_CCM_8_SHA256"});
  for (const std::uint16_t suite : std::initializer_list<std::uint16_t>{0x1301, 0x1302, 0x1303, 0x1304, 0x1305}) {
    Offer offer = only(version::tls13);
    offer.suites = {suite};
    const Transcript t = ask(server.port(), offer);
    SCOPED_TRACE(registry::suite_name(suite));
    expect_complete(t);
    EXPECT_EQ(t.selected.suite, suite);
  }
}

TEST(Client, completes_with_each_type_of_key) {
  for (const std::string key : {"rsa", "weak", "pss", "p256", "p384", "p521", "ed25519", "ed448"}) {
    const OpensslServer server(key);
    for (const std::uint16_t one : {version::tls12, version::tls13}) {
      SCOPED_TRACE(key + " in " + registry::version_name(one));
      const Transcript t = ask(server.port(), only(one));
      if (key == "weak" && one == version::tls13) continue;  // too small for PSS with SHA-512 in some choices
      expect_complete(t);
      EXPECT_EQ(t.signature_valid, true) << t.signature_text;
    }
  }
}

TEST(Client, completes_with_each_group) {
  const OpensslServer server("p256", {"-groups", "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072:ffdhe4096"});
  for (const std::uint16_t group : std::initializer_list<std::uint16_t>{0x1d, 0x17, 0x18, 0x19, 0x1e, 0x100, 0x101, 0x102}) {
    SCOPED_TRACE(registry::group_name(group));
    Offer offer = only(version::tls13);
    offer.groups = {group};
    offer.key_shares = {group};
    const Transcript t = ask(server.port(), offer);
    expect_complete(t);
    EXPECT_EQ(t.selected.group, group);
    EXPECT_FALSE(t.retry_request);
  }
}

TEST(Client, completes_older_curves_in_tls12) {
  const OpensslServer server("rsa", {"-tls1_2", "-groups", "secp256k1:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1"});
  for (const std::uint16_t group : std::initializer_list<std::uint16_t>{22, 26, 27, 28}) {
    SCOPED_TRACE(registry::group_name(group));
    Offer offer = only(version::tls12);
    offer.groups = {group};
    const Transcript t = ask(server.port(), offer);
    expect_complete(t);
    EXPECT_EQ(t.selected.group, group);
  }
}

TEST(Client, follows_a_hello_retry_request) {
  const OpensslServer server("rsa", {"-groups", "P-521"});
  const Transcript t = ask(server.port(), default_offer("server.example", false));
  expect_complete(t);
  ASSERT_TRUE(t.retry_request);
  EXPECT_EQ(t.selected.group, 0x0019);
  EXPECT_FALSE(t.second_client_hello.empty());
  EXPECT_NE(t.second_client_hello, t.client_hello);
}

TEST(Client, completes_with_encrypt_then_mac_and_without_extended_master_secret) {
  const OpensslServer server("rsa", {"-tls1_2", "-cipher", "AES128-SHA:AES256-SHA256:@SECLEVEL=0"});
  for (const bool etm : {false, true}) {
    for (const bool ems : {false, true}) {
      Offer offer = only(version::tls12);
      offer.encrypt_then_mac = etm;
      offer.extended_master_secret = ems;
      const Transcript t = ask(server.port(), offer);
      expect_complete(t);
      EXPECT_EQ(t.selected.encrypt_then_mac, etm);
      EXPECT_EQ(t.selected.extended_master_secret, ems);
    }
  }
}

TEST(Client, completes_with_gnutls) {
  for (const std::string key : {"rsa", "p256", "ed25519"}) {
    const GnutlsServer server(key, "NORMAL:+VERS-ALL:+CIPHER-ALL:+MAC-ALL:+SIGN-ALL:+GROUP-ALL:+SHA1:%VERIFY_ALLOW_BROKEN");
    for (const std::uint16_t one : {version::tls10, version::tls11, version::tls12, version::tls13}) {
      if (key == "ed25519" && one < version::tls12) continue;
      SCOPED_TRACE(key + " in " + registry::version_name(one));
      const Transcript t = ask(server.port(), only(one));
      EXPECT_EQ(t.selected.version, one);
      if (t.stopped == Stopped::no) expect_complete(t);
    }
  }
}

TEST(Client, completes_each_family_of_suites_with_gnutls) {
  const GnutlsServer server("rsa", "NORMAL:+VERS-ALL:+CIPHER-ALL:+MAC-ALL:+DHE-RSA:+RSA:+ANON-ECDH:+ANON-DH:-VERS-TLS1.3");
  std::size_t completed = 0;
  Offer offer = only(version::tls12);
  for (;;) {
    const Transcript t = ask(server.port(), offer);
    if (!t.selected.suite) break;
    SCOPED_TRACE(registry::suite_name(*t.selected.suite));
    if (t.stopped == Stopped::no) {
      expect_complete(t);
      ++completed;
    }
    std::erase(offer.suites, *t.selected.suite);
  }
  EXPECT_GE(completed, 20U);
}

// ---- client certificates --------------------------------------------------------------------------------------------

HandshakeOptions with_identity(const std::string& key, Depth depth = Depth::application) {
  HandshakeOptions options;
  options.depth = depth;
  if (!key.empty()) options.identity = Keys::get().identity(key);
  return options;
}

TEST(Client, sends_its_certificate_in_each_version) {
  for (const std::string key : {"client", "pss", "p256", "p384", "ed25519"}) {
    const OpensslServer server("rsa", {"-Verify", "1", "-CAfile", Keys::get().certificate(key), "-verify_return_error"});
    for (const std::uint16_t one : {version::tls10, version::tls11, version::tls12, version::tls13}) {
      if (one < version::tls12 && (key == "pss" || key == "ed25519")) continue;
      SCOPED_TRACE(key + " in " + registry::version_name(one));
      const Transcript t = ask(server.port(), only(one), with_identity(key));
      expect_complete(t);
      EXPECT_TRUE(t.client_certificate.requested);
      EXPECT_TRUE(t.client_certificate.sent);
      EXPECT_FALSE(t.client_certificate.request.authorities.empty());
      EXPECT_TRUE(t.application.accepted || one < version::tls13);
    }
  }
}

TEST(Client, sees_that_a_certificate_was_required) {
  const OpensslServer server("rsa", {"-Verify", "1", "-CAfile", Keys::get().certificate("client"), "-verify_return_error"});
  for (const std::uint16_t one : {version::tls12, version::tls13}) {
    SCOPED_TRACE(registry::version_name(one));
    const Transcript t = ask(server.port(), only(one), with_identity({}));
    EXPECT_FALSE(t.complete);
    EXPECT_TRUE(t.client_certificate.empty_sent);
    EXPECT_EQ(t.reached, Stage::client_certificate);
    ASSERT_NE(t.server_alert(), nullptr) << told(t);
    EXPECT_EQ(t.server_alert()->description, one == version::tls13 ? 116 : 40);
  }
}

TEST(Client, sees_that_its_certificate_is_not_trusted) {
  const OpensslServer server("rsa", {"-Verify", "1", "-CAfile", Keys::get().certificate("p256"), "-verify_return_error"});
  for (const std::uint16_t one : {version::tls12, version::tls13}) {
    const Transcript t = ask(server.port(), only(one), with_identity("client"));
    EXPECT_FALSE(t.complete);
    EXPECT_EQ(t.reached, Stage::client_certificate);
    ASSERT_NE(t.server_alert(), nullptr) << told(t);
    EXPECT_EQ(t.server_alert()->description, 48);
  }
}

TEST(Client, sees_that_its_key_is_another_ones) {
  const OpensslServer server("rsa", {"-Verify", "1", "-CAfile", Keys::get().certificate("client"), "-verify_return_error"});
  HandshakeOptions options = with_identity("client");
  options.identity.key = Keys::get().identity("rsa").key;
  for (const std::uint16_t one : {version::tls12, version::tls13}) {
    const Transcript t = ask(server.port(), only(one), options);
    EXPECT_FALSE(t.complete);
    ASSERT_NE(t.server_alert(), nullptr) << told(t);
    EXPECT_EQ(t.server_alert()->description, 51);
  }
}

TEST(Client, completes_where_a_certificate_is_optional) {
  const OpensslServer server("rsa", {"-verify", "1", "-CAfile", Keys::get().certificate("client")});
  for (const std::uint16_t one : {version::tls12, version::tls13}) expect_complete(ask(server.port(), only(one), with_identity({})));
}

TEST(Client, says_when_its_key_can_sign_nothing_that_the_server_takes) {
  const OpensslServer server("rsa", {"-verify", "1", "-client_sigalgs", "ecdsa_secp256r1_sha256"});
  const Transcript t = ask(server.port(), only(version::tls13), with_identity("client"));
  EXPECT_TRUE(t.client_certificate.no_common_scheme);
  EXPECT_TRUE(t.client_certificate.empty_sent);
}

// ---- what comes after -----------------------------------------------------------------------------------------------

TEST(Client, reads_tickets_after_tls13) {
  const OpensslServer server("rsa", {"-num_tickets", "3"});
  HandshakeOptions options;
  options.depth = Depth::application;
  const Transcript t = ask(server.port(), only(version::tls13), options);
  expect_complete(t);
  EXPECT_EQ(t.tickets, 3U);
  EXPECT_TRUE(t.application.accepted);
}

TEST(Client, asks_for_the_head) {
  const GnutlsServer server("rsa", "NORMAL", {"--http"});
  HandshakeOptions options;
  options.depth = Depth::application;
  options.http_head = "server.example";
  const Transcript t = ask(server.port(), default_offer("server.example", false), options);
  EXPECT_TRUE(t.complete) << told(t);
  EXPECT_TRUE(t.application.asked);
}

TEST(Client, takes_the_protocol_that_alpn_selects) {
  const OpensslServer server("rsa", {"-alpn", "http/1.1"});
  for (const std::uint16_t one : {version::tls12, version::tls13}) {
    const Transcript t = ask(server.port(), with_versions(default_offer("server.example", true), {one}));
    expect_complete(t);
    EXPECT_EQ(t.selected.alpn, "http/1.1");
  }
}

// ---- failures keep their transcript ---------------------------------------------------------------------------------

TEST(Client, keeps_the_alert_when_no_suite_is_common) {
  const OpensslServer server("rsa", {"-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"});
  Offer offer = default_offer("server.example", false);
  offer.suites = {0xc02f};
  const Transcript t = ask(server.port(), offer);
  EXPECT_FALSE(t.complete);
  ASSERT_NE(t.server_alert(), nullptr);
  EXPECT_EQ(t.server_alert()->description, 40);
  EXPECT_EQ(t.reached, Stage::server_hello);
  EXPECT_FALSE(t.client_hello.empty());
  EXPECT_FALSE(t.events.empty());
}

TEST(Client, stops_where_it_is_told_to) {
  const OpensslServer server("rsa");
  for (const std::uint16_t one : {version::tls12, version::tls13}) {
    HandshakeOptions options;
    options.depth = Depth::first_flight;
    const Transcript first = ask(server.port(), only(one), options);
    EXPECT_TRUE(first.complete);
    EXPECT_EQ(first.stopped, Stopped::as_asked);
    EXPECT_TRUE(first.certificates.empty());
    options.depth = Depth::server_flight;
    const Transcript second = ask(server.port(), only(one), options);
    EXPECT_TRUE(second.complete);
    EXPECT_EQ(second.certificates.size(), 1U);
    EXPECT_EQ(second.signature_valid, true);
    EXPECT_FALSE(second.handshake_complete);
  }
}

TEST(Client, completes_hellos_in_many_records_and_segments) {
  const OpensslServer server("rsa");
  Offer offer = default_offer("server.example", false);
  offer.record_split = 100;
  expect_complete(ask(server.port(), offer));
  offer.record_split = 0;
  offer.segment_split = 200;
  expect_complete(ask(server.port(), offer));
}

TEST(Client, completes_an_ssl2_hello_that_leads_to_tls) {
  const OpensslServer server("rsa", {"-tls1_2"});
  Offer offer = only(version::tls12);
  offer.ssl2_form = true;
  offer.suites = {0x002f, 0x0035};
  const Transcript t = ask(server.port(), offer);
  expect_complete(t);
  EXPECT_EQ(t.selected.version, version::tls12);
}

TEST(Client, completes_with_grease_and_padding) {
  const OpensslServer server("rsa");
  Offer offer = default_offer("server.example", true);
  offer.grease = true;
  offer.pad_to = 2000;
  const Transcript t = ask(server.port(), offer);
  expect_complete(t);
  EXPECT_EQ(t.client_hello.size(), 2000U);
}

TEST(Client, completes_a_recorded_hello_with_our_keys) {
  const OpensslServer server("rsa");
  const Transcript first = ask(server.port(), default_offer("server.example", false));
  Offer offer;
  offer.raw = base::Bytes(first.client_hello.begin() + 4, first.client_hello.end());
  offer.server_name = "other.example";
  const Transcript t = ask(server.port(), offer);
  expect_complete(t);
  EXPECT_EQ(t.hello.server_name(), "other.example");
  offer.raw_use = RawUse::verbatim;
  const Transcript verbatim = ask(server.port(), offer);
  EXPECT_EQ(verbatim.client_hello, first.client_hello);
  EXPECT_TRUE(verbatim.secret_unavailable);
}

}  // namespace
}  // namespace whytls::probe
