// SPDX-License-Identifier: Apache-2.0
// One row a rule. "BR" are the CA/Browser Forum's Baseline Requirements for TLS server certificates, version 2.
#include "x509/profile.h"

#include <algorithm>

#include "base/text.h"
#include "x509/constraints.h"
#include "x509/facts.h"
#include "x509/host.h"
#include "x509/openssl.h"
#include "x509/profile_names.h"

namespace whytls::x509 {
namespace {

/// A certificate in its place.
struct View {
  const Certificate& c;
  X509* x;
  Asked asked;

  bool has(int nid) const { return X509_get_ext_by_NID(x, nid, -1) >= 0; }
  bool critical(int nid) const {
    const int at = X509_get_ext_by_NID(x, nid, -1);
    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at)) != 0;
  }
  template <class T, auto Free>
  Own<T, Free> decoded(int nid) const {
    return Own<T, Free>(static_cast<T*>(X509_get_ext_d2i(x, nid, nullptr, nullptr)));
  }
};

using OwnKeyId = Own<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;

constexpr unsigned leaf = static_cast<unsigned>(Role::leaf);
constexpr unsigned between = static_cast<unsigned>(Role::intermediate);
constexpr unsigned anchor = static_cast<unsigned>(Role::anchor);
constexpr unsigned every = leaf | between | anchor;

struct Rule {
  const char* id;
  const char* clause;
  Profile profile;
  Offence offence;
  unsigned roles;
  std::string (*broken)(const View&);  ///< what is wrong, or nothing
  Departure::Weight weight = Departure::Weight::plain;
};

std::string if_so(bool so, const char* text) { return so ? std::string(text) : std::string{}; }

std::string first_bad(const std::vector<std::string>& names, bool (*good)(std::string_view), const char* what) {
  const auto found = std::find_if_not(names.begin(), names.end(), good);
  return found == names.end() ? std::string{} : *found + " is no " + what;
}

/// Why one extension's value is not what its type is in DER.
std::string form_fault(X509_EXTENSION* one) {
  const X509V3_EXT_METHOD* method = X509V3_EXT_get(one);
  if (method == nullptr) return {};
  void* value = X509V3_EXT_d2i(one);
  if (value == nullptr) return "cannot be decoded";
  if (method->it == nullptr) return method->ext_free(value), std::string{};
  unsigned char* again = nullptr;
  const int size = ASN1_item_i2d(static_cast<ASN1_VALUE*>(value), &again, ASN1_ITEM_ptr(method->it));
  const base::ByteView given = octets(X509_EXTENSION_get_data(one));
  const bool same = size >= 0 && std::equal(given.begin(), given.end(), again, again + size);
  OPENSSL_free(again);
  ASN1_item_free(static_cast<ASN1_VALUE*>(value), ASN1_ITEM_ptr(method->it));
  return if_so(!same, "is not in DER");
}

std::string extension_form(const View& v) {
  for (int i = 0; i < X509_get_ext_count(v.x) && i < 1000; ++i) {
    X509_EXTENSION* one = X509_get_ext(v.x, i);
    const std::string fault = form_fault(one);
    if (!fault.empty()) return "the extension " + object_text(X509_EXTENSION_get_object(one)) + " " + fault;
  }
  return {};
}

/// The length of X.690 8.1.3, in its one shortest form (10.1).
bool read_length(base::Reader& in, std::size_t& out) {
  std::uint8_t first = 0;
  if (!in.u8(first, "length")) return false;
  out = first & 0x7fU;
  if (first < 0x80) return true;
  const std::size_t octets = out;
  out = 0;
  if (octets == 0 || octets > 4) return false;
  for (std::size_t i = 0; i < octets; ++i) {
    std::uint8_t next = 0;
    if (!in.u8(next, "length") || (i == 0 && next == 0)) return false;
    out = out << 8U | next;
  }
  return out >= 0x80;
}

/// X.690 11.1 and 8.3.2; `after_oid`: there a BOOLEAN is an extension's critical, whose default is not written (11.5).
bool is_der_value(std::uint8_t tag, base::ByteView value, bool after_oid) {
  if (tag == V_ASN1_BOOLEAN) return value.size() == 1 && (value[0] == 0xff || (value[0] == 0 && !after_oid));
  if (tag != V_ASN1_INTEGER || value.size() < 2) return tag != V_ASN1_INTEGER || !value.empty();
  return !(value[0] == 0 && value[1] < 0x80) && !(value[0] == 0xff && value[1] >= 0x80);
}

