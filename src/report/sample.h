// SPDX-License-Identifier: Apache-2.0
// Reports for tests, made by hand: what a report looks like must not change because a rule's words do.
#pragma once

#include <string>
#include <vector>

#include "report/report.h"

namespace whytls::report::sample {

Report works();
Report expired_certificate();
Report incomplete_chain();
Report no_common_suite();
Report starttls_needed();
Report handshake_timeout();
Report undetermined();
/// Everything that a peer says is hostile: control characters, escape sequences, no UTF-8.
Report hostile();
/// Files in the place of a target, a bundle that was written, and trust stores.
Report certificate_files();

struct Named {
  const char* name;
  Report (*make)();
};
const std::vector<Named>& all();

}  // namespace whytls::report::sample
