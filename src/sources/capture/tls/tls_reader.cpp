// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/tls_reader.h"

#include <algorithm>
#include <utility>

#include "registry/registry.h"
#include "sources/capture/decrypt/decryptor.h"
#include "sources/capture/history.h"
#include "sources/capture/tls/ending.h"
#include "sources/capture/tls/finder.h"
#include "wire/glance.h"
#include "wire/handshake.h"
#include "wire/plaintext.h"

namespace whytls::sources::capture {
namespace {

using observe::Event;
using observe::From;
using wire::ContentType;
using wire::HandshakeType;

constexpr std::size_t most_preface = 512, most_not_tls = 4096, most_events = 200, most_packets = 256;
constexpr std::size_t most_protected = 12;     ///< events of protected records a side
constexpr std::uint64_t search_whole = 65536;  ///< so many bytes of plaintext are searched at every offset, later only segments' beginnings

void keep(base::Bytes& into, base::ByteView bytes, std::size_t most) {
  const std::size_t room = most - std::min(most, into.size());
  into.insert(into.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
}

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

constexpr std::size_t enough_to_tell = 11;  ///< bytes that the strictest look at a hello's front needs

/// Whether TLS, in any form, may begin with that byte.
bool may_open(std::uint8_t first) { return (first >= 20 && first <= 24) || first >= 0x80; }

/// Whether a handshake record's body begins like a message in the clear.
bool clear_message_at(base::ByteView bytes) {
  constexpr std::size_t body = wire::record_header_size, header = 4;
  if (bytes.size() < body + header || bytes[0] != static_cast<std::uint8_t>(ContentType::handshake)) return false;
  const std::size_t record = static_cast<std::size_t>(bytes[3]) << 8U | bytes[4];
  const std::size_t length =
      static_cast<std::size_t>(bytes[body + 1]) << 16U | static_cast<std::size_t>(bytes[body + 2]) << 8U | bytes[body + 3];
  const bool named = !wire::handshake_type_name(HandshakeType{bytes[body]}).starts_with("handshake_");
  const bool certificate = bytes[body] == static_cast<std::uint8_t>(HandshakeType::certificate);
  return named && bytes[body] != 0 && (length + header <= record || (certificate && length < RecordStream::largest_message));
}

/// The end of the bytes, as far as a hello might begin there and not be whole.
base::ByteView possible_hello(base::ByteView bytes) {
  const base::ByteView tail = bytes.last(std::min(bytes.size(), enough_to_tell - 1));
  const auto found = std::find(tail.begin(), tail.end(), static_cast<std::uint8_t>(ContentType::handshake));
  return tail.last(static_cast<std::size_t>(tail.end() - found));
}

}  // namespace

/// One direction.
struct TlsReader::Half final : RecordSink {
  Half(TlsReader& owner, End which) : reader(&owner), end(which), records(*this) {}

  TlsReader* reader;
  End end;
  Mode mode = Mode::seeking;
  std::uint64_t seen = 0;  ///< bytes handed over before TLS
  std::uint64_t lost = 0;
  base::Bytes preface;
  base::Bytes held;  ///< bytes that may begin TLS, and are too few to tell
  RecordStream records;
  bool expects_tls = false;  ///< the other side began TLS: so must this one, with its next byte
  std::uint32_t protected_records = 0, application_records = 0;
  wire::HandshakeAssembler decrypted{RecordStream::largest_message};  ///< messages whose protection was removed

