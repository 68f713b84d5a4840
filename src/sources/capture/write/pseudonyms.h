// SPDX-License-Identifier: Apache-2.0
// Other names in place of given ones, of the same length: the same for the same label throughout, so that a name still matches a
// certificate exactly where it did before. Drawn by lot, so nothing can be calculated back.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace whytls::sources::capture {

class Pseudonyms {
 public:
  /// DNS names that must not stay, and with each those above it that have at least two labels.
  explicit Pseudonyms(const std::vector<std::string>& names);

  /// Replaces them wherever they stand, in any case. In text at the beginning of the bytes (a dialogue before TLS) also whatever looks like
  /// a name, an address of mail, or an IPv4 address, which becomes zeros.
  void replace(base::Bytes& bytes);
  /// The pseudonym of one name: label by label, "*" and well-known top-level domains as they are.
  std::string of(std::string_view name);

 private:
  std::string label(const std::string& of);
  void replace_known(base::Bytes& bytes, std::size_t begin, std::size_t end);
  void replace_text(base::Bytes& bytes, std::size_t end);

  std::set<std::string, std::less<>> names_;
  std::set<std::size_t, std::greater<>> lengths_;  ///< of names_
  std::map<std::string, std::string> labels_;
  std::set<std::string> taken_;
};

}  // namespace whytls::sources::capture
