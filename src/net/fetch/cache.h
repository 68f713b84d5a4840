// SPDX-License-Identifier: Apache-2.0
// What was fetched stays on disk until it expires: one file an answer, in a folder of this user's own. What it holds is signed, and
// is verified at each use; a file that somebody changed is only a fetch in vain.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace whytls::net {

class Cache {
 public:
  /// Empty: nothing is kept. The folder is made when something is.
  explicit Cache(std::string folder) : folder_(std::move(folder)) {}
  /// $XDG_CACHE_HOME/whytls, or ~/.cache/whytls; keeps nothing where neither is known.
  static Cache of_user();

  /// `name`: hexadecimal digits. Nothing where it is absent, has expired or cannot be read.
  std::optional<base::Bytes> find(const std::string& name, base::Time now) const;
  /// Files over 8 MiB are not kept; a folder that cannot be written is no error.
  void keep(const std::string& name, base::ByteView bytes, base::Time until) const;

 private:
  std::string folder_;
};

}  // namespace whytls::net
