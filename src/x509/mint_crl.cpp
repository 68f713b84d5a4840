// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "x509/mint.h"
#include "x509/mint_parts.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

using OwnCrl = Own<X509_CRL, X509_CRL_free>;
using OwnTime = Own<ASN1_TIME, ASN1_TIME_free>;
using OwnReason = Own<ASN1_ENUMERATED, ASN1_ENUMERATED_free>;

OwnTime time_of(base::Time time) {
  return OwnTime(ASN1_TIME_set(nullptr, std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count()));
}

void add_entry(X509_CRL* crl, const Minted& revoked, const CrlRecipe& r) {
  X509_REVOKED* entry = X509_REVOKED_new();
  const OwnTime when = time_of(r.this_update);
  X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked.sound.get()));
  X509_REVOKED_set_revocationDate(entry, when.get());
  if (r.reason >= 0) {
    const OwnReason reason(ASN1_ENUMERATED_new());
    ASN1_ENUMERATED_set(reason.get(), r.reason);
    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, 0);
  }
  X509_CRL_add0_revoked(crl, entry);
}

void add_number(X509_CRL* crl, int nid, const std::string& hex, bool critical) {
  BIGNUM* made = nullptr;
  BN_hex2bn(&made, hex.c_str());
  const OwnNumber number(made);
  using OwnInteger = Own<ASN1_INTEGER, ASN1_INTEGER_free>;
  const OwnInteger integer(made == nullptr ? nullptr : BN_to_ASN1_INTEGER(made, nullptr));
  if (integer != nullptr) X509_CRL_add1_ext_i2d(crl, nid, integer.get(), critical ? 1 : 0, 0);
}

std::vector<std::pair<std::string, std::string>> words_of(const CrlRecipe& r) {
  std::vector<std::pair<std::string, std::string>> out;
  if (r.key_id) out.emplace_back("authorityKeyIdentifier", "keyid:always");
  if (!r.issuing_point.empty()) out.emplace_back("issuingDistributionPoint", r.issuing_point);
  out.insert(out.end(), r.extensions.begin(), r.extensions.end());
  return out;
}

}  // namespace

base::Result<base::Bytes> mint_crl(const Minted& issuer, const CrlRecipe& r) {
  const QuietErrors quiet;
  if (issuer.sound == nullptr) return base::fail(base::Fault::misuse, "the issuer has to be minted");
  const OwnCrl crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), 1);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.sound.get()));
  X509_CRL_set1_lastUpdate(crl.get(), time_of(r.this_update).get());
  if (!r.no_next_update) X509_CRL_set1_nextUpdate(crl.get(), time_of(r.next_update).get());
  for (const Minted* revoked : r.revoked) add_entry(crl.get(), *revoked, r);
  if (r.number) add_number(crl.get(), NID_crl_number, "10", false);
  if (!r.delta_of.empty()) add_number(crl.get(), NID_delta_crl, r.delta_of, true);
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer.sound.get(), nullptr, nullptr, crl.get(), 0);
  X509V3_set_ctx_nodb(&context);
  for (const auto& [name, value] : words_of(r)) {
    const OwnExtension extension(X509V3_EXT_conf(nullptr, &context, name.c_str(), value.c_str()));
    if (extension == nullptr)
      return base::fail(base::Fault::misuse, fmt::format("the extension {} cannot be made from \"{}\"", name, value));
    X509_CRL_add_ext(crl.get(), extension.get(), -1);
  }
  X509_CRL_sort(crl.get());
  const bool eddsa = issuer.key.about.type == KeyType::ed25519 || issuer.key.about.type == KeyType::ed448;
  if (X509_CRL_sign(crl.get(), issuer.key.handle.get(), eddsa ? nullptr : EVP_sha256()) <= 0)
    return base::fail(base::Fault::misuse, "the list cannot be signed with " + issuer.key.about.name);
  base::Bytes der = encode(i2d_X509_CRL, static_cast<const X509_CRL*>(crl.get()));
  if (r.bad_signature && !der.empty()) der.back() ^= 0x55U;
  return der;
}

}  // namespace whytls::x509
