// SPDX-License-Identifier: Apache-2.0
// PKCS #7 (RFC 2315) and PKCS #12 (RFC 7292): libcrypto decodes and decrypts. Old stores are encrypted with RC2 or RC4, which libcrypto 3
// keeps in its legacy provider: that is loaded into a context of its own.
#include <fmt/format.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>

#include <map>

#include "base/text.h"
#include "x509/container_parts.h"
#include "x509/facts.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

void free_safes(STACK_OF(PKCS7) * list) { sk_PKCS7_pop_free(list, PKCS7_free); }
void free_bags(STACK_OF(PKCS12_SAFEBAG) * list) { sk_PKCS12_SAFEBAG_pop_free(list, PKCS12_SAFEBAG_free); }
using OwnStore = Own<PKCS12, PKCS12_free>;
using OwnSigned = Own<PKCS7, PKCS7_free>;
using OwnSafes = Own<STACK_OF(PKCS7), free_safes>;
using OwnBags = Own<STACK_OF(PKCS12_SAFEBAG), free_bags>;
using OwnInfo = Own<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

constexpr int deepest_nesting = 4;
/// Java's mark of a certificate that the store's owner trusts (JDK-8148408, PKCS12KeyStore).
constexpr const char* java_trusted = "2.16.840.1.113894.746875.1.1";

/// libcrypto with its legacy provider beside the default one; null where that is not installed.
OSSL_LIB_CTX* legacy_context() {
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made != nullptr && OSSL_PROVIDER_load(made, "default") != nullptr && OSSL_PROVIDER_load(made, "legacy") != nullptr) return made;
    OSSL_LIB_CTX_free(made);
    return static_cast<OSSL_LIB_CTX*>(nullptr);
  }();
  return context;
}

/// How often a password may be digested in all, however often the file asks for it: some seconds. What tools write stays below a million.
constexpr std::uint64_t most_rounds = 6'000'000;

std::uint64_t rounds_of(const ASN1_INTEGER* count) {
  std::uint64_t out = 0;
  return count == nullptr ? 1 : ASN1_INTEGER_get_uint64(&out, count) == 1 ? out : most_rounds + 1;
}

template <class T, auto Free>
std::uint64_t rounds_in(T* (*decode)(T**, const unsigned char**, long), const X509_ALGOR* algorithm, std::uint64_t (*rounds)(const T&)) {
  if (algorithm->parameter == nullptr || algorithm->parameter->type != V_ASN1_SEQUENCE) return 1;
  const base::ByteView bytes = octets(algorithm->parameter->value.sequence);
  const unsigned char* at = bytes.data();
  const Own<T, Free> value(decode(nullptr, &at, static_cast<long>(bytes.size())));
  return value == nullptr ? 1 : rounds(*value);
}

/// What decrypting with that algorithm costs: the iteration count of PBKDF2 (RFC 8018 A.2) or of the older schemes (A.3, RFC 7292 C).
std::uint64_t rounds_of(const X509_ALGOR* algorithm) {
  if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2)
    return rounds_in<PBEPARAM, PBEPARAM_free>(d2i_PBEPARAM, algorithm, [](const PBEPARAM& p) { return rounds_of(p.iter); });
  return rounds_in<PBE2PARAM, PBE2PARAM_free>(d2i_PBE2PARAM, algorithm, [](const PBE2PARAM& p) {
    return rounds_in<PBKDF2PARAM, PBKDF2PARAM_free>(d2i_PBKDF2PARAM, p.keyfunc,
                                                    [](const PBKDF2PARAM& inner) { return rounds_of(inner.iter); });
  });
}

/// Spends rounds as long as there are some.
class Budget {
 public:
  bool spend(std::uint64_t rounds) {
    exhausted_ = exhausted_ || rounds > left_;
    if (rounds > left_) return false;
    left_ -= rounds;
    return true;
  }
  bool exhausted() const { return exhausted_; }

 private:
  std::uint64_t left_ = most_rounds;
  bool exhausted_ = false;
};

struct Password {
  const std::optional<std::string>* text = nullptr;
  const char* data() const { return text->has_value() ? (*text)->c_str() : nullptr; }
  int size() const { return text->has_value() ? static_cast<int>((*text)->size()) : 0; }
};

std::string text_attribute(const PKCS12_SAFEBAG* bag) {
  char* name = PKCS12_get_friendlyname(const_cast<PKCS12_SAFEBAG*>(bag));  // NOLINT: libcrypto 3.0 wants it so, and only reads
  std::string out = name == nullptr ? std::string{} : base::printable(std::string_view(name), 128);
  OPENSSL_free(name);
  return out;
}

