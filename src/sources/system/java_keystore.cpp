// SPDX-License-Identifier: Apache-2.0
// How many trusted certificates a Java keystore holds. JKS is Java's own (sun.security.provider.JavaKeyStore); PKCS #12 is libcrypto's
// work.
#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include <memory>

#include "base/bytes.h"
#include "sources/system/stores.h"

namespace whytls::system {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
void free_safes(STACK_OF(PKCS7) * list) { sk_PKCS7_pop_free(list, PKCS7_free); }
void free_bags(STACK_OF(PKCS12_SAFEBAG) * list) { sk_PKCS12_SAFEBAG_pop_free(list, PKCS12_SAFEBAG_free); }
using StorePtr = std::unique_ptr<PKCS12, Deleter<PKCS12_free>>;
using SafesPtr = std::unique_ptr<STACK_OF(PKCS7), Deleter<free_safes>>;
using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Deleter<free_bags>>;

constexpr std::uint32_t jks_magic = 0xfeedfeed, key_entry = 1, certificate_entry = 2;

bool skip_text(base::Reader& in) {
  std::uint16_t size = 0;
  return in.u16(size, "length of a text") && in.skip(size, "text");
}
bool skip_certificate(base::Reader& in, std::uint32_t version) {
  std::uint32_t size = 0;
  return (version == 1 || skip_text(in)) && in.u32(size, "length of a certificate") && in.skip(size, "certificate");
}

bool count_jks(base::Reader in, std::size_t& out) {
  std::uint32_t magic = 0, version = 0, entries = 0;
  if (!in.u32(magic, "magic") || !in.u32(version, "version") || !in.u32(entries, "number of entries")) return false;
  for (std::uint32_t i = 0; i < entries; ++i) {
    std::uint32_t tag = 0;
    if (!in.u32(tag, "kind of entry") || !skip_text(in) || !in.skip(8, "date")) return false;
    if (tag == certificate_entry) {
      if (!skip_certificate(in, version)) return false;
      ++out;
    } else if (tag == key_entry) {
      std::uint32_t size = 0, chain = 0;
      if (!in.u32(size, "length of a key") || !in.skip(size, "key") || !in.u32(chain, "length of a chain")) return false;
      for (std::uint32_t link = 0; link < chain; ++link) {
        if (!skip_certificate(in, version)) return false;
      }
    } else {
      return false;
    }
  }
  return true;
}

/// The certificates of one safe; nothing where it is encrypted with another password than Java's default one.
std::optional<std::size_t> certificates_in(PKCS7* safe) {
  constexpr char usual[] = "changeit";
  const int kind = OBJ_obj2nid(safe->type);
  const BagsPtr bags(kind == NID_pkcs7_data        ? PKCS12_unpack_p7data(safe)
                     : kind == NID_pkcs7_encrypted ? PKCS12_unpack_p7encdata(safe, usual, sizeof usual - 1)
                                                   : nullptr);
  if (bags == nullptr) return std::nullopt;
  std::size_t count = 0;
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags.get()); ++i) {
    count += PKCS12_SAFEBAG_get_nid(sk_PKCS12_SAFEBAG_value(bags.get(), i)) == NID_certBag ? 1U : 0U;
  }
  return count;
}

}  // namespace

base::Result<std::optional<std::size_t>> count_java_roots(std::string_view keystore) {
  const base::ByteView bytes = base::view(keystore);
  base::Reader in(bytes);
  std::uint32_t magic = 0;
  if (base::Reader(bytes).u32(magic, "magic") && magic == jks_magic) {
    std::size_t count = 0;
    if (!count_jks(in, count)) return base::fail(base::Fault::input, "the keystore is damaged");
    return std::optional<std::size_t>(count);
  }
  ERR_set_mark();
  const unsigned char* at = bytes.data();
  const StorePtr store(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
  const SafesPtr safes(store == nullptr ? nullptr : PKCS12_unpack_authsafes(store.get()));
  std::optional<std::size_t> total;
  for (int i = 0; safes != nullptr && i < sk_PKCS7_num(safes.get()); ++i) {
    const auto count = certificates_in(sk_PKCS7_value(safes.get(), i));
    if (count) total = total.value_or(0) + *count;
  }
  ERR_pop_to_mark();
  if (safes == nullptr) return base::fail(base::Fault::input, "this is no Java keystore");
  return total;
}

}  // namespace whytls::system
