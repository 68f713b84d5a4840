// SPDX-License-Identifier: Apache-2.0
// From what was found in certificate files to the value that every format renders.
#pragma once

#include <vector>

#include "report/report.h"
#include "sources/certs/review.h"

namespace whytls::cli {

report::Report report_of(const certs::Review& review, const std::vector<certs::File>& files, base::Time at);
/// The one of several that is to be shown: the first that fails, else the first; the rest become its siblings.
report::Report leading(std::vector<report::Report> reports);

}  // namespace whytls::cli
