// SPDX-License-Identifier: Apache-2.0
#include "crypto/record_cipher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/context.h"
#include "crypto/hash.h"
#include "crypto/schedule.h"

namespace whytls::crypto {

using base::Bytes;
using base::ByteView;
using registry::Mode;
using registry::Suite;
namespace version = registry::version;

namespace {

bool aead(Mode mode) { return mode == Mode::gcm || mode == Mode::ccm || mode == Mode::ccm8 || mode == Mode::chacha20_poly1305; }
std::size_t tag_size(Mode mode) { return mode == Mode::ccm8 ? 8 : 16; }

/// libcrypto's name of a suite's bulk cipher; empty where it has none. `legacy`: from the legacy provider.
struct CipherName {
  std::string name;
  bool legacy = false;
};

CipherName cipher_name(const Suite& suite) {
  const auto is = [&](std::string_view prefix) { return suite.cipher.substr(0, prefix.size()) == prefix; };
  const bool draft_nonce = suite.code >= 0xcc13 && suite.code <= 0xcc15;  // ChaCha20 before RFC 7905
  if (suite.export_grade || draft_nonce) return {};
  if (suite.mode == Mode::chacha20_poly1305) return {"CHACHA20-POLY1305"};
  if (is("RC4")) return {"RC4", true};
  if (suite.mode == Mode::cbc && is("3DES")) return {"DES-EDE3-CBC"};
  if (suite.mode == Mode::cbc && is("DES")) return {"DES-CBC", true};
  if (suite.mode == Mode::cbc && is("SEED")) return {"SEED-CBC", true};
  if (suite.mode == Mode::cbc && is("IDEA")) return {"IDEA-CBC", true};
  if (!is("AES_") && !is("CAMELLIA_") && !is("ARIA_")) return {};
  std::string name(suite.cipher);
  std::replace(name.begin(), name.end(), '_', '-');
  switch (suite.mode) {
    case Mode::cbc:
      return {name + "-CBC"};
    case Mode::gcm:
      return {name + "-GCM"};
    case Mode::ccm:
    case Mode::ccm8:
      return {name + "-CCM"};
    default:
      return {};
  }
}

CipherPtr fetch_cipher(const Suite& suite) {
  const CipherName how = cipher_name(suite);
  if (how.name.empty() || (how.legacy && !load_legacy())) return nullptr;
  return CipherPtr(EVP_CIPHER_fetch(context(), how.name.c_str(), nullptr));
}

bool null_cipher(const Suite& suite) { return suite.cipher == "NULL" && suite.mac != registry::Hash::none; }

/// The pseudo-header of RFC 5246 6.2.3.1 and 6.2.3.3.
Bytes pseudo_header(std::uint64_t sequence, std::uint8_t type, std::uint16_t record_version, std::size_t size) {
  base::Writer out;
  out.u32(static_cast<std::uint32_t>(sequence >> 32U));
  out.u32(static_cast<std::uint32_t>(sequence));
  out.u8(type);
  out.u16(record_version);
  out.u16(static_cast<std::uint16_t>(size));
  return out.take();
}

/// NULL, RC4 and CBC ciphers with an HMAC.
class MacCipher final : public RecordCipher {
 public:
  MacCipher(const Suite& suite, std::uint16_t negotiated, const DirectionKeys& keys, bool sealing, bool encrypt_then_mac)
      : hash_(suite.mac),
        mac_key_(keys.mac),
        cbc_(suite.mode == Mode::cbc),
        explicit_iv_(cbc_ && negotiated >= version::tls11),
        encrypt_then_mac_(cbc_ && encrypt_then_mac) {
    if (null_cipher(suite)) {
      good_ = true;
      return;
    }
    const CipherPtr cipher = fetch_cipher(suite);
    engine_.reset(EVP_CIPHER_CTX_new());
    if (!cipher || !engine_) return;
    if (cbc_) block_ = static_cast<std::size_t>(EVP_CIPHER_get_block_size(cipher.get()));
    if (EVP_CipherInit_ex2(engine_.get(), cipher.get(), nullptr, nullptr, sealing ? 1 : 0, nullptr) != 1) return;
    if (EVP_CIPHER_CTX_set_key_length(engine_.get(), static_cast<int>(keys.key.size())) != 1) return;
    const unsigned char* iv = cbc_ && !explicit_iv_ ? keys.iv.data() : nullptr;
    good_ = EVP_CipherInit_ex2(engine_.get(), nullptr, keys.key.data(), iv, -1, nullptr) == 1 &&
            EVP_CIPHER_CTX_set_padding(engine_.get(), 0) == 1;
  }
  bool good() const { return good_; }
  void continue_at(std::uint64_t sequence) override { sequence_ = sequence; }