bool is_der(base::ByteView bytes, unsigned depth = 0) {
  base::Reader in(bytes);
  std::uint8_t before = 0;
  while (!in.empty()) {
    std::uint8_t tag = 0;
    std::size_t size = 0;
    base::ByteView value;
    if (!in.u8(tag, "tag") || (tag & 0x1fU) == 0x1fU || !read_length(in, size) || !in.bytes(size, value, "value")) return false;
    const bool constructed = (tag & 0x20U) != 0;
    if (constructed ? depth > 30 || !is_der(value, depth + 1) : !is_der_value(tag, value, before == V_ASN1_OBJECT)) return false;
    before = tag;
  }
  return true;
}

/// RFC 5280 4.1: what is signed is DER, of which there is one encoding only.
std::string encoding(const View& v) { return if_so(!is_der(v.c.der), "its encoding is not DER"); }

/// RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.15, 4.2.2.1, 4.2.2.2: these MUST be non-critical.
std::string wrongly_critical(const View& v) {
  for (const int nid : {NID_authority_key_identifier, NID_subject_key_identifier, NID_info_access, NID_sinfo_access, NID_freshest_crl}) {
    if (v.critical(nid)) return std::string("the extension ") + OBJ_nid2ln(nid) + " is critical";
  }
  return {};
}

std::string serial_length(const View& v) {
  const int size = i2d_ASN1_INTEGER(X509_get0_serialNumber(v.x), nullptr);
  return if_so(size > 2 + 20, "the serial number has more than 20 octets");
}

std::string serial_sign(const View& v) {
  const bool zero = v.c.serial.find_first_not_of("-0") == std::string::npos;
  return if_so(zero || v.c.serial.starts_with('-'), "the serial number is not positive");
}

/// RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050, in Zulu and without fractions.
std::string time_encoding(const View& v) {
  for (const ASN1_TIME* time : {X509_get0_notBefore(v.x), X509_get0_notAfter(v.x)}) {
    const base::ByteView text = octets(time);
    const bool utc = ASN1_STRING_type(time) == V_ASN1_UTCTIME;
    const auto value = to_time(time);
    const bool late = value && *value >= std::chrono::sys_days{std::chrono::year{2050} / 1 / 1};
    if (text.size() != (utc ? 13U : 15U) || text.back() != 'Z') return "a time is not written in full seconds of UTC";
    if (utc == late) return "a time is written in the wrong type for its year";
  }
  return {};
}

std::string authority_key_id_missing(const View& v) {
  const bool needless = v.c.self_signed && !v.has(NID_authority_key_identifier);
  return if_so(!needless && v.c.authority_key_id.empty(), "no key identifier of the issuer");
}

std::string authority_key_id_details(const View& v) {
  const auto id = v.decoded<AUTHORITY_KEYID, AUTHORITY_KEYID_free>(NID_authority_key_identifier);
  return if_so(id != nullptr && (id->issuer != nullptr || id->serial != nullptr),
               "the authority key identifier names the issuer's issuer and serial number");
}

std::string authority_key_id_of_root(const View& v) {
  return if_so(v.c.self_signed && compare_key_ids(v.c, v.c) == KeyIds::differ, "its authority key identifier is not its own");
}

std::string path_length(const View& v) {
  const bool may = v.c.is_ca && v.c.key_usage && v.c.key_usage->key_cert_sign;
  return if_so(v.c.path_length && !may, "a path length without the right to sign certificates");
}

std::string usage_empty(const View& v) {
  if (!v.c.key_usage) return {};
  const KeyUsage& u = *v.c.key_usage;
  const bool any = u.digital_signature || u.content_commitment || u.key_encipherment || u.data_encipherment || u.key_agreement ||
                   u.key_cert_sign || u.crl_sign || u.encipher_only || u.decipher_only;
  return if_so(!any, "keyUsage without any use");
}

std::string signs_without_ca(const View& v) {
  return if_so(v.c.key_usage && v.c.key_usage->key_cert_sign && !v.c.is_ca, "keyCertSign without CA:TRUE");
}

bool lists(const Certificate& c, std::string_view use) {
  return c.extended_key_usage && std::find(c.extended_key_usage->begin(), c.extended_key_usage->end(), use) != c.extended_key_usage->end();
}

