// SPDX-License-Identifier: Apache-2.0
// One report as a part of an HTML page.
#pragma once

#include <string>
#include <string_view>

#include "report/report.h"

namespace whytls::report {

/// `level` of its heading; `id` (markup, ours) is what links lead to; `note` is a text below the heading. Both may be empty.
std::string html_article(const Report& report, int level, std::string_view id = {}, std::string_view note = {});

/// The class of an outcome in the style sheet, and its word for people.
std::string_view outcome_style(diagnosis::Outcome outcome);

}  // namespace whytls::report
