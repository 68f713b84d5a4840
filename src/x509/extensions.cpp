// SPDX-License-Identifier: Apache-2.0
// The extensions of RFC 5280 4.2 (and of RFC 6962, RFC 7633) as facts, decoded by libcrypto.
#include <arpa/inet.h>
#include <openssl/ct.h>

#include <algorithm>

#include "base/text.h"
#include "x509/facts.h"

namespace whytls::x509 {
namespace {

/// A list of names this long is not written by an honest issuer; it bounds memory, not judgement.
constexpr std::size_t most_names = 20000;

template <class T, auto Free>
Own<T, Free> extension(X509* x, int nid) {
  return Own<T, Free>(static_cast<T*>(X509_get_ext_d2i(x, nid, nullptr, nullptr)));
}

std::string address_text(base::ByteView bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (bytes.size() != 4 && bytes.size() != 16) return "0x" + base::hex(bytes.first(std::min<std::size_t>(bytes.size(), 32)));
  return inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr ? std::string{} : std::string(text.data());
}

void read_alternative_names(X509* x, Certificate& c) {
  c.has_san = X509_get_ext_by_NID(x, NID_subject_alt_name, -1) >= 0;
  const auto names = extension<GENERAL_NAMES, GENERAL_NAMES_free>(x, NID_subject_alt_name);
  if (names == nullptr) return;
  const int count = sk_GENERAL_NAME_num(names.get());
  for (int i = 0; i < count && static_cast<std::size_t>(i) < most_names; ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    const base::ByteView bytes = type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI || type == GEN_IPADD
                                     ? octets(static_cast<const ASN1_STRING*>(value))
                                     : base::ByteView{};
    if (type == GEN_DNS) c.dns_names.push_back(base::printable(bytes));
    if (type == GEN_EMAIL) c.emails.push_back(base::printable(bytes));
    if (type == GEN_URI) c.uris.push_back(base::printable(bytes));
    if (type == GEN_IPADD) c.ip_addresses.push_back(address_text(bytes));
  }
}

void read_basic_constraints(X509* x, Certificate& c) {
  const auto basic = extension<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>(x, NID_basic_constraints);
  if (basic == nullptr) return;
  c.has_basic_constraints = true;
  c.is_ca = basic->ca != 0;
  if (basic->pathlen == nullptr) return;
  const long length = ASN1_INTEGER_get(basic->pathlen);
  if (length >= 0) c.path_length = static_cast<unsigned>(std::min(length, 1000000L));
}

void read_key_usage(X509* x, Certificate& c) {
  if (X509_get_ext_by_NID(x, NID_key_usage, -1) < 0) return;
  const std::uint32_t bits = X509_get_key_usage(x);
  if (bits == UINT32_MAX) return;
  KeyUsage u;
  u.digital_signature = (bits & KU_DIGITAL_SIGNATURE) != 0;
  u.content_commitment = (bits & KU_NON_REPUDIATION) != 0;
  u.key_encipherment = (bits & KU_KEY_ENCIPHERMENT) != 0;
  u.data_encipherment = (bits & KU_DATA_ENCIPHERMENT) != 0;
  u.key_agreement = (bits & KU_KEY_AGREEMENT) != 0;
  u.key_cert_sign = (bits & KU_KEY_CERT_SIGN) != 0;
  u.crl_sign = (bits & KU_CRL_SIGN) != 0;
  u.encipher_only = (bits & KU_ENCIPHER_ONLY) != 0;
  u.decipher_only = (bits & KU_DECIPHER_ONLY) != 0;
  c.key_usage = u;
}

void read_extended_key_usage(X509* x, Certificate& c) {
  const auto uses = extension<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>(x, NID_ext_key_usage);
  if (uses == nullptr) return;
  c.extended_key_usage.emplace();
  for (int i = 0; i < sk_ASN1_OBJECT_num(uses.get()) && i < 100; ++i) {
    const ASN1_OBJECT* use = sk_ASN1_OBJECT_value(uses.get(), i);
    const int nid = OBJ_obj2nid(use);
    c.extended_key_usage->emplace_back(nid == NID_undef ? object_text(use) : std::string(OBJ_nid2sn(nid)));
  }
}

void read_key_ids(X509* x, Certificate& c) {
  const base::ByteView own = octets(X509_get0_subject_key_id(x));
  const base::ByteView authority = octets(X509_get0_authority_key_id(x));
  c.subject_key_id.assign(own.begin(), own.end());
  c.authority_key_id.assign(authority.begin(), authority.end());
}

std::string uri_of(const GENERAL_NAME* name) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  return type == GEN_URI ? base::printable(octets(static_cast<const ASN1_STRING*>(value)), 2048) : std::string{};
}

void read_information_access(X509* x, Certificate& c) {
  const auto access = extension<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free>(x, NID_info_access);
  for (int i = 0; access != nullptr && i < sk_ACCESS_DESCRIPTION_num(access.get()) && i < 100; ++i) {
    const ACCESS_DESCRIPTION* one = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    const std::string uri = uri_of(one->location);
    const int method = OBJ_obj2nid(one->method);
    if (uri.empty()) continue;
    if (method == NID_ad_ca_issuers) c.ca_issuers.push_back(uri);
    if (method == NID_ad_OCSP) c.ocsp_urls.push_back(uri);
  }
}

void read_distribution_points(X509* x, Certificate& c) {
  const auto points = extension<CRL_DIST_POINTS, CRL_DIST_POINTS_free>(x, NID_crl_distribution_points);
  for (int i = 0; points != nullptr && i < sk_DIST_POINT_num(points.get()) && i < 100; ++i) {
    const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
    if (point->distpoint == nullptr || point->distpoint->type != 0) continue;
    const GENERAL_NAMES* names = point->distpoint->name.fullname;
    for (int k = 0; k < sk_GENERAL_NAME_num(names) && k < 100; ++k) {
      const std::string uri = uri_of(sk_GENERAL_NAME_value(names, k));
      if (!uri.empty()) c.crl_urls.push_back(uri);
    }
  }
}

void read_tls_features(X509* x, Certificate& c) {
  const auto features = extension<TLS_FEATURE, TLS_FEATURE_free>(x, NID_tlsfeature);
  for (int i = 0; features != nullptr && i < sk_ASN1_INTEGER_num(features.get()) && i < 100; ++i) {
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == 5) c.must_staple = true;  // status_request, RFC 7633 4.2.2
  }
}