/// The name constraints as libcrypto decodes them, for a look at their form.
bool leading_dot(const STACK_OF(GENERAL_SUBTREE) * trees) {
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_SUBTREE_value(trees, i)->base, &type);
    if (type != GEN_DNS) continue;
    const base::ByteView text = octets(static_cast<const ASN1_STRING*>(value));
    if (!text.empty() && text.front() == '.') return true;
  }
  return false;
}

std::string constraints_empty(const View& v) {
  const auto n = v.decoded<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>(NID_name_constraints);
  const auto lacks = [](const STACK_OF(GENERAL_SUBTREE) * trees) { return sk_GENERAL_SUBTREE_num(trees) <= 0; };
  return if_so(n != nullptr && lacks(n->permittedSubtrees) && lacks(n->excludedSubtrees), "name constraints without any");
}

std::string constraints_leading_dot(const View& v) {
  const auto n = v.decoded<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>(NID_name_constraints);
  return if_so(n != nullptr && (leading_dot(n->permittedSubtrees) || leading_dot(n->excludedSubtrees)),
               "a DNS name constraint that begins with a dot");
}

std::string policy_constraints(const View& v) {
  const auto p = v.decoded<POLICY_CONSTRAINTS, POLICY_CONSTRAINTS_free>(NID_policy_constraints);
  if (p == nullptr) return {};
  if (!v.critical(NID_policy_constraints)) return "policyConstraints is not critical";
  return if_so(p->requireExplicitPolicy == nullptr && p->inhibitPolicyMapping == nullptr, "policyConstraints without any");
}

std::string access_empty(const View& v) {
  const auto access = v.decoded<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free>(NID_info_access);
  return if_so(access != nullptr && sk_ACCESS_DESCRIPTION_num(access.get()) <= 0, "authorityInfoAccess without any");
}

std::string names_empty(const View& v) {
  const auto names = v.decoded<GENERAL_NAMES, GENERAL_NAMES_free>(NID_subject_alt_name);
  return if_so(names != nullptr && sk_GENERAL_NAME_num(names.get()) <= 0, "subjectAltName without any name");
}

bool is_octets_address(std::string_view text) { return !text.starts_with("0x"); }
bool is_absolute(std::string_view uri) { return uri.find(':') != std::string_view::npos && uri.find(':') != 0; }
bool is_no_address(std::string_view name) { return !is_address(std::string(name)); }

/// BR 6.1.5: RSA of a size divisible by 8, or ECDSA on one of NIST's three curves.
std::string key_kind(const View& v) {
  const PublicKey& k = v.c.key;
  if (k.type == KeyType::rsa) return if_so(k.bits % 8 != 0, "an RSA key whose size is not divisible by 8");
  const bool curve = k.curve == "secp256r1" || k.curve == "secp384r1" || k.curve == "secp521r1";
  return k.type == KeyType::ec && curve ? std::string{} : "a key of the kind " + k.name;
}

/// BR 7.1.3.2. What lies below the floor is judged with the path.
std::string signature_kind(const View& v) {
  const std::string& hash = v.c.signature_hash;
  const bool strong = hash == "sha256" || hash == "sha384" || hash == "sha512";
  const bool dsa = base::lower(v.c.signature_algorithm).starts_with("dsa");
  // Roots of old are signed with SHA-1 still, which nobody verifies.
  const bool old_root = v.c.self_signed && hash == "sha1";
  return (strong || old_root) && !dsa ? std::string{} : "signed with " + v.c.signature_algorithm;
}

constexpr auto R = Profile::rfc5280;
constexpr auto W = Profile::web_pki;
using O = Offence;
using Weight = Departure::Weight;

