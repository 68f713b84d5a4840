// SPDX-License-Identifier: Apache-2.0
// Java's own keystores, JKS and JCEKS, as sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore write them: a list of
// entries, and behind it a digest over the password and all of the list. Private keys of JKS are hidden by the cipher of
// sun.security.provider.KeyProtector: a key stream of SHA-1 over the password.
#include <fmt/format.h>
#include <openssl/pkcs12.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/text.h"
#include "x509/container_parts.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

constexpr std::uint32_t jks_magic = 0xfeedfeed, jceks_magic = 0xcececece;
constexpr std::uint32_t key_tag = 1, certificate_tag = 2, secret_tag = 3;
constexpr std::string_view whitener = "Mighty Aphrodite";
constexpr std::string_view sun_protector = "1.3.6.1.4.1.42.2.17.1.1";

/// Java digests the password as big-endian UTF-16; passwords of JKS are ASCII in practice.
base::Bytes wide(const std::string& password) {
  base::Bytes out;
  for (const char c : password) {
    out.push_back(0);
    out.push_back(static_cast<std::uint8_t>(c));
  }
  return out;
}

base::Bytes sha1(std::initializer_list<base::ByteView> pieces) {
  base::Bytes all;
  for (const base::ByteView piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
  base::Bytes out(SHA_DIGEST_LENGTH);
  SHA1(all.data(), all.size(), out.data());
  return out;
}

/// The key in the clear (PKCS #8), where the password is the right one: salt, hidden key, and a digest over password and key.
std::optional<base::Bytes> reveal(base::ByteView hidden, const std::string& password) {
  constexpr std::size_t size = SHA_DIGEST_LENGTH;
  if (hidden.size() < 2 * size) return std::nullopt;
  const base::Bytes secret = wide(password);
  const base::ByteView cipher = hidden.subspan(size, hidden.size() - 2 * size);
  base::Bytes stream(hidden.begin(), hidden.begin() + size);
  base::Bytes clear(cipher.begin(), cipher.end());
  for (std::size_t at = 0; at < clear.size(); at += size) {
    stream = sha1({secret, stream});
    for (std::size_t i = at; i < std::min(at + size, clear.size()); ++i) clear[i] = clear[i] ^ stream[i - at];
  }
  const base::Bytes check = sha1({secret, clear});
  return std::equal(check.begin(), check.end(), hidden.last(size).begin()) ? std::optional(clear) : std::nullopt;
}

bool read_text(base::Reader& in, std::string& out) {
  base::Reader text;
  if (!in.prefixed16(text, "text")) return false;
  out = base::printable(text.rest(), 128);
  return true;
}

bool read_blob(base::Reader& in, base::ByteView& out, std::string_view field) {
  std::uint32_t size = 0;
  return in.u32(size, field) && in.bytes(size, out, field);
}

class Entries {
 public:
  Entries(Contents& out, const std::vector<std::optional<std::string>>& passwords) : out_(out), passwords_(passwords) {}

  /// False where the list is cut off or damaged; what stood before that was read.
  bool read(base::Reader& in, std::uint32_t version, std::uint32_t entries) {
    for (entry_ = 0; entry_ < entries && out_.parts.size() < most_parts; ++entry_) {
      std::uint32_t tag = 0;
      std::string alias;
      if (!in.u32(tag, "kind of entry") || !read_text(in, alias) || !in.skip(8, "date")) return false;
      if (tag == certificate_tag) {
        if (!read_certificate(in, version, alias, true)) return false;
      } else if (tag == key_tag) {
        if (!read_key(in, version, alias)) return false;
      } else {
        // A secret key is a serialised Java object, whose end only Java knows.
        if (tag == secret_tag) add_secret(alias);
        return false;
      }
    }
    return true;
  }
  bool stopped_at_secret() const { return secret_; }
  bool locked() const { return locked_; }

 private:
  bool read_certificate(base::Reader& in, std::uint32_t version, const std::string& alias, bool anchor) {
    std::string kind = "X.509";
    base::ByteView der;
    if ((version > 1 && !read_text(in, kind)) || !read_blob(in, der, "certificate")) return false;
    Part part = certificate_part(der, alias);
    part.entry = entry_;
    part.anchor = anchor;
    if (kind != "X.509") part = Part{};
    out_.parts.push_back(std::move(part));
    return true;
  }

  bool read_key(base::Reader& in, std::uint32_t version, const std::string& alias) {
    base::ByteView key;
    std::uint32_t links = 0;
    if (!read_blob(in, key, "private key") || !in.u32(links, "length of a chain")) return false;
    add_key(key, alias);
    for (std::uint32_t i = 0; i < links && out_.parts.size() < most_parts; ++i) {
      if (!read_certificate(in, version, alias, false)) return false;
    }
    return true;
  }

  void add_key(base::ByteView key, const std::string& alias) {
    Part part;
    part.kind = Part::Kind::locked_key;
    const std::string encryption = encryption_of(key);
    part.text = encryption == sun_protector ? "Java's key protector" : encryption.empty() ? "Java" : encryption;
    part.fault = "no password at hand decrypts it";
    const unsigned char* at = key.data();
    const Own<X509_SIG, X509_SIG_free> locked(d2i_X509_SIG(nullptr, &at, static_cast<long>(key.size())));
    const ASN1_OCTET_STRING* hidden = nullptr;
    if (locked != nullptr) X509_SIG_get0(locked.get(), nullptr, &hidden);
    for (const auto& password : passwords_) {
      const auto clear = encryption == sun_protector && password ? reveal(octets(hidden), *password) : std::nullopt;
      if (!clear) continue;
      part = key_part(*clear, std::nullopt, alias);
      break;
    }
    locked_ = locked_ || part.kind == Part::Kind::locked_key;
    part.label = alias;
    part.entry = entry_;
    out_.parts.push_back(std::move(part));
  }

  void add_secret(const std::string& alias) {
    secret_ = true;
    Part part;
    part.label = alias;
    part.text = "a secret key of Java";
    out_.parts.push_back(std::move(part));
  }

  Contents& out_;
  const std::vector<std::optional<std::string>>& passwords_;
  std::size_t entry_ = 0;
  bool secret_ = false, locked_ = false;
};

/// The digest behind the list. Which password is right where it has a well-known one, is in `out.password`.
void check_digest(base::ByteView list, base::ByteView digest, const std::vector<std::optional<std::string>>& candidates, bool given,
                  Contents& out) {
  for (const auto& password : candidates) {
    if (!password) continue;
    const base::Bytes expected = sha1({wide(*password), base::view(whitener), list});
    if (!std::equal(expected.begin(), expected.end(), digest.begin(), digest.end())) continue;
    if (!given) out.password = password_words(password);
    return;
  }
  out.flaws.push_back({0, given ? "the password does not verify the keystore: it is wrong, or the file was changed"
                                : "no password at hand verifies the keystore: whether it was changed cannot be told"});
}

}  // namespace

