// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_exchange.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

namespace whytls::crypto {

using base::Bytes;
using base::ByteView;

namespace {

enum class Kind : std::uint8_t { ec, x, ffdhe, kem };

/// How a group's key is made. Hybrids: `kem` ranks with a classical part before or behind.
struct Recipe {
  std::uint16_t group;
  Kind kind;
  const char* name;  ///< libcrypto's; of the classical part in hybrids, nullptr without one
  unsigned rank = 0;
  bool kem_first = true;
};

// Code points: IANA "TLS Supported Groups"; order of hybrids: draft-ietf-tls-ecdhe-mlkem 4.1, draft-tls-westerbaan-xyber768d00 3.
constexpr Recipe recipes[] = {
    {1, Kind::ec, "sect163k1"},
    {2, Kind::ec, "sect163r1"},
    {3, Kind::ec, "sect163r2"},
    {4, Kind::ec, "sect193r1"},
    {5, Kind::ec, "sect193r2"},
    {6, Kind::ec, "sect233k1"},
    {7, Kind::ec, "sect233r1"},
    {8, Kind::ec, "sect239k1"},
    {9, Kind::ec, "sect283k1"},
    {10, Kind::ec, "sect283r1"},
    {11, Kind::ec, "sect409k1"},
    {12, Kind::ec, "sect409r1"},
    {13, Kind::ec, "sect571k1"},
    {14, Kind::ec, "sect571r1"},
    {15, Kind::ec, "secp160k1"},
    {16, Kind::ec, "secp160r1"},
    {17, Kind::ec, "secp160r2"},
    {18, Kind::ec, "secp192k1"},
    {19, Kind::ec, "prime192v1"},
    {20, Kind::ec, "secp224k1"},
    {21, Kind::ec, "secp224r1"},
    {22, Kind::ec, "secp256k1"},
    {23, Kind::ec, "prime256v1"},
    {24, Kind::ec, "secp384r1"},
    {25, Kind::ec, "secp521r1"},
    {26, Kind::ec, "brainpoolP256r1"},
    {27, Kind::ec, "brainpoolP384r1"},
    {28, Kind::ec, "brainpoolP512r1"},
    {29, Kind::x, "X25519"},
    {30, Kind::x, "X448"},
    {31, Kind::ec, "brainpoolP256r1"},
    {32, Kind::ec, "brainpoolP384r1"},
    {33, Kind::ec, "brainpoolP512r1"},
    {41, Kind::ec, "SM2"},
    {0x0100, Kind::ffdhe, "ffdhe2048"},
    {0x0101, Kind::ffdhe, "ffdhe3072"},
    {0x0102, Kind::ffdhe, "ffdhe4096"},
    {0x0103, Kind::ffdhe, "ffdhe6144"},
    {0x0104, Kind::ffdhe, "ffdhe8192"},
    {0x0200, Kind::kem, nullptr, 2},
    {0x0201, Kind::kem, nullptr, 3},
    {0x0202, Kind::kem, nullptr, 4},
    {0x11eb, Kind::kem, "prime256v1", 3, false},
    {0x11ec, Kind::kem, "X25519", 3, true},
    {0x11ed, Kind::kem, "secp384r1", 4, false},
    {0x6399, Kind::kem, "X25519", 3, false},
    {0x639a, Kind::kem, "prime256v1", 3, false},
};

const Recipe* recipe(std::uint16_t group) {
  const auto* found = std::find_if(std::begin(recipes), std::end(recipes), [&](const Recipe& one) { return one.group == group; });
  return found == std::end(recipes) ? nullptr : found;
}

PkeyPtr generate_named(const char* type, const char* group) {
  const PkeyContextPtr maker(EVP_PKEY_CTX_new_from_name(context(), type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!maker || EVP_PKEY_keygen_init(maker.get()) != 1) return nullptr;
  if (group != nullptr) {
    std::string name = group;
    const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), 0),
                                           OSSL_PARAM_construct_end()};
    if (EVP_PKEY_CTX_set_params(maker.get(), params.data()) != 1) return nullptr;
  }
  if (EVP_PKEY_generate(maker.get(), &made) != 1) return nullptr;
  return PkeyPtr(made);
}

PkeyPtr generate_key(Kind kind, const char* name) {
  if (kind == Kind::ffdhe) return generate_named("DH", name);
  const std::string_view text = name;
  if (text == "X25519" || text == "X448") return generate_named(name, nullptr);
  return generate_named("EC", name);
}

Bytes encoded_public(EVP_PKEY* key) {
  unsigned char* data = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(key, &data);
  Bytes out(data, data + size);
  OPENSSL_free(data);
  return out;
}

void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace

std::optional<EphemeralKey> EphemeralKey::generate(std::uint16_t group) {
  const Recipe* how = recipe(group);
  if (how == nullptr) return std::nullopt;
  EphemeralKey made;
  made.group_ = group;
  made.finite_field_ = how->kind == Kind::ffdhe;
  PkeyPtr classical;
  if (how->name != nullptr) {
    classical = generate_key(how->kind, how->name);
    if (!classical) return std::nullopt;
  }
  if (how->kind == Kind::kem) {
    if (how->kem_first) append(made.share_, kem_share(how->rank));
    if (classical) append(made.share_, encoded_public(classical.get()));
    if (!how->kem_first) append(made.share_, kem_share(how->rank));
    return made;
  }
  made.share_ = encoded_public(classical.get());
  made.key_ = std::shared_ptr<EVP_PKEY>(classical.release(), EVP_PKEY_free);
  return made;
}

bool group_derivable(std::uint16_t group) {
  const Recipe* how = recipe(group);
  return how != nullptr && how->kind != Kind::kem;
}