std::string key_id(const PKCS12_SAFEBAG* bag) {
  const ASN1_TYPE* id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
  return id != nullptr && id->type == V_ASN1_OCTET_STRING ? base::hex(octets(id->value.octet_string)) : std::string{};
}

bool marked_as_trusted(const PKCS12_SAFEBAG* bag) {
  const STACK_OF(X509_ATTRIBUTE)* attributes = PKCS12_SAFEBAG_get0_attrs(bag);
  for (int i = 0; i < sk_X509_ATTRIBUTE_num(attributes); ++i) {
    std::array<char, 64> oid{};
    OBJ_obj2txt(oid.data(), static_cast<int>(oid.size()), X509_ATTRIBUTE_get0_object(sk_X509_ATTRIBUTE_value(attributes, i)), 1);
    if (std::string_view(oid.data()) == java_trusted) return true;
  }
  return false;
}

/// Reads the bags of one store with one password.
class Bags {
 public:
  Bags(Contents& out, const Password& password, Budget& budget) : out_(out), password_(password), budget_(budget) {}

  void read(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags) && out_.parts.size() < most_parts; ++i) read(sk_PKCS12_SAFEBAG_value(bags, i), depth);
  }
  bool locked() const { return locked_; }

 private:
  void read(PKCS12_SAFEBAG* bag, int depth) {
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_certBag:
        return add_certificate(bag);
      case NID_keyBag:
        return add_key(bag, PKCS12_SAFEBAG_get0_p8inf(bag), {});
      case NID_pkcs8ShroudedKeyBag:
        return add_shrouded(bag);
      case NID_safeContentsBag:
        if (depth < deepest_nesting) read(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
        return;
      default:
        Part other;
        other.label = text_attribute(bag);
        other.text = "an entry that is no certificate and no private key";
        out_.parts.push_back(std::move(other));
    }
  }

  void add_certificate(PKCS12_SAFEBAG* bag) {
    const OwnX509 x(PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate ? PKCS12_SAFEBAG_get1_cert(bag) : nullptr);
    if (x == nullptr) return;
    Part part = certificate_part(encode(i2d_X509, x.get()), text_attribute(bag));
    part.anchor = marked_as_trusted(bag);
    if (const std::string id = key_id(bag); !id.empty()) part.entry = entry(id);
    out_.parts.push_back(std::move(part));
  }

  void add_shrouded(PKCS12_SAFEBAG* bag) {
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
    const bool affordable = budget_.spend(rounds_of(algorithm));
    OwnInfo info(affordable ? PKCS12_decrypt_skey(bag, password_.data(), password_.size()) : nullptr);
    if (info == nullptr && affordable && legacy_context() != nullptr)
      info.reset(PKCS12_decrypt_skey_ex(bag, password_.data(), password_.size(), legacy_context(), nullptr));
    add_key(bag, info.get(), encryption_of(encode(i2d_X509_SIG, PKCS12_SAFEBAG_get0_pkcs8(bag))));
  }

  void add_key(PKCS12_SAFEBAG* bag, const PKCS8_PRIV_KEY_INFO* info, const std::string& encryption) {
    const OwnKey key(info == nullptr ? nullptr : EVP_PKCS82PKEY(info));
    Part part;
    part.label = text_attribute(bag);
    if (const std::string id = key_id(bag); !id.empty()) part.entry = entry(id);
    if (key != nullptr) {
      part.kind = Part::Kind::key;
      part.key = private_key(key.get());
      part.about = part.key->about;
      part.spki_sha256 = part.key->spki_sha256;
    } else {
      locked_ = locked_ || info == nullptr;
      part.kind = info == nullptr ? Part::Kind::locked_key : Part::Kind::other;
      part.text = info == nullptr ? encryption : "a private key that cannot be decoded";
      part.fault = info == nullptr ? "no password at hand decrypts it" : "it cannot be decoded";
    }
    out_.parts.push_back(std::move(part));
  }

  /// Numbers the local key identifiers in the order in which they come.
  std::size_t entry(const std::string& id) { return entries_.emplace(id, entries_.size()).first->second; }

  Contents& out_;
  const Password& password_;
  Budget& budget_;
  std::map<std::string, std::size_t> entries_;
  bool locked_ = false;
};

