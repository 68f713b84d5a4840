// SPDX-License-Identifier: Apache-2.0
// The vocabulary of changes that a user can make. A cause prescribes remedies; a dialect spells them for a piece of software.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace whytls::remedy {

/// Who has to make the change.
enum class Side : std::uint8_t { server, client, network };
std::string_view side_name(Side side);

/// How far a fix may be trusted as it stands.
enum class Applicability : std::uint8_t { safe_to_paste, adapt_first, ask_somebody };

enum class Remedy : std::uint16_t {
#define REMEDY(name, side, applicability, text) name,
#include "remedy/remedies.def"
#undef REMEDY
};

struct RemedyInfo {
  Remedy remedy;
  std::string_view name;
  Side side;
  Applicability applicability;
  std::string_view text;  ///< one sentence in the imperative; fits every software
};
const RemedyInfo& info(Remedy remedy);
std::span<const RemedyInfo> remedies();

}  // namespace whytls::remedy