std::optional<Bytes> EphemeralKey::shared_secret(ByteView peer_share) const {
  if (!key_ || (finite_field_ && peer_share.size() != share_.size())) return std::nullopt;  // RFC 8446 4.2.8.1
  const PkeyPtr peer(EVP_PKEY_new());
  if (!peer || EVP_PKEY_copy_parameters(peer.get(), key_.get()) != 1) return std::nullopt;
  if (EVP_PKEY_set1_encoded_public_key(peer.get(), peer_share.data(), peer_share.size()) != 1) return std::nullopt;
  const PkeyContextPtr derive(EVP_PKEY_CTX_new_from_pkey(context(), key_.get(), nullptr));
  if (!derive || EVP_PKEY_derive_init(derive.get()) != 1) return std::nullopt;
  if (finite_field_) {  // RFC 8446 7.4.1: leading zeros are kept
    unsigned int pad = 1;
    const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad), OSSL_PARAM_construct_end()};
    if (EVP_PKEY_CTX_set_params(derive.get(), params.data()) != 1) return std::nullopt;
  }
  std::size_t size = 0;
  if (EVP_PKEY_derive_set_peer(derive.get(), peer.get()) != 1 || EVP_PKEY_derive(derive.get(), nullptr, &size) != 1) return std::nullopt;
  Bytes out(size);
  if (EVP_PKEY_derive(derive.get(), out.data(), &size) != 1) return std::nullopt;
  out.resize(size);
  return out;
}

namespace {

BignumPtr number(ByteView bytes) { return BignumPtr(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)); }

Bytes minimal(const BIGNUM* value) {
  Bytes out(static_cast<std::size_t>(BN_num_bytes(value)));
  BN_bn2bin(value, out.data());
  if (out.empty()) out.push_back(0);
  return out;
}

}  // namespace

std::optional<DhClient> dh_client(ByteView p, ByteView g, ByteView server_public) {
  constexpr std::size_t largest = 2048;  // bytes; libcrypto itself stops at 10,000 bits
  if (p.size() > largest || g.size() > largest || server_public.size() > largest) return std::nullopt;
  const BignumPtr modulus = number(p);
  const BignumPtr generator = number(g);
  const BignumPtr theirs = number(server_public);
  const BignumContextPtr scratch(BN_CTX_new_ex(context()));
  if (!modulus || !generator || !theirs || !scratch || !BN_is_odd(modulus.get()) || BN_is_one(modulus.get())) return std::nullopt;
  const Bytes bytes = random_bytes(std::min<std::size_t>(32, p.size()));  // 256 bits of exponent are as strong as any prime of a DHE suite
  const BignumPtr exponent = number(bytes);
  const BignumPtr ours(BN_new());
  const BignumPtr secret(BN_new());
  if (!exponent || !ours || !secret) return std::nullopt;
  if (BN_mod_exp(ours.get(), generator.get(), exponent.get(), modulus.get(), scratch.get()) != 1) return std::nullopt;
  if (BN_mod_exp(secret.get(), theirs.get(), exponent.get(), modulus.get(), scratch.get()) != 1) return std::nullopt;
  return DhClient{minimal(ours.get()), minimal(secret.get())};
}

std::optional<RsaTransport> rsa_transport(EVP_PKEY* key, std::uint16_t client_version) {
  if (key == nullptr || !EVP_PKEY_is_a(key, "RSA")) return std::nullopt;
  RsaTransport made;
  made.premaster = random_bytes(48);
  made.premaster[0] = static_cast<std::uint8_t>(client_version >> 8U);
  made.premaster[1] = static_cast<std::uint8_t>(client_version & 0xffU);
  const PkeyContextPtr encrypt(EVP_PKEY_CTX_new_from_pkey(context(), key, nullptr));
  std::size_t size = 0;
  if (!encrypt || EVP_PKEY_encrypt_init(encrypt.get()) != 1 || EVP_PKEY_CTX_set_rsa_padding(encrypt.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_encrypt(encrypt.get(), nullptr, &size, made.premaster.data(), made.premaster.size()) != 1) {
    return std::nullopt;
  }
  made.encrypted.resize(size);
  if (EVP_PKEY_encrypt(encrypt.get(), made.encrypted.data(), &size, made.premaster.data(), made.premaster.size()) != 1) return std::nullopt;
  made.encrypted.resize(size);
  return made;
}

Bytes kem_share(unsigned rank) {
  constexpr unsigned modulus = 3329;
  const std::size_t coefficients = std::size_t{256} * rank;
  Bytes out;
  out.reserve(coefficients * 3 / 2 + 32);
  Bytes pool;
  std::size_t used = 0;
  const auto next = [&]() -> unsigned {  // by rejection, so that all values are equally likely
    for (;;) {
      if (used + 2 > pool.size()) pool = random_bytes(2048), used = 0;
      const unsigned value = (static_cast<unsigned>(pool[used]) | static_cast<unsigned>(pool[used + 1]) << 8U) & 0xfffU;
      used += 2;
      if (value < modulus) return value;
    }
  };
  for (std::size_t i = 0; i < coefficients; i += 2) {  // ByteEncode_12 of FIPS 203 4.2.1: two coefficients in three bytes
    const unsigned a = next();
    const unsigned b = next();
    out.push_back(static_cast<std::uint8_t>(a & 0xffU));
    out.push_back(static_cast<std::uint8_t>(a >> 8U | (b & 0xfU) << 4U));
    out.push_back(static_cast<std::uint8_t>(b >> 4U));
  }
  append(out, random_bytes(32));
  return out;
}

}  // namespace whytls::crypto