OwnBags unpack(PKCS7* safe, const Password& password, Budget& budget) {
  const int kind = OBJ_obj2nid(safe->type);
  if (kind == NID_pkcs7_data) return OwnBags(PKCS12_unpack_p7data(safe));
  if (kind != NID_pkcs7_encrypted || safe->d.encrypted == nullptr || safe->d.encrypted->enc_data == nullptr) return nullptr;
  const PKCS7_ENC_CONTENT* content = safe->d.encrypted->enc_data;
  if (content->algorithm == nullptr || !budget.spend(rounds_of(content->algorithm))) return nullptr;
  OwnBags out(PKCS12_unpack_p7encdata(safe, password.data(), password.size()));
  if (out != nullptr || legacy_context() == nullptr || content->enc_data == nullptr) return out;
  const auto* item = ASN1_ITEM_rptr(PKCS12_SAFEBAGS);
  return OwnBags(static_cast<STACK_OF(PKCS12_SAFEBAG)*>(PKCS12_item_decrypt_d2i_ex(
      content->algorithm, item, password.data(), password.size(), content->enc_data, 1, legacy_context(), nullptr)));
}

/// Everything that this password opens; what it does not makes the contents locked.
Contents open_with(const STACK_OF(PKCS7) * safes, const std::optional<std::string>& text, Budget& budget) {
  const Password password{&text};
  Contents out;
  out.format = Format::pkcs12;
  Bags reader(out, password, budget);
  for (int i = 0; i < sk_PKCS7_num(safes); ++i) {
    const OwnBags bags = unpack(sk_PKCS7_value(safes, i), password, budget);
    if (bags == nullptr) out.locked = true;
    if (bags != nullptr) reader.read(bags.get(), 0);
  }
  out.locked = out.locked || reader.locked();
  return out;
}

/// The password that the store's digest verifies under; nothing where there is none, or no digest.
const std::optional<std::string>* verified_by(PKCS12* store, const std::vector<std::optional<std::string>>& candidates, Budget& budget) {
  if (PKCS12_mac_present(store) == 0) return nullptr;
  const ASN1_INTEGER* count = nullptr;
  PKCS12_get0_mac(nullptr, nullptr, nullptr, &count, store);
  for (const auto& candidate : candidates) {
    const Password one{&candidate};
    if (budget.spend(rounds_of(count)) && PKCS12_verify_mac(store, one.data(), one.size()) != 0) return &candidate;
  }
  return nullptr;
}

/// Without a digest that tells the password, the one that opens most.
Contents open_best(const STACK_OF(PKCS7) * safes, const std::vector<std::optional<std::string>>& candidates, Budget& budget) {
  Contents best;
  for (const auto& candidate : candidates) {
    Contents opened = open_with(safes, candidate, budget);
    opened.password = password_words(candidate);
    const bool better = best.format == Format::unknown || (best.locked && !opened.locked) || opened.parts.size() > best.parts.size();
    if (better) best = std::move(opened);
    if (!best.locked) break;
  }
  return best;
}

}  // namespace

bool read_pkcs7(base::ByteView der, Contents& out) {
  const unsigned char* at = der.data();
  const OwnSigned p7(d2i_PKCS7(nullptr, &at, static_cast<long>(der.size())));
  if (p7 == nullptr) return false;
  out.format = Format::pkcs7;
  const bool is_signed = PKCS7_type_is_signed(p7.get()) != 0 && p7->d.sign != nullptr;
  const STACK_OF(X509)* certificates = is_signed ? p7->d.sign->cert : nullptr;
  for (int i = 0; i < sk_X509_num(certificates) && out.parts.size() < most_parts; ++i)
    out.parts.push_back(certificate_part(encode(i2d_X509, sk_X509_value(certificates, i)), {}));
  if (!is_signed) out.flaws.push_back({0, "the PKCS #7 structure is no bundle of certificates"});
  return true;
}

bool read_pkcs12(base::ByteView der, const std::optional<std::string>& passphrase, Contents& out) {
  const unsigned char* at = der.data();
  const OwnStore store(d2i_PKCS12(nullptr, &at, static_cast<long>(der.size())));
  if (store == nullptr) return false;
  const OwnSafes safes(PKCS12_unpack_authsafes(store.get()));
  if (safes == nullptr) return false;
  Budget budget;
  const auto candidates = passwords(passphrase);
  const auto* verified = verified_by(store.get(), candidates, budget);
  Contents found = verified != nullptr ? open_with(safes.get(), *verified, budget) : open_best(safes.get(), candidates, budget);
  if (verified != nullptr) found.password = password_words(*verified);
  if (passphrase) found.password.clear();
  found.flaws.insert(found.flaws.begin(), out.flaws.begin(), out.flaws.end());
  out = std::move(found);
  if (budget.exhausted()) {
    out.flaws.push_back({0, "its passwords are to be digested more often than is done here: what it hides stays hidden"});
  } else if (verified == nullptr && !out.locked && PKCS12_mac_present(store.get()) != 0) {
    out.flaws.push_back({0, "no password at hand verifies the keystore: whether it was changed cannot be told"});
  }
  return true;
}

}  // namespace whytls::x509
