// SPDX-License-Identifier: Apache-2.0
// A server's needs beside a library's policy.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "base/text.h"
#include "registry/registry.h"
#include "sources/system/policy.h"

namespace whytls::system {
namespace {

using evidence::Fact, evidence::Kind;
using Codes = std::vector<std::uint16_t>;

/// Something that the policy forbids.
struct Ban {
  std::string text;
  bool below_floor = false;
  std::string_view aspect;
  std::string item;  ///< its name in the registry: a policy may have a line for it alone
};
using Bans = std::vector<Ban>;

bool contains(const Codes& list, std::uint16_t code) { return std::find(list.begin(), list.end(), code) != list.end(); }
bool meet(const Codes& a, const Codes& b) {
  return std::any_of(a.begin(), a.end(), [&](std::uint16_t code) { return contains(b, code); });
}
Codes common(const Codes& a, const Codes& b) {
  Codes out;
  std::copy_if(a.begin(), a.end(), std::back_inserter(out), [&](std::uint16_t code) { return contains(b, code); });
  return out;
}
std::string names(const Codes& codes, std::string (*name)(std::uint16_t)) {
  std::vector<std::string> out;
  for (const std::uint16_t code : codes) {
    if (out.size() == 3 && codes.size() > 4) {
      out.push_back(fmt::format("{} more", codes.size() - 3));
      break;
    }
    out.push_back(name(code));
  }
  return base::join(out, ", ");
}

// ---- the floor of causes.md: TLS 1.2, RSA and DH 2048, P-256, SHA-256 ------------------------------------------------
bool weak_version(std::uint16_t version) { return version < registry::version::tls12; }
/// No suite is below the floor for its MAC (HMAC-SHA1 holds); export, NULL, RC4, DES and anonymous ones are.
bool weak_suite(std::uint16_t code) {
  const registry::Suite* suite = registry::suite(code);
  if (suite == nullptr) return false;
  return suite->export_grade || suite->key_bits < 128 || suite->cipher.find("RC4") != std::string_view::npos || suite->cipher == "NULL" ||
         suite->cipher.find("DES") != std::string_view::npos || suite->authentication == registry::Authentication::anon;
}
bool weak_group(std::uint16_t code) {
  const registry::Group* group = registry::group(code);
  return group != nullptr && group->security_bits != 0 && group->security_bits < 112;
}
bool weak_scheme(std::uint16_t code) {
  const registry::SignatureScheme* scheme = registry::signature_scheme(code);
  return scheme != nullptr && (scheme->hash == "md5" || scheme->hash == "sha1" || scheme->hash == "sha224" || scheme->key == "dsa");
}
bool weak_hash(std::string_view hash) { return hash == "md5" || hash == "sha1" || hash == "md2" || hash == "md4" || hash == "sha224"; }

// ---- one kind of need each ------------------------------------------------------------------------------------------
struct ListRule {
  std::string_view what;
  std::string (*name)(std::uint16_t);  ///< for people
  std::string (*key)(std::uint16_t);   ///< in LibraryPolicy::lines
  bool (*weak)(std::uint16_t);
};

/// The policy forbids all of what the server takes, of which the library itself could do some.
void judge_list(Bans& bans, const Codes& needs, const Codes& offers, const Codes& capable, const ListRule& rule, std::string_view aspect) {
  if (needs.empty() || meet(needs, offers)) return;
  const Codes wanted = common(needs, capable);
  if (wanted.empty()) return;  // no policy's doing
  const bool below = std::all_of(wanted.begin(), wanted.end(), rule.weak);
  bans.push_back({fmt::format("{} {}", rule.what, names(wanted, rule.name)), below, aspect, rule.key(wanted.front())});
}

void judge_versions(Bans& bans, const LibraryPolicy& policy, const ServerNeeds& needs) {
  const Codes& offers = policy.offers.versions;
  const bool too_low = !offers.empty() && !needs.versions.empty() &&
                       *std::max_element(needs.versions.begin(), needs.versions.end()) < *std::min_element(offers.begin(), offers.end());
  judge_list(bans, needs.versions, offers, policy.capable.versions, {"", registry::version_title, registry::version_name, weak_version},
             too_low ? aspect::min_version : aspect::max_version);
}

Codes of_version(const Codes& suites, bool tls13) {
  Codes out;
  for (const std::uint16_t code : suites) {
    const registry::Suite* suite = registry::suite(code);
    if ((suite != nullptr && suite->min_version >= registry::version::tls13) == tls13) out.push_back(code);
  }
  return out;
}

void judge_suites(Bans& bans, const LibraryPolicy& policy, const ServerNeeds& needs) {
  const bool tls13 = of_version(needs.suites, false).empty();
  judge_list(bans, needs.suites, policy.offers.suites, policy.capable.suites,
             {"the suite", registry::suite_short_name, registry::suite_name, weak_suite}, tls13 ? aspect::tls13_suites : aspect::suites);
}

void judge_bits(Bans& bans, std::string_view what, unsigned has, unsigned wants, unsigned floor, std::string_view aspect) {
  if (has == 0 || has >= wants) return;
  bans.push_back({fmt::format("{} of {} bits (it wants {})", what, has, wants), has < floor, aspect, {}});
}

void judge_chain(Bans& bans, const LibraryPolicy& policy, const ServerNeeds& needs) {
  const std::vector<ChainLink>& chain = needs.chain;
  std::vector<std::string> hashes = policy.forbidden_hashes;
  if (needs.public_root == evidence::Answer::yes) {
    hashes.insert(hashes.end(), policy.forbidden_hashes_of_public_roots.begin(), policy.forbidden_hashes_of_public_roots.end());
  }
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const ChainLink& link = chain[i];
    const std::string who = i == 0 ? "the server's" : fmt::format("the issuer's (position {})", i);
    judge_bits(bans, who + " RSA key", link.rsa_bits, policy.min_rsa_bits, 2048, aspect::rsa_bits);
    judge_bits(bans, who + " elliptic curve key", link.ec_bits, policy.min_ec_bits, 256, aspect::ec_bits);
    if (!link.anchor && std::find(hashes.begin(), hashes.end(), link.hash) != hashes.end()) {
      bans.push_back({fmt::format("a certificate signed with {} (position {})", base::printable(link.hash, 32), i), weak_hash(link.hash),
                      aspect::hashes, link.hash});
    }
  }
}

Bans judge(const LibraryPolicy& policy, const ServerNeeds& needs) {
  Bans bans;
  judge_versions(bans, policy, needs);
  judge_suites(bans, policy, needs);
  judge_list(bans, needs.groups, policy.offers.groups, policy.capable.groups,
             {"the group", registry::group_name, registry::group_name, weak_group}, aspect::groups);
  judge_list(bans, needs.signature_algorithms, policy.offers.signature_algorithms, policy.capable.signature_algorithms,
             {"the signature algorithm", registry::signature_scheme_name, registry::signature_scheme_name, weak_scheme},
             aspect::signature_algorithms);
  judge_bits(bans, "Diffie-Hellman parameters", needs.dh_bits, policy.min_dh_bits, 2048, aspect::dh_bits);
  judge_chain(bans, policy, needs);
  // A server without RFC 5746 is the server's own fault, never a policy's: it counts as below the floor.
  if (needs.secure_renegotiation == evidence::Answer::no && !policy.legacy_renegotiation) {
    bans.push_back({"a server without secure renegotiation (RFC 5746)", true, aspect::renegotiation, {}});
  }
  return bans;
}

}  // namespace

