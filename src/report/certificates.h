// SPDX-License-Identifier: Apache-2.0
// Certificates of files as a table, and who on this machine trusts them.
#pragma once

#include "report/layout.h"
#include "report/report.h"

namespace whytls::report {

/// From the leaf up; the faults beside the links, the missing ones in their places.
void print_certificates(Sheet& sheet, const Report& report);
/// Other certificates in the files, the bundle that was written, and the trust stores.
void print_files(Sheet& sheet, const Report& report);

}  // namespace whytls::report
