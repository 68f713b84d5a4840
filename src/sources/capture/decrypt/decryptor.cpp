// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/decrypt/decryptor.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/schedule.h"

namespace whytls::sources::capture {
namespace {

namespace version = registry::version;
using observe::From;

/// How many sequence numbers ahead are tried after a gap: sixteen kilobytes each at most, so a loss of up to a megabyte.
constexpr std::uint64_t search = 64;
/// After so many refusals in a row a side is not tried any more: wrong secrets must not cost the time of a large download.
constexpr std::uint32_t patience = 256;

/// RFC 6347 1: DTLS 1.0 is TLS 1.1, DTLS 1.2 is TLS 1.2 with another record layer.
std::uint16_t rules_of(std::uint16_t negotiated) {
  if (negotiated == version::dtls10) return version::tls11;
  return negotiated == version::dtls12 ? version::tls12 : negotiated;
}

bool authenticated_alone(const registry::Suite& suite) {
  using enum registry::Mode;
  return suite.mode == gcm || suite.mode == ccm || suite.mode == ccm8 || suite.mode == chacha20_poly1305;
}

}  // namespace

std::unique_ptr<Decryptor> Decryptor::of(const KeyLog& secrets, const Negotiated& negotiated) {
  const registry::Suite* const suite = registry::suite(negotiated.suite);
  const std::uint16_t rules = rules_of(negotiated.version);
  if (suite == nullptr || rules < version::tls10 || rules > version::tls13) return nullptr;
  std::unique_ptr<Decryptor> made(new Decryptor(*suite, rules));
  const bool usable = rules == version::tls13 ? made->add_traffic(secrets, negotiated.client_random) : made->add_block(secrets, negotiated);
  return usable ? std::move(made) : nullptr;
}

bool Decryptor::add_stage(From from, base::ByteView traffic_secret) {
  if (traffic_secret.size() != crypto::hash_size(suite_.prf)) return false;
  const auto keys = crypto::traffic_keys(suite_, traffic_secret);
  if (!keys) return false;
  Stage stage;
  stage.secret.assign(traffic_secret.begin(), traffic_secret.end());
  stage.cipher = crypto::make_record_cipher(suite_, version_, *keys, crypto::Direction::open, false);
  if (!stage.cipher) return false;
  side(from).stages.push_back(std::move(stage));
  return true;
}

bool Decryptor::add_traffic(const KeyLog& secrets, base::ByteView client_random) {
  bool any = false;
  for (const Secret what : {Secret::client_early, Secret::client_handshake, Secret::client_application})
    any |= add_stage(From::client, secrets.find(what, client_random));
  for (const Secret what : {Secret::server_handshake, Secret::server_application})
    any |= add_stage(From::server, secrets.find(what, client_random));
  side(From::client).whole = !secrets.find(Secret::client_handshake, client_random).empty();
  side(From::server).whole = !secrets.find(Secret::server_handshake, client_random).empty();
  return any;
}

bool Decryptor::add_block(const KeyLog& secrets, const Negotiated& negotiated) {
  const base::ByteView master = secrets.find(Secret::master, negotiated.client_random);
  if (master.size() != 48 || negotiated.server_random.size() != 32) return false;
  const auto block = crypto::key_block(suite_, version_, master, negotiated.client_random, negotiated.server_random);
  if (!block) return false;
  for (const From from : {From::client, From::server}) {
    Stage stage;
    const auto& keys = from == From::client ? block->client : block->server;
    stage.cipher = crypto::make_record_cipher(suite_, version_, keys, crypto::Direction::open, negotiated.encrypt_then_mac);
    if (!stage.cipher) return false;
    side(from).stages.push_back(std::move(stage));
    side(from).whole = true;
  }
  return true;
}

Secrets Decryptor::use() const {
  const auto any = [&](auto holds) { return std::any_of(sides_.begin(), sides_.end(), holds); };
  if (any([](const Side& one) { return one.opened > 0; })) return Secrets::open;
  return any([](const Side& one) { return one.whole && one.refused > 0; }) ? Secrets::useless : Secrets::none;
}

std::optional<Plain> Decryptor::try_stage(Stage& stage, std::uint64_t sequence, const Protected& record) {
  stage.cipher->continue_at(sequence);
  auto opened = stage.cipher->open(static_cast<std::uint8_t>(record.type), record.version, record.fragment);
  if (!opened) return std::nullopt;
  stage.next = sequence + 1;
  return Plain{wire::ContentType{opened->type}, std::move(opened->plain)};
}

std::optional<Plain> Decryptor::open(From from, wire::ContentType type, std::uint16_t record_version, base::ByteView fragment) {
  Side& one = side(from);
  if (one.stages.empty() || one.refused >= patience) return std::nullopt;
  const Protected record{type, record_version, fragment};
  auto plain = try_from(one, one.stages.front(), record);
  if (!plain && version_ == version::tls13) plain = open_later_stage(one, record);
  note(one, plain.has_value());
  // Ciphers that chain from record to record (CBC of TLS 1.0, RC4) cannot be asked twice; the count goes on for them.
  if (!plain && !authenticated_alone(suite_)) ++one.stages.front().next;
  return plain;
}

void Decryptor::note(Side& one, bool opened) {
  one.opened += opened ? 1 : 0;
  one.refused = opened ? 0 : one.refused + 1;
  if (opened) one.after_gap = false;
}

/// A refused record may have had a number (it was damaged) or none (a server passes over early data that it rejects); after a gap any.
std::optional<Plain> Decryptor::try_from(const Side& one, Stage& stage, const Protected& record) const {
  const std::uint64_t next = stage.next;
  if (auto plain = try_stage(stage, next, record)) return plain;
  if (!authenticated_alone(suite_)) return std::nullopt;
  for (std::uint64_t ahead = 1; one.after_gap && ahead < search; ++ahead)
    if (auto plain = try_stage(stage, next + ahead, record)) return plain;
  return one.refused == 0 ? std::nullopt : try_stage(stage, next + one.refused, record);
}

/// RFC 8446 4.6.3, 7.1, 7.2: which record is the first under the next key stands in messages that may be lost. A record authenticates
/// its key, so each next key is tried.
std::optional<Plain> Decryptor::open_later_stage(Side& one, const Protected& record) const {
  for (std::size_t i = 1; i < one.stages.size(); ++i) {
    auto plain = try_from(one, one.stages[i], record);
    if (!plain) continue;
    one.stages.erase(one.stages.begin(), one.stages.begin() + static_cast<std::ptrdiff_t>(i));
    return plain;
  }
  auto next = updated(one.stages.back());
  if (!next) return std::nullopt;
  auto plain = try_from(one, *next, record);
  if (plain) {
    one.stages.clear();
    one.stages.push_back(std::move(*next));
  }
  return plain;
}

/// nullopt where the stage in use is not yet the application's: an update cannot follow.
std::optional<Decryptor::Stage> Decryptor::updated(const Stage& stage) const {
  if (stage.next == 0 || stage.secret.empty()) return std::nullopt;
  Stage made;
  crypto::Schedule13 schedule;
  schedule.hash = suite_.prf;
  made.secret = schedule.next(stage.secret);
  const auto keys = crypto::traffic_keys(suite_, made.secret);
  if (keys) made.cipher = crypto::make_record_cipher(suite_, version_, *keys, crypto::Direction::open, false);
  if (!made.cipher) return std::nullopt;
  return made;
}

std::optional<Plain> Decryptor::open_at(From from, std::uint64_t sequence, wire::ContentType type, std::uint16_t record_version,
                                        base::ByteView fragment) {
  Side& one = side(from);
  if (one.stages.empty() || one.refused >= patience) return std::nullopt;
  auto plain = try_stage(one.stages.front(), sequence, {type, record_version, fragment});
  note(one, plain.has_value());
  return plain;
}

}  // namespace whytls::sources::capture
