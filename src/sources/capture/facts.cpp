// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "sources/capture/last_words.h"
#include "sources/capture/proof.h"
#include "sources/capture/tls/ending.h"
#include "wire/quic.h"
#include "wire/upgrade.h"

namespace whytls::sources::capture {
namespace {

using evidence::Evidence;
using evidence::Kind;
using observe::Event;
using observe::From;

void add_question(Evidence& e, const Handshake& h) {
  constexpr std::uint16_t https = 443;
  e.add(Kind::watched, true);
  e.add(Kind::carrier, std::string(h.carrier == Carrier::tls ? "tls" : h.carrier == Carrier::dtls ? "dtls" : "quic"));
  const std::string name = e.text(Kind::offered_server_name);
  e.add(Kind::host, name.empty() ? h.server.address.text() : name);
  e.add(Kind::port, static_cast<std::int64_t>(h.server.port));
  e.add(Kind::now, h.first.time());
  if (h.server.port == https) e.add(Kind::https, true);
  const wire::UpgradeProtocol* dialogue = wire::upgrade_protocol(h.upgrade);
  if (dialogue && !dialogue->proxy) e.add(Kind::starttls, h.upgrade);
}

/// What was said to the request for TLS, or for the way to its server.
void add_refusal(Evidence& e, const Handshake& h) {
  const Refusal& r = *h.refusal;
  const std::string text = fmt::format("packet {}: {}", r.packet, r.text);
  if (r.by_proxy) {
    if (r.status != 0) e.add(Kind::proxy_status, static_cast<std::int64_t>(r.status), text);
    e.add(Kind::proxy_answer, r.words);
    e.add(Kind::proxy_name, h.server.text());
    return;
  }
  e.add(Kind::starttls_answer, std::string(r.not_offered ? "not-offered" : "refused"), text);
  e.add(Kind::starttls_words, r.words);
}

void add_sight(Evidence& e, const Handshake& h) {
  const Sight& s = h.sight;
  const auto say = [&](bool holds, const char* what, std::string text) {
    if (holds) e.add(Kind::sight, text, text, what);
  };
  say(s.begins_midway, "begins-midway", "the capture begins after the connection did");
  say(s.cut_off, "cut-off", "the capture ends before the connection does");
  say(s.client_missing, "client-missing", "no packet of the client is in the capture");
  say(s.server_missing, "server-missing", "no packet of the server is in the capture");
  say(s.client_lost > 0, "client-lost", fmt::format("{} bytes of the client are missing from the capture", s.client_lost));
  say(s.server_lost > 0, "server-lost", fmt::format("{} bytes of the server are missing from the capture", s.server_lost));
  say(s.cut_packets, "cut-packets", "packets were captured only in part (snaplen)");
  say(h.secrets == Secrets::useless, "secrets", "the key log has secrets for this connection, and nothing of it opens under them");
}

std::int64_t hello_time(const Handshake& h) {
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && e.from == From::client) return h.first.at + e.at.count() * 1000;
  return 0;
}

/// A reset that the server itself can hardly have sent: another distance, or before its answer could be here.
void add_reset(Evidence& e, const Handshake& h) {
  constexpr std::int64_t grace = 2'000'000;  // nanoseconds, for clocks and queues
  const TcpEnd& server = h.tcp.ends[1];
  if (server.reset.packet == 0) return;
  if (server.reset_hop_limit != 0 && server.hop_limit != 0) {
    const int nearer = static_cast<int>(server.reset_hop_limit) - static_cast<int>(server.hop_limit);
    e.add(Kind::reset_hops_nearer, static_cast<std::int64_t>(nearer),
          fmt::format("TTL {} on the server's first packet, {} on the reset", server.hop_limit, server.reset_hop_limit));
    if (nearer != 0)
      e.add(Kind::reset_foreign, std::string("hop-count"),
            fmt::format("the reset has TTL {}, the server's own packets {}: somebody else may have sent it", server.reset_hop_limit,
                        server.hop_limit));
  }
  const std::int64_t asked = hello_time(h);
  if (asked == 0 || h.tcp.round_trip <= grace || server.bytes > 0) return;
  if (server.reset.at - asked + grace >= h.tcp.round_trip) return;
  e.add(Kind::reset_too_soon, true,
        fmt::format("the reset came {:.1f} ms after the ClientHello, the server is {:.1f} ms away",
                    static_cast<double>(server.reset.at - asked) / 1e6, static_cast<double>(h.tcp.round_trip) / 1e6));
}

void add_icmp(Evidence& e, const Handshake& h) {
  if (!h.tcp.icmp) return;
  const std::string what = fmt::format("ICMP type {} code {}", *h.tcp.icmp >> 8U, *h.tcp.icmp & 0xffU);
  const std::string limit = h.tcp.icmp_mtu ? fmt::format(", which lets {} bytes through", *h.tcp.icmp_mtu) : "";
  e.add(Kind::icmp_error, what, fmt::format("{} from {}{}", what, h.tcp.icmp_from, limit));
}

void add_tcp(Evidence& e, const Handshake& h) {
  if (h.carrier != Carrier::tls) return;
  const TcpEnd& client = h.tcp.ends[0];
  const TcpEnd& server = h.tcp.ends[1];
  e.add(Kind::received_bytes, static_cast<std::int64_t>(server.bytes));
  if (server.packets > 0 && client.bytes > 0) {
    e.add(Kind::sent_acknowledged, client.unacknowledged == 0,
          client.unacknowledged == 0 ? "the server's TCP acknowledged all that the client sent"
                                     : fmt::format("{} bytes of the client are never acknowledged", client.unacknowledged));
    e.add(Kind::retransmissions, static_cast<std::int64_t>(client.retransmissions + server.retransmissions));
  }
  if (client.unacknowledged > 0 && client.retransmissions > 0)
    e.add(Kind::hello_repeated, static_cast<std::int64_t>(client.retransmissions),
          fmt::format("segments of the client went out again {} times, {} bytes stay unacknowledged", client.retransmissions,
                      client.unacknowledged));
  add_reset(e, h);
}

/// Versions of QUIC where they had to be negotiated. A client that was not watched for long might have begun again.
void add_quic_versions(Evidence& e, const Handshake& h) {
  constexpr std::int64_t enough = 1'000'000'000;  // nanoseconds
  if (h.quic_versions.empty()) return;
  const auto names = [](const std::vector<std::uint32_t>& versions) {
    std::vector<std::string> out;
    for (const std::uint32_t version : versions)
      if (!wire::is_reserved_quic_version(version)) out.push_back(wire::quic_version_name(version));
    return out;
  };
  const auto client = names(h.quic_begun), server = names(h.quic_versions);
  e.add(Kind::quic_versions, client, "the client begins with " + base::join(client, ", "), "client");
  const bool watched = h.last.at - h.first.at + h.silence >= enough;
  e.add({Kind::quic_versions,
         "server",
         server,
         "the server's Version Negotiation packet names " + base::join(server, ", "),
         watched ? evidence::Certainty::observed : evidence::Certainty::inferred,
         {"capture", ""}});
}

void add_ending(Evidence& e, const Handshake& h, const Assessment& a) {
  const bool failed = a.standing == Standing::failed;
  if (a.standing == Standing::complete) e.add(Kind::completed, true);
  if (a.standing == Standing::abandoned) e.add(Kind::abandoned, true, a.text);
  if (failed) {
    e.add(Kind::completed, false);
    if (!a.stage.empty()) e.add(Kind::failed_stage, a.stage);
    if (!a.failure.empty()) e.add(Kind::failure, a.failure, a.text);
  }
  if (a.encrypted_alert_by_client || a.encrypted_alert_by_server) {
    e.add(Kind::encrypted_alert, std::string(a.encrypted_alert_by_client ? "client" : "server"), a.text);
    e.add(Kind::encrypted_alert_fatal, true);
    e.add(Kind::alert_from, std::string(a.encrypted_alert_by_client ? "client" : "server"));
  }
  if (a.flight.client_certificate && failed) {
    e.add(Kind::requests_certificate, true, "the client's flight holds a Certificate message, so the server asked for one");
    e.add(Kind::client_certificate_sent, !a.flight.client_certificate_empty,
          a.flight.client_certificate_empty ? "the client's Certificate message is empty, by its size" : "the client sent a certificate");
  }
  if (a.ended_by_client || a.ended_by_server) {
    e.add(Kind::ended_by, std::string(a.ended_by_client ? "client" : "server"), a.text);
    e.add(Kind::ended_after, last_message(h));
  }
  if (!h.close_reason.empty()) {
    const std::string words = base::printable(h.close_reason, 200);
    e.add(Kind::close_reason, words, "the connection is closed with the words \"" + words + "\"");
  }
}

/// What the client met behind the certificate: it refuses a signature or a prime, and says so only once the server is done.
void add_key_exchange(Evidence& e) {
  constexpr std::int64_t floor = 2048;  // bits, RFC 9325 4.2
  const bool by_client = e.text(Kind::failure) == "alert" && e.text(Kind::alert_from) == "client";
  if (!by_client || e.text(Kind::failed_stage) == "client-hello" || e.text(Kind::failed_stage) == "server-hello") return;
  const auto bits = e.number(Kind::dh_bits);
  const bool weak = bits && *bits > 0 && *bits < floor && e.text(Kind::failed_stage) != "certificate";
  // A version below the floor brings what the client refuses of it, SHA-1 in its signatures: it is the version that is not taken.
  const std::string version = e.text(Kind::selected_version), alert = e.text(Kind::alert), stage = e.text(Kind::failed_stage);
  const bool old = version == "tls1.1" || version == "tls1.0" || version == "ssl3";
  const bool of_algorithms =
      alert == "internal_error" || alert == "handshake_failure" || alert == "insufficient_security" || alert == "illegal_parameter";
  if (old && of_algorithms && !weak && stage != "certificate") return e.add(Kind::failed_stage, std::string("server-hello"));
  if (weak || evidence::known_no(e.is(Kind::signature_verifies))) e.add(Kind::failed_stage, std::string("key-exchange"));
}

/// What was seen too little of has no end that could be told.
Evidence without_end(const Evidence& all) {
  Evidence out;
  for (const evidence::Fact& fact : all.facts())
    if (fact.kind != Kind::completed && fact.kind != Kind::failure && fact.kind != Kind::failed_stage && fact.kind != Kind::violation &&
        fact.kind != Kind::violation_by && fact.kind != Kind::violation_is_choice)
      out.add(fact);
  return out;
}

/// Where the conversation alone and what was seen besides say different things of its end, the later word counts, alone.
Evidence with_last_words(Evidence all) {
  constexpr std::array last{Kind::completed,  Kind::failure,   Kind::failed_stage,
                            Kind::alert_from, Kind::abandoned, Kind::requests_certificate};
  const auto counts = [&](const evidence::Fact& fact) {
    const bool single = std::find(last.begin(), last.end(), fact.kind) != last.end();
    return !single || all.find(fact.kind, fact.subject) == &fact;
  };
  if (std::all_of(all.facts().begin(), all.facts().end(), counts)) return all;
  Evidence out;
  for (const evidence::Fact& fact : all.facts())
    if (counts(fact)) out.add(fact);
  return out;
}

/// Who breaks off at once upon a message that breaks the protocol does so because of it.
void add_breach(Evidence& e, const Assessment& a) {
  if (a.ended_by_client && !e.text(Kind::violation).empty() && e.text(Kind::violation_by) == "server" && e.text(Kind::alert).empty())
    e.add(Kind::failure, std::string("malformed"));
}

}  // namespace

Facts facts_of(const Handshake& h, const FactOptions& options) {
  Facts out;
  out.assessment = assess(h);
  const bool unseen = out.assessment.standing == Standing::unseen;
  const bool as_it_is = h.conversation.established && !ends_in_an_answer(h);
  out.evidence = as_it_is ? observe::facts_of(h.conversation) : observe::facts_of(judged_conversation(h));
  if (unseen) out.evidence = without_end(out.evidence);
  add_question(out.evidence, h);
  if (h.refusal) add_refusal(out.evidence, h);
  add_sight(out.evidence, h);
  add_icmp(out.evidence, h);
  add_tcp(out.evidence, h);
  add_ending(out.evidence, h, out.assessment);
  add_quic_versions(out.evidence, h);
  out.evidence.add(chain_facts(h, out.assessment, options, out.chain));
  add_breach(out.evidence, out.assessment);
  if (out.assessment.standing == Standing::failed) {
    out.evidence.add(server_signature_facts(h));
    out.evidence.add(client_certificate_facts(h));
    add_key_exchange(out.evidence);
  }
  out.evidence = with_last_words(std::move(out.evidence));
  return out;
}

}  // namespace whytls::sources::capture