std::vector<Fact> policy_facts(const LibraryPolicy& policy, const ServerNeeds& needs) {
  const Bans bans = judge(policy, needs);
  if (bans.empty()) return {};
  const auto at_floor = std::find_if(bans.begin(), bans.end(), [](const Ban& ban) { return !ban.below_floor; });
  const Ban& ban = at_floor == bans.end() ? bans.front() : *at_floor;
  const Line* line = policy.line(fmt::format("{}:{}", ban.aspect, ban.item));
  if (line == nullptr) line = policy.line(ban.aspect);
  const evidence::Provenance from{"system", line == nullptr ? std::string() : line->where()};
  const auto fact = [&](Kind kind, evidence::Value value, std::string text) {
    return Fact{kind, policy.library, std::move(value), std::move(text), evidence::Certainty::inferred, from};
  };
  const std::string what(base::trim(ban.text));
  std::vector<Fact> out;
  out.push_back(fact(Kind::policy_forbids, what, fmt::format("this machine's policy for {} forbids {}", policy.version, what)));
  if (line != nullptr) out.push_back(fact(Kind::policy_line, line->full(), line->full()));
  out.push_back(fact(Kind::policy_below_floor, ban.below_floor, {}));
  return out;
}

std::vector<ChainLink> chain_links(std::span<const x509::Certificate> chain) {
  std::vector<ChainLink> out;
  for (const x509::Certificate& certificate : chain) {
    ChainLink link;
    link.key = certificate.key.name;
    const x509::KeyType type = certificate.key.type;
    if (type == x509::KeyType::rsa || type == x509::KeyType::rsa_pss) link.rsa_bits = certificate.key.bits;
    if (type == x509::KeyType::ec) link.ec_bits = certificate.key.bits;
    link.hash = certificate.signature_hash;
    link.anchor = !out.empty() && certificate.self_signed;
    out.push_back(std::move(link));
  }
  return out;
}

ServerNeeds needs_of(const evidence::Evidence& evidence) {
  ServerNeeds out;
  const auto add = [](Codes& list, const std::optional<std::uint16_t>& code) {
    if (code && !contains(list, *code)) list.push_back(*code);
  };
  for (const Fact* fact : evidence.all(Kind::accepts_version)) {
    if (evidence::known_yes(evidence.is(Kind::accepts_version, fact->subject))) add(out.versions, registry::version_code(fact->subject));
  }
  const auto code = [&](Kind kind, std::optional<std::uint16_t> (*parse)(std::string_view)) -> std::optional<std::uint16_t> {
    const std::string text = evidence.text(kind);
    return text.empty() ? std::nullopt : parse(text);
  };
  add(out.versions, code(Kind::selected_version, registry::version_code));
  add(out.suites, code(Kind::selected_suite, registry::suite_code));
  add(out.groups, code(Kind::selected_group, registry::group_code));
  add(out.signature_algorithms, code(Kind::selected_signature_algorithm, registry::signature_scheme_code));
  out.dh_bits = static_cast<unsigned>(std::clamp<std::int64_t>(evidence.number(Kind::dh_bits).value_or(0), 0, 65536));
  out.secure_renegotiation = evidence.is(Kind::secure_renegotiation);
  return out;
}

}  // namespace whytls::system
