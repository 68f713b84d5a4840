// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "evidence/changes.h"
#include "registry/registry.h"
#include "sources/capture/pairs.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using evidence::Certainty;
using evidence::Evidence;
using evidence::Kind;
using observe::Event;
using observe::From;
using Codes = std::vector<std::uint16_t>;

/// Of the first ClientHello; empty where there is none.
base::ByteView hello_body(const Handshake& h) {
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.type == wire::HandshakeType::client_hello && e.raw.size() > 4)
      return base::ByteView(e.raw).subspan(4);
  return {};
}

std::optional<wire::ClientHello> hello_of(const Handshake& h) {
  const base::ByteView body = hello_body(h);
  return body.empty() ? std::nullopt : std::optional(wire::parse_client_hello(body));
}

std::optional<wire::ServerHello> answer_of(const Handshake& h) {
  std::optional<wire::ServerHello> out;
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.type == wire::HandshakeType::server_hello && e.raw.size() > 4)
      out = wire::parse_server_hello(base::ByteView(e.raw).subspan(4));
  return out;
}

/// Group and signature scheme; 0 where not visible.
std::pair<std::uint16_t, std::uint16_t> exchange_of(const Handshake& h, const wire::ServerHello& answer) {
  if (const auto share = answer.key_share()) return {share->group, std::uint16_t{0}};
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::handshake || e.opaque || e.type != wire::HandshakeType::server_key_exchange || e.raw.size() <= 4) continue;
    const auto exchange = wire::parse_server_key_exchange(base::ByteView(e.raw).subspan(4), answer.cipher_suite, answer.version());
    return {exchange.group, exchange.signature_scheme};
  }
  return {};
}

std::string alert_of_server(const Handshake& h) {
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::alert && !e.opaque && e.from == From::server && e.alert.level == 2)
      return registry::alert_name(e.alert.description);
  return {};
}

void mix(std::uint64_t& hash, std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ULL; }

template <class T>
void add_unique(std::vector<T>& list, T value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(std::move(value));
}

void infer(Evidence& e, Kind kind, evidence::Value value, std::string text, std::string subject = {}) {
  e.add({kind, std::move(subject), std::move(value), std::move(text), Certainty::inferred, {"capture", ""}});
}

}  // namespace

namespace {

/// The same offer for the same name.
std::uint64_t named_shape(const wire::ClientHelloGlance& seen) {
  std::uint64_t out = seen.shape;
  for (const std::uint8_t c : seen.server_name) mix(out, c);
  return out;
}

}  // namespace

Ledger::Key::Key(const Endpoint& of) : port(of.port), v6(of.address.v6) {
  std::memcpy(address.data(), of.address.bytes.data(), sizeof address);
}

void Ledger::note(const Handshake& h, Standing standing) {
  if (standing != Standing::complete && standing != Standing::failed) return;
  const Key key(h.server);
  auto found = servers_.find(key);
  if (found == servers_.end()) {
    if (servers_.size() >= most_servers) return;
    found = servers_.emplace(key, Server{}).first;
  }
  Server& server = found->second;
  const bool worked = standing == Standing::complete;
  ++(worked ? server.worked : server.failed);
  const bool returns =
      std::any_of(server.attempts.begin(), server.attempts.end(), [&](const Attempt& a) { return a.client == h.client.address; });
  if (worked && !returns && server.accepted.size() >= most_hellos) return;
  constexpr std::uint64_t well_known = 256, sample = 64;  // of a busy server's good handshakes a few will do
  if (worked && !returns && server.worked > well_known && server.worked % sample != 0) return;
  const base::ByteView body = hello_body(h);
  if (body.empty()) return;
  const wire::ClientHelloGlance seen = wire::glance_client_hello(body);
  const std::uint64_t shape = named_shape(seen);
  const auto same = std::find_if(server.accepted.begin(), server.accepted.end(), [&](const Accepted& a) { return a.shape == shape; });
  const bool known = same != server.accepted.end();
  if (worked && known && !same->went_on) same->went_on = client_sent_data(h);
  if (worked && !returns && known) return;
  std::optional<wire::ClientHello> hello = wire::parse_client_hello(body);
  if (!worked || returns) {
    const Codes versions = without_grease(hello->versions());
    if (server.attempts.size() >= most_attempts) server.attempts.erase(server.attempts.begin());
    server.attempts.push_back({h.client.address, h.first.at, versions.empty() ? std::uint16_t{0} : versions.front(), !worked});
  }
  if (!worked && server.failures.size() < most_failures) ++server.failures[shape];
  const auto answer = answer_of(h);
  if (!worked || !answer || server.accepted.size() >= most_hellos) return;
  if (known) return;
  const auto [group, scheme] = exchange_of(h, *answer);
  server.accepted.push_back({shape, std::move(*hello), answer->version(), answer->cipher_suite, group, scheme, h.client.address, h.number,
                             client_sent_data(h), h.upgrade});
}

bool Ledger::went_on(const Handshake& h) const {
  const auto found = servers_.find(Key(h.server));
  const base::ByteView body = hello_body(h);
  if (found == servers_.end() || body.empty()) return false;
  const std::uint64_t shape = named_shape(wire::glance_client_hello(body));
  const auto& accepted = found->second.accepted;
  return std::any_of(accepted.begin(), accepted.end(), [&](const Accepted& a) { return a.shape == shape && a.went_on; });
}