  std::optional<Bytes> seal(std::uint8_t type, std::uint16_t record_version, ByteView plain) override {
    const std::uint64_t sequence = sequence_++;
    Bytes body(plain.begin(), plain.end());
    if (!encrypt_then_mac_) append(body, mac(sequence, type, record_version, plain));
    if (cbc_) pad(body);
    Bytes out;
    if (explicit_iv_) {
      out = random_bytes(block_);
      if (!set_iv(out)) return std::nullopt;
    }
    if (!run(body)) return std::nullopt;
    append(out, body);
    if (encrypt_then_mac_) append(out, mac(sequence, type, record_version, out));  // RFC 7366 3
    return out;
  }

  std::optional<Opened> open(std::uint8_t type, std::uint16_t record_version, ByteView fragment) override {
    const std::uint64_t sequence = sequence_++;
    if (encrypt_then_mac_) {
      const std::size_t size = hash_size(hash_);
      if (fragment.size() < size) return std::nullopt;
      const ByteView body = fragment.first(fragment.size() - size);
      if (!equal(mac(sequence, type, record_version, body), fragment.last(size))) return std::nullopt;
      fragment = body;
    }
    if (explicit_iv_) {
      if (fragment.size() < block_ || !set_iv(fragment.first(block_))) return std::nullopt;
      fragment = fragment.subspan(block_);
    }
    Bytes body(fragment.begin(), fragment.end());
    if ((cbc_ && (body.empty() || body.size() % block_ != 0)) || !run(body) || (cbc_ && !unpad(body))) return std::nullopt;
    if (encrypt_then_mac_) return Opened{type, std::move(body)};
    return checked(sequence, type, record_version, std::move(body));
  }

 private:
  static void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

  std::optional<Opened> checked(std::uint64_t sequence, std::uint8_t type, std::uint16_t record_version, Bytes body) const {
    const std::size_t size = hash_size(hash_);
    if (body.size() < size) return std::nullopt;
    const ByteView content = ByteView(body).first(body.size() - size);
    if (!equal(mac(sequence, type, record_version, content), ByteView(body).last(size))) return std::nullopt;
    body.resize(content.size());
    return Opened{type, std::move(body)};
  }
  Bytes mac(std::uint64_t sequence, std::uint8_t type, std::uint16_t record_version, ByteView content) const {
    return hmac(hash_, mac_key_, {pseudo_header(sequence, type, record_version, content.size()), content});
  }
  void pad(Bytes& body) const {
    const std::size_t count = block_ - body.size() % block_;
    body.insert(body.end(), count, static_cast<std::uint8_t>(count - 1));
  }
  // Not in constant time: we open what we asked for and answer nobody's oracle questions.
  static bool unpad(Bytes& body) {
    const std::size_t count = std::size_t{body.back()} + 1;
    if (count > body.size()) return false;
    if (!std::all_of(body.end() - static_cast<std::ptrdiff_t>(count), body.end(), [&](std::uint8_t one) { return one == body.back(); }))
      return false;
    body.resize(body.size() - count);
    return true;
  }
  bool set_iv(ByteView iv) { return EVP_CipherInit_ex2(engine_.get(), nullptr, nullptr, iv.data(), -1, nullptr) == 1; }
  bool run(Bytes& body) {
    if (!engine_ || body.empty()) return true;
    int size = 0;
    return EVP_CipherUpdate(engine_.get(), body.data(), &size, body.data(), static_cast<int>(body.size())) == 1 &&
           static_cast<std::size_t>(size) == body.size();
  }

