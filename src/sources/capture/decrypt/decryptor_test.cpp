// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/decrypt/decryptor.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/rfc8448_trace.h"
#include "crypto/schedule.h"

namespace whytls::sources::capture {
namespace {

using base::Bytes;
using base::ByteView;
using observe::From;
using wire::ContentType;
namespace version = registry::version;

const Bytes client_random(32, 0xc1);
const Bytes server_random(32, 0x5e);

std::string key_line(const std::string& label, ByteView secret, ByteView random = client_random) {
  return label + " " + base::hex(random) + " " + base::hex(secret) + "\n";
}

Bytes bytes_of(std::string_view hex) { return *base::unhex(hex); }

Bytes join(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

/// Everything that RFC 8448 3 lets derive.
struct Rfc8448 {
  Bytes random = bytes_of(crypto::rfc8448::client_hello.substr(12, 64));
  crypto::Schedule13 schedule;

  Rfc8448() {
    const Bytes hellos = join({bytes_of(crypto::rfc8448::client_hello), bytes_of(crypto::rfc8448::server_hello)});
    schedule = crypto::Schedule13::begin(registry::Hash::sha256, bytes_of(crypto::rfc8448::shared_secret),
                                         crypto::digest(registry::Hash::sha256, hellos));
    schedule.applications(crypto::digest(registry::Hash::sha256, join({hellos, flight()})));
  }
  static Bytes flight() {
    using namespace crypto::rfc8448;
    return join({bytes_of(encrypted_extensions), bytes_of(certificate), bytes_of(certificate_verify), bytes_of(finished)});
  }
  std::string log() const {
    return key_line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", schedule.client_handshake, random) +
           key_line("SERVER_HANDSHAKE_TRAFFIC_SECRET", schedule.server_handshake, random) +
           key_line("CLIENT_TRAFFIC_SECRET_0", schedule.client_application, random) +
           key_line("SERVER_TRAFFIC_SECRET_0", schedule.server_application, random);
  }
};

TEST(Decryptor, OpensTheTraceOfRfc8448) {
  const Rfc8448 trace;
  KeyLog log;
  log.add(trace.log());
  const auto opener = Decryptor::of(log, {trace.random, server_random, version::tls13, 0x1301, false});
  ASSERT_TRUE(opener);
  const auto flight = opener->open(From::server, ContentType::application_data, 0x0303, bytes_of(crypto::rfc8448::server_flight));
  ASSERT_TRUE(flight);
  EXPECT_EQ(flight->type, ContentType::handshake);
  EXPECT_EQ(flight->bytes, Rfc8448::flight());
  const auto finished =
      opener->open(From::client, ContentType::application_data, 0x0303, bytes_of(crypto::rfc8448::client_finished_record));
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->bytes.at(0), 20);
  EXPECT_EQ(opener->use(), Secrets::open);
}

TEST(Decryptor, WrongSecretsOpenNothing) {
  const Rfc8448 trace;
  KeyLog log;
  log.add(key_line("SERVER_HANDSHAKE_TRAFFIC_SECRET", Bytes(32, 9), trace.random));
  const auto opener = Decryptor::of(log, {trace.random, server_random, version::tls13, 0x1301, false});
  ASSERT_TRUE(opener);
  EXPECT_EQ(opener->use(), Secrets::none);
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(opener->open(From::server, ContentType::application_data, 0x0303, bytes_of(crypto::rfc8448::server_flight)));
  EXPECT_EQ(opener->use(), Secrets::useless);
}

TEST(Decryptor, IsNoneWithoutSecretsOrForWhatCannotBeOpened) {
  KeyLog log;
  EXPECT_FALSE(Decryptor::of(log, {client_random, server_random, version::tls13, 0x1301, false}));
  log.add(key_line("CLIENT_RANDOM", Bytes(48, 1)));
  EXPECT_TRUE(Decryptor::of(log, {client_random, server_random, version::tls12, 0xc02f, false}));
  EXPECT_FALSE(Decryptor::of(log, {client_random, server_random, version::tls13, 0x1301, false})) << "a master secret is no traffic secret";
  EXPECT_FALSE(Decryptor::of(log, {client_random, server_random, version::tls12, 0x9999, false}));
  EXPECT_FALSE(Decryptor::of(log, {client_random, server_random, version::ssl3, 0x002f, false}));
  EXPECT_FALSE(Decryptor::of(log, {client_random, {}, version::tls12, 0xc02f, false}));
}

/// Seals as a peer would.
struct Peer {
  std::unique_ptr<crypto::RecordCipher> cipher;
  std::uint16_t record_version = 0x0303;

