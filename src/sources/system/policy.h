// SPDX-License-Identifier: Apache-2.0
// What a TLS library on this machine would do as a client, and which line of which file makes it so. No network: OpenSSL and GnuTLS
// themselves are asked for the ClientHello that they would send; Java's rules are read from its files. Names no cause.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "evidence/evidence.h"
#include "sources/system/environment.h"
#include "x509/certificate.h"

namespace whytls::system {

/// A line of a configuration file, or a default without one (then `file` is empty and `text` says whose).
struct Line {
  std::string file;
  std::size_t line = 0;
  std::string text;  ///< printable, trimmed

  std::string where() const;  ///< "file:line", or empty
  std::string full() const;   ///< "file:line: text"
};

/// The parts of a policy; keys of LibraryPolicy::lines, as they are or with ":" and the registry's name of one version, suite, group,
/// signature scheme (or a hash) where a line speaks of that alone.
namespace aspect {
inline constexpr std::string_view min_version = "min-version", max_version = "max-version", suites = "suites",
                                  tls13_suites = "tls1.3-suites", groups = "groups", signature_algorithms = "signature-algorithms",
                                  rsa_bits = "rsa-bits", dh_bits = "dh-bits", ec_bits = "ec-bits", hashes = "hashes",
                                  renegotiation = "renegotiation";
}  // namespace aspect

/// The four lists of a ClientHello, as the library sends them.
struct OfferLists {
  std::vector<std::uint16_t> versions;  ///< highest first
  std::vector<std::uint16_t> suites;    ///< signalling values left out
  std::vector<std::uint16_t> groups, signature_algorithms;
};

struct LibraryPolicy {
  std::string library;                                          ///< "openssl", "gnutls", "java"
  std::string version;                                          ///< in its own words: "OpenSSL 3.0.19 27 Jan 2026"
  OfferLists offers;                                            ///< under the policy in force
  OfferLists capable;                                           ///< what it could offer if no policy were in its way
  unsigned min_rsa_bits = 0, min_dh_bits = 0, min_ec_bits = 0;  ///< bits; 0: no bound
  /// Hashes of signatures on certificates that it refuses: "md5", "sha1", "sha224" …
  std::vector<std::string> forbidden_hashes;
  /// Further ones that it refuses only where the chain ends in a public root (Java's jdkCA).
  std::vector<std::string> forbidden_hashes_of_public_roots;
  bool legacy_renegotiation = false;               ///< goes on with a server that lacks RFC 5746
  std::map<std::string, Line, std::less<>> lines;  ///< aspect -> the line that decides it
  std::vector<std::string> files;                  ///< configuration files that were read, in order
  std::vector<std::string> problems;               ///< what in them is missing, unreadable or not understood: one sentence each

  const Line* line(std::string_view aspect) const;
};

/// The library that libwhytls itself is linked with stands for this machine's OpenSSL.
base::Result<LibraryPolicy> openssl_policy(const Environment& environment);
/// Fault::environment where this machine has no libgnutls.so.30. The library reads its own environment once a process.
base::Result<LibraryPolicy> gnutls_policy(const Environment& environment);
/// Fault::environment where no Java is found (JAVA_HOME, then PATH). No Java is started.
base::Result<LibraryPolicy> java_policy(const Environment& environment);
/// By name: openssl, gnutls, java. Fault::misuse for others.
base::Result<LibraryPolicy> library_policy(std::string_view library, const Environment& environment);

/// The lists by which an offer asks as this library would.
inline const OfferLists& client_offer_limits(const LibraryPolicy& policy) { return policy.offers; }

/// One certificate of the chain as a policy looks at it. Trust anchors are not judged by their signature's hash.
struct ChainLink {
  std::string key;        ///< evidence's form: "rsa-2048", "ec-secp256r1", "ed25519" …
  unsigned rsa_bits = 0;  ///< RSA and RSA-PSS keys; 0: another type
  unsigned ec_bits = 0;   ///< elliptic curve keys
  std::string hash;       ///< of its signature; empty: none of its own
  bool anchor = false;
};

/// What a server accepts or insists on. An empty list, 0 or `unknown` says nothing about it.
struct ServerNeeds {
  std::vector<std::uint16_t> versions, suites, groups, signature_algorithms;  ///< all that it is known to accept
  unsigned dh_bits = 0;  ///< of its Diffie-Hellman prime, where every suite that it takes is DHE
  evidence::Answer secure_renegotiation = evidence::Answer::unknown;
  std::vector<ChainLink> chain;                              ///< leaf first
  evidence::Answer public_root = evidence::Answer::unknown;  ///< the chain ends in a root of the public stores
};
/// Leaf first; self-signed certificates above the leaf count as anchors.
std::vector<ChainLink> chain_links(std::span<const x509::Certificate> chain);
/// What the facts of a working handshake say that the server needs; its chain has to be added.
ServerNeeds needs_of(const evidence::Evidence& evidence);

/// policy_forbids, policy_line and policy_below_floor for the library, one of each at most: the first thing at or above the floor
/// (TLS 1.2, RSA and DH 2048, P-256, SHA-256) that the policy forbids and the library could do, else the first below it. Nothing where it
/// forbids nothing, or where the library lacks what is needed whatever the policy.
std::vector<evidence::Fact> policy_facts(const LibraryPolicy& policy, const ServerNeeds& needs);

}  // namespace whytls::system
