// SPDX-License-Identifier: Apache-2.0
// From an attempt to facts: the conversation goes through observe; the rest is what only the one who connects can know.
#include <fmt/format.h>

#include "base/text.h"
#include "crypto/signature.h"
#include "registry/registry.h"
#include "sources/probe/attempt.h"
#include "sources/probe/http.h"

namespace whytls::probe {
namespace {

using evidence::Evidence;
using evidence::Kind;

observe::Ending ending_of(const Transcript& t) {
  if (t.complete) return observe::Ending::completed;  // a server that then has nothing to say, or closes, has failed nothing
  switch (t.ending.end) {
    case net::End::closed:
      return observe::Ending::closed;
    case net::End::reset:
      return observe::Ending::reset;
    case net::End::timeout:
      return observe::Ending::timeout;
    case net::End::unreachable:
      return observe::Ending::unreachable;
    case net::End::cancelled:
      return observe::Ending::cancelled;
    case net::End::local:
      return observe::Ending::local;
    default:
      return observe::Ending::open;
  }
}

observe::From side(From from) { return from == From::client ? observe::From::client : observe::From::server; }

observe::Event event_of(const Event& seen) {
  observe::Event out;
  out.from = side(seen.from);
  out.at = seen.at;
  out.encrypted = seen.encrypted;
  out.wire_bytes = seen.bytes;
  out.kind = seen.kind == EventKind::handshake            ? observe::Event::Kind::handshake
             : seen.kind == EventKind::alert              ? observe::Event::Kind::alert
             : seen.kind == EventKind::change_cipher_spec ? observe::Event::Kind::change_cipher_spec
                                                          : observe::Event::Kind::application_data;
  out.type = static_cast<wire::HandshakeType>(seen.type);
  out.raw = seen.raw;
  if (seen.kind == EventKind::alert) out.alert.description = seen.type;
  return out;
}

void add_icmp(Evidence& e, const std::vector<net::IcmpError>& errors) {
  if (errors.empty()) return;
  const net::IcmpError& first = errors.front();
  const std::string what =
      fmt::format("ICMP type {} code {}{}", first.type, first.code, first.from.empty() ? "" : " from " + base::printable(first.from));
  e.add(Kind::icmp_error, what, what);
}

void add_kernel(Evidence& e, const Ending& ending) {
  e.add(Kind::received_bytes, static_cast<std::int64_t>(ending.bytes_received));
  if (ending.kernel.available) {
    const bool all = ending.kernel.bytes_acknowledged >= ending.bytes_sent;
    e.add(Kind::sent_acknowledged, all,
          all ? "the server's TCP acknowledged the whole ClientHello" : "the server's TCP never acknowledged the whole ClientHello");
    e.add(Kind::retransmissions, static_cast<std::int64_t>(ending.kernel.retransmissions));
  }
  if (ending.hops && ending.hops->reset_ttl != 0 && ending.hops->syn_ack_ttl != 0) {
    const int nearer = static_cast<int>(ending.hops->reset_ttl) - static_cast<int>(ending.hops->syn_ack_ttl);
    e.add(Kind::reset_hops_nearer, static_cast<std::int64_t>(nearer),
          fmt::format("TTL {} on the SYN-ACK, {} on the reset", ending.hops->syn_ack_ttl, ending.hops->reset_ttl));
  }
  add_icmp(e, ending.icmp);
}

std::string software_named(const std::string& server) {
  const std::string low = base::lower(server);
  for (const char* known : {"nginx", "apache", "haproxy", "caddy", "envoy", "lighttpd", "iis", "tomcat", "jetty", "openresty", "litespeed"})
    if (low.find(known) != std::string::npos) return known;
  return {};
}

void add_refusal_after_handshake(Evidence& e, const std::string& text) {
  e.add(Kind::http_wants_certificate, true, text);
  e.add(Kind::completed, false);
  e.add(Kind::failed_stage, std::string("client-certificate"));
  e.add(Kind::failure, std::string("http"), text);
}

/// nginx answers 400 and says why in the page; others use 403, 421 or 496 (nginx's own code for logs); mail servers say it in words.
void add_application(Evidence& e, const Transcript& t) {
  const Application& app = t.application;
  if (app.http_status != 0)
    e.add(Kind::http_status, static_cast<std::int64_t>(app.http_status), fmt::format("HTTP status {}", app.http_status));
  if (const std::string software = software_named(app.http_server); !software.empty())
    e.add(Kind::server_software, software, "the server calls itself " + app.http_server);
  const bool inner_tls = app.received.size() > 2 && app.received[0] == 21 && app.received[1] == 3;  // an alert record inside the first TLS
  if (inner_tls || (!app.received.empty() && wire::recognise_plaintext(app.received, 443).says_tls_expected)) {
    e.add(Kind::plaintext_protocol, std::string("tls-in-tls"), "inside the established TLS the server expects TLS once more");
    e.add(Kind::plaintext_speaker, std::string("client"));
    e.add(Kind::completed, false);
    e.add(Kind::failed_stage, std::string("established"));
    e.add(Kind::failure, std::string("plaintext"));
  }
  const std::string words = base::lower(base::text(app.received));
  // nginx completes the handshake and then says it in a page; a bare 400 may be about anything.
  const bool wants = app.http_status >= 400 && app.http_status < 500 && t.client_certificate.requested &&
                     (words.find("ssl certificate") != std::string::npos || words.find("client certificate") != std::string::npos);
  if (wants)
    add_refusal_after_handshake(e, fmt::format("the handshake completes, then HTTP {} speaks of the client certificate", app.http_status));
  const std::string_view said = base::text(app.received);
  if (t.client_certificate.requested && refuses_certificate(said))
    add_refusal_after_handshake(e, fmt::format("the handshake completes, then the server says \"{}\"",
                                               base::printable(base::trim(said.substr(0, said.find('\n'))), 120)));
}

void add_proof(Evidence& e, const Transcript& t) {
  if (t.signature_valid)
    e.add(Kind::signature_verifies, *t.signature_valid,
          "the server's handshake signature " + std::string(*t.signature_valid ? "verifies" : "does not verify") + " under its leaf's key");
  if (t.server_key && t.server_key->dh_bits != 0)
    e.add(Kind::dh_bits, static_cast<std::int64_t>(t.server_key->dh_bits),
          fmt::format("the server's Diffie-Hellman prime has {} bits", t.server_key->dh_bits));
  if (t.client_certificate.requested) e.add(Kind::client_certificate_sent, t.client_certificate.sent);
}

/// Nothing that the server itself sends can be back before its round trip is over; clocks and queues are given 2 ms of grace.
void add_haste(Evidence& e, const Attempt& a) {
  const Transcript& t = *a.transcript;
  const bool direct = a.dial.proxy_took.count() == 0;
  if (t.ending.end != net::End::reset || t.ending.bytes_received != 0 || !direct || t.events.empty()) return;
  const Microseconds answer = t.ending.at - t.events.front().at;
  const Microseconds round_trip = std::chrono::duration_cast<Microseconds>(a.dial.tcp_took);
  if (answer + Microseconds(2000) >= round_trip) return;
  e.add(Kind::reset_too_soon, true,
        fmt::format("the reset came {} ms after the ClientHello, the server is {} ms away", answer.count() / 1000,
                    round_trip.count() / 1000));
}

Evidence dialogue_facts(const Attempt& a) {
  Evidence e;
  const Dialogue& d = a.dial;
  e.add(Kind::completed, false);
  e.add(Kind::failed_stage, std::string(a.dialled == net::DialStage::tcp     ? "tcp"
                                        : a.dialled == net::DialStage::proxy ? "proxy"
                                                                             : "starttls"));
  const bool spoken = a.dialled != net::DialStage::tcp && d.end == net::End::open;
  e.add(Kind::failure, spoken ? std::string(a.dialled == net::DialStage::proxy ? "proxy" : "starttls") : std::string(net::end_name(d.end)),
        base::printable(d.detail));
  if (a.dialled == net::DialStage::proxy) {
    if (d.status != 0) e.add(Kind::proxy_status, static_cast<std::int64_t>(d.status), base::printable(d.detail));
    e.add(Kind::proxy_answer, base::printable(d.detail));
  }
  if (a.dialled == net::DialStage::starttls) {
    e.add(Kind::starttls_answer,
          std::string(d.not_offered ? "not-offered"
                      : d.refused   ? "refused"
                                    : "not-spoken"),
          base::printable(d.detail));
    e.add(Kind::starttls_words, base::printable(d.detail));
    if (!d.answer.empty() && !d.not_offered && !d.refused) {
      const wire::Plaintext plain = wire::recognise_plaintext(d.answer, a.address.port);
      e.add(Kind::plaintext_protocol, plain.protocol.empty() ? std::string("unknown") : plain.protocol);
      e.add(Kind::plaintext_excerpt, plain.excerpt);
      e.add(Kind::plaintext_speaker, std::string("server"));
    }
  }
  add_icmp(e, d.icmp);
  return e;
}

}  // namespace

observe::Conversation conversation_of(const Transcript& t, std::uint16_t port) {
  observe::Conversation c;
  std::size_t alert = 0;
  for (const Event& event : t.events) {
    observe::Event seen = event_of(event);
    if (event.kind == EventKind::alert && alert < t.alerts.size()) seen.alert.level = t.alerts[alert++].level;
    c.events.push_back(std::move(seen));
  }
  c.ending = ending_of(t);
  c.ended_at = t.ending.at;
  c.not_tls = t.not_tls;
  c.port = port;
  if (t.malformed) {
    c.malformed = t.malformed_message + ": " + t.malformed->text();
  } else {
    c.malformed = t.violation;
  }
  c.established = t.handshake_complete;
  return c;
}

evidence::Evidence facts_of(const Attempt& a) {
  if (!a.transcript) return dialogue_facts(a);
  const Transcript& t = *a.transcript;
  Evidence e = observe::facts_of(conversation_of(t, a.address.port));
  if (!t.complete && !a.hello_answered()) {
    add_kernel(e, t.ending);
    add_haste(e, a);
  }
  if (!t.certificates.empty())
    if (const crypto::Key key = crypto::certificate_key(t.certificates.front()))
      e.add(Kind::server_key_types, std::vector<std::string>{crypto::key_type(key.get())});
  add_proof(e, t);
  add_application(e, t);
  return e;
}

}  // namespace whytls::probe