  registry::Hash hash_;
  Bytes mac_key_;
  bool cbc_, explicit_iv_, encrypt_then_mac_;
  bool good_ = false;
  std::size_t block_ = 0;
  std::uint64_t sequence_ = 0;
  CipherContextPtr engine_;
};

/// AEAD ciphers: RFC 5288, 6655, 7905 in TLS 1.2, RFC 8446 5.2 in TLS 1.3.
class AeadCipher final : public RecordCipher {
 public:
  AeadCipher(const Suite& suite, std::uint16_t negotiated, DirectionKeys keys, bool sealing)
      : tag_(tag_size(suite.mode)),
        ccm_(suite.mode == Mode::ccm || suite.mode == Mode::ccm8),
        tls13_(negotiated >= version::tls13),
        explicit_nonce_(!tls13_ && suite.mode != Mode::chacha20_poly1305),
        sealing_(sealing),
        keys_(std::move(keys)),
        cipher_(fetch_cipher(suite)),
        engine_(EVP_CIPHER_CTX_new()) {}
  bool good() const { return cipher_ != nullptr && engine_ != nullptr; }
  void continue_at(std::uint64_t sequence) override { sequence_ = sequence; }
  std::uint8_t outer_type(std::uint8_t type) const override { return tls13_ ? 23 : type; }

  std::optional<Bytes> seal(std::uint8_t type, std::uint16_t record_version, ByteView plain) override {
    const std::uint64_t sequence = sequence_++;
    Bytes body(plain.begin(), plain.end());
    if (tls13_) body.push_back(type);
    const Bytes extra = tls13_ ? header13(body.size() + tag_) : pseudo_header(sequence, type, record_version, body.size());
    const Bytes iv = nonce(sequence);
    Bytes tag(tag_);
    if (!run(iv, extra, body, tag)) return std::nullopt;
    Bytes out;
    if (explicit_nonce_) out.assign(iv.begin() + 4, iv.end());
    out.insert(out.end(), body.begin(), body.end());
    out.insert(out.end(), tag.begin(), tag.end());
    return out;
  }

  std::optional<Opened> open(std::uint8_t type, std::uint16_t record_version, ByteView fragment) override {
    const std::uint64_t sequence = sequence_++;
    const std::size_t whole = fragment.size();
    Bytes iv = nonce(sequence);
    if (explicit_nonce_) {
      if (fragment.size() < 8) return std::nullopt;
      std::copy_n(fragment.begin(), 8, iv.begin() + 4);
      fragment = fragment.subspan(8);
    }
    if (fragment.size() < tag_) return std::nullopt;
    Bytes body(fragment.begin(), fragment.end() - static_cast<std::ptrdiff_t>(tag_));
    Bytes tag(fragment.end() - static_cast<std::ptrdiff_t>(tag_), fragment.end());
    const Bytes extra = tls13_ ? header13(whole) : pseudo_header(sequence, type, record_version, body.size());
    if (!run(iv, extra, body, tag)) return std::nullopt;
    if (!tls13_) return Opened{type, std::move(body)};
    while (!body.empty() && body.back() == 0) body.pop_back();  // RFC 8446 5.4
    if (body.empty()) return Opened{0, {}};
    const std::uint8_t inner = body.back();
    body.pop_back();
    return Opened{inner, std::move(body)};
  }

 private:
  static Bytes header13(std::size_t size) {
    return {23, 3, 3, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size & 0xffU)};
  }
  Bytes nonce(std::uint64_t sequence) const {
    Bytes iv = keys_.iv;
    if (explicit_nonce_) iv.resize(12, 0);  // the salt; the rest is free, and a counter never repeats: RFC 5288 3
    for (std::size_t i = 0; i < 8; ++i) iv[11 - i] = static_cast<std::uint8_t>(iv[11 - i] ^ (sequence >> (8 * i) & 0xffU));
    return iv;
  }
  // In place. Sealing writes `tag`, opening checks it.
  bool run(const Bytes& iv, const Bytes& extra, Bytes& body, Bytes& tag) {
    EVP_CIPHER_CTX* ctx = engine_.get();
    const int mode = sealing_ ? 1 : 0;
    const int tag_length = static_cast<int>(tag.size());
    void* given = sealing_ ? nullptr : tag.data();
    int size = 0;
    if (EVP_CIPHER_CTX_reset(ctx) != 1 || EVP_CipherInit_ex2(ctx, cipher_.get(), nullptr, nullptr, mode, nullptr) != 1) return false;
    if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv.size()), nullptr) != 1) return false;
    if ((ccm_ || !sealing_) && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, tag_length, given) != 1) return false;
    if (EVP_CipherInit_ex2(ctx, nullptr, keys_.key.data(), iv.data(), mode, nullptr) != 1) return false;
    if (ccm_ && EVP_CipherUpdate(ctx, nullptr, &size, nullptr, static_cast<int>(body.size())) != 1) return false;
    if (EVP_CipherUpdate(ctx, nullptr, &size, extra.data(), static_cast<int>(extra.size())) != 1) return false;
    static unsigned char nothing = 0;
    unsigned char* data = body.empty() ? &nothing : body.data();
    if ((ccm_ || !body.empty()) && EVP_CipherUpdate(ctx, data, &size, data, static_cast<int>(body.size())) != 1) return false;
    unsigned char rest[16];
    if (!(ccm_ && !sealing_) && EVP_CipherFinal_ex(ctx, rest, &size) != 1) return false;  // CCM has checked its tag already
    return !sealing_ || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, tag_length, tag.data()) == 1;
  }

  std::size_t tag_;
  bool ccm_, tls13_, explicit_nonce_, sealing_;
  std::uint64_t sequence_ = 0;
  DirectionKeys keys_;
  CipherPtr cipher_;
  CipherContextPtr engine_;
};

}  // namespace

