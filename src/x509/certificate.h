// SPDX-License-Identifier: Apache-2.0
// One X.509 certificate as values. libcrypto parses and verifies; this module only asks. Knows no chain, store, host or clock.
// Every text that comes out of a certificate is made harmless by base::printable, names and addresses included.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

struct x509_st;      // libcrypto's X509
struct evp_pkey_st;  // libcrypto's EVP_PKEY

namespace whytls::x509 {

using Digest = std::array<std::uint8_t, 32>;

enum class KeyType : std::uint8_t { unknown, rsa, rsa_pss, ec, ed25519, ed448, dsa };

struct PublicKey {
  KeyType type = KeyType::unknown;
  unsigned bits = 0;
  std::string name;      ///< "rsa-2048", "rsa-pss-2048", "ec-secp256r1", "ed25519", "dsa-1024"; else the algorithm's name or OID
  std::string curve;     ///< as IANA spells it ("secp256r1"), for EC keys on a named curve
  std::string broken;    ///< why this key is known to be broken whatever its size ("ROCA", "even modulus" …); empty when it is not
  bool decoded = false;  ///< libcrypto can use the key
};

/// The bits of RFC 5280 4.2.1.3.
struct KeyUsage {
  bool digital_signature = false, content_commitment = false, key_encipherment = false, data_encipherment = false, key_agreement = false;
  bool key_cert_sign = false, crl_sign = false, encipher_only = false, decipher_only = false;
};

struct Certificate {
  base::Bytes der;                  ///< as served
  std::shared_ptr<x509_st> handle;  ///< null where libcrypto cannot parse it; other fields then hold what could be read before the fault
  std::string malformed;            ///< why clients must refuse it as it stands (RFC 5280); empty when it is sound

  std::string subject, issuer;            ///< RFC 2253 order ("CN=leaf,O=Org"), printable; "" for an empty name
  base::Bytes subject_der, issuer_der;    ///< the names as encoded
  std::string common_name, organization;  ///< last CN and first O of the subject
  std::string issuer_common_name, issuer_organization;
  std::vector<std::string> dns_names, ip_addresses, emails, uris;  ///< subject alternative names; addresses in text form
  bool has_san = false;

  unsigned version = 0;  ///< 1 to 3
  std::string serial;    ///< hexadecimal, "-" in front of a negative one
  base::Time not_before{}, not_after{};

  PublicKey key;
  std::string signature_algorithm;  ///< "sha256WithRSAEncryption", "ecdsa-with-SHA256", "ED25519", "rsassaPss" or the OID
  std::string signature_hash;       ///< "sha256", "sha1", "md5"; empty where the algorithm has none of its own (EdDSA) or is unknown

  bool is_ca = false;  ///< basicConstraints says cA
  bool has_basic_constraints = false;
  std::optional<unsigned> path_length;
  std::optional<KeyUsage> key_usage;                           ///< nothing: the extension is absent, every use is allowed
  std::optional<std::vector<std::string>> extended_key_usage;  ///< "serverAuth", "clientAuth", "anyExtendedKeyUsage" … or OIDs
  base::Bytes subject_key_id, authority_key_id;
  std::vector<std::string> ca_issuers, ocsp_urls, crl_urls;  ///< authority information access and CRL distribution points
  bool must_staple = false;                                  ///< TLS feature status_request, RFC 7633
  std::size_t embedded_scts = 0;
  std::vector<std::string> unknown_critical;  ///< OIDs of critical extensions that libcrypto does not know
  bool name_constraints = false;

  bool self_issued = false;  ///< subject and issuer are the same name
  bool self_signed = false;  ///< self-issued, and its signature verifies under its own key
  Digest sha256{};           ///< of the DER
  Digest spki_sha256{};      ///< of the SubjectPublicKeyInfo

  bool operator==(const Certificate& other) const { return der == other.der; }
};

/// Always returns what could be read; `malformed` says what is wrong, if anything is. Certificates over 128 KiB are not parsed.
Certificate examine(base::ByteView der);
/// A certificate that libcrypto can use, or Fault::input with the reason. Lesser offences stay in `malformed`.
base::Result<Certificate> parse_certificate(base::ByteView der);

std::string to_pem(const Certificate& certificate);
std::string fingerprint(const Certificate& certificate);  ///< SHA-256, lower-case hex
/// The best short name for messages: common name, else the first DNS name, else subject, else serial.
std::string display_name(const Certificate& certificate);
/// A DER name (RFC 5280 4.1.2.4) as printable text; empty where it is none.
std::string distinguished_name(base::ByteView der);

enum class Verified : std::uint8_t { no, yes, unknown };  ///< unknown: libcrypto lacks the algorithm, or there is no key to try
/// Whether `child`'s signature verifies under `issuer`'s key; names are not looked at.
Verified verifies_under(const Certificate& child, const Certificate& issuer);
/// Whether `issuer`'s subject is `child`'s issuer, by the comparison of RFC 5280 7.1.
bool names_issuer(const Certificate& child, const Certificate& issuer);

enum class KeyIds : std::uint8_t { absent, match, differ };
/// child's authority key identifier beside issuer's subject key identifier, RFC 5280 4.2.1.1.
KeyIds compare_key_ids(const Certificate& child, const Certificate& issuer);

}  // namespace whytls::x509
