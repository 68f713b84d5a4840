// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/udp/quic_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace whytls::sources::capture::udp {
namespace {

using observe::Event;
using wire::HandshakeType;
using wire::QuicPacketType;

constexpr std::size_t longest_stream = std::size_t{1} << 18U;  ///< of CRYPTO bytes a level: a chain of a hundred certificates
constexpr std::size_t most_ids = 8, most_keys = 6, most_held = 16;
constexpr std::uint16_t aes_128_gcm_sha256 = 0x1301;  // RFC 9001 5.2: of all Initials

InitialKeys make_keys(const wire::QuicVersion& how, std::uint32_t version, base::ByteView connection_id) {
  InitialKeys keys;
  keys.version = version;
  keys.v2 = how.v2;
  keys.google_frames = how.google_frames;
  keys.labels = how.v2 ? crypto::QuicLabels::v2 : crypto::QuicLabels::v1;
  keys.connection_id.assign(connection_id.begin(), connection_id.end());
  const auto secrets = crypto::quic_initial_secrets(how.salt, connection_id);
  const registry::Suite& suite = *registry::suite(aes_128_gcm_sha256);
  keys.client = crypto::QuicOpener::make(suite, secrets.client, keys.labels);
  keys.server = crypto::QuicOpener::make(suite, secrets.server, keys.labels);
  return keys;
}

bool opens(InitialKeys& keys, const wire::QuicPacket& packet) {
  return keys.client && keys.client->open(packet.bytes, packet.number_at).has_value();
}

bool starts_with(base::ByteView bytes, base::ByteView front) {
  return bytes.size() >= front.size() && std::equal(front.begin(), front.end(), bytes.begin());
}

bool holds(const std::vector<base::Bytes>& ids, base::ByteView id) {
  return std::any_of(ids.begin(), ids.end(),
                     [&](const base::Bytes& each) { return std::equal(each.begin(), each.end(), id.begin(), id.end()); });
}

bool refused(const std::vector<Event>& events) {
  return std::any_of(events.begin(), events.end(), [](const Event& each) { return each.kind == Event::Kind::alert && !each.opaque; });
}

}  // namespace

std::optional<InitialKeys> keys_of_client(const wire::QuicPacket& packet) {
  const wire::QuicVersion* const known = wire::quic_version(packet.version);
  if (known != nullptr) {
    InitialKeys keys = make_keys(*known, packet.version, packet.destination);
    return opens(keys, packet) ? std::optional(std::move(keys)) : std::nullopt;
  }
  std::vector<const wire::QuicVersion*> tried;  // one for each salt
  for (const wire::QuicVersion& each : wire::quic_versions()) {
    if (std::any_of(tried.begin(), tried.end(), [&](const auto* one) { return one->salt == each.salt; })) continue;
    tried.push_back(&each);
    InitialKeys keys = make_keys(each, packet.version, packet.destination);
    if (opens(keys, packet)) return keys;
  }
  return std::nullopt;
}

QuicConnection::QuicConnection(const Context& context, End client, const Endpoint& opener, const Endpoint& answerer, InitialKeys keys,
                               const Moment& first)
    : context_(context),
      client_(client),
      recorder_(std::make_unique<Recorder>(Carrier::quic, opener, answerer, first, ++context.connections)) {
  recorder_->client_is(client);
  for (Half& one : halves_) one.crypto.assign(levels, wire::Gather(longest_stream));
  remember_id(other(client), keys.connection_id);
  recorder_->quic_begun.push_back(keys.version);
  initial_.push_back(std::move(keys));
}

void QuicConnection::remember_id(End of, base::ByteView id) {
  std::vector<base::Bytes>& ids = half(of).ids;
  if (ids.size() < most_ids && !holds(ids, id)) ids.emplace_back(id.begin(), id.end());
}

bool QuicConnection::knows(End from, const wire::QuicPacket& packet) const { return holds(half(other(from)).ids, packet.destination); }

