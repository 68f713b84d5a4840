// SPDX-License-Identifier: Apache-2.0
// The first flight and its answer: RFC 8446 4.1, RFC 5246 7.4.1; the version 2 hello of RFC 5246 E.2.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/hash.h"
#include "sources/probe/session.h"
#include "wire/extension_types.h"

namespace whytls::probe {

using base::Bytes;
using wire::HandshakeType;
namespace version = registry::version;
namespace type = wire::extension_type;

namespace {

bool contains(const std::vector<std::uint16_t>& list, std::uint16_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

wire::KeyShare make_share(Session& session, std::uint16_t group) {
  if (std::optional<crypto::EphemeralKey> key = crypto::EphemeralKey::generate(group)) {
    session.keys.push_back(*key);
    return {group, key->share()};
  }
  if (registry::is_grease(group)) return {group, {0}};
  const registry::Group* known = registry::group(group);
  return {group, crypto::random_bytes(known != nullptr && known->client_share != 0 ? known->client_share : 32)};
}

void make_inputs(Session& session) {
  const bool verbatim = session.offer.raw && session.offer.raw_use == RawUse::verbatim;
  session.inputs.random = verbatim ? wire::parse_client_hello(*session.offer.raw).random : crypto::random_bytes(32);
  session.inputs.session_id = crypto::random_bytes(session_id_size(session.offer));
  for (const std::uint16_t group : share_groups(session.offer)) session.inputs.shares.push_back(make_share(session, group));
  session.client_random = session.inputs.random;
}

std::uint16_t hello_record_version(const Session& session) {
  if (session.offer.record_version) return *session.offer.record_version;
  if (session.inputs.retry) return version::tls12;  // RFC 8446 5.1
  const std::uint16_t highest = session.offer.highest_version();
  return highest == version::ssl3 ? version::ssl3 : version::tls10;
}

bool send_hello(Session& session) {
  Transcript& transcript = session.transcript;
  const Bytes message = build_hello_message(session.offer, session.inputs);
  if (session.inputs.retry) {
    transcript.second_client_hello = message;
  } else {
    transcript.client_hello = message;
    transcript.hello = wire::parse_client_hello(base::ByteView(message).subspan(4));
  }
  session.messages.insert(session.messages.end(), message.begin(), message.end());
  session.channel.write_version(hello_record_version(session));
  if (session.inputs.retry && !session.inputs.session_id.empty()) session.channel.queue_change_cipher_spec();  // RFC 8446 D.4
  session.channel.queue_handshake(message, session.offer.record_split);
  return session.channel.flush(session.offer.segment_split);
}

// RFC 5246 E.2: what is hashed is the message without its record header.
bool send_ssl2_hello(Session& session) {
  const Bytes record = wire::build_ssl2_record(build_ssl2_hello(session.offer, session.inputs));
  session.transcript.client_hello = record;
  session.messages.assign(record.begin() + 2, record.end());
  session.channel.queue_raw(record);
  session.channel.add_event({From::client, EventKind::other, session.channel.now(), 1, record.size(), false, record});
  return session.channel.flush(session.offer.segment_split);
}

/// RFC 8446 4.1.4: the second hello, its transcript and its rules.
bool retry(Session& session, const wire::ServerHello& request, const Bytes& raw) {
  session.transcript.retry_request = request;
  const registry::Suite* suite = registry::suite(request.cipher_suite);
  const std::optional<wire::KeyShare> wanted = request.key_share();
  if (suite == nullptr || suite->min_version < version::tls13) {
    session.channel.fail("the server's HelloRetryRequest names a suite that is none of TLS 1.3", 47);
    return false;
  }
  if (!wanted && !request.cookie()) {
    session.channel.fail("the server's HelloRetryRequest changes nothing", 47);
    return false;
  }
  // RFC 8446 4.4.1: the first hello goes into the transcript as its hash.
  const Bytes first = crypto::digest(suite->prf, session.messages);
  session.messages = wire::handshake_message(HandshakeType::message_hash, first);
  session.messages.insert(session.messages.end(), raw.begin(), raw.end());
  session.inputs.retry = true;
  session.inputs.cookie = request.cookie();
  if (wanted) {
    session.transcript.selected.group = wanted->group;
    if (contains(share_groups(session.offer), wanted->group))
      session.channel.note_violation("the server asks again for a key share that it had");
    if (!contains(session.transcript.hello.supported_groups(), wanted->group)) {
      session.channel.note_violation(
          fmt::format("the server asks for a key share of {}, which was not offered", registry::group_name(wanted->group)));
    }
    session.inputs.shares = {make_share(session, wanted->group)};
  }
  if (session.offer.raw && session.offer.raw_use == RawUse::verbatim) {
    session.stop(Stopped::secret_unavailable);  // a recorded hello has no second one
    return false;
  }
  return send_hello(session);
}

void read_extensions(Session& session, const wire::ServerHello& hello) {
  Selected& selected = session.transcript.selected;
  const auto has = [&](std::uint16_t code) { return wire::find_extension(hello.extensions, code) != nullptr; };
  selected.extended_master_secret = has(type::extended_master_secret);
  selected.encrypt_then_mac = has(type::encrypt_then_mac);
  selected.secure_renegotiation = session.version >= version::tls13 || has(type::renegotiation_info);
  selected.ticket_announced = has(type::session_ticket);
  selected.alpn = hello.alpn();
  if (const std::optional<wire::KeyShare> share = hello.key_share()) selected.group = share->group;
  if (const wire::Extension* timestamps = wire::find_extension(hello.extensions, type::signed_certificate_timestamp)) {
    session.transcript.signed_certificate_timestamps = timestamps->data;
  }
}

/// Each of the server's choices must have been offered: RFC 5246 7.4.1.3, RFC 8446 4.1.3.
void check_choices(Session& session, const wire::ServerHello& hello) {
  Channel& channel = session.channel;
  const Transcript& transcript = session.transcript;
  const bool ssl2 = session.offer.ssl2_form;
  const std::vector<std::uint16_t> versions = ssl2 ? session.offer.versions : transcript.hello.versions();
  if (!contains(versions, session.version)) {
    channel.note_violation(fmt::format("the server chose {}, which was not offered", registry::version_title(session.version)));
  }
  const std::vector<std::uint16_t>& suites = ssl2 ? session.offer.suites : transcript.hello.cipher_suites;
  if (!contains(suites, hello.cipher_suite)) {
    channel.note_violation(fmt::format("the server chose {}, which was not offered", registry::suite_name(hello.cipher_suite)));
  } else if (session.suite != nullptr && !session.suite->signalling &&
             (session.version < session.suite->min_version || session.version > session.suite->max_version)) {
    channel.note_violation(
        fmt::format("the server chose {}, which is not of {}", session.suite->name, registry::version_title(session.version)));
  }
  if (hello.compression_method != 0) channel.note_violation("the server chose a compression method");
  if (ssl2) return;
  for (const wire::Extension& one : hello.extensions) {
    const bool scsv = one.type == type::renegotiation_info && contains(suites, 0x00ff);  // RFC 5746 3.6
    if (!scsv && wire::find_extension(transcript.hello.extensions, one.type) == nullptr) {
      channel.note_violation(fmt::format("the server answers the extension {}, which was not sent", registry::extension_name(one.type)));
    }
  }
  if (const std::optional<std::uint16_t> twice = wire::duplicate_extension(hello.extensions)) {
    channel.note_violation(fmt::format("the server sends the extension {} twice", registry::extension_name(*twice)));
  }
  const std::vector<std::string> alpn = transcript.hello.alpn();
  if (transcript.selected.alpn && std::find(alpn.begin(), alpn.end(), *transcript.selected.alpn) == alpn.end()) {
    channel.note_violation("the server chose an application protocol that was not offered");
  }
  if (session.version >= version::tls13 && hello.session_id != session.inputs.session_id && !session.offer.raw) {
    channel.note_violation("the server does not echo the session id");
  }
}

bool accept(Session& session, const wire::ServerHello& hello) {
  Transcript& transcript = session.transcript;
  session.version = hello.version();
  session.suite = registry::suite(hello.cipher_suite);
  session.server_random = hello.random;
  transcript.server_hello = hello;
  transcript.selected.version = session.version;
  transcript.selected.suite = hello.cipher_suite;
  transcript.selected.compression = hello.compression_method;
  read_extensions(session, hello);
  check_choices(session, hello);
  session.done(Stage::server_hello, Stage::certificate);
  session.channel.write_version(std::min(session.version, version::tls12));
  return !session.deep_enough(Depth::first_flight);
}

/// False: it is over, or nothing follows.
bool receive(Session& session) {
  Incoming in = session.channel.next();
  if (in.kind == Incoming::Kind::change_cipher_spec && session.inputs.retry) in = session.channel.next();  // RFC 8446 D.4
  if (in.kind == Incoming::Kind::ended) return false;
  session.done(Stage::client_hello, Stage::server_hello);
  if (in.kind == Incoming::Kind::ssl2) {
    read_ssl2(session, in.data);
    return false;
  }
  if (in.kind != Incoming::Kind::handshake || in.message.type != HandshakeType::server_hello) {
    const std::string got = in.kind == Incoming::Kind::handshake ? wire::handshake_type_name(in.message.type) : "no handshake message";
    session.channel.fail(fmt::format("the server sent {}, expected server_hello", got), 10);
    return false;
  }
  const wire::ServerHello hello = wire::parse_server_hello(in.message.body());
  if (!session.parsed(hello.malformed, in.message.type)) {
    session.transcript.server_hello = hello;
    session.channel.fail("the server's server_hello does not parse", 50);
    return false;
  }
  if (!hello.hello_retry_request()) {
    session.received(in.message);
    return accept(session, hello);
  }
  if (session.inputs.retry) {
    session.channel.fail("the server sent a second HelloRetryRequest", 10);
    return false;
  }
  if (session.options.depth == Depth::first_flight) {
    session.transcript.retry_request = hello;
    if (const std::optional<wire::KeyShare> wanted = hello.key_share()) session.transcript.selected.group = wanted->group;
    session.transcript.selected.version = hello.version();
    session.transcript.selected.suite = hello.cipher_suite;
    session.deep_enough(Depth::first_flight);
    return false;
  }
  return retry(session, hello, in.message.raw) && receive(session);
}

}  // namespace

void read_ssl2(Session& session, base::ByteView message) {
  Transcript& transcript = session.transcript;
  if (const std::optional<std::uint16_t> error = wire::parse_ssl2_error(message)) {
    transcript.ssl2_error = *error;
    return session.stop(Stopped::version_unavailable);
  }
  const wire::Ssl2ServerHello hello = wire::parse_ssl2_server_hello(message);
  transcript.ssl2_server_hello = hello;
  if (!session.parsed(hello.malformed, HandshakeType::server_hello)) return session.stop(Stopped::version_unavailable);
  transcript.selected.version = hello.version;
  if (!hello.certificate.empty()) {
    transcript.certificate_seen = true;
    transcript.certificates = {hello.certificate};
  }
  session.done(Stage::server_hello, Stage::key_exchange);
  session.stop(Stopped::version_unavailable);
}

bool greet(Session& session) {
  make_inputs(session);
  const bool sent = session.offer.ssl2_form ? send_ssl2_hello(session) : send_hello(session);
  if (!sent) return false;
  const bool go_on = receive(session);
  const Ending& ending = session.transcript.ending;
  if (session.transcript.answered && session.transcript.reached == Stage::client_hello)
    session.done(Stage::client_hello, Stage::server_hello);
  return go_on && ending.end == net::End::open;
}

}  // namespace whytls::probe
