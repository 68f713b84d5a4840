// SPDX-License-Identifier: Apache-2.0
// Reports for tests, made by hand: what a report looks like must not change because a rule's words do.
#pragma once

#include <string>
#include <vector>

#include "report/capture_summary.h"
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
/// Watched handshakes: one whose certificate the client refused, one that ended without a reason, one that nobody needed any more, one
/// over QUIC of which only the beginning was captured, one that worked, and one with hostile peers.
Report watched_refusal();
Report watched_reset();
Report watched_abandoned();
Report watched_quic();
Report watched_works();
Report watched_hostile();
/// Files in the place of a target, a bundle that was written, and trust stores.
Report certificate_files();

/// A fact in the form in which pages write it, with its words and its place.
void fact(Report& report, const std::string& line, std::string text = {}, std::string where = {});
base::Time day(std::string_view text);
void fails(Report& report, const diagnosis::Cause& cause, Side side, diagnosis::Stage stage, diagnosis::Finding finding);
Certificate leaf();

/// A page without its style sheet, and all else as it is: what it looks like may change without every golden file.
std::string without_style(std::string output);

struct Named {
  const char* name;
  Report (*make)();
};
const std::vector<Named>& all();

struct NamedCapture {
  const char* name;
  CaptureSummary (*make)();
};
/// Several failures, one alone, none, no handshake at all, hostile peers, and --all.
const std::vector<NamedCapture>& captures();
/// So many groups that not all can be shown.
CaptureSummary crowded_capture(std::size_t groups);

}  // namespace whytls::report::sample