bool read_java_keystore(base::ByteView bytes, const std::optional<std::string>& passphrase, Contents& out) {
  base::Reader in(bytes);
  std::uint32_t magic = 0, version = 0, entries = 0;
  if (!in.u32(magic, "magic") || (magic != jks_magic && magic != jceks_magic)) return false;
  out.format = magic == jks_magic ? Format::jks : Format::jceks;
  if (!in.u32(version, "version") || !in.u32(entries, "number of entries") || version < 1 || version > 2) {
    out.flaws.push_back({0, "the keystore's head is damaged", Flaw::Weight::broken});
    return true;
  }
  const auto candidates = passwords(passphrase);
  Entries reader(out, candidates);
  const bool whole = reader.read(in, version, entries);
  out.locked = reader.locked();
  if (reader.stopped_at_secret()) {
    out.flaws.push_back({0, "what stands behind a secret key of Java cannot be read: only Java knows where it ends"});
  } else if (!whole) {
    out.flaws.push_back({0, "the keystore is damaged: " + (in.failure() ? in.failure()->text() : "an entry of a kind that does not exist"),
                         Flaw::Weight::broken});
  } else if (in.remaining() != SHA_DIGEST_LENGTH) {
    out.flaws.push_back({0, "the keystore is cut off: its digest is missing", Flaw::Weight::broken});
  } else {
    check_digest(bytes.first(bytes.size() - SHA_DIGEST_LENGTH), in.rest(), candidates, passphrase.has_value(), out);
  }
  return true;
}

}  // namespace whytls::x509
