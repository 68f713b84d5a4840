// SPDX-License-Identifier: Apache-2.0
// Which trust store each library of this machine uses, and whether it holds anything. A listing: chains are judged by src/x509.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/evidence.h"
#include "sources/system/environment.h"

namespace whytls::system {

struct LibraryStore {
  std::string library;             ///< "openssl", "gnutls", "java"
  std::vector<std::string> paths;  ///< files and folders, links resolved
  std::string named_by;            ///< the variable or option that names it; empty: the library's default
  std::size_t roots = 0;
  std::string problem;  ///< one sentence when no root can be read: missing, empty, unreadable
};

/// SSL_CERT_FILE and SSL_CERT_DIR, else cert.pem and certs/ in OPENSSLDIR; both are used.
LibraryStore openssl_store(const Environment& environment);
/// The bundle of the distribution that GnuTLS was built with (gnutls_certificate_set_x509_system_trust).
LibraryStore gnutls_store(const Environment& environment);
/// -Djavax.net.ssl.trustStore, else jssecacerts, else cacerts of the runtime.
LibraryStore java_store(const Environment& environment);
/// Nothing for an unknown library.
std::optional<LibraryStore> library_store(std::string_view library, const Environment& environment);

/// store_path, store_roots, store_problem.
std::vector<evidence::Fact> store_facts(const LibraryStore& store);

/// Entries of a Java keystore that are trusted certificates: JKS, or PKCS #12 (without its password only the number of certificates in
/// the clear can be told: nothing when they are encrypted). Fault::input when it is neither.
base::Result<std::optional<std::size_t>> count_java_roots(std::string_view keystore);

}  // namespace whytls::system
