// SPDX-License-Identifier: Apache-2.0
// Sets of trust anchors, read only as far as a question needs: a folder of hash links by the hash of the issuer's name, a bundle
// by the encoded subject of each certificate in it. Knows no chain.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "x509/certificate.h"

namespace whytls::x509 {

struct StoreProblem {
  enum class Kind : std::uint8_t {
    missing,     ///< the file or folder named is not there
    unreadable,  ///< it is there and cannot be read
    empty,       ///< it holds no certificate
    damaged,     ///< a block in it cannot be decoded
    unhashed,    ///< a folder of certificates without hash links, in which OpenSSL finds nothing
  } kind = Kind::missing;
  std::string path;
  std::string text;   ///< one sentence, printable
  int system = 0;     ///< errno, or 0
  std::string named;  ///< what named the path: "--ca-file", "SSL_CERT_FILE"; empty for a default
};

struct StoreReport {
  std::string label;               ///< "the system's trust store", "--ca-file x.pem"
  std::vector<std::string> paths;  ///< files and folders that are in use
  std::size_t roots = 0;           ///< certificates in its largest part (in a folder: hash links)
  std::vector<StoreProblem> problems;
  bool usable() const { return roots > 0; }
};

/// Cheap to copy: copies share what was read. Every call may read files; calls from several threads wait for each other.
class TrustStore {
 public:
  TrustStore();  ///< empty
  /// OpenSSL's rules: SSL_CERT_FILE and SSL_CERT_DIR, else its default file and folder; where those hold nothing, the bundles
  /// of the common distributions.
  static TrustStore system();
  /// What --ca-file and --ca-dir name; either may be empty. Nothing else is trusted.
  static TrustStore of_files(const std::string& file, const std::string& dir);
  /// One file or folder, labelled with its path.
  static TrustStore of_path(const std::string& path);
  static TrustStore of_certificates(std::vector<Certificate> roots, std::string label);

  /// Counts what is there; parses nothing.
  const StoreReport& report() const;
  /// Reads every anchor now: for who gives up the right to open files. The copies share it.
  void load() const;
  /// Anchors whose subject is `child`'s issuer. Their keys are not tried.
  std::vector<Certificate> issuers_of(const Certificate& child) const;
  /// This very certificate is an anchor.
  bool holds(const Certificate& certificate) const;
  /// Anchors with the subject name of `certificate`: it or others of that name.
  std::vector<Certificate> namesakes(const Certificate& certificate) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Public stores on this machine other than the one in use (certifi, Mozilla's list in Debian's ca-certificates, bundles of other
/// programs), for "another store here knows this root". At most eight; each is read only when asked.
std::vector<TrustStore> other_public_stores();

}  // namespace whytls::x509
