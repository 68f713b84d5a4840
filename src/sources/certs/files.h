// SPDX-License-Identifier: Apache-2.0
// Certificate and key files as they lie on disk, and what belongs together among them: a server's certificate, the certificates that go
// with it, and its key. Judges nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x509/certificate.h"
#include "x509/container.h"

namespace whytls::certs {

struct File {
  std::string path;  ///< "-": standard input
  x509::Contents contents;
  std::string error;     ///< why it cannot be read; empty when it can
  bool missing = false;  ///< it is not there
  bool exposed = false;  ///< it is on disk, and others than its owner and group may read it
};
/// At most 64 MiB. "-" reads standard input to its end.
File load(const std::string& path, const std::optional<std::string>& passphrase);
/// The same for bytes that are at hand.
File file_of(std::string path, base::ByteView bytes, const std::optional<std::string>& passphrase);

/// A certificate and the place where it stands.
struct Held {
  x509::Certificate certificate;
  std::size_t file = 0, line = 0;  ///< index among the files; line 0: of a binary file
  std::optional<std::size_t> entry;
  bool anchor = false;
  std::string label;
};

struct HeldKey {
  x509::Part part;  ///< Kind::key or Kind::locked_key
  std::size_t file = 0;
};

/// A server's certificate with all that goes with it.
struct Set {
  std::vector<Held> chain;   ///< the leaf first, then the rest in the order of the files, repetitions included
  std::vector<Held> others;  ///< further certificates in the files, for filling gaps
  std::optional<HeldKey> key;
  bool key_belongs = false;   ///< of a key that could be read
  std::size_t leaf_at = 0;    ///< where the leaf stands in its file's order; 0 unless somebody misplaced it
  std::optional<Held> first;  ///< what stands first where that is not the leaf
  bool ordered = true;        ///< the order of the file means something (not in a keystore)
};

struct Sorted {
  std::vector<Set> sets;
  std::vector<Held> anchors;        ///< authorities alone: a trust store, or a CA file
  std::vector<HeldKey> spare_keys;  ///< that belong to no certificate at hand
};
/// `key`: the file given as the key's, which then is the key of the only set. `for_server`: a server's certificate is meant, so that even
/// an authority that stands alone is taken for one.
Sorted sort(const std::vector<File>& files, const std::optional<File>& key, bool for_server);

/// "chain.pem:17", "store.p12 (alias web)".
std::string place(const std::vector<File>& files, const Held& held);

}  // namespace whytls::certs
