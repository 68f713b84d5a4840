// SPDX-License-Identifier: Apache-2.0
// A file of certificates, keys, requests and revocation lists, whatever its format, taken apart into its parts. PEM with noise around
// it, DER, PKCS #7, PKCS #12, Java's keystores, and each of these in base64. Says what it saw; judges nothing. Knows no file system.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "x509/key.h"

namespace whytls::x509 {

enum class Format : std::uint8_t { unknown, empty, pem, der, pkcs7, pkcs12, jks, jceks };
std::string_view format_name(Format format);  ///< "PEM", "PKCS #12", "Java keystore (JKS)" …

struct Part {
  enum class Kind : std::uint8_t { certificate, key, locked_key, request, crl, public_key, other } kind = Kind::other;
  std::string label;                 ///< PEM label, alias or friendly name; printable, may be empty
  base::Bytes der;                   ///< of certificates, requests, CRLs and public keys; nothing of a private key
  std::optional<PrivateKey> key;     ///< of Kind::key
  std::optional<PublicKey> about;    ///< of keys of either kind and of requests, where it can be told
  Digest spki_sha256{};              ///< as above; zero where it cannot be told
  std::string text;                  ///< how a locked key is encrypted, what a request asks for, what another part is; printable
  std::string fault;                 ///< why it cannot be used as it is; empty when it can
  std::size_t line = 0;              ///< PEM: of the BEGIN line, from 1
  std::optional<std::size_t> entry;  ///< keystores: a key and the certificates that belong to it share one
  bool anchor = false;               ///< keystores: an entry of its own, trusted by whoever uses the store
  bool distrusted = false;           ///< OpenSSL's trust settings reject it for servers
};

/// Worth knowing of the file as a file, though most of it could be read.
struct Flaw {
  enum class Weight : std::uint8_t {
    remark,    ///< nobody is hindered
    embedded,  ///< it stands in something else (YAML, JSON, a secret): servers read it only once it is taken out
    broken,    ///< servers do not load what stands there, or not the file
  };
  std::size_t line = 0;  ///< 0: of the whole file
  std::string text;      ///< one sentence, printable
  Weight weight = Weight::remark;
  bool certificate = false;  ///< a certificate stood there, and nothing of it can be read
};

struct Contents {
  Format format = Format::unknown;
  std::vector<Part> parts;
  std::vector<Flaw> flaws;
  bool base64 = false;   ///< all of it stood in base64 (a Kubernetes secret, a value of an environment variable)
  bool noise = false;    ///< text outside of PEM's blocks
  bool locked = false;   ///< a keystore of which something stays encrypted: no password at hand opens it
  std::string password;  ///< the well-known password that opened a keystore ("empty", "changeit"); empty: none, or the one given
};

/// `passphrase`: of keys and keystores; without one a keystore's usual ones (none at all, "changeit") are tried. Never fails: what is not
/// understood is Format::unknown without parts. At most 20,000 parts and 64 MiB are looked at.
Contents open_container(base::ByteView bytes, const std::optional<std::string>& passphrase);

std::size_t count(const Contents& contents, Part::Kind kind);
/// "2 certificates, a private key (rsa-2048)"; "nothing that is known here" where there are no parts.
std::string summary(const Contents& contents);

}  // namespace whytls::x509
