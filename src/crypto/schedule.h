// SPDX-License-Identifier: Apache-2.0
// From a shared secret to keys: the PRFs of TLS 1.0 to 1.2 and the key schedule of TLS 1.3. Pure; knows no message.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "registry/registry.h"

namespace whytls::crypto {

// ---- TLS 1.0 to 1.2 -------------------------------------------------------------------------------------------------
/// RFC 2246 5 below TLS 1.2 (MD5 xor SHA-1), RFC 5246 5 in TLS 1.2 with the suite's hash.
base::Bytes prf(std::uint16_t version, registry::Hash hash, base::ByteView secret, std::string_view label, base::ByteView seed,
                std::size_t size);
/// What the PRF hashes of the handshake: MD5 and SHA-1 side by side below TLS 1.2, else the suite's hash (RFC 5246 7.4.9).
base::Bytes handshake_hash(std::uint16_t version, registry::Hash hash, base::ByteView messages);
/// RFC 5246 8.1.
base::Bytes master_secret(std::uint16_t version, registry::Hash hash, base::ByteView premaster, base::ByteView client_random,
                          base::ByteView server_random);
/// RFC 7627 4; `session_hash` is handshake_hash() through ClientKeyExchange.
base::Bytes extended_master_secret(std::uint16_t version, registry::Hash hash, base::ByteView premaster, base::ByteView session_hash);
/// RFC 5246 7.4.9: twelve bytes; `sender` is "client finished" or "server finished".
base::Bytes verify_data(std::uint16_t version, registry::Hash hash, base::ByteView master, std::string_view sender,
                        base::ByteView messages);

// ---- TLS 1.3: RFC 8446 7.1 ------------------------------------------------------------------------------------------
base::Bytes hkdf_extract(registry::Hash hash, base::ByteView salt, base::ByteView key);
/// `family`: "dtls13" in DTLS 1.3 (RFC 9147 5.9).
base::Bytes hkdf_expand_label(registry::Hash hash, base::ByteView secret, std::string_view label, base::ByteView context, std::size_t size,
                              std::string_view family = "tls13 ");

/// The secrets of one connection without a pre-shared key. `hello_hash` and the like are transcript hashes.
struct Schedule13 {
  registry::Hash hash = registry::Hash::sha256;
  base::Bytes client_handshake, server_handshake;      ///< traffic secrets
  base::Bytes client_application, server_application;  ///< set by `applications()`
  base::Bytes master;

  /// Through ServerHello.
  static Schedule13 begin(registry::Hash hash, base::ByteView shared_secret, base::ByteView hello_hash);
  /// Through the server's Finished.
  void applications(base::ByteView finished_hash);
  /// RFC 8446 4.4.4: the MAC of a Finished under a traffic secret.
  base::Bytes finished(base::ByteView traffic_secret, base::ByteView transcript_hash) const;
  /// RFC 8446 7.2, after a KeyUpdate.
  base::Bytes next(base::ByteView traffic_secret) const;
};

/// RFC 8446 4.4.3: what a CertificateVerify signs.
base::Bytes certificate_verify_content(bool server, base::ByteView transcript_hash);

}  // namespace whytls::crypto
