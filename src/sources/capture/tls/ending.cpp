// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/ending.h"

#include <algorithm>

#include "registry/registry.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using observe::Conversation;
using observe::Ending;
using observe::Event;
using observe::From;
using wire::HandshakeType;

bool is_server_hello(const Event& event) {
  constexpr std::ptrdiff_t random_at = 6;
  constexpr const auto& retry = wire::hello_retry_random;
  if (event.kind != Event::Kind::handshake || event.opaque || event.type != HandshakeType::server_hello) return false;
  return event.raw.size() >= random_at + retry.size() && !std::equal(retry.begin(), retry.end(), event.raw.begin() + random_at);
}

bool offers_early_data(const Event& event) {
  if (event.kind != Event::Kind::handshake || event.opaque || event.type != HandshakeType::client_hello || event.raw.size() < 4)
    return false;
  return wire::glance_client_hello(base::ByteView(event.raw).subspan(4)).early_data;
}

/// TLS 1.2 and before: both change_cipher_specs, and a protected handshake record behind each.
bool established_12(const std::vector<Event>& events) {
  bool changed[2] = {false, false}, finished[2] = {false, false};
  for (const Event& event : events) {
    const std::size_t who = event.from == From::client ? 0 : 1;
    if (event.kind == Event::Kind::change_cipher_spec) changed[who] = true;
    if (event.kind == Event::Kind::handshake && event.encrypted && changed[who]) finished[who] = true;
    if (event.kind == Event::Kind::application_data && changed[who]) finished[who] = true;  // the Finished itself was lost
    if (event.kind == Event::Kind::alert && !event.opaque && event.alert.level == 2 && !(finished[0] && finished[1])) return false;
  }
  return finished[0] && finished[1];
}

}  // namespace

Sizes sizes_of(std::uint16_t code) {
  constexpr std::size_t full_tag = 16, short_tag = 8, type = 1, header = 4;
  const registry::Suite* suite = registry::suite(code);
  const std::size_t extra = (suite && suite->mode == registry::Mode::ccm8 ? short_tag : full_tag) + type;
  const std::size_t hash = suite && suite->prf == registry::Hash::sha384 ? 48 : 32;
  constexpr std::size_t empty_certificate_body = 4;  // an empty context, an empty list
  return {extra + 2, extra + header, extra + header + hash, extra + header + empty_certificate_body};
}

bool has_size(std::size_t record, std::size_t wanted) {
  constexpr std::size_t padding = 16;
  return record == wanted || record == wanted + padding;
}

Flight flight_of(const std::vector<Event>& events, std::uint16_t suite) {
  const Sizes sizes = sizes_of(suite);
  Flight out;
  bool after_hello = false, server_spoke = false;
  std::optional<bool> offered;  // looked up only where a size is open to two readings
  const auto early = [&] {
    if (!offered) offered = std::any_of(events.begin(), events.end(), offers_early_data);
    return *offered;
  };
  for (const Event& event : events) {
    after_hello = after_hello || is_server_hello(event);
    if (!after_hello) continue;
    if (event.kind == Event::Kind::handshake && !event.opaque && event.from == From::client) {  // its protection was removed
      out.client_certificate |= event.type == HandshakeType::certificate || event.type == HandshakeType::compressed_certificate;
      out.client_finished |= event.type == HandshakeType::finished;
    }
    if (event.kind != Event::Kind::application_data) continue;
    if (!event.opaque) {
      out.server_went_on |= event.from == From::server && out.client_finished;
      continue;
    }
    const std::size_t size = event.wire_bytes;
    if (event.from == From::server) {
      if (!out.client_finished) {
        out.server_alert_in_flight |= !server_spoke && has_size(size, sizes.alert);
        server_spoke = true;
      } else if (has_size(size, sizes.alert) && !out.server_went_on) {
        out.server_alert = true;
      } else {
        out.server_went_on = true;
      }
      continue;
    }
    if (out.client_finished || out.client_alert || (has_size(size, sizes.end_of_early_data) && early())) continue;
    if (has_size(size, sizes.alert)) {
      out.client_alert = !early();
    } else if (has_size(size, sizes.empty_certificate)) {
      out.client_certificate = out.client_certificate_empty = true;
    } else if (has_size(size, sizes.finished)) {
      out.client_finished = true;
    } else if (size > sizes.finished && !early()) {
      out.client_certificate_empty = size == sizes.finished + sizes.empty_certificate - (sizes.alert - 2);
      out.client_certificate = true;
      out.client_finished = true;  // in this record, or in one that follows: the client went on
    }
  }
  return out;
}

bool observed_established(const std::vector<Event>& events, bool tls13, std::uint16_t suite) {
  if (!tls13) return established_12(events);
  constexpr std::uint8_t decode_error = 50;
  const bool finished = flight_of(events, suite).client_finished;
  // With keys: OpenSSL's word for a client that goes without a goodbye. Where it is more than that, it fails the handshake (standing.cpp).
  const auto clear_fatal = [&](const Event& e) {
    const bool late = finished && e.from == From::server && e.alert.description == decode_error;
    return e.kind == Event::Kind::alert && !e.opaque && e.alert.description != 0 && !late;
  };
  return finished && std::none_of(events.begin(), events.end(), clear_fatal);
}

namespace {

/// The side whose FIN or RST came first; nothing where neither came.
std::optional<std::pair<From, Ending>> first_to_end(const TcpFacts& tcp) {
  std::optional<std::pair<From, Ending>> out;
  std::uint64_t best = 0;
  const auto consider = [&](const Moment& moment, From who, Ending how) {
    if (moment.packet == 0 || (best != 0 && moment.packet >= best)) return;
    best = moment.packet;
    out = {who, how};
  };
  for (const From who : {From::client, From::server}) {
    const TcpEnd& end = tcp.ends[who == From::client ? 0 : 1];
    consider(end.fin, who, Ending::closed);
    consider(end.reset, who, Ending::reset);
  }
  return out;
}

}  // namespace

void end_conversation(Handshake& h, StreamReader::Over why) {
  Conversation& c = h.conversation;
  c.ended_at = std::chrono::microseconds((h.last.at - h.first.at) / 1000);
  const auto first = first_to_end(h.tcp);
  if (first) {
    c.ended_by = first->first;
    c.ending = first->second;
  }
  if (c.established) c.ending = Ending::completed;
  h.sight.cut_off = !first && why != StreamReader::Over::closed && why != StreamReader::Over::reset;
}

}  // namespace whytls::sources::capture
