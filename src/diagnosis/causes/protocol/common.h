// SPDX-License-Identifier: Apache-2.0
// What the intolerances share: "try size, then group, then version" (docs/judgement.md, Neighbours, Size).
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "diagnosis/rules.h"

namespace whytls::diagnosis::protocol {

struct Bound {
  std::string_view change;
  std::int64_t bytes;
};
inline constexpr std::array<Bound, 3> bounds{{{change::smaller_256, 256}, {change::smaller_512, 512}, {change::smaller_1400, 1400}}};

/// The same offer without its hybrid group works, and fails again when it is padded to the old size.
inline bool padding_fails(const Evidence& e) {
  return known_yes(e.is(Kind::cures, change::post_quantum_dropped)) && known_no(e.is(Kind::cures, change::post_quantum_padded));
}

/// The smallest bound above which a working hello fails when it is padded; else the largest below which the hello in question works.
inline const Bound* decisive_bound(const Evidence& e) {
  for (const Bound& bound : bounds)
    if (known_yes(e.is(Kind::breaks, bound.change))) return &bound;
  for (auto bound = bounds.rbegin(); bound != bounds.rend(); ++bound)
    if (known_yes(e.is(Kind::cures, bound->change)) && !known_no(e.is(Kind::breaks, bound->change))) return &*bound;
  if (padding_fails(e)) return &bounds.back();
  return nullptr;
}

/// Size is shown by padding something that works; that a smaller hello works shows it only where nothing else left the hello.
inline Answer size_explains(const Evidence& e) {
  Answer broken = Answer::no;
  Answer cured = Answer::no;
  for (const Bound& bound : bounds) {
    const bool too_small = known_no(presupposed(e, bound.change));
    if (too_small) continue;
    broken = broken || e.is(Kind::breaks, bound.change);
    cured = cured || e.is(Kind::cures, bound.change);
  }
  if (known_yes(broken) || padding_fails(e)) return Answer::yes;
  if (known_yes(e.is(Kind::cures, change::post_quantum_padded))) return Answer::no;
  return known_no(broken) ? Answer::no : known_yes(cured) ? !offers_hybrid(e) || Answer::unknown : cured;
}

/// Without the hybrid group it works at the same size too.
inline Answer group_explains(const Evidence& e) {
  const Answer hybrid = offers_hybrid(e);
  if (known_no(hybrid)) return Answer::no;
  return e.is(Kind::cures, change::post_quantum_dropped) && e.is(Kind::cures, change::post_quantum_padded);
}

/// Alerts by which a peer says that a message breaks the protocol (RFC 8446 6.2).
inline bool alert_about_form(std::string_view alert) {
  constexpr std::array<std::string_view, 7> names{"unexpected_message", "bad_record_mac", "record_overflow",      "illegal_parameter",
                                                  "decode_error",       "decrypt_error",  "unsupported_extension"};
  return std::find(names.begin(), names.end(), alert) != names.end();
}

}  // namespace whytls::diagnosis::protocol
