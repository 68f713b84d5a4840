// SPDX-License-Identifier: Apache-2.0
#include "x509/mint.h"

#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <map>
#include <mutex>

#include "base/text.h"
#include "x509/mint_parts.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

using base::Fault;

base::Result<OwnX509> empty_certificate(const Recipe& r) {
  OwnX509 x(X509_new());
  X509_set_version(x.get(), static_cast<long>(r.version) - 1);
  base::Bytes serial(16);
  RAND_bytes(serial.data(), static_cast<int>(serial.size()));
  serial[0] = (serial[0] & 0x7fU) | 0x40U;  // positive and of full length
  if (!r.serial.empty()) {
    const auto given = base::unhex(r.serial);
    if (!given) return base::fail(Fault::misuse, "the serial number is not hexadecimal");
    serial = *given;
  }
  const OwnNumber number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x.get()));
  set_time(X509_getm_notBefore(x.get()), r.not_before);
  set_time(X509_getm_notAfter(x.get()), r.not_after);
  return x;
}

void add_entry(X509_NAME* name, const char* kind, const std::string& value) {
  const base::ByteView bytes = base::view(value);
  X509_NAME_add_entry_by_txt(name, kind, MBSTRING_UTF8, bytes.data(), static_cast<int>(bytes.size()), -1, 0);
}

void set_names(X509* x, const Recipe& r, const Minted* issuer) {
  X509_NAME* subject = X509_get_subject_name(x);
  if (!r.organization.empty()) add_entry(subject, "O", r.organization);
  if (!r.common_name.empty()) add_entry(subject, "CN", r.common_name);
  if (!r.issuer_name.empty()) {
    const OwnName other(X509_NAME_new());
    add_entry(other.get(), "CN", r.issuer_name);
    X509_set_issuer_name(x, other.get());
  } else {
    X509_set_issuer_name(x, issuer == nullptr ? subject : X509_get_subject_name(issuer->sound.get()));
  }
}

bool sign(X509* x, EVP_PKEY* key, const Recipe& r) {
  const bool eddsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 || EVP_PKEY_get_base_id(key) == EVP_PKEY_ED448;
  const EVP_MD* hash = eddsa ? nullptr : EVP_get_digestbyname(r.hash.c_str());
  if (!eddsa && hash == nullptr) return false;
  using OwnContext = Own<EVP_MD_CTX, EVP_MD_CTX_free>;
  const OwnContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  if (EVP_DigestSignInit(context.get(), &parameters, hash, nullptr, key) != 1) return false;
  if (r.pss && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
  }
  return X509_sign_ctx(x, context.get()) > 0;
}

/// Flaws of the encoding itself come last. The signature's bits stand at the end of the certificate.
void spoil(base::Bytes& der, const Recipe& r, const Certificate& sound) {
  if (r.bad_signature) der.back() ^= 0x55U;
  if (!r.malformed) return;
  // The key's algorithm becomes an element of another kind: the outline stays readable up to it.
  const auto at = std::search(der.begin(), der.end(), sound.subject_der.begin(), sound.subject_der.end());
  const auto subject = sound.self_issued ? std::search(at + 1, der.end(), sound.subject_der.begin(), sound.subject_der.end()) : at;
  const auto key = subject + static_cast<std::ptrdiff_t>(sound.subject_der.size());
  if (subject != der.end() && key != der.end()) *key = 0x04;
}

std::string slot_of(const Recipe& r, const Minted* issuer) {
  if (!r.key_slot.empty()) return r.key_slot;
  if (r.ca) return r.common_name;
  return issuer == nullptr ? "self-signed leaf" : "leaf";
}

EVP_PKEY* generate(const std::string& kind) {
  const std::size_t dash = kind.rfind('-');
  const std::string family = kind.substr(0, dash);
  const std::string rest = dash == std::string::npos ? std::string{} : kind.substr(dash + 1);
  if (kind == "ed25519" || kind == "ed448") return EVP_PKEY_Q_keygen(nullptr, nullptr, kind == "ed448" ? "ED448" : "ED25519");
  if (family == "ec")
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC",
                             rest == "secp256r1"   ? "prime256v1"
                             : rest == "secp192r1" ? "prime192v1"
                                                   : rest.c_str());
  const auto bits = base::number(rest, 16384);
  if (!bits || *bits < 512) return nullptr;
  if (family == "dsa") return generate_dsa(static_cast<unsigned>(*bits));
  if (family == "rsa" || family == "rsa-pss") return generate_rsa(family == "rsa-pss", static_cast<unsigned>(*bits));
  return nullptr;
}

}  // namespace

base::Result<PrivateKey> mint_key(const std::string& kind, const std::string& slot) {
  static std::mutex guard;
  static std::map<std::pair<std::string, std::string>, PrivateKey> kept;
  const QuietErrors quiet;
  const std::scoped_lock lock(guard);
  const auto found = kept.find({kind, slot});
  if (found != kept.end()) return found->second;
  const OwnKey key(generate(kind));
  if (key == nullptr) return base::fail(Fault::misuse, "no key of the kind \"" + kind + "\" can be made");
  return kept.emplace(std::pair(kind, slot), private_key(key.get())).first->second;
}

base::Result<Minted> mint(const Recipe& r, const Minted* issuer) {
  const QuietErrors quiet;
  if (issuer != nullptr && issuer->sound == nullptr) return base::fail(Fault::misuse, "the issuer was not minted");
  Minted out;
  if (r.use_key) {
    out.key = *r.use_key;
  } else {
    auto key = mint_key(r.key, slot_of(r, issuer));
    if (!key) return tl::unexpected<base::Error>(key.error());
    out.key = std::move(*key);
  }
  auto x = empty_certificate(r);
  if (!x) return tl::unexpected<base::Error>(x.error());
  set_names(x->get(), r, issuer);
  X509_set_pubkey(x->get(), out.key.handle.get());
  if (r.version >= 3) {
    auto added = add_extensions(x->get(), r, issuer);
    if (!added) return tl::unexpected<base::Error>(added.error());
  }
  const PrivateKey& signer = issuer == nullptr ? out.key : issuer->key;
  if (!sign(x->get(), signer.handle.get(), r))
    return base::fail(Fault::misuse, "the certificate cannot be signed with " + signer.about.name + " and " + r.hash);
  base::Bytes der = encode(i2d_X509, x->get());
  out.certificate = examine(der);
  out.sound = out.certificate.handle;
  if (r.bad_signature || r.malformed) {
    spoil(der, r, out.certificate);
    out.certificate = examine(der);
  }
  return out;
}

Recipe root_recipe(const std::string& common_name) {
  Recipe r;
  r.common_name = common_name;
  r.ca = true;
  r.not_before = base::now() - std::chrono::hours(24 * 365);
  r.not_after = base::now() + std::chrono::hours(24 * 3650);
  return r;
}

Recipe intermediate_recipe(const std::string& common_name) {
  Recipe r = root_recipe(common_name);
  r.not_after = base::now() + std::chrono::hours(24 * 1825);
  return r;
}

Recipe leaf_recipe(const std::string& host) {
  Recipe r;
  r.common_name = host;
  const bool address = host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
  (address ? r.ip : r.dns).push_back(host);
  return r;
}

Recipe client_recipe(const std::string& common_name) {
  Recipe r;
  r.common_name = common_name;
  r.key_slot = "client";
  r.extended_key_usage = "clientAuth";
  return r;
}

}  // namespace whytls::x509
