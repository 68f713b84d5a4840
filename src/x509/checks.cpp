// SPDX-License-Identifier: Apache-2.0
#include "x509/checks.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "base/text.h"
#include "x509/constraints.h"
#include "x509/openssl.h"
#include "x509/verify.h"

namespace whytls::x509 {
namespace {

/// One link of a path, and where its faults go.
struct Subject {
  const Path& path;
  std::size_t position;
  std::vector<Problem>& out;

  const Link& link() const { return *path.links[position]; }
  const Certificate& certificate() const { return link().certificate; }
  bool is_end() const { return position + 1 == path.links.size(); }
  void fault(Code code, std::string value, bool certain = true) const {
    out.push_back({code, position, display_name(certificate()), std::move(value), certain, true});
  }
};

std::string quoted_issuer(const Certificate& c) { return "issuer " + (c.issuer.empty() ? "without a name" : c.issuer); }

void check_form(const Subject& s, Profile profile) {
  const Certificate& c = s.certificate();
  // What stands in the store has been accepted as it is, but by who keeps to the letter.
  if ((!s.link().anchor || profile != Profile::clients) && !c.malformed.empty()) s.fault(Code::malformed, c.malformed);
  for (const std::string& oid : c.unknown_critical) s.fault(Code::unknown_critical_extension, oid);
}

/// RFC 5280 4.1.2.5: both ends of the validity belong to it; its times have whole seconds.
void check_time(const Subject& s, base::Time at) {
  const Certificate& c = s.certificate();
  if (at >= c.not_after + std::chrono::seconds(1)) s.fault(Code::expired, "notAfter " + base::rfc3339(c.not_after));
  if (at < c.not_before) s.fault(Code::not_yet_valid, "notBefore " + base::rfc3339(c.not_before));
}

void check_signature(const Subject& s) {
  const Verified answer = s.path.signatures[s.position];
  if (answer == Verified::yes) return;
  const std::string under = " under the key of " + display_name(s.path.links[s.position + 1]->certificate);
  if (answer == Verified::no) s.fault(Code::bad_signature, "the signature does not verify" + under);
  if (answer == Verified::unknown) s.fault(Code::bad_signature, s.certificate().signature_algorithm + " cannot be verified" + under, false);
}

std::string weakness(const PublicKey& key, const Floor& floor) {
  if (!key.broken.empty() && key.broken != "explicit curve parameters") return key.name + ": " + key.broken;
  const bool factoring = key.type == KeyType::rsa || key.type == KeyType::rsa_pss || key.type == KeyType::dsa;
  const bool weak = (factoring && key.bits < floor.rsa_bits) || (key.type == KeyType::ec && key.bits < floor.ec_bits);
  return weak ? key.name : std::string{};
}

bool weak_hash(const std::string& hash, const Floor& floor) {
  if (hash == "sha1") return !floor.sha1;
  if (hash == "md5" || hash == "md5-sha1") return !floor.md5;
  return hash == "md2" || hash == "md4";
}

void check_strength(const Subject& s, const Floor& floor) {
  const Certificate& c = s.certificate();
  const std::string weak = weakness(c.key, floor);
  if (!weak.empty()) s.fault(Code::weak_key, weak);
  // A trust anchor's own signature, like that of any end of a path, says nothing.
  const bool judged = !s.link().anchor && !(s.is_end() && c.self_signed);
  if (judged && weak_hash(c.signature_hash, floor)) s.fault(Code::weak_signature, c.signature_algorithm);
}

/// RFC 5280 6.1.4 (k) to (n), for every link but the leaf.
void check_authority(const Subject& s) {
  const Certificate& c = s.certificate();
  // An anchor may be older than basicConstraints: then libcrypto's looser rule holds, as in every client.
  const bool ca = s.link().anchor ? X509_check_ca(c.handle.get()) != 0 : c.has_basic_constraints && c.is_ca;
  if (!ca) s.fault(Code::invalid_ca, c.has_basic_constraints ? "basicConstraints CA:FALSE" : "no basicConstraints");
  if (ca && c.key_usage && !c.key_usage->key_cert_sign) s.fault(Code::invalid_ca, "keyUsage lacks keyCertSign");
  std::size_t below = 0;
  for (std::size_t i = 1; i < s.position; ++i) below += s.path.links[i]->certificate.self_issued ? 0U : 1U;
  if (c.path_length && below > *c.path_length) {
    s.fault(Code::invalid_ca,
            fmt::format("pathLenConstraint {} with {} intermediate{} below", *c.path_length, below, below == 1 ? "" : "s"));
  }
}

bool allows(const Certificate& c, std::string_view purpose) {
  if (!c.extended_key_usage) return true;
  const auto& uses = *c.extended_key_usage;
  return std::any_of(uses.begin(), uses.end(), [&](const std::string& use) { return use == purpose || use == "anyExtendedKeyUsage"; });
}

/// RFC 5280 4.2.1.12; that an issuer's list narrows those below is no rule of the RFC, but of every browser and of libcrypto.
void check_purpose(const Subject& s, const JudgeOptions& options) {
  const Certificate& c = s.certificate();
  if (options.purpose == Purpose::any || (s.position > 0 && !options.issuers_have_purposes)) return;
  const bool server = options.purpose == Purpose::server;
  if (!allows(c, server ? "serverAuth" : "clientAuth"))
    s.fault(Code::wrong_purpose, "extendedKeyUsage " + base::join(*c.extended_key_usage, ", "));
  if (s.position != 0 || !c.key_usage) return;
  const KeyUsage& u = *c.key_usage;
  // RFC 8446 4.4.2.2 and RFC 5246 7.4.2: a signature needs digitalSignature, RSA key transport keyEncipherment, static DH keyAgreement.
  const bool any = u.digital_signature || (server && u.key_encipherment) || u.key_agreement;
  if (!any) s.fault(Code::wrong_purpose, "keyUsage allows neither signing nor key exchange");
  if (any && options.key_use == KeyUse::signing && !u.digital_signature) s.fault(Code::wrong_purpose, "keyUsage lacks digitalSignature");
  if (any && options.key_use == KeyUse::enciphering && !u.key_encipherment) s.fault(Code::wrong_purpose, "keyUsage lacks keyEncipherment");
  if (any && options.key_use == KeyUse::agreement && !u.key_agreement) s.fault(Code::wrong_purpose, "keyUsage lacks keyAgreement");
}

/// Of the names of `below`; on each pair of links once.
const NameConstraints::Violation& violation(const Link& below, const Link& above, const NameConstraints& constraints,
                                            Context::Found& found) {
  const std::pair<const Link*, const Link*> both{&above, &below};
  const auto known = found.violations.find(both);
  if (known != found.violations.end()) return known->second;
  return found.violations.emplace(both, constraints.violated_by(below.certificate, found.comparisons)).first->second;
}

/// RFC 5280 4.2.1.10 and 6.1.3 (b): names of every link below, self-issued intermediates excepted.
void check_constraints(const Subject& s, Context::Found& found) {
  const std::optional<NameConstraints> constraints = s.position == 0 ? std::nullopt : NameConstraints::of(s.certificate());
  if (!constraints) return;
  if (std::string why = constraints->malformed(); !why.empty()) s.fault(Code::name_constraint, std::move(why));
  for (std::size_t i = 0; i < s.position; ++i) {
    const Link& below = *s.path.links[i];
    if (i != 0 && below.certificate.self_issued) continue;
    const NameConstraints::Violation& v = violation(below, s.link(), *constraints, found);
    if (v.text.empty()) continue;
    Subject{s.path, i, s.out}.fault(Code::name_constraint,
                                    fmt::format("{}, by the constraints of {}", v.text, display_name(s.certificate())), v.certain);
  }
}

Code code_of(Offence offence) {
  switch (offence) {
    case Offence::authority:
      return Code::invalid_ca;
    case Offence::purpose:
      return Code::wrong_purpose;
    case Offence::constraint:
      return Code::name_constraint;
    case Offence::key:
      return Code::weak_key;
    case Offence::signature:
      return Code::weak_signature;
    default:
      return Code::malformed;
  }
}

void check_profile(const Subject& s, const Context& context) {
  if (context.options.profile == Profile::clients) return;
  auto found = context.found.departures.find(&s.link());
  if (found == context.found.departures.end())
    found = context.found.departures.emplace(&s.link(), departures(s.certificate(), role_of(s.path, s.position), asked_of(context.options)))
                .first;
  for (const Departure& d : found->second) {
    if (d.breaks(context.options.profile)) s.fault(code_of(d.offence), fmt::format("{} ({})", d.text, d.clause));
  }
}

void check_host(const Subject& leaf, const Context& context) {
  if (!context.host || context.host->covered) return;
  const HostMatch& match = *context.host;
  const std::string names = match.nearest.empty() ? "" : "; it names " + base::join(match.nearest, ", ");
  leaf.fault(Code::name_mismatch, fmt::format("{} is not covered: {}{}", base::printable(context.options.host), match.reason, names));
}

/// "Root" as a word of the name, also in "RootCA" and "MyRoot"; not in "Grassroots".
bool calls_itself_root(const std::string& issuer) {
  const std::string low = base::lower(issuer);
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  for (std::size_t at = low.find("root"); at != std::string::npos; at = low.find("root", at + 1)) {
    const bool begins = at == 0 || !letter(low[at - 1]) || (issuer[at] == 'R' && letter(issuer[at - 1]));
    const std::string_view rest = std::string_view(low).substr(at + 4);
    if (begins && (rest.empty() || !letter(rest.front()) || rest.starts_with("ca") || rest.starts_with("cert"))) return true;
  }
  return false;
}

/// The label of another store on hand that has an anchor for this end.
std::string other_store_with(const Path& path, const JudgeOptions& options) {
  const Certificate& last = path.last().certificate;
  for (const TrustStore* store : options.other_stores) {
    if (path.end == End::self_signed && store->holds(last)) return store->report().label;
    for (const Certificate& anchor : store->issuers_of(last)) {
      if (verifies_under(last, anchor) == Verified::yes) return store->report().label;
    }
  }
  return {};
}

/// A served certificate that cannot be parsed and that bears the missing issuer's name, as far as it could be read.
std::optional<std::size_t> unparsable_issuer(const Certificate& child, const std::vector<Certificate>& served) {
  for (std::size_t i = 1; i < served.size(); ++i) {
    const bool named = served[i].subject_der.empty() || served[i].subject_der == child.issuer_der;
    if (served[i].handle == nullptr && named) return i;
  }
  return std::nullopt;
}

void judge_dangling(const Path& path, const Context& context, Ending& out) {
  const std::size_t position = path.links.size() - 1;
  const Certificate& last = path.last().certificate;
  const Subject end{path, position, out.problems};
  // Issuer equals subject but its own signature fails: not self-signed, and nothing else is known of it.
  if (position == 0 && path.self_claimed)
    return end.fault(Code::bad_signature, "it names itself as issuer, and its signature does not verify under its own key");
  out.missing_issuer = last.issuer;
  out.missing_issuer_is_root = calls_itself_root(last.issuer);
  if (const auto at = unparsable_issuer(last, context.served); at && !path.rekeyed) {
    out.problems.push_back({Code::malformed, position + 1, display_name(context.served[*at]), context.served[*at].malformed, true, true});
  }
  const std::string value = quoted_issuer(last);
  if (!out.known_in.empty() || path.rekeyed || position > 0) return end.fault(Code::untrusted_root, value);
  end.fault(out.missing_issuer_is_root ? Code::untrusted_root : Code::issuer_missing, value, false);
}

/// The problem that an error of libcrypto is; nothing for what is judged here in other ways.
std::optional<Code> code_of_libcrypto(int error) {
  switch (error) {
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_NO_ISSUER_PUBLIC_KEY:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
      return Code::invalid_ca;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return Code::unknown_critical_extension;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
      return Code::name_constraint;
    case X509_V_ERR_INVALID_EXTENSION:
    case X509_V_ERR_INVALID_POLICY_EXTENSION:
    case X509_V_ERR_NO_EXPLICIT_POLICY:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
      return Code::malformed;
    default:
      return std::nullopt;
  }
}

}  // namespace

Role role_of(const Path& path, std::size_t position) {
  if (position == 0) return Role::leaf;
  return path.links[position]->anchor ? Role::anchor : Role::intermediate;
}

Asked asked_of(const JudgeOptions& options) {
  const bool server = options.purpose == Purpose::server || (options.purpose == Purpose::any && !options.host.empty());
  return {server, options.purpose != Purpose::any};
}

/// Purposes are not asked for: libcrypto takes no anyExtendedKeyUsage, browsers and Go do. clients.h says so.
void add_libcrypto(const Path& path, std::vector<Problem>& problems) {
  for (const LibcryptoError& error : libcrypto_errors(path.links, Purpose::any, false)) {
    const std::optional<Code> code = code_of_libcrypto(error.code);
    const auto known = [&](const Problem& p) { return p.code == code && (p.position == error.position || code == Code::name_constraint); };
    const bool spoilt = !path.links[error.position]->certificate.malformed.empty();
    if (!code || spoilt || std::any_of(problems.begin(), problems.end(), known)) continue;
    Subject{path, error.position, problems}.fault(*code, error.text);
  }
}

Ending judge_ending(const Path& path, const Context& context) {
  Ending out;
  for (std::size_t i = 1; i < path.links.size() && out.found_in.empty(); ++i) {
    const Link& link = *path.links[i];
    // A root need not be served (RFC 8446 4.4.2); any other link that had to be found elsewhere is missing.
    if (link.origin != Origin::extra || link.certificate.self_signed || context.options.client_uses_extra) continue;
    const Certificate& child = path.links[i - 1]->certificate;
    out.found_in = context.options.extra[link.index].from;
    out.missing_issuer = child.issuer;
    Subject{path, i - 1, out.problems}.fault(Code::issuer_missing, quoted_issuer(child));
  }
  if (path.end == End::anchor) return out;
  out.known_in = other_store_with(path, context.options);
  if (path.end == End::dangling) return judge_dangling(path, context, out), out;
  const Subject end{path, path.links.size() - 1, out.problems};
  const bool leaf = path.links.size() == 1;
  end.fault(leaf ? Code::self_signed_leaf : Code::untrusted_root,
            leaf ? quoted_issuer(end.certificate()) : "root " + end.certificate().subject);
  return out;
}

std::vector<Problem> judge_links(const Path& path, const Context& context) {
  std::vector<Problem> out;
  for (std::size_t i = 0; i < path.links.size(); ++i) {
    const Subject s{path, i, out};
    if (i > 0 && s.link().anchor && !context.options.judge_anchor) continue;
    check_form(s, context.options.profile);
    check_time(s, context.options.at);
    check_signature(s);
    check_strength(s, context.options.floor);
    check_purpose(s, context.options);
    check_constraints(s, context.found);
    check_profile(s, context);
    if (i > 0) check_authority(s);
  }
  check_host(Subject{path, 0, out}, context);
  return out;
}

void judge_lists(const Path& path, const Context& context, std::vector<Problem>& out) {
  for (std::size_t i = 0; i + 1 < path.links.size(); ++i) {
    const Certificate& certificate = path.links[i]->certificate;
    std::string unusable;
    bool answered = false;
    for (const Crl& crl : context.options.crls) {
      if (!concerns(crl, certificate) || path.signatures[i] != Verified::yes) continue;
      CrlAnswer answer = read_crl(crl, certificate, path.links[i + 1]->certificate, context.options.at);
      if (context.options.profile != Profile::clients && !crl.departures.empty() && answer.usable())
        answer.unusable = crl.departures.front();
      if (answer.status == Revocation::revoked) {
        const std::string when = answer.revoked_at ? " on " + base::date(*answer.revoked_at) : "";
        Subject{path, i, out}.fault(Code::revoked, "revocation list: revoked" + when + (answer.reason.empty() ? "" : ", " + answer.reason),
                                    answer.usable());
      }
      answered = answered || answer.usable() || answer.status == Revocation::revoked;
      unusable = answer.unusable;
    }
    const bool insists = context.options.require_revocation || context.options.profile != Profile::clients;
    if (insists && !answered && !unusable.empty())
      Subject{path, i, out}.fault(Code::revocation_unavailable,
                                  "revocation list of " + display_name(path.links[i + 1]->certificate) + ": " + unusable);
  }
}

/// What responders said of a link, where its issuer's signature and theirs hold.
void judge_responses(const Path& path, const Context& context, std::vector<Problem>& out) {
  for (std::size_t i = 0; i + 1 < path.links.size(); ++i) {
    if (path.signatures[i] != Verified::yes) continue;
    for (const FetchedOcsp& fetched : context.options.responses) {
      const OcspResponse answer =
          read_ocsp(fetched.response, path.links[i]->certificate, &path.links[i + 1]->certificate, context.options.at);
      if (answer.status != Revocation::revoked || answer.signature != Verified::yes) continue;
      const std::string when = answer.revoked_at ? " on " + base::date(*answer.revoked_at) : "";
      const std::string why = answer.revocation_reason.empty() ? "" : ", " + answer.revocation_reason;
      Subject{path, i, out}.fault(Code::revoked, fmt::format("OCSP responder: revoked{}{}", when, why), answer.usable());
    }
  }
}

std::vector<Problem> judge_revocation(const Path& path, const Context& context, std::optional<OcspResponse>& staple) {
  std::vector<Problem> out;
  const JudgeOptions& options = context.options;
  for (std::size_t i = 0; i < path.links.size(); ++i) {
    const Link& link = *path.links[i];
    if (link.origin != Origin::served || link.index >= options.staples.size() || options.staples[link.index].empty()) continue;
    const Link* issuer = i + 1 < path.links.size() && path.signatures[i] == Verified::yes ? path.links[i + 1]
                         : link.certificate.self_signed                                   ? &link
                                                                                          : nullptr;
    const OcspResponse answer =
        read_ocsp(options.staples[link.index], link.certificate, issuer == nullptr ? nullptr : &issuer->certificate, options.at);
    if (answer.status == Revocation::revoked && answer.signature == Verified::yes) {
      const std::string when = answer.revoked_at ? " on " + base::date(*answer.revoked_at) : "";
      Subject{path, i, out}.fault(
          Code::revoked, "stapled response: revoked" + when + (answer.revocation_reason.empty() ? "" : ", " + answer.revocation_reason),
          answer.usable());
    }
    if (i == 0) staple = answer;
  }
  judge_responses(path, context, out);
  judge_lists(path, context, out);
  const Subject leaf{path, 0, out};
  const bool demanded = options.honour_must_staple && options.purpose == Purpose::server && leaf.certificate().must_staple;
  const bool answered = staple && (staple->usable() || (staple->status == Revocation::revoked && staple->signature == Verified::yes));
  const bool judgeable = path.links.size() > 1;
  if (demanded && !staple) leaf.fault(Code::missing_staple, "the certificate demands a stapled response (RFC 7633), and none came");
  if (staple && !answered && judgeable && (demanded || options.require_revocation))
    leaf.fault(Code::revocation_unavailable, "stapled response: " + staple->unusable);
  const bool listed =
      std::any_of(options.crls.begin(), options.crls.end(), [&](const Crl& crl) { return concerns(crl, leaf.certificate()); });
  if (options.require_revocation && !staple && !demanded && !listed) leaf.fault(Code::revocation_unavailable, "no response is stapled");
  return out;
}

}  // namespace whytls::x509
