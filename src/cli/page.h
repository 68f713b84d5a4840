// SPDX-License-Identifier: Apache-2.0
// A cause's page as text for a terminal: headings, wrapped paragraphs, lists; the blocks that are tests are left out.
#pragma once

#include <string>
#include <string_view>

#include "report/format.h"

namespace whytls::cli {

std::string readable(std::string_view page, const report::Style& style);
/// The first paragraph under the title, on one line.
std::string opening(std::string_view page);

}  // namespace whytls::cli
