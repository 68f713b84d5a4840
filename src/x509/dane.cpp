// SPDX-License-Identifier: Apache-2.0
#include "x509/dane.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

enum Usage : std::uint8_t { pkix_ta, pkix_ee, dane_ta, dane_ee };
enum Matching : std::uint8_t { exact, sha256, sha512 };

base::Bytes spki_of(const Certificate& certificate) {
  if (certificate.handle == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.handle.get()), &der);
  if (size <= 0) return {};
  base::Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

base::Bytes digest(base::ByteView bytes, const EVP_MD* algorithm) {
  base::Bytes out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr) != 1) size = 0;
  out.resize(size);
  return out;
}

/// What the record's data would have to be for that certificate.
base::Bytes association(const Tlsa& record, const Certificate& certificate) {
  base::Bytes selected = record.selector == 0 ? certificate.der : spki_of(certificate);
  if (record.matching == exact || selected.empty()) return selected;
  return digest(selected, record.matching == sha256 ? EVP_sha256() : EVP_sha512());
}

bool fits(const Tlsa& record, const Certificate& certificate) {
  const base::Bytes wanted = association(record, certificate);
  return !wanted.empty() && wanted == record.data;
}

/// RFC 7671 10.2: records with parameters that are not known, or with data that cannot be such, do not count.
bool usable(const Tlsa& record, bool mail) {
  if (record.usage > dane_ee || record.selector > 1 || record.matching > sha512) return false;
  if (mail && record.usage < dane_ta) return false;
  return record.matching == exact ? !record.data.empty() : record.data.size() == (record.matching == sha256 ? 32U : 64U);
}

/// DANE-TA: the chain leads to a certificate that the record names, among those served or in the record itself (RFC 7671 5.2).
bool trusted_by_anchor(const Tlsa& record, const std::vector<base::Bytes>& chain, const Judgement& judged, const JudgeOptions& options) {
  std::vector<Certificate> anchors;
  for (std::size_t i = 1; i < judged.served.size(); ++i)
    if (judged.served[i].handle != nullptr && fits(record, judged.served[i])) anchors.push_back(judged.served[i]);
  if (record.selector == 0 && record.matching == exact)
    if (Certificate given = examine(record.data); given.handle != nullptr) anchors.push_back(std::move(given));
  if (anchors.empty()) return false;
  const TrustStore store = TrustStore::of_certificates(anchors, "TLSA");
  JudgeOptions own = options;
  own.store = &store;
  own.other_stores.clear();
  own.extra.clear();
  return judge(chain, own).trusted;
}

bool accepts(const Tlsa& record, const std::vector<base::Bytes>& chain, const Judgement& judged, const JudgeOptions& options) {
  const bool leaf = !judged.served.empty() && fits(record, judged.served.front());
  switch (record.usage) {
    case dane_ee:
      return leaf;  // neither its names nor its dates are asked for: RFC 7671 5.1
    case pkix_ee:
      return leaf && judged.trusted;
    case dane_ta:
      return trusted_by_anchor(record, chain, judged, options);
    default:
      return judged.trusted && std::any_of(judged.path.begin() + (judged.path.empty() ? 0 : 1), judged.path.end(),
                                           [&](const Link& link) { return fits(record, link.certificate); });
  }
}

/// Why this record does not accept the chain.
std::string reason(const Tlsa& record, const Judgement& judged) {
  const bool of_leaf = record.usage == pkix_ee || record.usage == dane_ee;
  const bool leaf_fits = !judged.served.empty() && fits(record, judged.served.front());
  const std::string what = record.selector == 0 ? "certificate" : "key";
  if (of_leaf && leaf_fits) return fmt::format("{} fits the leaf, which public trust does not hold for", words(record));
  if (!of_leaf && std::any_of(judged.served.begin(), judged.served.end(), [&](const Certificate& c) { return fits(record, c); }))
    return fmt::format("{} fits a certificate of the chain, and the chain does not hold under it", words(record));
  if (!of_leaf || judged.served.empty()) return fmt::format("{} fits no {} of the issuers that the server sends", words(record), what);
  const Tlsa own{record.usage, record.selector, record.matching, association(record, judged.served.front())};
  return fmt::format("{} does not fit the leaf, whose {} would be {}", words(record), what, words(own));
}

// ---- CAA ----------------------------------------------------------------------------------------------------------------

struct Authority {
  std::string_view organization;  ///< the beginning of the issuer's O, lower case
  std::string_view names;         ///< as its certification practice statement gives them
};

