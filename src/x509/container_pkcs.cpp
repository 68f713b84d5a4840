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
  Bags(Contents& out, const Password& password) : out_(out), password_(password) {}

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
    OwnInfo info(PKCS12_decrypt_skey(bag, password_.data(), password_.size()));
    if (info == nullptr && legacy_context() != nullptr)
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
  std::map<std::string, std::size_t> entries_;
  bool locked_ = false;
};

OwnBags unpack(PKCS7* safe, const Password& password) {
  const int kind = OBJ_obj2nid(safe->type);
  if (kind == NID_pkcs7_data) return OwnBags(PKCS12_unpack_p7data(safe));
  if (kind != NID_pkcs7_encrypted) return nullptr;
  OwnBags out(PKCS12_unpack_p7encdata(safe, password.data(), password.size()));
  if (out != nullptr || legacy_context() == nullptr) return out;
  const auto* item = ASN1_ITEM_rptr(PKCS12_SAFEBAGS);
  const PKCS7_ENC_CONTENT* content = safe->d.encrypted->enc_data;
  return OwnBags(static_cast<STACK_OF(PKCS12_SAFEBAG)*>(PKCS12_item_decrypt_d2i_ex(
      content->algorithm, item, password.data(), password.size(), content->enc_data, 1, legacy_context(), nullptr)));
}

/// Everything that this password opens; what it does not makes the contents locked.
Contents open_with(const STACK_OF(PKCS7) * safes, const std::optional<std::string>& text) {
  const Password password{&text};
  Contents out;
  out.format = Format::pkcs12;
  Bags reader(out, password);
  for (int i = 0; i < sk_PKCS7_num(safes); ++i) {
    const OwnBags bags = unpack(sk_PKCS7_value(safes, i), password);
    if (bags == nullptr) out.locked = true;
    if (bags != nullptr) reader.read(bags.get(), 0);
  }
  out.locked = out.locked || reader.locked();
  return out;
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
  out.format = Format::pkcs12;
  const bool has_mac = PKCS12_mac_present(store.get()) != 0;
  bool verified = !has_mac;
  Contents best;
  bool first = true;
  for (const auto& password : passwords(passphrase)) {
    const Password one{&password};
    const bool mac = has_mac && PKCS12_verify_mac(store.get(), one.data(), one.size()) != 0;
    Contents opened = open_with(safes.get(), password);
    const bool better = first || (best.locked && !opened.locked) || opened.parts.size() > best.parts.size();
    if (better || mac) best = std::move(opened);
    if (better || mac) best.password = passphrase ? "" : password_words(password);
    first = false;
    verified = verified || mac;
    if (mac || (!has_mac && !best.locked)) break;
  }
  best.flaws.insert(best.flaws.begin(), out.flaws.begin(), out.flaws.end());
  out = std::move(best);
  if (!verified && !out.locked)
    out.flaws.push_back({0, "no password at hand verifies the keystore: whether it was changed cannot be told"});
  return true;
}

}  // namespace whytls::x509