bool QuicConnection::knows(End from, base::ByteView packet) const {
  const auto& ids = half(other(from)).ids;
  return std::any_of(ids.begin(), ids.end(), [&](const base::Bytes& id) { return starts_with(packet.subspan(1), id); });
}

void QuicConnection::datagram(End from, std::size_t size, const Moment& when) {
  if (!recorder_ || last_packet_ == when.packet) return;
  last_packet_ = last_of_[index(from)] = when.packet;
  recorder_->datagram(from, size, when);
}

bool QuicConnection::feed(End from, const wire::QuicPacket& packet, const Moment& when) {
  if (!recorder_) return true;
  if (packet.type == QuicPacketType::version_negotiation) {
    if (from != client_) on_versions(packet);
    return true;
  }
  if (packet.type == QuicPacketType::retry) {
    if (from != client_) on_retry(packet);
    return true;
  }
  if (packet.type == QuicPacketType::initial && !open_initial(from, packet, when)) return false;
  remember_id(from, packet.source);
  if (answered_ && !held_.empty()) release_held();
  if (packet.type == QuicPacketType::handshake) {
    ++half(from).handshake_packets;
    on_protected(from, handshake, packet.bytes, packet.number_at, when);
  } else if (packet.type == QuicPacketType::zero_rtt) {
    on_early(packet, when);
  }
  return true;
}

/// The keys of early data are of the suite of an earlier connection, which no packet names: RFC 8446 4.2.11.
void QuicConnection::on_early(const wire::QuicPacket& packet, const Moment& when) {
  const base::ByteView secret = context_.keys ? context_.keys->find(Secret::client_early, client_random_) : base::ByteView{};
  std::optional<crypto::QuicOpener::Opened> opened;
  if (early_) opened = early_->open(packet.bytes, packet.number_at);
  constexpr std::array<std::uint16_t, 3> suites{0x1301, 0x1302, 0x1303};
  for (std::size_t i = 0; !early_ && !secret.empty() && i < suites.size(); ++i) {
    auto candidate = crypto::QuicOpener::make(*registry::suite(suites[i]), secret, initial_.back().labels);
    if (candidate) opened = candidate->open(packet.bytes, packet.number_at);
    if (opened) early_ = std::move(candidate);
  }
  if (!opened) return recorder_->opaque(client_, Event::Kind::application_data, packet.bytes.size() - packet.number_at, when);
  secrets_ = Secrets::open;
  recorder_->opened(client_);
  on_frames(client_, application, opened->payload, when);
}

bool QuicConnection::open_initial(End from, const wire::QuicPacket& packet, const Moment& when) {
  // After a Version Negotiation packet a client may go on with the same connection ids.
  if (from == client_ && negotiating_ && packet.version != initial_.back().version)
    if (auto keys = keys_of_client(packet)) restart(std::move(*keys));
  const auto try_keys = [&](InitialKeys& keys) {
    crypto::QuicOpener* const opener = (from == client_ ? keys.client : keys.server).get();
    const auto opened = opener ? opener->open(packet.bytes, packet.number_at) : std::nullopt;
    if (!opened) return false;
    if (from != client_) version_ = packet.version;
    on_frames(from, initial, opened->payload, when);
    return true;
  };
  for (auto keys = initial_.rbegin(); keys != initial_.rend(); ++keys)
    if (keys->version == packet.version && try_keys(*keys)) return true;
  return add_version(packet) && try_keys(initial_.back());
}

/// RFC 9368 2.3: a server may answer in another version that the client named; its keys come from the same connection id.
bool QuicConnection::add_version(const wire::QuicPacket& packet) {
  const wire::QuicVersion* const how = wire::quic_version(packet.version);
  const bool there = std::any_of(initial_.begin(), initial_.end(), [&](const InitialKeys& each) { return each.version == packet.version; });
  if (how == nullptr || there || initial_.size() >= most_keys) return false;
  initial_.push_back(make_keys(*how, packet.version, initial_.back().connection_id));
  return true;
}

