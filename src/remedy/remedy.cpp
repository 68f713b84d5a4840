// SPDX-License-Identifier: Apache-2.0
#include "remedy/remedy.h"

#include <array>

namespace whytls::remedy {
namespace {

constexpr std::array rows{
#define REMEDY(name, side, applicability, text) RemedyInfo{Remedy::name, #name, Side::side, Applicability::applicability, text},
#include "remedy/remedies.def"
#undef REMEDY
};

}  // namespace

std::string_view side_name(Side side) { return side == Side::server ? "server" : side == Side::client ? "client" : "network"; }
const RemedyInfo& info(Remedy remedy) { return rows[static_cast<std::size_t>(remedy)]; }
std::span<const RemedyInfo> remedies() { return rows; }

}  // namespace whytls::remedy
