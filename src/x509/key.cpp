// SPDX-License-Identifier: Apache-2.0
#include "x509/key.h"

#include <openssl/pem.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "x509/facts.h"
#include "x509/openssl.h"
#include "x509/pem.h"

namespace whytls::x509 {
namespace {

using tl::unexpected;

unexpected<CredentialError> refuse(CredentialFault fault, const std::string& path, std::string text) {
  return unexpected<CredentialError>(CredentialError{fault, path, std::move(text)});
}

unexpected<CredentialError> refuse(const base::Error& error) {
  const bool missing = error.system == ENOENT || error.system == ENOTDIR;
  return refuse(missing ? CredentialFault::file_missing : CredentialFault::file_unreadable, error.where, error.what);
}

/// What libcrypto's callback needs to know, and what it saw.
struct Asked {
  const std::optional<std::string>* passphrase = nullptr;
  bool asked = false;
};

int give_passphrase(char* buffer, int size, int /*writing*/, void* data) {
  auto* asked = static_cast<Asked*>(data);
  asked->asked = true;
  if (!asked->passphrase->has_value()) return -1;
  const std::string& text = **asked->passphrase;
  if (size < 0 || text.size() > static_cast<std::size_t>(size)) return -1;
  std::copy(text.begin(), text.end(), buffer);
  return static_cast<int>(text.size());
}

bool is_key_label(const std::string& label) { return label.ends_with("PRIVATE KEY"); }

/// PEM_read_bio_PrivateKey passes over blocks of other kinds, EC PARAMETERS before an EC key among them.
EVP_PKEY* decode_pem(base::ByteView bytes, Asked& asked) {
  const OwnBio bio = memory_bio(bytes);
  return PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &asked);
}

EVP_PKEY* decode_der(base::ByteView bytes, Asked& asked) {
  const unsigned char* at = bytes.data();
  if (EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(bytes.size())); key != nullptr) return key;
  const OwnBio bio = memory_bio(bytes);
  return d2i_PKCS8PrivateKey_bio(bio.get(), nullptr, give_passphrase, &asked);
}

bool looks_like_pem(base::ByteView bytes) { return base::text(bytes).find("-----BEGIN ") != std::string_view::npos; }

}  // namespace

PrivateKey private_key(EVP_PKEY* key) {
  PrivateKey out;
  EVP_PKEY_up_ref(key);
  out.handle = std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
  out.about = describe_key(key);
  unsigned char* spki = nullptr;
  const int size = i2d_PUBKEY(key, &spki);
  if (size > 0) SHA256(spki, static_cast<std::size_t>(size), out.spki_sha256.data());
  OPENSSL_free(spki);
  return out;
}

CredentialResult<PrivateKey> decode_key(base::ByteView bytes, const std::optional<std::string>& passphrase, const std::string& path) {
  const QuietErrors quiet;
  Asked asked{&passphrase};
  const bool pem = looks_like_pem(bytes);
  if (pem) {
    const PemFile file = read_pem(base::text(bytes));
    if (std::none_of(file.blocks.begin(), file.blocks.end(), [](const PemBlock& b) { return is_key_label(b.label); })) {
      const bool damaged = !file.problems.empty();
      return refuse(damaged ? CredentialFault::malformed : CredentialFault::no_key, path,
                    damaged ? file.problems.front() : "there is no private key in it");
    }
  }
  const OwnKey key(pem ? decode_pem(bytes, asked) : decode_der(bytes, asked));
  if (key != nullptr) return private_key(key.get());
  if (asked.asked && !passphrase)
    return refuse(CredentialFault::needs_passphrase, path, "the key is encrypted and no passphrase was given");
  if (asked.asked) return refuse(CredentialFault::wrong_passphrase, path, "the passphrase does not decrypt the key");
  const std::string reason = newest_reason();
  return refuse(CredentialFault::malformed, path, "the key cannot be decoded" + (reason.empty() ? "" : ": " + reason));
}

CredentialResult<PrivateKey> load_key(const std::string& path, const std::optional<std::string>& passphrase) {
  const auto text = read_file(path, std::size_t{4} << 20U);
  if (!text) return refuse(text.error());
  if (text->empty()) return refuse(CredentialFault::no_key, path, "the file is empty");
  return decode_key(base::view(*text), passphrase, path);
}

CredentialResult<std::vector<Certificate>> load_chain(const std::string& path) {
  const auto text = read_file(path, std::size_t{16} << 20U);
  if (!text) return refuse(text.error());
  std::vector<base::Bytes> ders;
  const PemFile pem = read_pem(*text);
  for (const PemBlock& block : pem.blocks) {
    if (is_certificate_label(block.label)) ders.push_back(block.der);
  }
  if (!looks_like_pem(base::view(*text)) && !text->empty()) ders.emplace_back(text->begin(), text->end());
  if (ders.empty() && !pem.problems.empty()) return refuse(CredentialFault::malformed, path, pem.problems.front());
  if (ders.empty())
    return refuse(CredentialFault::no_certificate, path, text->empty() ? "the file is empty" : "there is no certificate in it");
  std::vector<Certificate> chain;
  for (const base::Bytes& der : ders) {
    auto one = parse_certificate(der);
    if (!one) return refuse(CredentialFault::malformed, path, one.error().what);
    chain.push_back(std::move(*one));
  }
  return chain;
}

CredentialResult<ClientCredential> load_credential(const std::string& certificate_file, const std::string& key_file,
                                                   const std::string& passphrase_file) {
  std::optional<std::string> passphrase;
  if (!passphrase_file.empty()) {
    auto text = read_file(passphrase_file, 65536);
    if (!text) return refuse(text.error());
    passphrase = text->substr(0, text->find_first_of("\r\n"));
  }
  auto chain = load_chain(certificate_file);
  if (!chain) return unexpected<CredentialError>(chain.error());
  auto key = load_key(key_file.empty() ? certificate_file : key_file, passphrase);
  if (!key) return unexpected<CredentialError>(key.error());
  ClientCredential out{std::move(*chain), std::move(*key), false};
  out.mismatch = !belongs_to(out.key, out.chain.front());
  return out;
}

bool belongs_to(const PrivateKey& key, const Certificate& certificate) {
  const QuietErrors quiet;
  if (key.handle == nullptr || certificate.handle == nullptr) return false;
  return X509_check_private_key(certificate.handle.get(), key.handle.get()) == 1;
}

std::string to_pem(const PrivateKey& key) {
  const QuietErrors quiet;
  const OwnBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.handle.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return drain(bio.get());
}

}  // namespace whytls::x509
