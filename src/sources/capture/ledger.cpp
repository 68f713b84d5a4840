// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "evidence/changes.h"
#include "registry/registry.h"

namespace whytls::sources::capture {
namespace {

using evidence::Certainty;
using evidence::Evidence;
using evidence::Kind;
using observe::Event;
using observe::From;
using Codes = std::vector<std::uint16_t>;

std::optional<wire::ClientHello> hello_of(const Handshake& h) {
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.type == wire::HandshakeType::client_hello && e.raw.size() > 4)
      return wire::parse_client_hello(base::ByteView(e.raw).subspan(4));
  return std::nullopt;
}

std::optional<wire::ServerHello> answer_of(const Handshake& h) {
  std::optional<wire::ServerHello> out;
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.type == wire::HandshakeType::server_hello && e.raw.size() > 4)
      out = wire::parse_server_hello(base::ByteView(e.raw).subspan(4));
  return out;
}

std::uint16_t group_of(const Handshake& h, const wire::ServerHello& answer) {
  if (const auto share = answer.key_share()) return share->group;
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.type == wire::HandshakeType::server_key_exchange && e.raw.size() > 4)
      return wire::parse_server_key_exchange(base::ByteView(e.raw).subspan(4), answer.cipher_suite, answer.version()).group;
  return 0;
}

Codes without_grease(const Codes& codes) {
  Codes out;
  std::copy_if(codes.begin(), codes.end(), std::back_inserter(out), [](std::uint16_t c) { return !registry::is_grease(c); });
  return out;
}

bool meet(const Codes& a, const Codes& b) {
  return std::any_of(a.begin(), a.end(), [&](std::uint16_t code) { return std::find(b.begin(), b.end(), code) != b.end(); });
}

void mix(std::uint64_t& hash, std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ULL; }

void mix(std::uint64_t& hash, const Codes& codes) {
  mix(hash, codes.size());
  for (const std::uint16_t code : codes) mix(hash, registry::is_grease(code) ? 0x0a0aU : code);
}

template <class T>
void add_unique(std::vector<T>& list, T value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(std::move(value));
}

void infer(Evidence& e, Kind kind, evidence::Value value, std::string text, std::string subject = {}) {
  e.add({kind, std::move(subject), std::move(value), std::move(text), Certainty::inferred, {"capture", ""}});
}

}  // namespace

std::uint64_t shape_of(const wire::ClientHello& hello) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  mix(hash, hello.legacy_version);
  mix(hash, hello.cipher_suites);
  for (const wire::Extension& x : hello.extensions) mix(hash, registry::is_grease(x.type) ? 0x0a0aU : x.type);
  mix(hash, hello.supported_versions());
  mix(hash, hello.supported_groups());
  mix(hash, hello.signature_algorithms());
  for (const std::string& protocol : hello.alpn())
    for (const char c : protocol) mix(hash, static_cast<unsigned char>(c));
  return hash;
}

namespace {

/// The same offer for the same name.
std::uint64_t named_shape(std::uint64_t shape, const wire::ClientHello& hello) {
  for (const char c : hello.server_name().value_or("")) mix(shape, static_cast<unsigned char>(c));
  return shape;
}

}  // namespace

void Ledger::note(const Handshake& h, Standing standing) {
  if (standing != Standing::complete && standing != Standing::failed) return;
  const Key key{h.server.address, h.server.port};
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
  auto hello = hello_of(h);
  if (!hello) return;
  const std::uint64_t shape = shape_of(*hello);
  if (!worked || returns) {
    const Codes versions = without_grease(hello->versions());
    if (server.attempts.size() >= most_attempts) server.attempts.erase(server.attempts.begin());
    server.attempts.push_back({h.client.address, h.first.at, versions.empty() ? std::uint16_t{0} : versions.front(), !worked});
  }
  if (!worked && server.failures.size() < most_failures) ++server.failures[named_shape(shape, *hello)];
  const auto answer = answer_of(h);
  if (!worked || !answer || server.accepted.size() >= most_hellos) return;
  const bool known = std::any_of(server.accepted.begin(), server.accepted.end(),
                                 [&](const Accepted& a) { return a.shape == shape && a.hello.server_name() == hello->server_name(); });
  if (known) return;
  server.accepted.push_back(
      {shape, std::move(*hello), answer->version(), answer->cipher_suite, group_of(h, *answer), h.client.address, h.number});
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

/// In which single respect the two offers differ; empty where in more than one, "nothing" where in none.
std::string only_difference(const wire::ClientHello& failed, const wire::ClientHello& works) {
  std::vector<std::string> out;
  if (without_grease(failed.versions()) != without_grease(works.versions())) out.emplace_back("versions");
  if (without_grease(failed.cipher_suites) != without_grease(works.cipher_suites)) out.emplace_back("suites");
  if (without_grease(failed.supported_groups()) != without_grease(works.supported_groups())) out.emplace_back("groups");
  if (failed.signature_algorithms() != works.signature_algorithms()) out.emplace_back("signature-algorithms");
  if (failed.server_name() != works.server_name()) out.emplace_back("server-name");
  if (failed.alpn() != works.alpn()) out.emplace_back("alpn");
  if (out.empty()) return "nothing";
  return out.size() == 1 ? out.front() : std::string();
}

}  // namespace

Evidence Ledger::facts_for(const Handshake& h) const {
  Evidence e;
  const auto found = servers_.find({h.server.address, h.server.port});
  if (found == servers_.end()) return e;
  const Server& server = found->second;
  infer(e, Kind::worked_here, static_cast<std::int64_t>(server.worked),
        fmt::format("{} handshakes with this server were completed in the capture, {} failed", server.worked, server.failed), "any");
  e.add(Kind::failed_here, static_cast<std::int64_t>(server.failed), {}, "any");
  const auto hello = hello_of(h);
  if (!hello) return e;
  if (const auto again = server.failures.find(named_shape(shape_of(*hello), *hello)); again != server.failures.end() && again->second > 1)
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
  Chosen chosen;
  for (const Accepted& a : server.accepted) {
    add_unique(chosen.versions, a.version);
    add_unique(chosen.suites, a.suite);
    if (a.group != 0) add_unique(chosen.groups, a.group);
    const std::string difference = only_difference(*hello, a.hello);
    if (difference.empty()) continue;
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
  namespace change = evidence::change;
  const Codes versions = hello->versions(), groups = hello->supported_groups();
  if (!meet(versions, chosen.versions))
    infer(e, Kind::cures, true, "what this server chose for others is no version that this client offers", std::string(change::version));
  else if (!meet(hello->cipher_suites, chosen.suites))
    infer(e, Kind::cures, true, "none of the suites that this server chose for others is offered by this client",
          std::string(change::suites));
  else if (!groups.empty() && !chosen.groups.empty() && !meet(groups, chosen.groups))
    infer(e, Kind::cures, true, "none of the groups that this server chose for others is offered by this client",
          std::string(change::groups));
  infer(e, Kind::any_offer_works, true, "other clients complete the handshake with this server");
  if (!answer_of(h)) infer(e, Kind::selected_version, registry::version_name(server.accepted.front().version), {});
  return e;
}

}  // namespace whytls::sources::capture
