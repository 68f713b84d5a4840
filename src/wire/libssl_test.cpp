// SPDX-License-Identifier: Apache-2.0
// Both sides of handshakes of libssl, made in memory, read with our parsers: every message is understood, hellos are rebuilt to
// the byte, and the parameters of a key exchange are those that its signature covers.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <map>
#include <memory>

#include "registry/registry.h"
#include "wire/handshake.h"
#include "wire/record.h"

namespace whytls::wire {
namespace {

using base::Bytes;

struct Free {
  void operator()(SSL* value) const { SSL_free(value); }
  void operator()(SSL_CTX* value) const { SSL_CTX_free(value); }
  void operator()(X509* value) const { X509_free(value); }
  void operator()(EVP_PKEY* value) const { EVP_PKEY_free(value); }
  void operator()(EVP_MD_CTX* value) const { EVP_MD_CTX_free(value); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<X509> self_signed(EVP_PKEY* key) {
  Owned<X509> certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("wire.example"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

struct Options {
  int version = TLS1_2_VERSION;
  const char* ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  bool rsa = false;
  bool asks_for_certificate = false;
};

/// A handshake in memory; what each side wrote in the clear, message by message.
class Conversation {
 public:
  explicit Conversation(const Options& options) {
    key_.reset(options.rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})
                           : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    certificate_ = self_signed(key_.get());
    server_ = side(options, true);
    client_ = side(options, false);
    SSL_set_accept_state(server_.get());
    SSL_set_connect_state(client_.get());
    std::string name = "wire.example";
    SSL_ctrl(client_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    for (int round = 0; round < 4; ++round) {
      SSL_do_handshake(client_.get());
      carry(client_.get(), server_.get(), from_client_);
      SSL_do_handshake(server_.get());
      carry(server_.get(), client_.get(), from_server_);
    }
  }

  bool complete() const { return SSL_is_init_finished(client_.get()) == 1 && SSL_is_init_finished(server_.get()) == 1; }
  EVP_PKEY* key() const { return key_.get(); }
  X509* certificate() const { return certificate_.get(); }
  std::map<HandshakeType, Bytes> client() const { return messages(from_client_); }
  std::map<HandshakeType, Bytes> server() const { return messages(from_server_); }

 private:
  Owned<SSL> side(const Options& options, bool server) {
    Owned<SSL_CTX>& context = server ? server_context_ : client_context_;
    context.reset(SSL_CTX_new(TLS_method()));
    SSL_CTX_set_min_proto_version(context.get(), options.version);
    SSL_CTX_set_max_proto_version(context.get(), options.version);
    SSL_CTX_set_cipher_list(context.get(), (std::string(options.ciphers) + ":@SECLEVEL=0").c_str());
    if (server) {
      SSL_CTX_use_certificate(context.get(), certificate_.get());
      SSL_CTX_use_PrivateKey(context.get(), key_.get());
      SSL_CTX_set_dh_auto(context.get(), 1);
      if (options.asks_for_certificate) {
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_add_client_CA(context.get(), certificate_.get());
      }
    }
    Owned<SSL> made(SSL_new(context.get()));
    SSL_set_bio(made.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    return made;
  }

  static void carry(SSL* from, SSL* to, Bytes& seen) {
    Bytes buffer(65536);
    const int count = BIO_read(SSL_get_wbio(from), buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0) return;
    BIO_write(SSL_get_rbio(to), buffer.data(), count);
    seen.insert(seen.end(), buffer.begin(), buffer.begin() + count);
  }

  /// The messages up to the first protected record.
  static std::map<HandshakeType, Bytes> messages(base::ByteView stream) {
    std::map<HandshakeType, Bytes> read;
    HandshakeAssembler assembler;
    while (!stream.empty()) {
      const Framed framed = next_record(stream, true);
      EXPECT_EQ(framed.framing, Framing::record);
      if (framed.framing != Framing::record || framed.record.type != ContentType::handshake) break;
      assembler.feed(framed.record.fragment);
      stream = stream.subspan(framed.size);
    }
    while (const auto message = assembler.next()) read[message->type] = Bytes(message->body().begin(), message->body().end());
    return read;
  }

  Owned<EVP_PKEY> key_;
  Owned<X509> certificate_;
  Owned<SSL_CTX> server_context_, client_context_;
  Owned<SSL> server_, client_;
  Bytes from_client_, from_server_;
};

/// RFC 5246 7.4.3: both randoms and the parameters are signed.
bool signature_verifies(const Conversation& conversation, const ServerKeyExchange& exchange) {
  const Bytes client_random = parse_client_hello(conversation.client().at(HandshakeType::client_hello)).random;
  const Bytes server_random = parse_server_hello(conversation.server().at(HandshakeType::server_hello)).random;
  Bytes covered = client_random;
  covered.insert(covered.end(), server_random.begin(), server_random.end());
  covered.insert(covered.end(), exchange.params.begin(), exchange.params.end());
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  const registry::SignatureScheme* const scheme = registry::signature_scheme(exchange.signature_scheme);
  if (scheme == nullptr) return false;
  const EVP_MD* const digest = EVP_get_digestbyname(std::string(scheme->hash).c_str());
  if (EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, conversation.key()) != 1) return false;
  if (scheme->name.starts_with("rsa_pss")) EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
  return EVP_DigestVerify(context.get(), exchange.signature.data(), exchange.signature.size(), covered.data(), covered.size()) == 1;
}

ServerKeyExchange exchange_of(const Conversation& conversation, std::uint16_t suite) {
  const auto server = conversation.server();
  EXPECT_EQ(parse_server_hello(server.at(HandshakeType::server_hello)).cipher_suite, suite);
  return parse_server_key_exchange(server.at(HandshakeType::server_key_exchange), suite, 0x0303);
}

TEST(Libssl, AHandshakeOfTls12IsReadWhole) {
  const Conversation conversation({.asks_for_certificate = true});
  ASSERT_TRUE(conversation.complete());
  const auto client = conversation.client();
  const auto server = conversation.server();
  const ClientHello hello = parse_client_hello(client.at(HandshakeType::client_hello));
  ASSERT_FALSE(hello.malformed);
  EXPECT_EQ(build(hello), client.at(HandshakeType::client_hello));
  EXPECT_EQ(hello.server_name(), "wire.example");
  const ServerHello answer = parse_server_hello(server.at(HandshakeType::server_hello));
  ASSERT_FALSE(answer.malformed);
  EXPECT_EQ(build(answer), server.at(HandshakeType::server_hello));
  EXPECT_EQ(answer.version(), 0x0303);
  const CertificateMessage chain = parse_certificate(server.at(HandshakeType::certificate), false);
  ASSERT_FALSE(chain.malformed);
  ASSERT_EQ(chain.entries.size(), 1U);
  unsigned char* der = nullptr;
  const int length = i2d_X509(conversation.certificate(), &der);
  EXPECT_EQ(chain.entries[0].der, Bytes(der, der + length));
  OPENSSL_free(der);
  const CertificateRequest request = parse_certificate_request(server.at(HandshakeType::certificate_request), 0x0303);
  EXPECT_FALSE(request.malformed);
  EXPECT_EQ(request.authorities.size(), 1U);
  EXPECT_FALSE(request.signature_algorithms.empty());
  EXPECT_TRUE(server.contains(HandshakeType::server_hello_done));
  const NewSessionTicket ticket = parse_new_session_ticket(server.at(HandshakeType::new_session_ticket), false);
  EXPECT_FALSE(ticket.malformed);
  EXPECT_EQ(ticket.lifetime, 7200U);
}

TEST(Libssl, TheSignatureOfAnEcdheExchangeCoversWhatWasReadAsItsParameters) {
  const Conversation conversation({});
  const ServerKeyExchange exchange = exchange_of(conversation, 0xc02b);
  ASSERT_FALSE(exchange.malformed);
  EXPECT_NE(exchange.group, 0);
  EXPECT_TRUE(signature_verifies(conversation, exchange));
  ServerKeyExchange changed = exchange;
  changed.params.back() ^= 1U;
  EXPECT_FALSE(signature_verifies(conversation, changed));
}

TEST(Libssl, TheSignatureOfADheExchangeCoversWhatWasReadAsItsParameters) {
  const Conversation conversation({.ciphers = "DHE-RSA-AES128-GCM-SHA256", .rsa = true});
  const ServerKeyExchange exchange = exchange_of(conversation, 0x009e);
  ASSERT_FALSE(exchange.malformed);
  EXPECT_GE(exchange.dh_p.size(), 128U);
  EXPECT_EQ(exchange.dh_g, Bytes{2});
  EXPECT_TRUE(signature_verifies(conversation, exchange));
}

TEST(Libssl, AnAnonymousExchangeHasNoSignature) {
  const Conversation conversation({.ciphers = "AECDH-AES128-SHA"});
  const ServerKeyExchange exchange = exchange_of(conversation, 0xc018);
  EXPECT_FALSE(exchange.malformed);
  EXPECT_TRUE(exchange.signature.empty());
}

TEST(Libssl, AHelloOfTls13IsReadAndRebuiltToTheByte) {
  const Conversation conversation({.version = TLS1_3_VERSION});
  ASSERT_TRUE(conversation.complete());
  const Bytes body = conversation.client().at(HandshakeType::client_hello);
  const ClientHello hello = parse_client_hello(body);
  ASSERT_FALSE(hello.malformed);
  EXPECT_EQ(build(hello), body);
  EXPECT_EQ(hello.versions(), (std::vector<std::uint16_t>{0x0304}));
  ASSERT_EQ(hello.key_shares().size(), 1U);
  EXPECT_EQ(hello.key_shares()[0].group, 29);
  EXPECT_EQ(hello.key_shares()[0].key.size(), registry::group(29)->client_share);
  const ServerHello answer = parse_server_hello(conversation.server().at(HandshakeType::server_hello));
  EXPECT_EQ(answer.version(), 0x0304);
  ASSERT_TRUE(answer.key_share());
  EXPECT_EQ(answer.key_share()->key.size(), registry::group(29)->server_share);
}

TEST(Libssl, BeforeTls12NoAlgorithmIsNamed) {
  const Conversation conversation({.version = TLS1_VERSION, .ciphers = "ECDHE-RSA-AES128-SHA", .rsa = true, .asks_for_certificate = true});
  ASSERT_TRUE(conversation.complete());
  const auto server = conversation.server();
  const ServerKeyExchange exchange = parse_server_key_exchange(server.at(HandshakeType::server_key_exchange), 0xc013, 0x0301);
  EXPECT_FALSE(exchange.malformed);
  EXPECT_EQ(exchange.signature_scheme, 0);
  EXPECT_EQ(exchange.signature.size(), 256U);
  EXPECT_FALSE(parse_certificate_request(server.at(HandshakeType::certificate_request), 0x0301).malformed);
}

}  // namespace
}  // namespace whytls::wire
