// SPDX-License-Identifier: Apache-2.0
// Where the anchors of a TrustStore lie, inside this module only: a folder of hash links, or a file (or folder) of PEM or DER.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "x509/openssl.h"
#include "x509/store.h"

namespace whytls::x509 {

class AnchorSource {
 public:
  AnchorSource() = default;
  AnchorSource(const AnchorSource&) = delete;
  AnchorSource& operator=(const AnchorSource&) = delete;
  virtual ~AnchorSource() = default;
  /// Counts what is there and notes what is wrong; called once, before anything else.
  virtual void survey(StoreReport& report) = 0;
  /// Reads all of it now, so that nothing is opened later.
  virtual void load() {}
  /// Appends the anchors whose subject is that name.
  virtual void find(const X509_NAME* name, std::vector<Certificate>& out) = 0;
};

/// `named`: the option or variable that named the path, or empty for a default: then its absence is no problem.
std::unique_ptr<AnchorSource> hashed_folder(std::string path, std::string named);
std::unique_ptr<AnchorSource> bundle(std::string path, std::string named);
/// A folder of hash links, or of any PEM files where there are none.
std::unique_ptr<AnchorSource> any_folder(std::string path, std::string named);
std::unique_ptr<AnchorSource> given(std::vector<Certificate> roots);

}  // namespace whytls::x509
