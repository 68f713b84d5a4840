// SPDX-License-Identifier: Apache-2.0
// Where a fault makes its files and certificates. The first thing that fails is kept in failure(), and start() says it: a fault reads
// as a plain list of what it makes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/litter.h"
#include "x509/mint.h"

namespace whytls::lab {

/// Files in a private folder; the files that were made, and then the folder, go with the object.
class Workshop {
 public:
  Workshop() = default;
  ~Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  /// Writes a file only this user may read, and returns its path.
  std::string file(std::string_view name, std::string_view text);
  x509::Minted mint(const x509::Recipe& recipe, const x509::Minted* issuer = nullptr);
  base::Bytes staple(const x509::Minted& subject, const x509::Minted& issuer, const x509::OcspRecipe& recipe);
  x509::PrivateKey key(const std::string& kind, const std::string& slot);

  void fail(base::Error error);
  const std::optional<base::Error>& failure() const { return failure_; }

 private:
  bool make_folder();

  std::string folder_;
  Litter* litter_ = nullptr;  // what was made, for who removes it: the destructor or a signal
  std::optional<base::Error> failure_;
};

}  // namespace whytls::lab
