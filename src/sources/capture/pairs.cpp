// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/pairs.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/changes.h"
#include "registry/registry.h"

namespace whytls::sources::capture {
namespace {

using evidence::Evidence;
using evidence::Kind;
using Codes = std::vector<std::uint16_t>;
using Accepted = Ledger::Accepted;
namespace change = evidence::change;

bool has(const Codes& codes, std::uint16_t code) { return std::find(codes.begin(), codes.end(), code) != codes.end(); }

bool is_hybrid(std::uint16_t code) {
  const registry::Group* group = registry::group(code);
  return group && group->family == registry::GroupFamily::hybrid;
}

/// Suites that can be chosen in one of these versions, in order: those of TLS 1.3 come and go with the version.
Codes usable(const Codes& suites, bool tls13, bool older) {
  Codes out;
  for (const std::uint16_t code : without_grease(suites)) {
    const registry::Suite* suite = registry::suite(code);
    const bool of_13 = suite && suite->min_version >= registry::version::tls13;
    if (of_13 ? tls13 : older) out.push_back(code);
  }
  return out;
}

/// Schemes that can sign in one of these versions: those of TLS 1.2 alone come and go with it.
Codes usable_schemes(const Codes& schemes, bool older) {
  Codes out;
  for (const std::uint16_t code : schemes) {
    const registry::SignatureScheme* scheme = registry::signature_scheme(code);
    if (older || !scheme || scheme->tls13) out.push_back(code);
  }
  return out;
}

/// Groups that are compared: libraries offer those over finite fields with TLS 1.3 alone.
Codes usable_groups(const Codes& groups, bool newer) {
  constexpr std::uint16_t first_of_fields = 0x100, last_of_fields = 0x1ff;  // RFC 7919 2
  Codes out;
  for (const std::uint16_t code : without_grease(groups))
    if (newer || code < first_of_fields || code > last_of_fields) out.push_back(code);
  return out;
}

/// Extensions that say something by themselves: without GREASE, padding, and what the compared respects consist of.
Codes other_extensions(const wire::ClientHello& hello, bool older) {
  constexpr std::uint16_t encrypt_then_mac = 22, master_secret = 23, ticket = 35, renegotiation = 0xff01;  // of TLS 1.2 and before
  constexpr std::uint16_t server_name = 0, groups = 10, formats = 11, schemes = 13, alpn = 16, padding = 21, psk = 41, cookie = 44,
                          versions = 43, modes = 45, shares = 51;
  Codes out;
  for (const wire::Extension& x : hello.extensions) {
    const bool counted = x.type == server_name || x.type == groups || x.type == formats || x.type == schemes || x.type == alpn ||
                         x.type == padding || x.type == psk || x.type == cookie || x.type == versions || x.type == modes ||
                         x.type == shares;
    const bool of_older = x.type == encrypt_then_mac || x.type == master_secret || x.type == ticket || x.type == renegotiation;
    if (!counted && !registry::is_grease(x.type) && (older || !of_older)) out.push_back(x.type);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void infer(Evidence& e, std::string_view changed, std::string text) {
  e.add({Kind::cures, std::string(changed), true, std::move(text), evidence::Certainty::inferred, {"capture", ""}});
}

/// Schemes for a type of key, "ecdsa" …, are among these.
bool signs_with(const Codes& schemes, std::string_view key) {
  return std::any_of(schemes.begin(), schemes.end(), [&](std::uint16_t code) {
    const registry::SignatureScheme* known = registry::signature_scheme(code);
    return known && known->key == key;
  });
}

/// A suite of TLS 1.2 and before with the same kind of authentication is offered.
bool same_authentication(const Codes& suites, const registry::Suite& wanted) {
  return std::any_of(suites.begin(), suites.end(), [&](std::uint16_t code) {
    const registry::Suite* known = registry::suite(code);
    return known && !known->signalling && known->authentication == wanted.authentication;
  });
}

/// The one thing of what the server chose for another client that this one does not offer, though it offers the version and asks for the
/// same name and protocols; empty where that is nothing or several.
std::string_view lacking(const wire::ClientHello& refused, const Accepted& a) {
  const bool same_question = refused.server_name() == a.hello.server_name() && (refused.alpn().empty() || refused.alpn() == a.hello.alpn());
  if (!same_question || !has(refused.versions(), a.version)) return {};
  const bool of_13 = a.version >= registry::version::tls13 && a.version < 0xfe00;
  const Codes groups = refused.supported_groups(), schemes = usable_schemes(refused.signature_algorithms(), !of_13);
  const bool same_schemes = schemes == usable_schemes(a.hello.signature_algorithms(), !of_13);
  const bool suite = !has(refused.cipher_suites, a.suite);
  const bool group = a.group != 0 && !groups.empty() && !has(groups, a.group);
  const bool scheme = a.scheme != 0 && !schemes.empty() && !has(schemes, a.scheme);
  if (static_cast<int>(suite) + static_cast<int>(group) + static_cast<int>(scheme) != 1) return {};
  if (group) return same_schemes || a.scheme != 0 ? change::groups : std::string_view{};
  if (scheme) {
    const registry::SignatureScheme* known = registry::signature_scheme(a.scheme);
    return known && !signs_with(schemes, known->key) ? change::key_type : change::signature_algorithms;
  }
  const registry::Suite* known = registry::suite(a.suite);
  if (!known || (a.scheme == 0 && !same_schemes)) return {};
  return of_13 || same_authentication(refused.cipher_suites, *known) ? change::suites : change::key_type;
}

/// The server chose a version below what another client offered: it speaks none above it (RFC 8446 4.2.1), and this client only such.
bool only_newer(const wire::ClientHello& refused, const Accepted& a) {
  const Codes asked = without_grease(refused.versions()), others = without_grease(a.hello.versions());
  const auto newer = [&](std::uint16_t version) { return version > a.version && version < 0xfe00; };
  return a.version != 0 && a.version < 0xfe00 && !asked.empty() && std::all_of(asked.begin(), asked.end(), newer) &&
         std::any_of(others.begin(), others.end(), newer);
}

/// What the offers differ in by one respect alone, as a change; empty where it cures nothing that could be named.
std::string_view single_change(const wire::ClientHello& refused, const Accepted& a) {
  const std::string difference = only_difference(refused, a.hello);
  const Codes versions = refused.versions();
  constexpr std::uint16_t tls13 = registry::version::tls13;
  if (difference == "versions") {
    if (!has(versions, a.version)) return change::version;
    return has(versions, tls13) && !has(a.hello.versions(), tls13) ? change::without_tls13 : std::string_view{};
  }
  if (difference == "groups") {
    const Codes groups = refused.supported_groups();
    if (a.group != 0 && !has(groups, a.group)) return change::groups;
    const auto hybrid = [](const Codes& codes) { return std::any_of(codes.begin(), codes.end(), is_hybrid); };
    return hybrid(groups) && !hybrid(a.hello.supported_groups()) ? change::post_quantum_dropped : std::string_view{};
  }
  if (difference == "server-name") {
    const bool asked = refused.server_name().has_value();
    if (!asked) return change::server_name_added;
    return a.hello.server_name() ? change::server_name_other : change::server_name_dropped;
  }
  if (difference == "alpn")
    return refused.alpn().empty() ? std::string_view{} : a.hello.alpn().empty() ? change::alpn_dropped : change::alpn_other;
  return {};
}

}  // namespace

Codes without_grease(const Codes& codes) {
  Codes out;
  std::copy_if(codes.begin(), codes.end(), std::back_inserter(out), [](std::uint16_t c) { return !registry::is_grease(c); });
  return out;
}

std::string only_difference(const wire::ClientHello& failed, const wire::ClientHello& works) {
  std::vector<std::string> out;
  const Codes versions_a = without_grease(failed.versions()), versions_b = without_grease(works.versions());
  if (versions_a != versions_b) out.emplace_back("versions");
  constexpr std::uint16_t tls13 = registry::version::tls13;
  const bool newer = has(versions_a, tls13) && has(versions_b, tls13);
  const auto offers_older = [](const Codes& codes) {
    return std::any_of(codes.begin(), codes.end(), [](std::uint16_t c) { return c != tls13; });
  };
  const bool older = offers_older(versions_a) && offers_older(versions_b);
  if (usable(failed.cipher_suites, newer, older) != usable(works.cipher_suites, newer, older)) out.emplace_back("suites");
  if (usable_groups(failed.supported_groups(), newer) != usable_groups(works.supported_groups(), newer)) out.emplace_back("groups");
  const bool same_schemes = usable_schemes(failed.signature_algorithms(), older) == usable_schemes(works.signature_algorithms(), older);
  if (!same_schemes) out.emplace_back("signature-algorithms");
  if (failed.server_name() != works.server_name()) out.emplace_back("server-name");
  if (failed.alpn() != works.alpn()) out.emplace_back("alpn");
  if (other_extensions(failed, older) != other_extensions(works, older)) out.emplace_back("extensions");
  if (out.empty()) return "nothing";
  return out.size() == 1 ? out.front() : std::string();
}

void add_pairs(Evidence& e, const wire::ClientHello& refused, const std::vector<Accepted>& accepted, const std::string& alert) {
  // Words that a server has for want of an algorithm (RFC 8446 6.2).
  const bool of_algorithms = alert == "handshake_failure" || alert == "insufficient_security";
  const bool of_groups = of_algorithms || alert == "unexpected_message" || alert == "illegal_parameter";  // JSSE
  const bool above = std::any_of(accepted.begin(), accepted.end(), [&](const Accepted& a) { return only_newer(refused, a); });
  if (above) return infer(e, change::version, "in the same capture this server chose an older version for a hello that offered newer ones");
  std::vector<std::string_view> said;
  for (const Accepted& a : accepted) {
    const std::string_view alone = single_change(refused, a);
    std::string_view missing = of_groups ? lacking(refused, a) : std::string_view{};
    if (!of_algorithms && missing != change::groups) missing = {};
    for (const std::string_view changed : {alone, missing}) {
      if (changed.empty() || std::find(said.begin(), said.end(), changed) != said.end()) continue;
      said.push_back(changed);
    }
  }
  // Others that were accepted may differ in other things: two explanations are none.
  if (said.size() != 1) return;
  infer(e, said.front(), fmt::format("another hello that differs in this was accepted by this server in the same capture"));
}

}  // namespace whytls::sources::capture