constexpr Rule rules[] = {
    {"version", "BR 7.1.1", W, O::form, every, [](const View& v) { return if_so(v.c.version != 3, "it is not of version 3"); }},
    {"serial-not-positive", "RFC 5280 4.1.2.2", R, O::form, leaf | between, serial_sign},
    {"serial-too-long", "RFC 5280 4.1.2.2", R, O::form, leaf | between, serial_length},
    {"time-encoding", "RFC 5280 4.1.2.5", R, O::form, every, time_encoding},
    {"validity-reversed", "RFC 5280 4.1.2.5", R, O::form, every,
     [](const View& v) { return if_so(v.c.not_after < v.c.not_before, "its validity ends before it begins"); }},
    {"authority-without-name", "RFC 5280 4.1.2.6", R, O::form, every,
     [](const View& v) { return if_so(v.c.is_ca && v.c.subject.empty(), "an authority without a name"); }},
    {"unique-identifiers", "RFC 5280 4.1.2.8", R, O::form, every,
     [](const View& v) {
       const ASN1_BIT_STRING* issuer = nullptr;
       const ASN1_BIT_STRING* subject = nullptr;
       X509_get0_uids(v.x, &issuer, &subject);
       return if_so(issuer != nullptr || subject != nullptr, "it holds unique identifiers");
     }},
    {"encoding", "RFC 5280 4.1", R, O::form, leaf | between, encoding},
    {"extension-form", "RFC 5280 4.2", R, O::form, every, extension_form},
    {"extension-critical", "RFC 5280 4.2", R, O::form, every, wrongly_critical},
    {"crl-points-critical", "BR 7.1.2.11.2", W, O::form, every,
     [](const View& v) { return if_so(v.critical(NID_crl_distribution_points), "cRLDistributionPoints is critical"); }},
    {"authority-key-id-missing", "RFC 5280 4.2.1.1", R, O::form, every, authority_key_id_missing},
    {"authority-key-id-details", "BR 7.1.2.1.3, 7.1.2.11.1", W, O::form, every, authority_key_id_details},
    {"authority-key-id-not-own", "BR 7.1.2.1.3", W, O::form, every, authority_key_id_of_root},
    {"subject-key-id-missing", "RFC 5280 4.2.1.2", R, O::form, every,
     [](const View& v) { return if_so(v.c.is_ca && v.c.subject_key_id.empty(), "an authority without a key identifier"); }},
    {"constraints-not-critical", "RFC 5280 4.2.1.9", R, O::authority, every,
     [](const View& v) {
       return if_so(v.c.is_ca && !v.critical(NID_basic_constraints), "basicConstraints of an authority is not critical");
     }},
    {"constraints-missing", "RFC 5280 4.2.1.9", R, O::authority, between | anchor,
     [](const View& v) { return if_so(!v.c.is_ca, "it is to issue and does not say that it is an authority"); }},
    {"path-length", "RFC 5280 4.2.1.9", R, O::authority, every, path_length},
    {"leaf-is-authority", "BR 7.1.2.7.8", W, O::authority, leaf,
     [](const View& v) { return if_so(v.c.is_ca, "an authority's certificate in the place of a leaf"); }},
    {"key-usage-missing", "RFC 5280 4.2.1.3", R, O::authority, every,
     [](const View& v) { return if_so(v.c.is_ca && !v.c.key_usage, "an authority without keyUsage"); }},
    {"key-usage-empty", "RFC 5280 4.2.1.3", R, O::purpose, every, usage_empty},
    {"key-usage-signs", "RFC 5280 4.2.1.3", R, O::authority, every, signs_without_ca},
    {"key-usage-of-leaf", "BR 7.1.2.7.11", W, O::authority, leaf,
     [](const View& v) {
       return if_so(v.c.key_usage && (v.c.key_usage->key_cert_sign || v.c.key_usage->crl_sign),
                    "a leaf that may sign certificates or CRLs");
     }},
    {"extended-key-usage-empty", "RFC 5280 4.2.1.12", R, O::purpose, every,
     [](const View& v) { return if_so(v.c.extended_key_usage && v.c.extended_key_usage->empty(), "extendedKeyUsage without any"); }},
    {"extended-key-usage-missing", "BR 7.1.2.7.10", W, O::purpose, leaf,
     [](const View& v) { return if_so(v.asked.server && v.asked.usage && !v.c.extended_key_usage, "no extendedKeyUsage"); }},
    {"extended-key-usage-any", "BR 7.1.2.7.10", W, O::purpose, leaf,
     [](const View& v) { return if_so(v.asked.server && v.asked.usage && lists(v.c, "anyExtendedKeyUsage"), "anyExtendedKeyUsage"); }},
    {"extended-key-usage-critical", "BR 7.1.2.7.6", W, O::purpose, leaf,
     [](const View& v) { return if_so(v.asked.server && v.asked.usage && v.critical(NID_ext_key_usage), "extendedKeyUsage is critical"); }},
    {"extended-key-usage-of-root", "BR 7.1.2.1.2", W, O::purpose, anchor,
     [](const View& v) {
       return if_so(v.asked.server && v.asked.usage && v.c.extended_key_usage.has_value(), "a root with extendedKeyUsage");
     }},
    {"name-constraints-in-leaf", "RFC 5280 4.2.1.10", R, O::constraint, every,
     [](const View& v) { return if_so(v.c.name_constraints && !v.c.is_ca, "name constraints in a certificate that is no authority's"); }},
    {"name-constraints-not-critical", "RFC 5280 4.2.1.10", R, O::constraint, every,
     [](const View& v) { return if_so(v.c.name_constraints && !v.critical(NID_name_constraints), "name constraints are not critical"); },
     Weight::contradicted},
    {"name-constraints-empty", "RFC 5280 4.2.1.10", R, O::constraint, every, constraints_empty},
    {"name-constraints-dot", "RFC 5280 4.2.1.10", R, O::constraint, every, constraints_leading_dot},
    {"policy-constraints", "RFC 5280 4.2.1.11", R, O::form, every, policy_constraints},
    {"inhibit-any-policy", "RFC 5280 4.2.1.14", R, O::form, every,
     [](const View& v) {
       return if_so(v.has(NID_inhibit_any_policy) && !v.critical(NID_inhibit_any_policy), "inhibitAnyPolicy is not critical");
     }},
    {"information-access-empty", "RFC 5280 4.2.2.1", R, O::form, every, access_empty},
    {"names-empty", "RFC 5280 4.2.1.6", R, O::name, every, names_empty},
    {"names-not-critical", "RFC 5280 4.2.1.6", R, O::name, leaf,
     [](const View& v) {
       return if_so(v.c.subject.empty() && !v.critical(NID_subject_alt_name),
                    "an empty subject, and alternative names that are not critical");
     }},
    {"names-critical", "BR 7.1.2.7.12", W, O::name, leaf,
     [](const View& v) {
       return if_so(!v.c.subject.empty() && v.critical(NID_subject_alt_name), "alternative names are critical beside a subject");
     }},
    {"names-missing", "BR 7.1.2.7.6", W, O::name, leaf,
     [](const View& v) { return if_so(v.asked.server && !v.c.has_san, "no alternative names"); }},
    {"names-dns", "RFC 5280 4.2.1.6, BR 7.1.2.7.12", R, O::name, every,
     [](const View& v) { return first_bad(v.c.dns_names, is_web_name, "DNS name in the preferred syntax"); }},
    {"names-dns-address", "BR 7.1.2.7.12", W, O::name, leaf,
     [](const View& v) { return first_bad(v.c.dns_names, is_no_address, "DNS name but an address"); }},
    {"names-address", "RFC 5280 4.2.1.6", R, O::name, every,
     [](const View& v) { return first_bad(v.c.ip_addresses, is_octets_address, "address of 4 or 16 octets"); }},
    {"names-mailbox", "RFC 5280 4.2.1.6", R, O::name, every, [](const View& v) { return first_bad(v.c.emails, is_mailbox, "mailbox"); }},
    {"names-uri", "RFC 5280 4.2.1.6", R, O::name, every, [](const View& v) { return first_bad(v.c.uris, is_absolute, "absolute URI"); }},
    {"common-name-spelling", "BR 7.1.4.3", W, O::name, leaf,
     [](const View& v) { return v.asked.server ? common_name_spelling(v.c) : std::string{}; }},
    {"common-name", "BR 7.1.4.3", W, O::name, leaf, [](const View& v) { return v.asked.server ? common_name(v.c) : std::string{}; },
     Weight::advice},
    {"key-kind", "BR 6.1.5", W, O::key, every, key_kind},
    {"signature-kind", "BR 7.1.3.2", W, O::signature, every, signature_kind},
};

}  // namespace

bool Departure::breaks(Profile judged) const {
  if (judged == Profile::clients) return false;
  if (weight == Weight::advice) return false;
  return judged == Profile::rfc5280 ? profile == Profile::rfc5280 : weight == Weight::plain;
}

std::vector<Departure> departures(const Certificate& certificate, Role role, Asked asked) {
  std::vector<Departure> out;
  if (certificate.handle == nullptr) return out;
  const QuietErrors quiet;
  const View view{certificate, certificate.handle.get(), asked};
  for (const Rule& rule : rules) {
    if ((rule.roles & static_cast<unsigned>(role)) == 0) continue;
    std::string text = rule.broken(view);
    if (!text.empty()) out.push_back({rule.id, rule.clause, std::move(text), rule.offence, rule.profile, rule.weight});
  }
  return out;
}

}  // namespace whytls::x509
