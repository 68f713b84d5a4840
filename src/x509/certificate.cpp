// SPDX-License-Identifier: Apache-2.0
#include "x509/certificate.h"

#include <openssl/pem.h>
#include <openssl/sha.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "x509/facts.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

/// libcrypto's clients refuse lists above 100 KiB; what a certificate of this size decodes to stays below 20 MiB.
constexpr std::size_t largest = std::size_t{128} << 10U;

void refuse(Certificate& c, std::string reason) {
  if (c.malformed.empty()) c.malformed = std::move(reason);
}

std::string serial_text(const ASN1_INTEGER* serial) {
  const base::ByteView bytes = octets(serial);
  const bool negative = (ASN1_STRING_type(serial) & V_ASN1_NEG) != 0;
  const std::string digits = base::hex(bytes.first(std::min<std::size_t>(bytes.size(), 64)));
  return (negative ? "-" : "") + (digits.empty() ? "00" : digits);
}

void read_names(X509* x, Certificate& c) {
  const X509_NAME* subject = X509_get_subject_name(x);
  const X509_NAME* issuer = X509_get_issuer_name(x);
  c.subject = name_text(subject);
  c.issuer = name_text(issuer);
  c.subject_der = encode(i2d_X509_NAME, subject);
  c.issuer_der = encode(i2d_X509_NAME, issuer);
  c.common_name = name_entry(subject, NID_commonName);
  c.organization = name_entry(subject, NID_organizationName);
  c.issuer_common_name = name_entry(issuer, NID_commonName);
  c.issuer_organization = name_entry(issuer, NID_organizationName);
  c.self_issued = X509_NAME_cmp(subject, issuer) == 0;
  // RFC 5280 4.1.2.4: the issuer field MUST contain a non-empty distinguished name.
  if (X509_NAME_entry_count(issuer) == 0) refuse(c, "the issuer's name is empty");
}

void read_validity(X509* x, Certificate& c) {
  const auto from = to_time(X509_get0_notBefore(x));
  const auto until = to_time(X509_get0_notAfter(x));
  if (!from || !until) return refuse(c, "the validity holds no time");
  c.not_before = *from;
  c.not_after = *until;
}

void read_signature(X509* x, Certificate& c) {
  const X509_ALGOR* outer = nullptr;
  X509_get0_signature(nullptr, &outer, x);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, outer);
  c.signature_algorithm = object_text(algorithm);
  int hash = NID_undef;
  if (X509_get_signature_info(x, &hash, nullptr, nullptr, nullptr) == 1 && hash != NID_undef)
    c.signature_hash = base::lower(OBJ_nid2sn(hash));
  // RFC 5280 4.1.1.2: both fields MUST contain the same algorithm identifier.
  if (X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x)) != 0) refuse(c, "the two signature algorithm fields differ");
}

/// Digests of libcrypto's low level: no provider has to be looked up for them.
void read_digests(X509* x, Certificate& c) {
  unsigned char* spki = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
  if (size > 0) SHA256(spki, static_cast<std::size_t>(size), c.spki_sha256.data());
  OPENSSL_free(spki);
}

/// Which of the extensions libcrypto cannot decode; where it can decode each, one contradicts another.
std::string undecodable_extension(X509* x) {
  for (int i = 0; i < X509_get_ext_count(x); ++i) {
    X509_EXTENSION* one = X509_get_ext(x, i);
    const X509V3_EXT_METHOD* method = X509V3_EXT_get(one);
    if (method == nullptr) continue;
    void* value = X509V3_EXT_d2i(one);
    if (value == nullptr) return "the extension " + object_text(X509_EXTENSION_get_object(one)) + " cannot be decoded";
    if (method->it != nullptr) {
      ASN1_item_free(static_cast<ASN1_VALUE*>(value), ASN1_ITEM_ptr(method->it));
    } else {
      method->ext_free(value);
    }
  }
  return "its extensions contradict each other or themselves";
}

void judge_profile(X509* x, Certificate& c) {
  std::set<std::string> seen;
  for (int i = 0; i < X509_get_ext_count(x); ++i) {
    const std::string oid = object_text(X509_EXTENSION_get_object(X509_get_ext(x, i)));
    // RFC 5280 4.2: a certificate MUST NOT include more than one instance of a particular extension.
    if (!seen.insert(oid).second) refuse(c, "the extension " + oid + " occurs twice");
  }
  // RFC 5280 4.1.2.1: when extensions are used, version MUST be 3.
  if (!seen.empty() && c.version < 3) refuse(c, "extensions in a certificate of version " + std::to_string(c.version));
  if (c.version > 3 || c.version < 1) refuse(c, "version " + std::to_string(c.version) + " does not exist");
  if ((X509_get_extension_flags(x) & EXFLAG_INVALID) != 0) refuse(c, undecodable_extension(x));
  if (!c.key.decoded && c.key.type != KeyType::unknown) refuse(c, "the public key cannot be decoded");
}

