// SPDX-License-Identifier: Apache-2.0
// Every path from a leaf towards an anchor, by names, key identifiers and signatures; inside this module only.
// RFC 5280 leaves the building of paths open; the order of preference here is that of RFC 4158 3.5 in short.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "x509/judge.h"

namespace whytls::x509 {

enum class End : std::uint8_t {
  anchor,       ///< in the store
  self_signed,  ///< its own issuer, and not in the store
  dangling,     ///< its issuer is nowhere
};

struct Path {
  std::vector<const Link*> links;    ///< the leaf first; owned by the Builder
  std::vector<Verified> signatures;  ///< of each link under the next; of an end under nothing: yes
  End end = End::dangling;
  bool self_claimed = false;  ///< the end names itself as issuer, and its signature does not verify
  bool rekeyed = false;       ///< an issuer of the end's issuer's name is on hand, with another key
  bool uses_extra() const;
  const Link& last() const { return *links.back(); }
};

class Builder {
 public:
  Builder(const std::vector<Certificate>& served, const JudgeOptions& options);
  /// All paths from the first served certificate, at most `most_paths`.
  std::vector<Path> paths();
  bool bounded() const { return bounded_; }

  static constexpr std::size_t most_paths = 32;
  static constexpr std::size_t most_links = 20;
  static constexpr std::size_t most_signatures = 128;

 private:
  struct Step {
    const Link* issuer = nullptr;
    Verified signature = Verified::no;
    KeyIds ids = KeyIds::absent;
  };
  void extend(Path& path, std::vector<Path>& out);
  std::vector<Step> issuers(const Path& path, bool& rekeyed);
  std::vector<const Link*> candidates(const Link& child);
  Verified verified(const Link& child, const Link& issuer);
  const Link* pooled(Link link);
  bool is_anchor(const Link& link);
  std::size_t longest() const;
  void finish(const Path& path, End end, std::vector<Path>& out);

  const JudgeOptions& options_;
  std::vector<std::unique_ptr<Link>> pool_;
  std::map<std::pair<const Link*, Digest>, Verified> tried_;  ///< by the issuer's key: whoever has it signed the child
  std::map<const Link*, std::vector<const Link*>> known_;
  std::size_t signatures_ = 0;
  bool bounded_ = false;
};

}  // namespace whytls::x509
