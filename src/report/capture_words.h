// SPDX-License-Identifier: Apache-2.0
// What the texts and pages about a capture say in the same words.
#pragma once

#include <string>
#include <vector>

#include "report/capture_summary.h"
#include "report/layout.h"

namespace whytls::report {

/// "1,204"
std::string grouped(std::uint64_t number);
/// "1 handshake", "1,204 handshakes"
std::string counted(std::uint64_t number, std::string_view one, std::string_view many = {});
/// "1.2 GB"; powers of ten.
std::string size_words(std::uint64_t bytes);

struct CaptureHeadline {
  Tone tone = Tone::good;
  std::string text;
};
CaptureHeadline capture_headline(const CaptureSummary& summary);
/// Files, packets, bytes, times and connections; a sentence each.
std::vector<std::string> capture_extent(const CaptureSummary& summary);
/// What was not understood or is missing.
std::vector<std::string> capture_gaps(const CaptureSummary& summary);
/// "1,150 ok, 37 failed, 14 given up by the client, 3 undetermined, 20 barely seen"; those that are none are left out.
std::string counts_words(const HandshakeCounts& counts);

/// Times of day where all lies within one day, else with the date; empty where there is no time.
std::string clock_words(const CaptureSummary& summary, std::optional<base::Time> time);

/// The id of the cause, or "undetermined".
std::string_view cause_of(const CaptureGroup& group);
/// "Firefox 128, 3 addresses", "10.0.0.7"
std::string who_words(const CaptureGroup& group);
/// "flows 3, 9, 14 and 9 more"
std::string flows_words(const CaptureGroup& group);
/// What was found in one handshake, in a few words: its cause, or what it settled on.
std::string found_words(const Report& report);

/// Groups whose example is shown in full: at most `most`, and at most `most_a_cause` of one cause.
std::vector<std::size_t> chosen_groups(const CaptureSummary& summary, std::size_t most, std::size_t most_a_cause);

}  // namespace whytls::report