/// RFC 9001 5.2: the keys change with the connection id that a Retry hands out, and with nothing else.
void QuicConnection::on_retry(const wire::QuicPacket& packet) {
  const wire::QuicVersion* const how = wire::quic_version(packet.version);
  remember_id(other(client_), packet.source);
  if (how == nullptr || initial_.size() >= most_keys) return;
  initial_.push_back(make_keys(*how, packet.version, packet.source));
  // RFC 9000 17.2.5.3 wants the same ClientHello again; quiche writes a new one.
  half(client_).crypto[initial] = wire::Gather(longest_stream);
  half(client_).read[initial] = 0;
}

void QuicConnection::on_versions(const wire::QuicPacket& packet) {
  constexpr std::size_t most_versions = 32;
  base::Reader reader(packet.versions);
  std::vector<std::uint32_t> named;
  std::uint32_t version = 0;
  while (named.size() < most_versions && reader.u32(version, "version")) named.push_back(version);
  // RFC 9000 6.2: a client passes over one that names the version that it chose, and any that comes after an answer.
  if (named.empty() || version_ != 0 || std::find(named.begin(), named.end(), initial_.back().version) != named.end()) return;
  negotiating_ = true;
  recorder_->quic_versions = std::move(named);
}

bool QuicConnection::may_restart(End from) const { return recorder_ && negotiating_ && from == client_; }

void QuicConnection::restart(InitialKeys keys) {
  negotiating_ = false;
  constexpr std::size_t most_begun = 8;
  if (recorder_->quic_begun.size() < most_begun) recorder_->quic_begun.push_back(keys.version);
  remember_id(other(client_), keys.connection_id);
  initial_.clear();
  initial_.push_back(std::move(keys));
  for (Half& one : halves_) {
    one.crypto.assign(levels, wire::Gather(longest_stream));
    one.read = {};
  }
}

bool QuicConnection::is_one_with(const QuicConnection& later) const {
  return client_ == later.client_ && !later.answered_ && !client_random_.empty() && client_random_ == later.client_random_;
}

void QuicConnection::absorb(QuicConnection&& later) {
  for (const base::Bytes& id : later.half(other(client_)).ids) remember_id(other(client_), id);
  for (InitialKeys& keys : later.initial_)
    if (initial_.size() < most_keys) initial_.push_back(std::move(keys));
}

void QuicConnection::feed_short(End from, base::ByteView packet, const Moment& when) {
  if (!recorder_) return;
  Half& one = half(from);
  ++one.short_packets;
  std::size_t number_at = 1;
  for (const base::Bytes& id : half(other(from)).ids)
    if (starts_with(packet.subspan(1), id)) number_at = std::max(number_at, 1 + id.size());
  on_protected(from, application, packet, number_at, when);
  if (nothing_more_to_learn()) tell(StreamReader::Over::closed);
}

crypto::QuicOpener* QuicConnection::opener(End from, Level level) {
  return (level == handshake ? half(from).handshake : half(from).application).get();
}

void QuicConnection::on_protected(End from, Level level, base::ByteView packet, std::size_t number_at, const Moment& when) {
  crypto::QuicOpener* const keys = opener(from, level);
  const auto opened = keys ? keys->open(packet, number_at) : std::nullopt;
  if (keys != nullptr && secrets_ != Secrets::open) secrets_ = opened ? Secrets::open : level == handshake ? Secrets::useless : secrets_;
  if (opened) {
    recorder_->opened(from);
    return on_frames(from, level, opened->payload, when);
  }
  if (context_.keys != nullptr && !answered_ && held_.size() < most_held)
    return held_.push_back({from, level, when, {packet.begin(), packet.end()}, number_at});
  if (level == handshake) word_ = {from, when.packet, half(client_).short_packets > 0};
  recorder_->opaque(from, level == handshake ? Event::Kind::handshake : Event::Kind::application_data, packet.size() - number_at, when);
}

