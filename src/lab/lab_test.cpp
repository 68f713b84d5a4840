// SPDX-License-Identifier: Apache-2.0
// Every fault starts, ends and cleans up; and libssl's own client, which shares no code with the diagnosis, sees the flaws that it knows.
#include "lab/lab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>

#include "lab/workshop.h"
#include "net/listener.h"

namespace whytls::lab {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Running> started(std::string_view id) {
  const Fault* known = fault(id);
  if (known == nullptr) {
    ADD_FAILURE() << "no fault " << id;
    return nullptr;
  }
  auto running = start(*known, {});
  if (running) return std::move(*running);
  ADD_FAILURE() << id << ": " << running.error().text();
  return nullptr;
}

std::string value_of(const Running& running, std::string_view option) {
  const auto at = std::find(running.words().begin(), running.words().end(), option);
  return at == running.words().end() || at + 1 == running.words().end() ? std::string() : *(at + 1);
}

/// How a handshake of libssl's client ends.
struct Seen {
  bool completed = false;
  long verified = X509_V_ERR_UNSPECIFIED;  ///< X509_V_OK or what libcrypto says of the chain
  int version = 0;
};

Seen ask(const Running& running) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 2);
  SSL_CTX_set_cipher_list(context.get(), "DEFAULT:@SECLEVEL=2");
  SSL_CTX_load_verify_locations(context.get(), value_of(running, "--ca-file").c_str(), nullptr);
  // The chain is judged, and the handshake goes on.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
  BIO_set_conn_hostname(bio.get(), running.address().c_str());
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  const std::string name = value_of(running, "--servername");
  SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, std::string(name).data());
  SSL_set1_host(ssl, name.c_str());
  Seen out;
  out.completed = BIO_do_handshake(bio.get()) == 1;
  out.verified = SSL_get_verify_result(ssl);
  out.version = SSL_version(ssl);
  return out;
}

TEST(Lab, KnowsItsFaultsByTheirIdsAndNoOthers) {
  EXPECT_GE(faults.size(), 40U);
  std::set<std::string_view> ids;
  for (const Fault* each : faults) {
    EXPECT_TRUE(ids.insert(each->id).second) << each->id;
    EXPECT_EQ(fault(each->id), each);
    EXPECT_FALSE(each->title.empty());
  }
  for (const NotShown& each : not_shown()) EXPECT_TRUE(ids.insert(each.id).second) << each.id << " is both shown and not shown";
  EXPECT_EQ(fault("certificate.expird"), nullptr);
  EXPECT_EQ(fault(""), nullptr);
}

TEST(Lab, EveryFaultStartsWithALineToTryAndEndsWithinASecond) {
  for (const Fault* each : faults) {
    auto running = started(each->id);
    ASSERT_TRUE(running);
    ASSERT_FALSE(running->words().empty());
    for (const std::string& word : running->words()) EXPECT_EQ(word.find('{'), std::string::npos) << each->id << ": " << word;
    const auto began = std::chrono::steady_clock::now();
    running.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s) << each->id;
  }
}

TEST(Lab, FilesArePrivateAndGoWithTheFault) {
  auto running = started("client-auth.key-mismatch");
  ASSERT_TRUE(running);
  const std::filesystem::path key = value_of(*running, "--key");
  ASSERT_TRUE(std::filesystem::exists(key));
  EXPECT_EQ(std::filesystem::status(key).permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::filesystem::status(key.parent_path()).permissions(), std::filesystem::perms::owner_all);
  running.reset();
  EXPECT_FALSE(std::filesystem::exists(key.parent_path()));
}

TEST(Lab, ATakenPortIsAnErrorThatNamesIt) {
  const auto first = started("protocol.not-tls");
  ASSERT_TRUE(first);
  const auto port = static_cast<std::uint16_t>(std::stoi(first->address().substr(first->address().find(':') + 1)));
  for (const char* id : {"protocol.not-tls", "network.connection-timeout"}) {
    const auto second = start(*fault(id), {.port = port});
    ASSERT_FALSE(second) << id;
    EXPECT_THAT(second.error().text(), testing::HasSubstr(first->address()));
  }
}

