// SPDX-License-Identifier: Apache-2.0
// What is read of a single trust store for the table; inside this module only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sources/system/environment.h"
#include "x509/certificate.h"

namespace whytls::system {

/// Which certificates of a store concern the chain: those with the name of one of its issuers or subjects.
class Wanted {
 public:
  explicit Wanted(const std::vector<x509::Certificate>& chain);
  /// By the outline alone; names are compared as RFC 5280 7.1 says.
  bool concerns(base::ByteView der) const;
  /// The names, as encoded, each once.
  const std::vector<base::Bytes>& names() const { return names_; }
  const std::vector<x509::Certificate>& chain() const { return chain_; }

 private:
  const std::vector<x509::Certificate>& chain_;
  std::vector<base::Bytes> names_;
};

/// A certificate of a store that concerns the chain.
struct Anchor {
  x509::Certificate certificate;
  std::string distrusted;                      ///< why it is there and not trusted for servers; empty when it is
  std::optional<base::Time> distrusted_after;  ///< leaves issued after that are refused
};

/// One store, read as far as the chain concerns it.
struct Reading {
  std::string who, path, named_by;
  std::vector<Anchor> anchors;
  std::string problem;  ///< why it cannot be read; empty when it can
};

// ---- the kinds of store
/// Certificates in a file of any format (a bundle, DER, a Java keystore).
void read_store_file(const std::string& path, const Wanted& wanted, Reading& out);
/// A folder as OpenSSL reads it: by hash links only.
void read_hashed_folder(const std::string& path, const Wanted& wanted, Reading& out);
/// A Java runtime's store, with the fingerprints in `blocked` (lib/security/blocked.certs) distrusted; empty: none.
void read_java_store(const std::string& path, const std::string& blocked, const Wanted& wanted, Reading& out);
/// PEM text that a program printed.
void read_store_text(const std::string& text, const Wanted& wanted, Reading& out);
/// A PKCS #11 module that holds trust: NSS's built-in list, p11-kit's trust module. It is loaded into this process.
void read_pkcs11_module(const std::string& path, const Wanted& wanted, Reading& out);
/// NSS's database (cert9.db), read as what it is, SQLite, without NSS and without a lock.
void read_nss_database(const std::string& folder, const Wanted& wanted, Reading& out);

/// Every store in its place, read.
std::vector<Reading> read_stores(const Wanted& wanted, const Environment& environment, bool ask_programs);

/// The databases of NSS alone.
std::vector<Reading> read_nss_databases(const Wanted& wanted, const Environment& environment);

/// What NSS's trust record says of servers (CKA_TRUST_SERVER_AUTH); empty: it is trusted. Both PKCS #11 modules and databases keep it.
std::string nss_distrust(std::optional<unsigned long> server_auth);
/// "250101000000Z" of CKA_NSS_SERVER_DISTRUST_AFTER; nothing for a single zero byte, which stands for never.
std::optional<base::Time> nss_distrust_after(base::ByteView value);

}  // namespace whytls::system