// As the authorities' certification practice statements name them (section 4.2). Who is not here is not known, which is no fault.
constexpr std::array<Authority, 22> authorities{{
    {"let's encrypt", "letsencrypt.org"},
    {"isrg", "letsencrypt.org"},
    {"internet security research group", "letsencrypt.org"},
    {"google trust services", "pki.goog"},
    {"digicert", "digicert.com digicert.ne.jp cybertrust.ne.jp symantec.com thawte.com geotrust.com rapidssl.com"},
    {"sectigo", "sectigo.com comodo.com comodoca.com usertrust.com trust-provider.com"},
    {"zerossl", "sectigo.com comodo.com comodoca.com usertrust.com trust-provider.com"},
    {"globalsign", "globalsign.com"},
    {"amazon", "amazon.com amazontrust.com awstrust.com amazonaws.com"},
    {"godaddy", "godaddy.com starfieldtech.com"},
    {"starfield", "godaddy.com starfieldtech.com"},
    {"entrust", "entrust.net affirmtrust.com"},
    {"identrust", "identrust.com"},
    {"ssl corp", "ssl.com"},
    {"microsoft", "microsoft.com"},
    {"buypass", "buypass.com buypass.no"},
    {"actalis", "actalis.it"},
    {"certainly", "certainly.com"},
    {"swisssign", "swisssign.com"},
    {"d-trust", "d-trust.net d-trust.de"},
    {"hellenic academic and research institutions ca", "harica.gr"},
    {"asseco data systems", "certum.pl certum.eu"},
}};

/// The domain before the parameters (RFC 8659 4.2); empty forbids all.
std::string issuer_of(const Caa& record) { return base::lower(base::trim(record.value.substr(0, record.value.find(';')))); }

}  // namespace

std::string words(const Tlsa& record) {
  constexpr std::size_t shown = 8;
  const base::ByteView begin = base::ByteView(record.data).first(std::min(shown, record.data.size()));
  return fmt::format("{} {} {} {}{}", record.usage, record.selector, record.matching, base::hex(begin),
                     record.data.size() > shown ? "…" : "");
}

DaneAnswer check_dane(const std::vector<Tlsa>& records, const std::vector<base::Bytes>& chain, const Judgement& judged,
                      const JudgeOptions& options, bool mail) {
  const QuietErrors quiet;
  constexpr std::size_t most = 8;
  DaneAnswer out;
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < records.size() && i < most; ++i) {
    if (!usable(records[i], mail)) {
      reasons.push_back(words(records[i]) + (mail && records[i].usage < dane_ta ? " is of no use to mail servers" : " cannot be used"));
      continue;
    }
    out.usable = true;
    if (accepts(records[i], chain, judged, options)) {
      out.matches = true;
      out.text = words(records[i]) + " fits";
      return out;
    }
    reasons.push_back(reason(records[i], judged));
  }
  out.text = base::join(reasons, "; ");
  return out;
}

std::string words(const Caa& record) {
  return fmt::format("{}{} \"{}\"", record.critical ? "critical " : "", base::printable(record.tag, 64),
                     base::printable(record.value, 128));
}

std::vector<std::string> caa_names(const Certificate& leaf) {
  const std::string organization = base::lower(leaf.issuer_organization);
  for (const Authority& one : authorities)
    if (organization.starts_with(one.organization)) return base::split(std::string(one.names), " ");
  return {};
}

std::optional<bool> caa_allows(const std::vector<Caa>& records, const Certificate& leaf) {
  const bool wildcard =
      std::any_of(leaf.dns_names.begin(), leaf.dns_names.end(), [](const std::string& name) { return name.starts_with("*."); });
  const auto has = [&](std::string_view tag) {
    return std::any_of(records.begin(), records.end(), [&](const Caa& record) { return base::lower(record.tag) == tag; });
  };
  const std::vector<std::string> known = caa_names(leaf);
  // issuewild, where it stands, decides about wildcards alone (RFC 8659 4.3).
  const std::string_view tag = wildcard && has("issuewild") ? "issuewild" : "issue";
  if (!has(tag) || known.empty()) return std::nullopt;
  return std::any_of(records.begin(), records.end(), [&](const Caa& record) {
    return base::lower(record.tag) == tag && std::find(known.begin(), known.end(), issuer_of(record)) != known.end();
  });
}

}  // namespace whytls::x509