void fill(Certificate& c) {
  X509* x = c.handle.get();
  c.version = static_cast<unsigned>(X509_get_version(x) + 1);
  c.serial = serial_text(X509_get0_serialNumber(x));
  read_names(x, c);
  read_validity(x, c);
  read_signature(x, c);
  c.key = read_key(x);
  if (c.key.broken == "explicit curve parameters") refuse(c, "its curve is given by explicit parameters");  // RFC 5480 2.1.1
  read_digests(x, c);
  read_extensions(x, c);
  judge_profile(x, c);
  if (c.self_issued) c.self_signed = verifies_under(c, c) == Verified::yes;
}

}  // namespace

Certificate examine(base::ByteView der) {
  const QuietErrors quiet;
  Certificate c;
  c.der.assign(der.begin(), der.end());
  SHA256(der.data(), der.size(), c.sha256.data());
  if (der.empty() || der.size() > largest) return refuse(c, der.empty() ? "it is empty" : "it is larger than 128 KiB"), c;
  const unsigned char* at = der.data();
  OwnX509 x(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (x == nullptr) {
    const std::string reason = newest_reason();
    refuse(c, reason.empty() ? "it is no certificate" : "it cannot be parsed: " + reason);
    read_outline(c);
    return c;
  }
  if (at != der.data() + der.size()) refuse(c, "bytes are left over behind it");
  c.handle = std::shared_ptr<X509>(x.release(), X509_free);
  fill(c);
  return c;
}

base::Result<Certificate> parse_certificate(base::ByteView der) {
  Certificate c = examine(der);
  if (c.handle == nullptr) return base::fail(base::Fault::input, "the certificate is malformed: " + c.malformed);
  return c;
}

std::string to_pem(const Certificate& certificate) {
  const QuietErrors quiet;
  const OwnBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio(bio.get(), "CERTIFICATE", "", certificate.der.data(), static_cast<long>(certificate.der.size()));
  return drain(bio.get());
}

std::string fingerprint(const Certificate& certificate) { return base::hex(certificate.sha256); }

std::string distinguished_name(base::ByteView der) {
  const unsigned char* at = der.data();
  const OwnName name(d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));
  return name == nullptr ? std::string{} : name_text(name.get());
}

std::string display_name(const Certificate& certificate) {
  if (!certificate.common_name.empty()) return certificate.common_name;
  if (!certificate.dns_names.empty()) return certificate.dns_names.front();
  return certificate.subject.empty() ? "serial " + certificate.serial : certificate.subject;
}

Verified verifies_under(const Certificate& child, const Certificate& issuer) {
  const QuietErrors quiet;
  if (child.handle == nullptr || issuer.handle == nullptr) return Verified::unknown;
  EVP_PKEY* key = X509_get0_pubkey(issuer.handle.get());
  if (key == nullptr) return Verified::unknown;
  ERR_clear_error();
  const int answer = X509_verify(child.handle.get(), key);
  if (answer == 1) return Verified::yes;
  // A key of another type than the signature's is an answer; an algorithm that libcrypto does not have is none.
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const bool lacking = reason == ASN1_R_UNKNOWN_SIGNATURE_ALGORITHM || reason == ASN1_R_UNKNOWN_MESSAGE_DIGEST_ALGORITHM;
  return answer < 0 && lacking ? Verified::unknown : Verified::no;
}

bool names_issuer(const Certificate& child, const Certificate& issuer) {
  if (child.handle == nullptr || issuer.handle == nullptr) return false;
  if (child.issuer_der == issuer.subject_der) return true;
  return X509_NAME_cmp(X509_get_issuer_name(child.handle.get()), X509_get_subject_name(issuer.handle.get())) == 0;
}

KeyIds compare_key_ids(const Certificate& child, const Certificate& issuer) {
  if (child.authority_key_id.empty() || issuer.subject_key_id.empty()) return KeyIds::absent;
  return child.authority_key_id == issuer.subject_key_id ? KeyIds::match : KeyIds::differ;
}

}  // namespace whytls::x509
