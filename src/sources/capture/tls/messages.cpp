// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/messages.h"

#include <algorithm>
#include <utility>

#include "registry/registry.h"
#include "sources/capture/decrypt/decryptor.h"
#include "sources/capture/history.h"
#include "sources/capture/tls/ending.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using observe::Event;
using observe::From;
using wire::ContentType;
using wire::HandshakeType;

constexpr std::size_t most_events = 200, most_packets = 256;
constexpr std::size_t most_protected = 12;  ///< events of protected records a side

/// The same hello in TLS form, so that one reader understands both (RFC 5246 E.2).
base::Bytes in_tls_form(const wire::Ssl2ClientHello& old) {
  wire::ClientHello hello;
  hello.legacy_version = old.version;
  hello.random.assign(32 - std::min<std::size_t>(32, old.challenge.size()), 0);
  hello.random.insert(hello.random.end(), old.challenge.begin(), old.challenge.end());
  hello.session_id = old.session_id;
  for (const std::uint32_t spec : old.cipher_specs)
    if (spec <= 0xffff) hello.cipher_suites.push_back(static_cast<std::uint16_t>(spec));
  hello.has_extensions = false;
  return wire::handshake_message(HandshakeType::client_hello, wire::build(hello));
}

}  // namespace

TlsSide::TlsSide(Messages& all, End which) : messages(&all), end(which), records(*this) {}

void TlsSide::message(wire::HandshakeMessage&& message, const Moment& when) { messages->on_message(*this, std::move(message), when); }

void TlsSide::plain_record(ContentType type, base::ByteView fragment, const Moment& when) {
  messages->on_plain(*this, type, fragment, when);
}

void TlsSide::protected_record(ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment, const Moment& when) {
  messages->on_protected(*this, type, version, size, fragment, when);
}

void TlsSide::oversized(const Moment&) { messages->malformed(end, "a handshake message of more than 256 KiB"); }

Messages::Messages(const Moment& first, const KeyLog* keys, DataSink& data) : first_(first), keys_(keys), data_(&data) {}

Messages::~Messages() = default;

void Messages::client_is(End end) {
  if (!client_) client_ = end;
}

void Messages::note_packet(const Moment& when) {
  constexpr std::size_t usual = 32;
  if (packets_.empty()) packets_.reserve(usual);
  if (packets_.size() < most_packets && (packets_.empty() || packets_.back() != when.packet)) packets_.push_back(when.packet);
}

bool Messages::full() const { return events_.size() >= most_events; }

Event& Messages::add(const TlsSide& side, Event::Kind kind, const Moment& when) {
  constexpr std::size_t usual = 16;
  note_packet(when);
  if (events_.empty()) events_.reserve(usual);
  Event& event = events_.emplace_back();
  event.kind = kind;
  event.from = this->side(side.end);
  event.at = std::chrono::microseconds((when.at - first_.at) / 1000);
  event.packet = when.packet;
  return event;
}

void Messages::on_message(TlsSide& side, wire::HandshakeMessage&& message, const Moment& when) {
  if (full()) return;
  if (message.type == HandshakeType::client_hello || message.type == HandshakeType::server_hello) on_hello(side, message);
  Event& event = add(side, Event::Kind::handshake, when);
  event.type = message.type;
  event.wire_bytes = message.raw.size();
  event.raw = std::move(message.raw);
}

void Messages::ssl2_hello(TlsSide& from, const wire::Ssl2ClientHello& hello, const Moment& when) {
  ssl2_form_ = true;
  if (!hello.malformed) on_message(from, {HandshakeType::client_hello, in_tls_form(hello)}, when);
}

/// The client chooses the suite only in its next message, which is not read: none stands in the hello (draft-hickman-netscape-ssl 5.6).
bool Messages::ssl2_answer(TlsSide& from, base::ByteView message, const Moment& when) {
  constexpr std::uint8_t fatal = 2, handshake_failure = 40;
  if (wire::parse_ssl2_error(message)) {
    add(from, Event::Kind::alert, when).alert = {fatal, handshake_failure};
    return true;
  }
  const wire::Ssl2ServerHello answer = wire::parse_ssl2_server_hello(message);
  if (answer.malformed) return false;
  wire::ServerHello hello;
  hello.legacy_version = answer.version;
  hello.random.assign(32 - std::min<std::size_t>(32, answer.connection_id.size()), 0);
  hello.random.insert(hello.random.end(), answer.connection_id.begin(), answer.connection_id.end());
  hello.random.resize(32);
  on_message(from, {HandshakeType::server_hello, wire::handshake_message(HandshakeType::server_hello, wire::build(hello))}, when);
  if (answer.certificate.empty()) return true;
  wire::CertificateMessage sent;
  sent.entries.push_back({answer.certificate, {}});
  on_message(from, {HandshakeType::certificate, wire::handshake_message(HandshakeType::certificate, wire::build(sent, false))}, when);
  return true;
}