void read_scts(X509* x, Certificate& c) {
  const auto scts = extension<STACK_OF(SCT), SCT_LIST_free>(x, NID_ct_precert_scts);
  if (scts != nullptr) c.embedded_scts = static_cast<std::size_t>(std::max(sk_SCT_num(scts.get()), 0));
}

/// RFC 5280 4.2: a system MUST reject a certificate with a critical extension that it does not recognise.
void read_unknown_critical(X509* x, Certificate& c) {
  for (int i = 0; i < X509_get_ext_count(x) && i < 1000; ++i) {
    X509_EXTENSION* one = X509_get_ext(x, i);
    if (X509_EXTENSION_get_critical(one) == 0 || X509_supported_extension(one) == 1) continue;
    std::array<char, 128> dotted{};
    OBJ_obj2txt(dotted.data(), static_cast<int>(dotted.size()), X509_EXTENSION_get_object(one), 1);
    c.unknown_critical.emplace_back(dotted.data());
  }
}

}  // namespace

void read_extensions(X509* x, Certificate& c) {
  X509_check_purpose(x, -1, 0);  // makes libcrypto decode and cache what it knows
  read_alternative_names(x, c);
  read_basic_constraints(x, c);
  read_key_usage(x, c);
  read_extended_key_usage(x, c);
  read_key_ids(x, c);
  read_information_access(x, c);
  read_distribution_points(x, c);
  read_tls_features(x, c);
  read_scts(x, c);
  read_unknown_critical(x, c);
  c.name_constraints = X509_get_ext_by_NID(x, NID_name_constraints, -1) >= 0;
}

}  // namespace whytls::x509
