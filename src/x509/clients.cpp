// SPDX-License-Identifier: Apache-2.0
#include "x509/clients.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "x509/openssl.h"
#include "x509/verify.h"

namespace whytls::x509 {
namespace {

enum class Engine : std::uint8_t { own, openssl };

/// Whether a wildcard may stand for a part of a label (RFC 6125 6.4.3 let it; RFC 9525 6.3 has ended it).
enum class PartWildcards : std::uint8_t { none, at_begin, at_end, anywhere };

/// In what kinds of client differ. Where a row says nothing, they do as judge() does.
struct Traits {
  const char* id;
  const char* who;
  Engine engine = Engine::own;
  bool fetches = false;       ///< it fetches or keeps intermediates that the server leaves out
  bool staples = false;       ///< it honours must-staple (RFC 7633) and looks at the staple
  bool transparency = false;  ///< it wants signed certificate timestamps under a public root
  bool short_lived = false;   ///< it bounds the lifetime of leaves under a public root to 398 days
  bool apple = false;         ///< Apple's demands of all leaves (support.apple.com/103769)
  bool common_name = false;   ///< without a DNS name among the alternative names it looks at the common name
  bool lax_anchor = false;    ///< the anchor is only a name and a key to it
  bool lax_purposes = false;  ///< issuers' purposes are not asked for
  bool signs = false;         ///< the leaf's keyUsage must allow signing, whatever its key
  bool no_negative = false;   ///< a negative serial number is refused
  bool no_any = false;        ///< a leaf's purpose "any" does not stand for serverAuth …
  bool no_any_above = false;  ///< … nor does an issuer's
  bool no_ca_leaf = false;    ///< an authority's certificate is no server's
  PartWildcards part_wildcards = PartWildcards::none;
  bool old_curves = false;     ///< it offers curves besides P-256, P-384 and P-521
  std::string_view untaken{};  ///< keys for which it offers no signature scheme: "eddsa", "pss", "p521"
  Floor floor{1024, 256, false, false};
  OpensslSetup setup{};
};

// clang-format off
const Traits kinds[] = {
  {.id = "chrome", .who = "Chrome and Edge: fetch intermediates, want timestamps under public roots",
   .fetches = true, .transparency = true, .short_lived = true, .signs = true, .untaken = "eddsa pss p521"},
  {.id = "firefox", .who = "Firefox: knows the public intermediates, insists on stapling where the certificate does",
   .fetches = true, .staples = true, .transparency = true, .no_any = true, .no_any_above = true, .no_ca_leaf = true,
   .untaken = "eddsa pss"},
  {.id = "safari", .who = "Safari and all on Apple's library: fetch intermediates, want timestamps and short lifetimes",
   .fetches = true, .transparency = true, .short_lived = true, .apple = true, .untaken = "eddsa pss p521",
   .floor = {2048, 256, false, false}},
  {.id = "openssl", .who = "OpenSSL 1.1 and 3: PHP, Ruby, Node, Python before 3.13", .engine = Engine::openssl,
   .setup = {.part_wildcards = true}},
  {.id = "curl", .who = "curl on OpenSSL: as OpenSSL, but an anchor need not be a root", .engine = Engine::openssl,
   .setup = {.partial_chain = true}},
  {.id = "openssl-strict", .who = "Python 3.13 and later: OpenSSL with VERIFY_X509_STRICT", .engine = Engine::openssl,
   .setup = {.strict = true, .partial_chain = true}},
  {.id = "openssl-1.0", .who = "OpenSSL 1.0: follows the served certificates first", .engine = Engine::openssl,
   .old_curves = true, .setup = {.trusted_first = false, .part_wildcards = true, .level = 0}},
  {.id = "gnutls", .who = "GnuTLS (in Debian wget and git too): only what is served, insists on stapling where the certificate does",
   .staples = true, .common_name = true, .signs = true, .no_any_above = true, .part_wildcards = PartWildcards::at_begin},
  {.id = "java", .who = "Java: only what is served", .common_name = true, .lax_anchor = true, .lax_purposes = true,
   .signs = true, .part_wildcards = PartWildcards::anywhere, .floor = {1024, 224, true, false}},
  {.id = "go", .who = "Go: only what is served, no common names", .no_negative = true, .floor = {1024, 224, false, false}},
  {.id = "nss", .who = "NSS by its own verifier (Evolution, 389 Directory Server, curl on NSS)", .common_name = true, .lax_purposes = true,
   .no_any = true, .no_any_above = true, .no_ca_leaf = true, .part_wildcards = PartWildcards::at_end, .untaken = "eddsa pss",
   .floor = {1023, 256, true, false}},
};
// clang-format on

/// What is asked of every kind, made once.
struct Ground {
  const std::vector<base::Bytes>& chain;
  const ClientQuestion& question;
  std::vector<Certificate> served;
  std::vector<Certificate> anchors;  ///< of the store, as far as the chain or the extras name them
};

void add_new(std::vector<Certificate>& out, Certificate c) {
  if (std::find(out.begin(), out.end(), c) == out.end()) out.push_back(std::move(c));
}

void gather_anchors(const TrustStore* store, const Certificate& c, std::vector<Certificate>& out) {
  if (store == nullptr || c.handle == nullptr) return;
  for (Certificate& anchor : store->issuers_of(c)) add_new(out, std::move(anchor));
  if (store->holds(c)) add_new(out, c);
}

Ground ground_of(const std::vector<base::Bytes>& chain, const ClientQuestion& question) {
  constexpr std::size_t most = 64;
  Ground out{chain, question, {}, {}};
  for (std::size_t i = 0; i < chain.size() && i < most; ++i) out.served.push_back(examine(chain[i]));
  for (const Certificate& c : out.served) gather_anchors(question.options.store, c, out.anchors);
  for (const Extra& extra : question.options.extra) gather_anchors(question.options.store, extra.certificate, out.anchors);
  // An anchor may be cross-signed by another one: libcrypto goes on to a root.
  for (std::size_t i = 0; i < out.anchors.size() && i < most; ++i) {
    const Certificate anchor = out.anchors[i];
    gather_anchors(question.options.store, anchor, out.anchors);
  }
  return out;
}

std::string words(const Problem& p) { return fmt::format("{}: {}", p.subject, p.value); }

void doubt(ClientView& view, std::string reason) {
  if (view.accepts == Accepts::yes) view.accepts = Accepts::unknown;
  view.reasons.push_back(std::move(reason));
}

void refuse(ClientView& view, std::string reason) {
  view.accepts = Accepts::no;
  view.reasons.push_back(std::move(reason));
}

void by_openssl(const Traits& traits, const Ground& ground, ClientView& view) {
  const auto errors = openssl_verdict(ground.served, ground.anchors, ground.question.options, traits.setup);
  if (ground.served.empty() || ground.served.front().handle == nullptr) return refuse(view, "the leaf cannot be parsed");
  for (const LibcryptoError& error : errors) {
    std::string reason = fmt::format("certificate {}: {}", error.position, error.text);
    const bool said = std::find(view.reasons.begin(), view.reasons.end(), reason) != view.reasons.end();
    if (!said && view.reasons.size() < 5) refuse(view, std::move(reason));
  }
}

JudgeOptions options_for(const Traits& traits, const ClientQuestion& question) {
  JudgeOptions o = question.options;
  o.profile = Profile::clients;
  o.floor = traits.floor;
  o.client_uses_extra = traits.fetches;
  if (!traits.fetches) o.extra.clear();
  o.honour_must_staple = traits.staples;
  o.require_revocation = false;
  o.judge_anchor = !traits.lax_anchor;
  o.issuers_have_purposes = !traits.lax_purposes;
  if (traits.signs && o.key_use == KeyUse::any) o.key_use = KeyUse::signing;
  o.crls.clear();
  o.responses.clear();
  if (!traits.staples) o.staples.clear();
  return o;
}

/// Who fetches may find what nobody gave us.
bool might_fetch(const Traits& traits, const Judgement& j) {
  if (!traits.fetches || j.path.empty() || j.facts.missing_issuer.empty() || j.facts.missing_issuer_is_root) return false;
  return !j.path.back().certificate.ca_issuers.empty();
}

constexpr const char* any_is_none = ": its extendedKeyUsage allows any purpose, which here does not stand for serverAuth";

bool only_any_purpose(const Certificate& c) {
  const auto& uses = c.extended_key_usage;
  const auto has = [&](const char* use) { return std::find(uses->begin(), uses->end(), use) != uses->end(); };
  return uses && has("anyExtendedKeyUsage") && !has("serverAuth");
}

/// What it demands of a leaf beyond what all do.
void check_leaf(const Traits& traits, const Certificate& leaf, ClientView& view) {
  if (traits.no_any && only_any_purpose(leaf)) refuse(view, display_name(leaf) + any_is_none);
  if (traits.no_ca_leaf && leaf.is_ca) refuse(view, "the leaf is an authority's certificate (basicConstraints says CA)");
}

/// The handshake itself ends where no signature scheme is offered for the leaf's key, whatever the chain is worth.
void check_key(const Traits& traits, const Certificate& leaf, ClientView& view) {
  const PublicKey& key = leaf.key;
  const bool nist = key.curve == "secp256r1" || key.curve == "secp384r1" || key.curve == "secp521r1";
  const std::string_view word = key.type == KeyType::ed25519 || key.type == KeyType::ed448 ? "eddsa"
                                : key.type == KeyType::rsa_pss                             ? "pss"
                                : key.curve == "secp521r1"                                 ? "p521"
                                                                                           : "none";
  if (traits.untaken.find(word) != std::string_view::npos || (key.type == KeyType::ec && !nist && !traits.old_curves))
    refuse(view, "the leaf's key is " + key.name + ", for which it offers no signature scheme");
}

/// "w*.example.com" for www.example.com.
bool covers_by_part(PartWildcards how, const std::string& presented, const std::string& asked) {
  const std::size_t dot = presented.find('.'), other = asked.find('.'), star = presented.find('*');
  if (dot == std::string::npos || other == std::string::npos || star > dot || presented.rfind('*') != star) return false;
  if (how == PartWildcards::none || (how == PartWildcards::at_begin && star != 0) || (how == PartWildcards::at_end && star + 1 != dot))
    return false;
  const std::string label = base::lower(asked.substr(0, other)), head = base::lower(presented.substr(0, star)),
                    tail = base::lower(presented.substr(star + 1, dot - star - 1));
  return base::lower(presented.substr(dot)) == base::lower(asked.substr(other)) && label.size() >= head.size() + tail.size() &&
         label.starts_with(head) && label.ends_with(tail);
}

/// A name that it reads and others do not, any more.
bool reads_name(const Traits& traits, const Judgement& j, const std::string& host) {
  const Certificate& leaf = j.served.front();
  if (traits.common_name && j.host && j.host->only_common_name && leaf.dns_names.empty()) return true;
  return std::any_of(leaf.dns_names.begin(), leaf.dns_names.end(),
                     [&](const std::string& name) { return covers_by_part(traits.part_wildcards, name, host); });
}

void by_own(const Traits& traits, const Ground& ground, ClientView& view) {
  const JudgeOptions options = options_for(traits, ground.question);
  const Judgement j = judge(ground.chain, options);
  for (const Problem& p : j.problems) {
    const bool trust = p.code == Code::issuer_missing || p.code == Code::untrusted_root;
    if (p.code == Code::name_mismatch && reads_name(traits, j, options.host)) continue;
    if (p.code == Code::name_constraint && !p.certain) {
      doubt(view, words(p) + ": older versions accept it");
    } else if (trust && might_fetch(traits, j)) {
      doubt(view, fmt::format("it would have to fetch the issuer of {} ({})", p.subject, j.path.back().certificate.ca_issuers.front()));
    } else {
      refuse(view, words(p));
    }
  }
  if (!j.served.empty() && j.served.front().handle != nullptr) check_leaf(traits, j.served.front(), view);
  if (traits.no_any_above)
    for (std::size_t i = 1; i < j.path.size(); ++i)
      if (!j.path[i].anchor && only_any_purpose(j.path[i].certificate)) refuse(view, display_name(j.path[i].certificate) + any_is_none);
  const auto negative = [](const Certificate& c) { return c.serial.starts_with('-'); };
  if (traits.no_negative && std::any_of(j.served.begin(), j.served.end(), negative))
    refuse(view, "a serial number is negative (refused since Go 1.23)");
}

/// A demand that holds only under a public root.
void demand_if_public(ClientView& view, const ClientQuestion& question, const std::string& reason) {
  if (question.public_root == false) return;
  if (question.public_root) return refuse(view, reason);
  if (view.accepts == Accepts::no) return;  // it would not change the answer
  doubt(view, "if its root is a public one: " + reason);
}

std::chrono::days lifetime(const Certificate& leaf) { return std::chrono::ceil<std::chrono::days>(leaf.not_after - leaf.not_before); }

void check_lifetime(const Traits& traits, const Certificate& leaf, const ClientQuestion& question, ClientView& view) {
  using std::chrono::year;
  const auto days = lifetime(leaf).count();
  const std::string lasts = fmt::format("the leaf is valid for {} days", days);
  if (traits.apple && leaf.not_before >= std::chrono::sys_days{year{2019} / 7 / 1}) {
    if (days > 825) refuse(view, lasts + ", Apple allows 825");
    const auto& uses = leaf.extended_key_usage;
    if (!uses || std::find(uses->begin(), uses->end(), "serverAuth") == uses->end())
      refuse(view, "the leaf's extendedKeyUsage lacks serverAuth, which Apple demands");
  }
  if (traits.short_lived && days > 398 && leaf.not_before >= std::chrono::sys_days{year{2020} / 9 / 1})
    demand_if_public(view, question, lasts + ", 398 are allowed");
}

void check_transparency(const Certificate& leaf, const ClientQuestion& question, ClientView& view) {
  const Transparency t = count_scts(leaf, question.timestamps);
  if (t.met) return;
  demand_if_public(view, question, fmt::format("it wants signed certificate timestamps of {} logs, {} came", t.wanted, t.distinct));
}

ClientView view_of(const Traits& traits, const Ground& ground) {
  ClientView out{traits.id, traits.who, Accepts::yes, {}};
  if (traits.engine == Engine::openssl) {
    by_openssl(traits, ground, out);
  } else {
    by_own(traits, ground, out);
  }
  if (ground.served.empty() || ground.served.front().handle == nullptr || ground.question.options.purpose != Purpose::server) return out;
  check_key(traits, ground.served.front(), out);
  check_lifetime(traits, ground.served.front(), ground.question, out);
  if (traits.transparency) check_transparency(ground.served.front(), ground.question, out);
  return out;
}

/// A root cannot stand in a store that is older than it is; whether an older one stands there is another question.
ClientView view_of_old_store(const Ground& ground) {
  const base::Time made = ground.question.old_store;
  ClientView out{"old-store", "clients with a trust store of " + base::date(made), Accepts::yes, {}};
  std::vector<Certificate> old;
  std::string young;
  for (const Certificate& anchor : ground.anchors) {
    if (anchor.not_before < made) old.push_back(anchor);
    if (anchor.not_before >= made && young.empty())
      young = fmt::format("its root {} was made on {}", display_name(anchor), base::date(anchor.not_before));
  }
  JudgeOptions options = options_for({.id = "", .who = ""}, ground.question);
  const TrustStore store = TrustStore::of_certificates(old, "an old store");
  options.store = &store;
  const Judgement j = judge(ground.chain, options);
  for (const Problem& p : j.problems) {
    const bool trust = p.code == Code::issuer_missing || p.code == Code::untrusted_root || p.code == Code::self_signed_leaf;
    refuse(out, trust && !young.empty() ? young : words(p));
  }
  if (j.trusted && !j.path.empty()) doubt(out, "if its store holds " + display_name(j.path.back().certificate));
  return out;
}

}  // namespace

std::vector<ClientView> who_accepts(const std::vector<base::Bytes>& chain, const ClientQuestion& question) {
  const QuietErrors quiet;
  const Ground ground = ground_of(chain, question);
  std::vector<ClientView> out;
  for (const Traits& traits : kinds) out.push_back(view_of(traits, ground));
  out.push_back(view_of_old_store(ground));
  return out;
}

}  // namespace whytls::x509