/// Packets that overtook the ServerHello.
void QuicConnection::release_held() {
  for (const Held& each : std::exchange(held_, {})) on_protected(each.from, each.level, each.packet, each.number_at, each.when);
}

void QuicConnection::on_frames(End from, Level level, base::ByteView payload, const Moment& when) {
  base::Reader reader(payload);
  bool data = false;
  const bool google = initial_.back().google_frames;
  while (const auto frame = google ? wire::next_google_frame(reader) : wire::next_quic_frame(reader)) {
    if (frame->type == wire::quic_frame::crypto) on_crypto(from, level, *frame, when);
    if (frame->type == wire::quic_frame::connection_close || frame->type == wire::quic_frame::application_close)
      on_close(from, level, *frame, when);
    data |= frame->type >= 0x08 && frame->type <= 0x0f;  // STREAM: RFC 9000 19.8
  }
  if (level == application && data) recorder_->data(from, payload.size(), when);
  // RFC 9000 12.4: it was authentic, so that its sender wrote it so. Frames of extensions can follow only after the handshake.
  if (level != application && !google && (reader.failure() || payload.empty()))
    recorder_->malformed(from, "a QUIC packet whose frames cannot be read");
}

void QuicConnection::on_crypto(End from, Level level, const wire::QuicFrame& frame, const Moment& when) {
  Half& one = half(from);
  wire::Gather& stream = one.crypto[level];
  std::size_t& read = one.read[level];
  if (frame.offset == 0 && read > 0 && !frame.data.empty()) recorder_->repeated(from);
  if (!stream.add(frame.offset, frame.data) && level != application)
    recorder_->malformed(from, fmt::format("more than {} bytes of a handshake", longest_stream));
  constexpr std::size_t header = 4;
  for (;;) {
    const base::ByteView rest = stream.front().subspan(std::min(read, stream.front().size()));
    if (rest.size() < header) return;
    const std::size_t size = header + (std::size_t{rest[1]} << 16U | std::size_t{rest[2]} << 8U | rest[3]);
    if (rest.size() < size) return;
    read += size;
    on_message(from, level, {HandshakeType{rest[0]}, {rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size)}}, when);
  }
}

void QuicConnection::on_message(End from, Level level, wire::HandshakeMessage&& message, const Moment& when) {
  if (message.type == HandshakeType::client_hello) {
    const auto& events = recorder_->events();
    if (std::any_of(events.begin(), events.end(), [&](const Event& each) { return each.raw == message.raw; }))
      return recorder_->repeated(from);  // after a Retry
    client_random_ = wire::parse_client_hello(message.body()).random;
  }
  if (message.type == HandshakeType::server_hello) {
    const wire::ServerHello hello = wire::parse_server_hello(message.body());
    if (!hello.hello_retry_request()) {
      answered_ = true;
      if (context_.keys != nullptr) install_secrets(hello.cipher_suite);
    }
  }
  const std::size_t size = message.raw.size();
  recorder_->message(from, std::move(message), size, level != initial, when);
}

void QuicConnection::install_secrets(std::uint16_t code) {
  const registry::Suite* const suite = registry::suite(code);
  if (suite == nullptr || half(client_).handshake || half(other(client_)).handshake) return;
  const auto keys = std::find_if(initial_.rbegin(), initial_.rend(), [&](const InitialKeys& each) { return each.version == version_; });
  const crypto::QuicLabels labels = keys != initial_.rend() ? keys->labels : initial_.back().labels;
  const auto make = [&](Secret what) { return crypto::QuicOpener::make(*suite, context_.keys->find(what, client_random_), labels); };
  half(client_).handshake = make(Secret::client_handshake);
  half(client_).application = make(Secret::client_application);
  half(other(client_)).handshake = make(Secret::server_handshake);
  half(other(client_)).application = make(Secret::server_application);
}