TEST(Lab, EndsWithinASecondWhileAConnectionIsOpen) {
  auto running = started("network.handshake-timeout");
  ASSERT_TRUE(running);
  const auto port = static_cast<std::uint16_t>(std::stoi(running->address().substr(running->address().find(':') + 1)));
  const net::Connected peer = net::connect({.ip = "127.0.0.1", .port = port}, {}, net::Clock::now() + 2s, nullptr);
  ASSERT_TRUE(peer.stream);
  peer.stream->write(base::view("\x16\x03\x01"), net::Clock::now() + 1s);
  const auto began = std::chrono::steady_clock::now();
  running.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST(Lab, AHandshakeWithASoundServerIsSoundToLibsslToo) {
  for (const char* id : {"certificate.missing-staple", "certificate.revoked"}) {
    const auto running = started(id);
    ASSERT_TRUE(running);
    const Seen seen = ask(*running);
    EXPECT_TRUE(seen.completed) << id;
    EXPECT_EQ(seen.verified, X509_V_OK) << id << ": " << X509_verify_cert_error_string(seen.verified);
    EXPECT_EQ(seen.version, TLS1_3_VERSION) << id;
  }
}

TEST(Lab, LibcryptoSeesTheFlawOfEachCertificateThatItJudges) {
  const std::vector<std::pair<const char*, long>> rows{
      {"certificate.expired", X509_V_ERR_CERT_HAS_EXPIRED},
      {"certificate.not-yet-valid", X509_V_ERR_CERT_NOT_YET_VALID},
      {"certificate.self-signed", X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
      {"certificate.incomplete-chain", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
      {"certificate.untrusted-root", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
      {"certificate.hostname-mismatch", X509_V_ERR_HOSTNAME_MISMATCH},
      {"certificate.bad-signature", X509_V_ERR_CERT_SIGNATURE_FAILURE},
      {"certificate.invalid-ca", X509_V_ERR_INVALID_CA},
      {"certificate.name-constraint", X509_V_ERR_PERMITTED_VIOLATION},
      {"certificate.wrong-purpose", X509_V_ERR_INVALID_PURPOSE},
      {"certificate.unknown-critical-extension", X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION},
      {"certificate.weak-key", X509_V_ERR_EE_KEY_TOO_SMALL},
      {"certificate.weak-signature", X509_V_ERR_CA_MD_TOO_WEAK},
      {"network.tls-intercepted", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
  };
  for (const auto& [id, expected] : rows) {
    const auto running = started(id);
    ASSERT_TRUE(running);
    const Seen seen = ask(*running);
    EXPECT_EQ(seen.verified, expected) << id << ": " << X509_verify_cert_error_string(seen.verified);
  }
}

TEST(Lab, LibsslsClientFailsWhereTheHandshakeItselfIsTheFault) {
  for (const char* id : {"protocol.version-mismatch", "protocol.malformed", "protocol.refused-by-alert", "protocol.downgrade-detected",
                         "cipher.psk-required", "cipher.weak-dh", "cipher.no-common-signature-algorithm", "configuration.key-mismatch",
                         "certificate.malformed", "network.reset-in-handshake", "network.closed-in-handshake"}) {
    const auto running = started(id);
    ASSERT_TRUE(running);
    EXPECT_FALSE(ask(*running).completed) << id;
  }
}

TEST(Workshop, KeepsTheFirstFailureAndMakesNothingAfterIt) {
  Workshop shop;
  EXPECT_FALSE(shop.failure());
  shop.key("no such kind", "any");
  ASSERT_TRUE(shop.failure());
  const std::string first = shop.failure()->text();
  shop.fail({base::Fault::environment, "a later one", {}, 0});
  EXPECT_EQ(shop.failure()->text(), first);
  EXPECT_EQ(shop.mint(x509::root_recipe()).certificate.der.size(), 0U);
}

TEST(Workshop, AFileThatExistsAlreadyIsNotOverwritten) {
  Workshop shop;
  EXPECT_FALSE(shop.file("one.pem", "first").empty());
  EXPECT_FALSE(shop.failure());
  shop.file("one.pem", "second");
  EXPECT_TRUE(shop.failure());
}

}  // namespace
}  // namespace whytls::lab