  Bytes seal(ContentType type, const Bytes& plain) { return cipher->seal(static_cast<std::uint8_t>(type), record_version, plain).value(); }
};

Peer peer13(const Bytes& secret, std::uint16_t suite = 0x1301) {
  const registry::Suite& which = *registry::suite(suite);
  return {crypto::make_record_cipher(which, version::tls13, crypto::traffic_keys(which, secret).value(), crypto::Direction::seal, false)};
}

struct OldCase {
  const char* name;
  std::uint16_t version, suite;
  bool encrypt_then_mac;
};
void PrintTo(const OldCase& one, std::ostream* out) { *out << one.name; }

class DecryptorOld : public testing::TestWithParam<OldCase> {};

TEST_P(DecryptorOld, OpensBothDirections) {
  const OldCase& one = GetParam();
  const std::uint16_t rules = one.version == version::dtls12   ? version::tls12
                              : one.version == version::dtls10 ? version::tls11
                                                               : one.version;
  const registry::Suite& suite = *registry::suite(one.suite);
  const Bytes master(48, 0x4d);
  const auto keys = crypto::key_block(suite, rules, master, client_random, server_random).value();
  Peer client{crypto::make_record_cipher(suite, rules, keys.client, crypto::Direction::seal, one.encrypt_then_mac), one.version};
  Peer server{crypto::make_record_cipher(suite, rules, keys.server, crypto::Direction::seal, one.encrypt_then_mac), one.version};
  KeyLog log;
  log.add(key_line("CLIENT_RANDOM", master));
  const auto opener = Decryptor::of(log, {client_random, server_random, one.version, one.suite, one.encrypt_then_mac});
  ASSERT_TRUE(opener);
  for (std::uint8_t i = 0; i < 3; ++i) {
    const Bytes plain(20U + i, i);
    const auto up = opener->open(From::client, ContentType::handshake, one.version, client.seal(ContentType::handshake, plain));
    ASSERT_TRUE(up) << int{i};
    EXPECT_EQ(up->bytes, plain);
    const auto down = opener->open(From::server, ContentType::alert, one.version, server.seal(ContentType::alert, plain));
    ASSERT_TRUE(down) << int{i};
    EXPECT_EQ(down->type, ContentType::alert);
    EXPECT_EQ(down->bytes, plain);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DecryptorOld,
                         testing::Values(OldCase{"gcm", version::tls12, 0xc02f, false}, OldCase{"gcm384", version::tls12, 0xc030, false},
                                         OldCase{"ccm8", version::tls12, 0xc0ae, false}, OldCase{"chacha", version::tls12, 0xcca8, false},
                                         OldCase{"cbc", version::tls12, 0xc027, false}, OldCase{"cbc_etm", version::tls12, 0xc013, true},
                                         OldCase{"cbc11", version::tls11, 0x002f, false}, OldCase{"cbc10", version::tls10, 0x0035, false},
                                         OldCase{"dtls12", version::dtls12, 0xc02b, false},
                                         OldCase{"dtls10", version::dtls10, 0xc013, false}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Decryptor, FindsItsPlaceAgainAfterLostRecords) {
  const registry::Suite& suite = *registry::suite(0xc02f);
  const Bytes master(48, 0x4d);
  Peer client{crypto::make_record_cipher(suite, version::tls12,
                                         crypto::key_block(suite, version::tls12, master, client_random, server_random)->client,
                                         crypto::Direction::seal, false)};
  KeyLog log;
  log.add(key_line("CLIENT_RANDOM", master));
  const auto opener = Decryptor::of(log, {client_random, server_random, version::tls12, 0xc02f, false});
  ASSERT_TRUE(opener->open(From::client, ContentType::handshake, 0x0303, client.seal(ContentType::handshake, {1})));
  for (int i = 0; i < 20; ++i) client.seal(ContentType::application_data, {2});
  EXPECT_FALSE(opener->open(From::client, ContentType::application_data, 0x0303, client.seal(ContentType::application_data, {3})));
  opener->lost(From::client);
  EXPECT_TRUE(opener->open(From::client, ContentType::application_data, 0x0303, client.seal(ContentType::application_data, {4})));
  Bytes damaged = client.seal(ContentType::application_data, {5});
  damaged.back() ^= 1U;
  EXPECT_FALSE(opener->open(From::client, ContentType::application_data, 0x0303, damaged));
  EXPECT_TRUE(opener->open(From::client, ContentType::application_data, 0x0303, client.seal(ContentType::application_data, {6})))
      << "a damaged record has its number";
}

TEST(Decryptor, FollowsTheKeysOfTls13) {
  const Bytes early(32, 1), handshake(32, 2), application(32, 3);
  KeyLog log;
  log.add(key_line("CLIENT_EARLY_TRAFFIC_SECRET", early) + key_line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", handshake) +
          key_line("CLIENT_TRAFFIC_SECRET_0", application));
  const auto opener = Decryptor::of(log, {client_random, server_random, version::tls13, 0x1301, false});
  ASSERT_TRUE(opener);
  crypto::Schedule13 schedule;
  const auto check = [&](Peer& peer, ContentType type) {
    const auto plain = opener->open(From::client, ContentType::application_data, 0x0303, peer.seal(type, {7, 7}));
    EXPECT_TRUE(plain && plain->type == type && plain->bytes == Bytes({7, 7}));
  };
  Peer first = peer13(early), second = peer13(handshake), third = peer13(application), fourth = peer13(schedule.next(application)),
       fifth = peer13(schedule.next(schedule.next(application)));
  for (Peer* const peer : {&first, &second, &third, &fourth, &fifth}) {
    check(*peer, ContentType::application_data);
    check(*peer, ContentType::handshake);
  }
  check(fifth, ContentType::alert);
}

TEST(Decryptor, PassesOverEarlyDataWhoseSecretIsMissing) {
  const Bytes handshake(32, 2);
  KeyLog log;
  log.add(key_line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", handshake));
  const auto opener = Decryptor::of(log, {client_random, server_random, version::tls13, 0x1303, false});
  ASSERT_TRUE(opener);
  Peer early = peer13(Bytes(32, 1), 0x1303), later = peer13(handshake, 0x1303);
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(opener->open(From::client, ContentType::application_data, 0x0303, early.seal(ContentType::application_data, {1})));
  EXPECT_TRUE(opener->open(From::client, ContentType::application_data, 0x0303, later.seal(ContentType::handshake, {2})));
}

TEST(Decryptor, OpensDatagramsByTheirOwnNumbers) {
  const registry::Suite& suite = *registry::suite(0xc02b);
  const Bytes master(48, 0x4d);
  const auto keys = crypto::key_block(suite, version::tls12, master, client_random, server_random).value();
  Peer server{crypto::make_record_cipher(suite, version::tls12, keys.server, crypto::Direction::seal, false), version::dtls12};
  const std::uint64_t epoch_one = std::uint64_t{1} << 48U;
  server.cipher->continue_at(epoch_one);
  const Bytes first = server.seal(ContentType::handshake, {1});
  const Bytes second = server.seal(ContentType::alert, {2, 40});
  KeyLog log;
  log.add(key_line("CLIENT_RANDOM", master));
  const auto opener = Decryptor::of(log, {client_random, server_random, version::dtls12, 0xc02b, false});
  ASSERT_TRUE(opener);
  EXPECT_EQ(opener->open_at(From::server, epoch_one + 1, ContentType::alert, version::dtls12, second)->bytes, Bytes({2, 40}));
  EXPECT_EQ(opener->open_at(From::server, epoch_one, ContentType::handshake, version::dtls12, first)->bytes, Bytes({1}));
  EXPECT_FALSE(opener->open_at(From::server, epoch_one + 2, ContentType::alert, version::dtls12, second));
}

}  // namespace
}  // namespace whytls::sources::capture
