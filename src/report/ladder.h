// SPDX-License-Identifier: Apache-2.0
// The steps of the handshake as a line that shows how far it came, and the chain where a certificate stopped it.
#pragma once

#include "report/layout.h"
#include "report/report.h"

namespace whytls::report {

/// What the evidence says against the link at that position, in a few words; empty when nothing.
std::string fault_words(const Report& report, std::size_t position);
void print_ladder(Sheet& sheet, const Report& report);
/// The served chain from the leaf up, with the faults beside the links and the missing links in their places.
void print_chain(Sheet& sheet, const Report& report);

}  // namespace whytls::report