  void message(wire::HandshakeMessage&& message, const Moment& when) override { reader->on_message(*this, std::move(message), when); }
  void plain_record(ContentType type, base::ByteView fragment, const Moment& when) override {
    reader->on_plain(*this, type, fragment, when);
  }
  void protected_record(ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment, const Moment& when) override {
    reader->on_protected(*this, type, version, size, fragment, when);
  }
  void no_record(base::ByteView bytes, const Moment& when) override { reader->on_no_record(*this, bytes, when); }
  void oversized(const Moment&) override {
    if (!reader->malformed_.empty()) return;
    reader->malformed_ = "a handshake message of more than 256 KiB";
    reader->malformed_from_ = reader->side(*this);
  }
};

TlsReader::TlsReader(const Endpoint& opener, const Endpoint& answerer, const Moment& first, std::uint64_t number, const TlsOptions& options,
                     const HandshakeSink& sink)
    : opener_(opener), answerer_(answerer), first_(first), last_(first), number_(number), options_(&options), sink_(&sink) {}

TlsReader::~TlsReader() = default;

std::uint64_t TlsReader::bytes(End from, base::ByteView bytes, const Moment& when) {
  last_ = when;
  note_packet(when);
  std::unique_ptr<Half>& slot = halves_[index(from)];
  if (!slot) slot = std::make_unique<Half>(*this, from);
  Half& half = *slot;
  std::uint64_t skip = 0;
  switch (half.mode) {
    case Mode::seeking:
      skip = seek(half, bytes, when);
      break;
    case Mode::tls:
      skip = half.records.feed(bytes, when);
      break;
    case Mode::foreign:
      keep(not_tls_, bytes, most_not_tls);
      break;
    case Mode::done:
      return none_any_more;
  }
  return nothing_more_to_learn() ? none_any_more : skip;
}

std::uint64_t TlsReader::seek(Half& half, base::ByteView bytes, const Moment& when) {
  base::Bytes joined;
  if (!half.held.empty()) {
    joined = std::exchange(half.held, {});
    joined.insert(joined.end(), bytes.begin(), bytes.end());
    bytes = joined;
  }
  const bool at_start = half.seen == 0 || half.expects_tls;
  Opening opening = opening_at(bytes, at_start, !hello_seen_ && bytes.size() >= enough_to_tell);
  if (opening == Opening::none && at_start && bytes.size() < enough_to_tell && may_open(bytes[0])) {
    half.held.assign(bytes.begin(), bytes.end());
    return 0;
  }
  if (opening == Opening::ssl2_client_hello) return begin_ssl2(half, bytes, when);
  // An alert is an answer: to TLS, or to plaintext that came to a TLS port.
  if (opening == Opening::alert && !(at_start && halves_[index(other(half.end))])) opening = Opening::none;
  if (opening != Opening::none || (half.expects_tls && plausible_header(bytes))) return begin_tls(half, opening, bytes, when);
  if (half.seen < search_whole) {
    if (const auto at = find_hello(bytes)) {
      pass_over(half, bytes.first(*at), when);
      return begin_tls(half, opening_at(bytes.subspan(*at), true, false), bytes.subspan(*at), when);
    }
    const base::ByteView tail = possible_hello(bytes);
    half.held.assign(tail.begin(), tail.end());
    bytes = bytes.first(bytes.size() - tail.size());
  }
  pass_over(half, bytes, when);
  return 0;
}

void TlsReader::pass_over(Half& half, base::ByteView plaintext, const Moment& when) {
  half.seen += plaintext.size();
  note_packet(when);
  if (!half.expects_tls) return keep(half.preface, plaintext, most_preface);
  keep(not_tls_, plaintext, most_not_tls);
  not_tls_from_ = side(half);
}

std::uint64_t TlsReader::begin_tls(Half& half, Opening opening, base::ByteView bytes, const Moment& when) {
  half.mode = Mode::tls;
  half.records.keep_protected(has_keys());
  if (half.expects_tls) not_tls_.clear();  // a late greeting, no answer
  tls_seen_ = true;
  if (opening == Opening::client_hello || opening == Opening::server_hello) settle_roles(half, opening == Opening::client_hello);
  if (opening == Opening::alert) {
    settle_roles(half, false);
    answered_plaintext_ = !hello_seen_;
  }
  if (opening == Opening::records && !server_hello_seen_ && !clear_message_at(bytes)) half.records.protect();  // from the middle
  return half.records.feed(bytes, when);
}

std::uint64_t TlsReader::begin_ssl2(Half& half, base::ByteView bytes, const Moment& when) {
  const wire::Framed framed = wire::next_record(bytes, true);
  if (framed.framing != wire::Framing::ssl2) {
    half.held.assign(bytes.begin(), bytes.end());
    return 0;
  }
  settle_roles(half, true);
  half.mode = Mode::tls;
  tls_seen_ = true;
  const wire::Ssl2ClientHello hello = wire::parse_ssl2_client_hello(framed.record.fragment);
  ssl2_form_ = true;
  if (!hello.malformed) on_message(half, {HandshakeType::client_hello, in_tls_form(hello)}, when);
  return bytes.size() > framed.size ? half.records.feed(bytes.subspan(framed.size), when) : 0;
}

void TlsReader::settle_roles(const Half& half, bool is_client) {
  if (!client_) client_ = is_client ? half.end : other(half.end);
}

From TlsReader::side(const Half& half) const { return half.end == client_.value_or(End::opener) ? From::client : From::server; }

void TlsReader::note_packet(const Moment& when) {
  if (packets_.size() < most_packets && (packets_.empty() || packets_.back() != when.packet)) packets_.push_back(when.packet);
}

Event& TlsReader::add(const Half& half, Event::Kind kind, const Moment& when) {
  constexpr std::size_t usual = 16;
  note_packet(when);
  if (events_.empty()) events_.reserve(usual);
  Event& event = events_.emplace_back();
  event.kind = kind;
  event.from = side(half);
  event.at = std::chrono::microseconds((when.at - first_.at) / 1000);
  event.packet = when.packet;
  return event;
}

void TlsReader::on_message(Half& half, wire::HandshakeMessage&& message, const Moment& when) {
  if (events_.size() >= most_events) return;
  if (message.type == HandshakeType::client_hello || message.type == HandshakeType::server_hello) on_hello(half, message);
  Event& event = add(half, Event::Kind::handshake, when);
  event.type = message.type;
  event.wire_bytes = message.raw.size();
  event.raw = std::move(message.raw);
}

void TlsReader::on_hello(Half& half, const wire::HandshakeMessage& message) {
  settle_roles(half, message.type == HandshakeType::client_hello);
  if (message.type == HandshakeType::client_hello) {
    hello_seen_ = true;
    std::unique_ptr<Half>& slot = halves_[index(other(half.end))];
    if (!slot) slot = std::make_unique<Half>(*this, other(half.end));
    slot->expects_tls = true;
    return;
  }
  const auto hello = wire::glance_server_hello(message.body());
  if (!hello) return;
  version_ = hello->version;
  tls13_ = version_ >= registry::version::tls13;
  suite_ = hello->suite;
  if (hello->hello_retry_request) return;
  server_hello_seen_ = true;
  if (has_keys()) look_for_keys(wire::parse_server_hello(message.body()));
}

void TlsReader::on_plain(Half& half, ContentType type, base::ByteView fragment, const Moment& when) {
  if (events_.size() >= most_events) return;
  if (type == ContentType::alert) {
    const auto alert = wire::parse_alert(fragment);
    if (!alert) return;
    Event& event = add(half, Event::Kind::alert, when);
    event.alert = *alert;
    event.wire_bytes = fragment.size();
    return;
  }
  if (type != ContentType::change_cipher_spec) return;
  add(half, Event::Kind::change_cipher_spec, when).wire_bytes = fragment.size();
  if (tls13_) return;  // for show (RFC 8446 D.4)
  if (server_hello_seen_ || side(half) == From::server)
    half.records.protect();
  else
    half.records.protect_unless_hello();
}

void TlsReader::on_protected(Half& half, ContentType type, std::uint16_t version, std::size_t size, base::ByteView fragment,
                             const Moment& when) {
  if (open_record(half, type, version, fragment, when)) return;
  ++half.protected_records;
  half.application_records += type == ContentType::application_data ? 1U : 0U;
  if (half.protected_records > most_protected || events_.size() >= most_events) return;
  Event& event = add(half,
                     type == ContentType::handshake ? Event::Kind::handshake
                     : type == ContentType::alert   ? Event::Kind::alert
                                                    : Event::Kind::application_data,
                     when);
  event.encrypted = event.opaque = true;
  event.wire_bytes = size;
}

bool TlsReader::open_record(Half& half, ContentType type, std::uint16_t version, base::ByteView fragment, const Moment& when) {
  if (!decryptor_) return false;
  const auto plain = decryptor_->open(side(half), type, version, fragment);
  if (!plain) return false;
  ++half.protected_records;
  if (plain->type == ContentType::handshake) {
    half.decrypted.feed(plain->bytes);
    while (auto message = half.decrypted.next()) {
      if (events_.size() >= most_events) break;
      Event& event = add(half, Event::Kind::handshake, when);
      event.encrypted = true;
      event.type = message->type;
      event.wire_bytes = message->raw.size();
      event.raw = std::move(message->raw);
    }
    return true;
  }
  const bool alert = plain->type == ContentType::alert;
  if (!alert && ++half.application_records > most_protected) return true;
  if (events_.size() >= most_events) return true;
  Event& event = add(half, alert ? Event::Kind::alert : Event::Kind::application_data, when);
  event.encrypted = true;
  event.wire_bytes = plain->bytes.size();
  if (alert) event.alert = wire::parse_alert(plain->bytes).value_or(wire::Alert{});
  return true;
}

/// Once both randoms are known.
void TlsReader::look_for_keys(const wire::ServerHello& hello) {
  constexpr std::uint16_t encrypt_then_mac = 22;  // RFC 7366
  const auto first = std::find_if(events_.rbegin(), events_.rend(), [](const Event& e) {
    return e.kind == Event::Kind::handshake && e.type == HandshakeType::client_hello && e.raw.size() > 4;
  });
  if (first == events_.rend()) return;
  const wire::ClientHello asked = wire::parse_client_hello(base::ByteView(first->raw).subspan(4));
  if (asked.random.size() != 32) return;
  const bool etm = wire::find_extension(asked.extensions, encrypt_then_mac) && wire::find_extension(hello.extensions, encrypt_then_mac);
  decryptor_ = Decryptor::of(*options_->keys, {asked.random, hello.random, version_, suite_, etm});
}

void TlsReader::on_no_record(Half& half, base::ByteView bytes, const Moment& when) {
  note_packet(when);
  const bool other_begins = half.expects_tls && half.protected_records == 0 && !server_hello_seen_;
  half.mode = other_begins ? Mode::foreign : Mode::done;
  if (other_begins) {
    not_tls_from_ = side(half);
    keep(not_tls_, bytes, most_not_tls);
  } else if (malformed_.empty() && hello_seen_ && !established()) {
    malformed_ = "what follows is no TLS record";
    malformed_from_ = side(half);
    keep(not_tls_, bytes, most_not_tls);
    not_tls_from_ = malformed_from_;
  }
}

void TlsReader::gap(End from, std::uint64_t missing, const Moment& when) {
  last_ = when;
  std::unique_ptr<Half>& slot = halves_[index(from)];
  if (!slot) slot = std::make_unique<Half>(*this, from);
  if (!established()) slot->lost += missing;
  if (slot->mode != Mode::tls) return;
  slot->records.gap(missing);
  if (decryptor_) decryptor_->lost(side(*slot));
}

void TlsReader::finished(End, const Moment& when) { last_ = when; }

bool TlsReader::has_keys() const { return options_->keys && !options_->keys->empty(); }

bool TlsReader::established() const { return observed_established(events_, tls13_, suite_); }

bool TlsReader::nothing_more_to_learn() const {
  constexpr std::uint32_t enough = 4;  // protected records of each side: tickets, a refusal after the handshake, first data
  const auto seen_enough = [&](const std::unique_ptr<Half>& half) {
    return half && half->mode == Mode::tls && half->protected_records >= enough;
  };
  return !has_keys() && seen_enough(halves_[0]) && seen_enough(halves_[1]);
}

/// Where neither a SYN nor a hello tells: services have the low ports.
std::optional<End> TlsReader::by_port() const {
  constexpr std::uint16_t first_unprivileged = 1024;
  const bool opener_low = opener_.port < first_unprivileged, answerer_low = answerer_.port < first_unprivileged;
  if (opener_low == answerer_low) return std::nullopt;
  return opener_low ? End::answerer : End::opener;
}

bool TlsReader::worth_telling(const TcpFacts& tcp) {
  if (tls_seen_) return true;
  const Half* answer = halves_[index(End::answerer)].get();
  if (answer && base::text(answer->preface).starts_with("HTTP/1."))
    return answered_plaintext_ = wire::recognise_plaintext(answer->preface, answerer_.port).says_tls_expected;
  const bool nothing_said = tcp.ends[0].bytes == 0 && tcp.ends[1].bytes == 0;
  return nothing_said && tcp.ends[index(End::opener)].syn;
}

void TlsReader::over(Over why, const TcpFacts& tcp) {
  for (const std::unique_ptr<Half>& half : halves_)
    if (half && half->mode == Mode::seeking && !half->held.empty()) pass_over(*half, std::exchange(half->held, {}), last_);
  if (!worth_telling(tcp)) return;
  Handshake out;
  out.number = number_;
  if (!client_ && tcp.begins_midway) client_ = by_port();
  const End client = client_.value_or(End::opener);
  out.ssl2_form = ssl2_form_;
  out.client = client == End::opener ? opener_ : answerer_;
  out.server = client == End::opener ? answerer_ : opener_;
  out.first = first_;
  out.last = last_;
  out.tcp = tcp;
  if (client == End::answerer) std::swap(out.tcp.ends[0], out.tcp.ends[1]);
  for (const std::unique_ptr<Half>& half : halves_) {
    if (!half) continue;
    const bool of_client = half->end == client;
    (of_client ? out.protected_client : out.protected_server) = half->protected_records;
    (of_client ? out.sight.client_lost : out.sight.server_lost) = half->lost;
    (of_client ? out.preface_client : out.preface_server) = std::move(half->preface);
  }
  if (hello_seen_ && (!out.preface_client.empty() || !out.preface_server.empty()))
    out.upgrade = upgrade_of(out.preface_client, out.preface_server, out.server.port);
  if (decryptor_) out.secrets = decryptor_->use();
  out.conversation.events = std::move(events_);
  out.packets = all_packets(tcp);
  judge_end(out, why, tcp);
  (*sink_)(std::move(out));
}

/// What carries the handshake, with the SYNs and the end.
std::vector<std::uint64_t> TlsReader::all_packets(const TcpFacts& tcp) {
  std::vector<std::uint64_t> out = std::move(packets_);
  out.push_back(first_.packet);
  for (const TcpEnd& end : tcp.ends)
    for (const Moment& moment : {end.first, end.fin, end.reset}) out.push_back(moment.packet);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (!out.empty() && out.front() == 0) out.erase(out.begin());
  return out;
}

/// Whose bytes are no TLS where the other side spoke it. A greeting that nobody asked about TLS counts as the server's answer.
void TlsReader::set_not_tls(Handshake& out) const {
  observe::Conversation& c = out.conversation;
  c.not_tls = not_tls_;
  c.not_tls_from = not_tls_from_;
  if (!c.not_tls.empty() || server_hello_seen_) return;
  if (!hello_seen_ && !out.preface_client.empty() && !out.sight.begins_midway && answered_plaintext_) {
    c.not_tls = out.preface_client;
    c.not_tls_from = From::client;
  } else if (hello_seen_ && out.preface_client.empty() && !out.preface_server.empty()) {
    c.not_tls = out.preface_server;
    c.not_tls_from = From::server;
  }
}

void TlsReader::judge_end(Handshake& out, Over why, const TcpFacts& tcp) const {
  // Inside something that is neither text nor a known dialogue (OpenVPN's control channel) records are not the stream's own.
  const bool wrapped = !malformed_.empty() && hello_seen_ && out.upgrade.empty() && !out.preface_client.empty();
  out.sight.begins_midway = (tcp.begins_midway && !hello_seen_) || wrapped;
  out.sight.client_missing = out.tcp.ends[0].packets == 0;
  out.sight.server_missing = out.tcp.ends[1].packets == 0;
  out.conversation.port = out.server.port;
  set_not_tls(out);
  if (!wrapped) out.conversation.malformed = malformed_;
  out.conversation.malformed_from = malformed_from_;
  out.conversation.established = observed_established(out.conversation.events, tls13_, suite_);
  end_conversation(out, why);
  out.history = history_of(out.conversation.events);
}

}  // namespace whytls::sources::capture
