// SPDX-License-Identifier: Apache-2.0
// Issues certificates, sound ones and ones with any single flaw, for tests, the lab and fault servers. Keys are made once in a
// process and kept. Never for use outside of loopback.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "x509/certificate.h"
#include "x509/key.h"

namespace whytls::x509 {

struct Minted {
  Certificate certificate;
  PrivateKey key;
  std::shared_ptr<x509_st> sound;  ///< the certificate before its encoding was spoilt: what issues others
  std::string pem() const { return to_pem(certificate); }
  std::string key_pem() const { return to_pem(key); }
};

struct Recipe {
  std::string common_name = "leaf";
  std::string organization;  ///< left out when empty
  std::vector<std::string> dns, ip, email, uri;
  base::Time not_before = base::now() - std::chrono::hours(24);
  base::Time not_after = base::now() + std::chrono::hours(24 * 90);
  /// "rsa-2048" (any size), "rsa-pss-2048", "ec-secp256r1" (any curve of libcrypto), "ed25519", "ed448", "dsa-2048"
  std::string key = "ec-secp256r1";
  std::string key_slot;               ///< certificates with the same key and slot share one key; empty: the role, or a CA's common name
  std::optional<PrivateKey> use_key;  ///< this key instead
  std::string hash = "sha256";        ///< "md5", "sha1", "sha256", "sha384", "sha512"; ignored for EdDSA
  bool pss = false;                   ///< sign with RSASSA-PSS although the issuer's key is plain RSA

  bool ca = false;
  bool basic_constraints = true;  ///< false: the extension is left out
  std::optional<unsigned> path_length;
  std::optional<std::string> key_usage;  ///< libcrypto's words ("critical,digitalSignature"); "" leaves it out; nothing: what suits
  std::optional<std::string>
      extended_key_usage;  ///< "serverAuth", "clientAuth,codeSigning"; "" leaves it out; nothing: serverAuth for leaves
  bool key_ids = true;     ///< subject and authority key identifiers
  std::optional<std::string> authority_key_id;  ///< hexadecimal, instead of the true one
  std::string name_constraints;                 ///< libcrypto's words: "critical,permitted;DNS:example.com"
  bool must_staple = false;
  bool unknown_critical = false;  ///< a critical extension that nobody knows
  bool embedded_scts = false;     ///< two well-formed timestamps with signatures that nobody can check
  std::vector<std::string> ca_issuers, ocsp, crl;
  /// Any further extensions in libcrypto's words: {"certificatePolicies", "2.23.140.1.2.1"} or {"1.2.3.4", "critical,DER:0500"}.
  std::vector<std::pair<std::string, std::string>> extensions;

  unsigned version = 3;        ///< 1: no extensions are written
  std::string serial;          ///< hexadecimal; empty: random
  bool bad_signature = false;  ///< the last byte of the signature is changed
  bool malformed = false;      ///< the encoding is broken within the subject's key
  std::string issuer_name;     ///< common name written as issuer instead of the issuer's subject; empty: the truth
};

/// Self-signed without an issuer. Fails (Fault::misuse) on names of keys, curves or hashes that libcrypto does not know.
base::Result<Minted> mint(const Recipe& recipe, const Minted* issuer = nullptr);

/// The usual recipes, to be changed at will.
Recipe root_recipe(const std::string& common_name = "Test Root CA");
Recipe intermediate_recipe(const std::string& common_name = "Test Intermediate CA");
Recipe leaf_recipe(const std::string& host = "localhost");
Recipe client_recipe(const std::string& common_name = "client");

/// A key of that kind; the same one for the same slot.
base::Result<PrivateKey> mint_key(const std::string& kind, const std::string& slot);

struct OcspRecipe {
  std::string status = "good";  ///< "good", "revoked", "unknown", or a refusal: "tryLater", "unauthorized", "internalError"
  base::Time this_update = base::now() - std::chrono::hours(1);
  base::Time next_update = base::now() + std::chrono::hours(24);
  bool no_next_update = false;
  base::Time revoked_at = base::now() - std::chrono::hours(48);
  bool bad_signature = false;
  bool other_certificate = false;     ///< speaks of another serial number
  const Minted* responder = nullptr;  ///< a delegate that signs, its certificate included; null: the issuer itself
};
/// An OCSP response about `subject`, as a server staples it.
base::Result<base::Bytes> mint_ocsp(const Minted& subject, const Minted& issuer, const OcspRecipe& recipe = {});

struct CrlRecipe {
  std::vector<const Minted*> revoked;
  int reason = 1;  ///< CRLReason of all entries: keyCompromise; negative: none is written
  base::Time this_update = base::now() - std::chrono::hours(1);
  base::Time next_update = base::now() + std::chrono::hours(24);
  bool no_next_update = false;
  bool number = true;  ///< the extension is written
  bool key_id = true;  ///< likewise
  bool bad_signature = false;
  std::string issuing_point;  ///< libcrypto's words: "critical,onlyuser:TRUE"
  std::string delta_of;       ///< number of the base list, hexadecimal; empty: a complete list
  /// Any further extensions, as those of Recipe.
  std::vector<std::pair<std::string, std::string>> extensions;
};
/// A revocation list by that issuer, DER.
base::Result<base::Bytes> mint_crl(const Minted& issuer, const CrlRecipe& recipe = {});

}  // namespace whytls::x509
