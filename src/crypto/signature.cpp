// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

namespace whytls::crypto {

using base::Bytes;
using base::ByteView;

namespace {

/// How a scheme is computed. `hash` nullptr: intrinsic (EdDSA).
struct Method {
  std::string_view key;
  const char* hash = nullptr;
  bool pss = false;
};

const char* hash_of(unsigned code) {
  static constexpr std::array<const char*, 7> names{nullptr, "MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};
  return code < names.size() ? names[code] : nullptr;
}

// RFC 8446 4.2.3 and the pairs of RFC 5246 7.4.1.4.1.
std::optional<Method> method(std::uint16_t scheme) {
  switch (scheme) {
    case 0x0804:
      return Method{"rsa", "SHA256", true};
    case 0x0805:
      return Method{"rsa", "SHA384", true};
    case 0x0806:
      return Method{"rsa", "SHA512", true};
    case 0x0807:
      return Method{"ed25519"};
    case 0x0808:
      return Method{"ed448"};
    case 0x0809:
      return Method{"rsa-pss", "SHA256", true};
    case 0x080a:
      return Method{"rsa-pss", "SHA384", true};
    case 0x080b:
      return Method{"rsa-pss", "SHA512", true};
    case 0x081a:
      return Method{"ecdsa", "SHA256"};  // RFC 8734: brainpool in TLS 1.3
    case 0x081b:
      return Method{"ecdsa", "SHA384"};
    case 0x081c:
      return Method{"ecdsa", "SHA512"};
    default:
      break;
  }
  const char* hash = hash_of(scheme >> 8U);
  if (hash == nullptr) return std::nullopt;
  switch (scheme & 0xffU) {
    case 1:
      return Method{"rsa", hash};
    case 2:
      return Method{"dsa", hash};
    case 3:
      return Method{"ecdsa", hash};
    default:
      return std::nullopt;
  }
}

Method legacy_method(const std::string& type) { return type == "rsa" ? Method{"rsa", "MD5-SHA1"} : Method{type, "SHA1"}; }

/// The method, where it fits the key.
std::optional<Method> fitting(EVP_PKEY* key, std::uint16_t scheme, Verdict& otherwise) {
  otherwise = Verdict::unsupported;
  const std::string type = key_type(key);
  const std::optional<Method> how = scheme == 0 ? legacy_method(type) : method(scheme);
  if (!how) return std::nullopt;
  otherwise = Verdict::invalid;
  if (how->key != type && !(how->key == "ecdsa" && type == "sm2")) return std::nullopt;
  return how;
}

bool set_padding(EVP_PKEY_CTX* options, const Method& how) {
  if (how.key != "rsa" && how.key != "rsa-pss") return true;
  if (!how.pss) return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PADDING) == 1;
  return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

Key certificate_key(ByteView der) {
  X509* raw = X509_new_ex(context(), nullptr);
  if (raw == nullptr) return nullptr;
  const unsigned char* at = der.data();
  if (d2i_X509(&raw, &at, static_cast<long>(der.size())) == nullptr) {  // frees and clears `raw` when it fails
    ERR_clear_error();
    return nullptr;
  }
  const CertificatePtr certificate(raw);
  EVP_PKEY* key = X509_get_pubkey(certificate.get());
  if (key == nullptr) {
    ERR_clear_error();
    return nullptr;
  }
  return Key(key, EVP_PKEY_free);
}

std::string key_type(EVP_PKEY* key) {
  if (key == nullptr) return "other";
  if (EVP_PKEY_is_a(key, "RSA")) return "rsa";
  if (EVP_PKEY_is_a(key, "RSA-PSS")) return "rsa-pss";
  if (EVP_PKEY_is_a(key, "EC")) return "ecdsa";
  if (EVP_PKEY_is_a(key, "DSA")) return "dsa";
  if (EVP_PKEY_is_a(key, "ED25519")) return "ed25519";
  if (EVP_PKEY_is_a(key, "ED448")) return "ed448";
  return "other";
}

Verdict verify(EVP_PKEY* key, std::uint16_t scheme, ByteView message, ByteView signature) {
  Verdict otherwise{};
  const std::optional<Method> how = fitting(key, scheme, otherwise);
  if (!how) return otherwise;
  const DigestContextPtr engine(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (!engine || EVP_DigestVerifyInit_ex(engine.get(), &options, how->hash, context(), nullptr, key, nullptr) != 1 ||
      !set_padding(options, *how)) {
    ERR_clear_error();
    return Verdict::unsupported;
  }
  const int result = EVP_DigestVerify(engine.get(), signature.data(), signature.size(), message.data(), message.size());
  ERR_clear_error();
  return result == 1 ? Verdict::valid : Verdict::invalid;
}

std::optional<Bytes> sign(EVP_PKEY* key, std::uint16_t scheme, ByteView message) {
  Verdict otherwise{};
  const std::optional<Method> how = fitting(key, scheme, otherwise);
  const DigestContextPtr engine(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  std::size_t size = 0;
  if (!how || !engine || EVP_DigestSignInit_ex(engine.get(), &options, how->hash, context(), nullptr, key, nullptr) != 1 ||
      !set_padding(options, *how) || EVP_DigestSign(engine.get(), nullptr, &size, message.data(), message.size()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  Bytes out(size);
  if (EVP_DigestSign(engine.get(), out.data(), &size, message.data(), message.size()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

namespace {

std::vector<std::uint16_t> ecdsa_schemes(EVP_PKEY* key, bool tls13) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  std::string_view curve;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1) curve = std::string_view(name.data(), size);
  std::uint16_t own = 0x0403;
  if (curve == "secp384r1") own = 0x0503;
  if (curve == "secp521r1") own = 0x0603;
  if (curve == "brainpoolP256r1" && tls13) own = 0x081a;
  if (curve == "brainpoolP384r1" && tls13) own = 0x081b;
  if (curve == "brainpoolP512r1" && tls13) own = 0x081c;
  if (tls13) return {own};
  std::vector<std::uint16_t> out{own};
  for (const std::uint16_t other : std::initializer_list<std::uint16_t>{0x0403, 0x0503, 0x0603, 0x0303, 0x0203}) {
    if (other != own) out.push_back(other);
  }
  return out;
}

}  // namespace

std::vector<std::uint16_t> schemes_of(EVP_PKEY* key, bool tls13) {
  const std::string type = key_type(key);
  if (type == "rsa" && tls13) return {0x0804, 0x0805, 0x0806};
  if (type == "rsa") return {0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0301, 0x0201};
  if (type == "rsa-pss") return {0x0809, 0x080a, 0x080b};
  if (type == "ecdsa") return ecdsa_schemes(key, tls13);
  if (type == "ed25519") return {0x0807};
  if (type == "ed448") return {0x0808};
  if (type == "dsa" && !tls13) return {0x0402, 0x0302, 0x0202};
  return {};
}

}  // namespace whytls::crypto
