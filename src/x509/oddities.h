// SPDX-License-Identifier: Apache-2.0
// What is unusual about a chain without being its fault: to be said beside a verdict, or where there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x509/judge.h"

namespace whytls::x509 {

enum class OddityKind : std::uint8_t {
  root_sent,           ///< a root was served that every client must have anyway
  duplicate,           ///< the same certificate twice
  wrong_order,         ///< served in another order than that of the path
  unrelated,           ///< served and on no path
  same_key,            ///< two different certificates with one name and key: cross-signed or reissued
  expired_cross_sign,  ///< one of such two is expired and still served (as everywhere in September 2021)
  replaced_root,       ///< the store has a root of that name with another key
  reissued_root,       ///< the store has a root of that name and key in another edition than the one served
  issuer_ends_first,   ///< an intermediate's validity ends before the leaf's
  better_leaf,         ///< another served certificate covers the host
  test_key,            ///< the key is published: everybody has it
};
std::string_view name(OddityKind kind);  ///< "expired-cross-sign"

struct Oddity {
  OddityKind kind = OddityKind::root_sent;
  std::optional<std::size_t> served;  ///< position among the served certificates
  std::string text;                   ///< one sentence, printable
};

/// In the order of the kinds.
std::vector<Oddity> oddities(const Judgement& judgement, const JudgeOptions& options);

/// Which published test key this is (by the SHA-256 of its SubjectPublicKeyInfo), or empty.
std::string known_test_key(const Digest& spki_sha256);

}  // namespace whytls::x509