namespace {

struct Chosen {
  Codes versions, suites, groups;
};

struct Dance {
  std::vector<std::string> versions;  ///< highest ones, falling; empty where it is no dance
  std::uint16_t worked = 0;           ///< the last one, where it worked
};

/// The same client came again and again with an ever lower highest version, each attempt after a failure (RFC 7507 1).
template <class Attempts>
Dance falling(const Attempts& attempts, const Address& client) {
  constexpr std::int64_t within = 30'000'000'000;
  Dance dance;
  std::vector<std::string>& out = dance.versions;
  std::uint16_t last = 0;
  std::int64_t at = 0;
  bool failed = true;
  for (const auto& attempt : attempts) {
    if (attempt.client != client || attempt.highest >= 0xfe00) continue;
    const bool lower = last != 0 && attempt.highest < last && failed && attempt.at - at <= within;
    if (!lower) out.clear();
    out.push_back(registry::version_name(attempt.highest));
    last = attempt.highest;
    at = attempt.at;
    failed = attempt.failed;
  }
  if (out.size() < 2) return {};
  if (!failed) dance.worked = last;
  return dance;
}

std::vector<std::string> names(const Codes& codes, std::string (*name)(std::uint16_t)) {
  std::vector<std::string> out;
  for (const std::uint16_t code : codes) out.push_back(name(code));
  return out;
}

/// TLS begun at once on a port where others are asked to upgrade, and do. A way through a proxy is no upgrade.
void add_upgrade(Evidence& e, const Handshake& h, const std::vector<Ledger::Accepted>& accepted) {
  if (!h.upgrade.empty() || answer_of(h) || !alert_of_server(h).empty()) return;
  static constexpr std::array<std::string_view, 14> dialogues{"ftp",  "imap",     "irc", "ldap",  "lmtp", "mysql", "nntp",
                                                              "pop3", "postgres", "rdp", "sieve", "smtp", "xmpp",  "xmpp-server"};
  const auto upgrades = [](const Ledger::Accepted& a) {
    return std::find(dialogues.begin(), dialogues.end(), a.upgrade) != dialogues.end();
  };
  if (!std::all_of(accepted.begin(), accepted.end(), upgrades)) return;
  const Ledger::Accepted& first = accepted.front();
  infer(e, Kind::upgrade_works, true,
        fmt::format("connection {} to the same port upgrades from {} to TLS, and works", first.flow, first.upgrade), first.upgrade);
}

}  // namespace

Evidence Ledger::facts_for(const Handshake& h) const {
  Evidence e;
  const auto found = servers_.find(Key(h.server));
  if (found == servers_.end()) return e;
  const Server& server = found->second;
  infer(e, Kind::worked_here, static_cast<std::int64_t>(server.worked),
        fmt::format("{} completed with this server in the capture, {} failed",
                    server.worked == 1 ? "1 handshake was" : fmt::format("{} handshakes were", server.worked), server.failed),
        "any");
  e.add(Kind::failed_here, static_cast<std::int64_t>(server.failed), {}, "any");
  const auto hello = hello_of(h);
  if (!hello) return e;
  if (const auto again = server.failures.find(named_shape(wire::glance_client_hello(hello_body(h))));
      again != server.failures.end() && again->second > 1)
    e.add(Kind::failures_seen, static_cast<std::int64_t>(again->second), fmt::format("the same offer failed {} times", again->second));
  const Dance dance = falling(server.attempts, h.client.address);
  if (!dance.versions.empty()) {
    infer(e, Kind::falling_versions, dance.versions,
          fmt::format("the client comes again with ever lower versions: {}{}", base::join(dance.versions, ", then "),
                      dance.worked != 0 ? ", which works" : ""));
    if (dance.worked == registry::version::tls12)
      infer(e, Kind::cures, true, "the client's next attempt without TLS 1.3 works", std::string(evidence::change::without_tls13));
    if (dance.worked != 0 && dance.worked < registry::version::tls12)
      infer(e, Kind::cures, true, "the client's next attempt without TLS 1.2 and 1.3 works", std::string(evidence::change::without_tls12));
  }
  if (server.accepted.empty()) return e;
  add_upgrade(e, h, server.accepted);
  Chosen chosen;
  for (const Accepted& a : server.accepted) {
    add_unique(chosen.versions, a.version);
    add_unique(chosen.suites, a.suite);
    if (a.group != 0) add_unique(chosen.groups, a.group);
    const std::string difference = only_difference(*hello, a.hello);
    if (difference.empty() || difference == "extensions") continue;
    infer(e, Kind::other_client_works, a.client.text(),
          difference == "nothing"
              ? fmt::format("the same offer worked in connection {}", a.flow)
              : fmt::format("connection {} of {} differs only in its {} and works", a.flow, a.client.text(), difference),
          difference);
  }
  infer(e, Kind::server_chose, names(chosen.versions, registry::version_name), {}, "versions");
  infer(e, Kind::server_chose, names(chosen.suites, registry::suite_name),
        fmt::format("for others this server chose {}", base::join(names(chosen.suites, registry::suite_short_name), ", ")), "suites");
  if (!chosen.groups.empty()) infer(e, Kind::server_chose, names(chosen.groups, registry::group_name), {}, "groups");
  if (!answer_of(h)) add_pairs(e, *hello, server.accepted, alert_of_server(h));
  infer(e, Kind::any_offer_works, true, "other clients complete the handshake with this server");
  if (!answer_of(h)) infer(e, Kind::selected_version, registry::version_name(server.accepted.front().version), {});
  return e;
}

}  // namespace whytls::sources::capture