void Messages::on_hello(const TlsSide& side, const wire::HandshakeMessage& message) {
  if (message.type == HandshakeType::client_hello) {
    client_is(side.end);
    hello_from_ = side.end;
    return;
  }
  client_is(other(side.end));
  const auto hello = wire::glance_server_hello(message.body());
  if (!hello) return;
  version_ = hello->version;
  tls13_ = version_ >= registry::version::tls13;
  suite_ = hello->suite;
  if (hello->hello_retry_request) return;
  server_hello_seen_ = true;
  if (has_keys()) look_for_keys(wire::parse_server_hello(message.body()));
}

void Messages::on_plain(TlsSide& side, ContentType type, base::ByteView fragment, const Moment& when) {
  if (full()) return;
  if (type == ContentType::alert) {
    const auto alert = wire::parse_alert(fragment);
    if (!alert) return;
    Event& event = add(side, Event::Kind::alert, when);
    event.alert = *alert;
    event.wire_bytes = fragment.size();
    return;
  }
  if (type != ContentType::change_cipher_spec) return;
  add(side, Event::Kind::change_cipher_spec, when).wire_bytes = fragment.size();
  if (tls13_) return;  // for show (RFC 8446 D.4)
  if (server_hello_seen_ || this->side(side.end) == From::server)
    side.records.protect();
  else
    side.records.protect_unless_hello();
}

void Messages::on_protected(TlsSide& side, ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment,
                            const Moment& when) {
  if (open_record(side, type, version, fragment, when)) return;
  ++side.protected_records;
  side.application_records += type == ContentType::application_data ? 1U : 0U;
  if (side.protected_records > most_protected || full()) return;
  Event& event = add(side,
                     type == ContentType::handshake ? Event::Kind::handshake
                     : type == ContentType::alert   ? Event::Kind::alert
                                                    : Event::Kind::application_data,
                     when);
  event.encrypted = event.opaque = true;
  event.wire_bytes = size;
}

bool Messages::open_record(TlsSide& side, ContentType type, std::uint16_t version, base::ByteView fragment, const Moment& when) {
  if (!decryptor_) return false;
  const auto plain = decryptor_->open(this->side(side.end), type, version, fragment);
  if (!plain) return false;
  ++side.protected_records;
  if (plain->type == ContentType::handshake) {
    on_opened_messages(side, plain->bytes, when);
    return true;
  }
  const bool alert = plain->type == ContentType::alert;
  if (!alert) data_->data(side.end, plain->bytes, when);
  if (!alert && ++side.application_records > most_protected) return true;
  if (full()) return true;
  Event& event = add(side, alert ? Event::Kind::alert : Event::Kind::application_data, when);
  event.encrypted = true;
  event.wire_bytes = plain->bytes.size();
  if (alert) event.alert = wire::parse_alert(plain->bytes).value_or(wire::Alert{});
  return true;
}

void Messages::on_opened_messages(TlsSide& side, base::ByteView bytes, const Moment& when) {
  side.decrypted.feed(bytes);
  while (auto message = side.decrypted.next()) {
    if (full()) break;
    Event& event = add(side, Event::Kind::handshake, when);
    event.encrypted = true;
    event.type = message->type;
    event.wire_bytes = message->raw.size();
    event.raw = std::move(message->raw);
  }
}

bool Messages::has_keys() const { return keys_ && !keys_->empty(); }

/// Once both randoms are known.
void Messages::look_for_keys(const wire::ServerHello& hello) {
  constexpr std::uint16_t encrypt_then_mac = 22;  // RFC 7366
  const auto first = std::find_if(events_.rbegin(), events_.rend(), [](const Event& e) {
    return e.kind == Event::Kind::handshake && e.type == HandshakeType::client_hello && e.raw.size() > 4;
  });
  if (first == events_.rend()) return;
  const wire::ClientHello asked = wire::parse_client_hello(base::ByteView(first->raw).subspan(4));
  if (asked.random.size() != 32) return;
  const bool etm = wire::find_extension(asked.extensions, encrypt_then_mac) && wire::find_extension(hello.extensions, encrypt_then_mac);
  decryptor_ = Decryptor::of(*keys_, {asked.random, hello.random, version_, suite_, etm});
}

void Messages::malformed(End by, std::string what) {
  if (!malformed_.empty()) return;
  malformed_ = std::move(what);
  malformed_by_ = by;
}

void Messages::lost(End from) {
  if (decryptor_) decryptor_->lost(side(from));
}

bool Messages::established() const { return observed_established(events_, tls13_, suite_); }

void Messages::give(Handshake& out) {
  out.ssl2_form = ssl2_form_;
  observe::Conversation& c = out.conversation;
  c.established = established();
  c.events = std::move(events_);
  c.malformed = malformed_;
  c.malformed_from = side(malformed_by_);
  if (decryptor_) out.secrets = decryptor_->use();
  out.packets = std::move(packets_);
  out.history = history_of(c.events);
}

}  // namespace whytls::sources::capture
