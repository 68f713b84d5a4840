// SPDX-License-Identifier: Apache-2.0
// From what an investigation found to the value that every format renders.
#pragma once

#include "investigate/investigation.h"
#include "report/report.h"

namespace whytls::cli {

report::Report report_of(const investigate::Investigation& investigation);
report::Handshake handshake_of(const probe::Attempt& attempt);
report::Offer offer_of(const wire::ClientHello& hello);
report::Certificate certificate_of(const x509::Certificate& certificate, std::size_t position);
std::vector<report::Step> steps_of(const investigate::Investigation& investigation);

}  // namespace whytls::cli
