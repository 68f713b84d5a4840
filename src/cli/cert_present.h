// SPDX-License-Identifier: Apache-2.0
// From what was found in certificate files to the value that every format renders.
#pragma once

#include <vector>

#include "report/report.h"
#include "sources/certs/review.h"

namespace whytls::cli {

report::Report report_of(const certs::Review& review, const std::vector<certs::File>& files, base::Time at);
/// The one of several that is to be shown: the first that fails, else the first.
std::size_t leading(const std::vector<report::Report>& reports);
/// That one, with the rest as its siblings.
report::Report with_siblings(const std::vector<report::Report>& reports, std::size_t lead);
/// Adds who on this machine trusts the chain.
void add_stores(report::Report& report, const std::vector<x509::Certificate>& chain, base::Time at);

}  // namespace whytls::cli