std::optional<KeySizes> key_sizes(const Suite& suite, std::uint16_t negotiated) {
  if (negotiated < version::tls10 || negotiated > version::tls13) return std::nullopt;
  if (null_cipher(suite) && hash_size(suite.mac) != 0 && negotiated < version::tls13) return KeySizes{hash_size(suite.mac), 0, 0};
  const CipherPtr cipher = fetch_cipher(suite);
  if (!cipher) return std::nullopt;
  KeySizes sizes;
  sizes.key = static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher.get()));
  if (aead(suite.mode)) {
    sizes.iv = negotiated >= version::tls13 || suite.mode == Mode::chacha20_poly1305 ? 12 : 4;
    return sizes;
  }
  sizes.mac = hash_size(suite.mac);
  if (sizes.mac == 0 || negotiated >= version::tls13) return std::nullopt;
  if (suite.mode == Mode::cbc && negotiated < version::tls11) sizes.iv = static_cast<std::size_t>(EVP_CIPHER_get_block_size(cipher.get()));
  return sizes;
}

std::optional<KeyBlock> key_block(const Suite& suite, std::uint16_t negotiated, ByteView master, ByteView client_random,
                                  ByteView server_random) {
  const std::optional<KeySizes> sizes = key_sizes(suite, negotiated);
  if (!sizes) return std::nullopt;
  Bytes seed(server_random.begin(), server_random.end());
  seed.insert(seed.end(), client_random.begin(), client_random.end());
  const Bytes block = prf(negotiated, suite.prf, master, "key expansion", seed, 2 * (sizes->mac + sizes->key + sizes->iv));
  base::Reader reader(block);
  KeyBlock made;
  const auto take = [&](std::size_t size, Bytes& out) {
    ByteView part;
    if (reader.bytes(size, part, "key block")) out.assign(part.begin(), part.end());
  };
  take(sizes->mac, made.client.mac);
  take(sizes->mac, made.server.mac);
  take(sizes->key, made.client.key);
  take(sizes->key, made.server.key);
  take(sizes->iv, made.client.iv);
  take(sizes->iv, made.server.iv);
  return made;
}

std::optional<DirectionKeys> traffic_keys(const Suite& suite, ByteView traffic_secret) {
  const std::optional<KeySizes> sizes = key_sizes(suite, version::tls13);
  if (!sizes) return std::nullopt;
  DirectionKeys made;
  made.key = hkdf_expand_label(suite.prf, traffic_secret, "key", {}, sizes->key);
  made.iv = hkdf_expand_label(suite.prf, traffic_secret, "iv", {}, sizes->iv);
  return made;
}

std::unique_ptr<RecordCipher> make_record_cipher(const Suite& suite, std::uint16_t negotiated, const DirectionKeys& keys,
                                                 Direction direction, bool encrypt_then_mac) {
  const std::optional<KeySizes> sizes = key_sizes(suite, negotiated);
  if (!sizes || keys.mac.size() != sizes->mac || keys.key.size() != sizes->key || keys.iv.size() != sizes->iv) return nullptr;
  const bool sealing = direction == Direction::seal;
  if (aead(suite.mode)) {
    auto made = std::make_unique<AeadCipher>(suite, negotiated, keys, sealing);
    return made->good() ? std::move(made) : nullptr;
  }
  auto made = std::make_unique<MacCipher>(suite, negotiated, keys, sealing, encrypt_then_mac);
  return made->good() ? std::move(made) : nullptr;
}

}  // namespace whytls::crypto