/// RFC 9001 4.8: alerts of TLS are errors 0x0100 to 0x01ff.
void QuicConnection::on_close(End from, Level level, const wire::QuicFrame& frame, const Moment& when) {
  const bool by_transport = frame.type == wire::quic_frame::connection_close;
  const std::string phrase(base::text(frame.data));
  const bool first = !recorder_->is_closed();
  if (by_transport && frame.error >= 0x100 && frame.error <= 0x1ff) {
    recorder_->alert(from, {2, static_cast<std::uint8_t>(frame.error)}, level != initial, when);
  } else {
    recorder_->closed(from, when);
  }
  if (!first) return;
  const bool plain = !by_transport || frame.error == 0 || (frame.error >= 0x100 && frame.error <= 0x1ff);
  const std::string name = plain ? std::string() : wire::quic_error_name(frame.error);
  recorder_->close_reason = name.empty() || phrase.empty() ? name + phrase : name + ": " + phrase;
}

bool QuicConnection::established() const {
  if (refused(recorder_->events())) return false;
  // RFC 9001 4.1, 5.7: a client sends short headers once it has taken the server's Finished; a server may do so earlier.
  if (half(client_).short_packets == 0 || last_word()) return false;
  return half(other(client_)).short_packets > 0 || !recorder_->has(other(client_));
}

/// A client goes on from its Finished to short headers. A server that took it has no use for Handshake packets but to acknowledge it, and
/// speaks on (RFC 9001 4.9.2), whatever of the client's was on its way meanwhile.
std::optional<End> QuicConnection::last_word() const {
  if (word_.packet == 0 || word_.packet != last_of_[index(word_.from)]) return std::nullopt;
  const bool its_turn = word_.from == client_ ? word_.packet == last_packet_ && half(client_).short_packets == 0 : word_.after_client;
  return its_turn ? std::optional(word_.from) : std::nullopt;
}

bool QuicConnection::nothing_more_to_learn() const {
  return !half(client_).application && half(client_).short_packets >= enough_protected &&
         half(other(client_)).short_packets >= enough_protected && established();
}

void QuicConnection::tell(StreamReader::Over why) {
  answered_ = true;  // as far as it ever will be
  release_held();
  const bool done = established();
  const auto word = last_word();
  for (const End end : {End::opener, End::answerer}) {
    std::uint64_t missing = 0;
    for (const wire::Gather& stream : half(end).crypto) missing += stream.missing();
    if (!done) recorder_->lost(end, missing);
    half(end).crypto.clear();
    half(end).handshake.reset();
    half(end).application.reset();
  }
  early_.reset();
  Handshake seen = recorder_->take(done, why);
  seen.secrets = secrets_;
  if (word) seen.quic_last_word = *word == client_ ? observe::From::client : observe::From::server;
  recorder_.reset();
  for (InitialKeys& keys : initial_) {
    keys.client.reset();
    keys.server.reset();
  }
  context_.sink(std::move(seen));
}

void QuicConnection::over(StreamReader::Over why) {
  if (recorder_) tell(why);
}

void QuicConnection::unreachable(const IcmpError& error) {
  if (recorder_) recorder_->unreachable(static_cast<std::uint16_t>(error.type << 8U | error.code), error.from.text());
}

std::size_t QuicConnection::memory() const {
  std::size_t bytes = sizeof(QuicConnection) + (recorder_ ? recorder_->memory() : 0);
  for (const Half& one : halves_)
    for (const wire::Gather& stream : one.crypto) bytes += stream.memory();
  for (const Held& each : held_) bytes += sizeof(Held) + each.packet.capacity();
  constexpr std::size_t keys_size = 4096;  // two ciphers of libcrypto with their schedules, about
  return bytes + (recorder_ ? initial_.size() * keys_size : 0);
}

}  // namespace whytls::sources::capture::udp
