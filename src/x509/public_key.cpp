// SPDX-License-Identifier: Apache-2.0
// What kind of key it is, how long, and whether it is one of those known to be broken whatever their length.
#include <openssl/core_names.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "x509/facts.h"

namespace whytls::x509 {
namespace {

KeyType type_of(int nid) {
  switch (nid) {
    case EVP_PKEY_RSA:
      return KeyType::rsa;
    case EVP_PKEY_RSA_PSS:
      return KeyType::rsa_pss;
    case EVP_PKEY_EC:
      return KeyType::ec;
    case EVP_PKEY_ED25519:
      return KeyType::ed25519;
    case EVP_PKEY_ED448:
      return KeyType::ed448;
    case EVP_PKEY_DSA:
      return KeyType::dsa;
    default:
      return KeyType::unknown;
  }
}

std::string curve_of(EVP_PKEY* key) {
  std::array<char, 80> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return {};
  const std::string curve(name.data(), size);
  // libcrypto keeps the names of ANSI X9.62 for two curves that IANA lists under those of SEC 2.
  if (curve == "prime256v1") return "secp256r1";
  return curve == "prime192v1" ? "secp192r1" : curve;
}

OwnNumber parameter(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return OwnNumber(number);
}

constexpr std::size_t odd_primes = 167;  ///< below 1000
using Residues = std::array<unsigned, odd_primes>;

constexpr Residues list_odd_primes() {
  Residues out{};
  std::size_t count = 0;
  for (unsigned number = 3; count < odd_primes; number += 2) {
    bool prime = true;
    for (std::size_t i = 0; i < count && prime; ++i) prime = number % out[i] != 0;
    if (prime) out[count++] = number;
  }
  return out;
}
constexpr Residues primes = list_odd_primes();
static_assert(primes.back() == 997);

/// The number modulo each small prime; one division of the long number for as many primes as fit into 32 bits together.
Residues residues_of(const BIGNUM* number) {
  Residues out{};
  for (std::size_t from = 0; from < odd_primes;) {
    std::uint64_t product = 1;
    std::size_t until = from;
    while (until < odd_primes && product * primes[until] <= UINT32_MAX) product *= primes[until++];
    const std::uint64_t rest = BN_mod_word(number, product);
    for (; from < until; ++from) out[from] = static_cast<unsigned>(rest % primes[from]);
  }
  return out;
}

/// ROCA (CVE-2017-15361): primes of Infineon's library are powers of 65537 modulo the primes up to 167, and so is their product.
bool is_roca(const Residues& rest) {
  for (std::size_t at = 0; primes[at] <= 167; ++at) {
    unsigned power = 1;
    bool found = rest[at] == power;
    for (unsigned i = 1; i < primes[at] && !found; ++i) {
      power = power * 65537U % primes[at];
      found = rest[at] == power;
    }
    if (!found) return false;
  }
  return true;
}

std::string broken_rsa(EVP_PKEY* key) {
  const OwnNumber modulus = parameter(key, OSSL_PKEY_PARAM_RSA_N);
  const OwnNumber exponent = parameter(key, OSSL_PKEY_PARAM_RSA_E);
  if (modulus == nullptr || exponent == nullptr) return {};
  if (BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1) return "public exponent even or 1";
  const Residues rest = residues_of(modulus.get());
  if (BN_is_odd(modulus.get()) == 0 || std::find(rest.begin(), rest.end(), 0U) != rest.end()) return "modulus with a small factor";
  return is_roca(rest) ? "ROCA (CVE-2017-15361)" : std::string{};
}

std::string broken_ec(EVP_PKEY* key) {
  int explicit_parameters = 0;
  EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_parameters);
  return explicit_parameters == 1 ? "explicit curve parameters" : std::string{};
}

}  // namespace

PublicKey describe_key(EVP_PKEY* key) {
  PublicKey out;
  out.decoded = true;
  out.type = type_of(EVP_PKEY_get_base_id(key));
  out.bits = static_cast<unsigned>(std::max(EVP_PKEY_get_bits(key), 0));
  const std::string bits = std::to_string(out.bits);
  switch (out.type) {
    case KeyType::rsa:
      out.name = "rsa-" + bits;
      break;
    case KeyType::rsa_pss:
      out.name = "rsa-pss-" + bits;
      break;
    case KeyType::dsa:
      out.name = "dsa-" + bits;
      break;
    case KeyType::ed25519:
      out.name = "ed25519";
      break;
    case KeyType::ed448:
      out.name = "ed448";
      break;
    case KeyType::ec:
      out.curve = curve_of(key);
      out.name = "ec-" + (out.curve.empty() ? bits : out.curve);
      out.broken = broken_ec(key);
      break;
    case KeyType::unknown: {
      const char* name = EVP_PKEY_get0_type_name(key);
      out.name = name == nullptr ? "unknown" : base::lower(name);
    }
  }
  if (out.type == KeyType::rsa || out.type == KeyType::rsa_pss) out.broken = broken_rsa(key);
  return out;
}

PublicKey read_key(X509* x) {
  if (EVP_PKEY* key = X509_get0_pubkey(x); key != nullptr) return describe_key(key);
  PublicKey out;
  ASN1_OBJECT* algorithm = nullptr;
  X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, nullptr, X509_get_X509_PUBKEY(x));
  // An EC key that libcrypto cannot decode may be a sound one on a curve that it does not know.
  const KeyType type = type_of(OBJ_obj2nid(algorithm));
  if (type != KeyType::ec) out.type = type;
  out.name = type == KeyType::ec ? "ec-unknown" : object_text(algorithm);
  return out;
}

}  // namespace whytls::x509
