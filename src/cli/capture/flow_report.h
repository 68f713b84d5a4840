// SPDX-License-Identifier: Apache-2.0
// From a watched handshake, its facts and its diagnosis to the value that every format renders.
#pragma once

#include <string>

#include "diagnosis/watched.h"
#include "report/report.h"
#include "sources/capture/facts.h"

namespace whytls::cli {

/// `file`: the capture that it stands in, where there are several.
report::Report report_of(const sources::capture::Handshake& handshake, const sources::capture::Facts& facts,
                         const diagnosis::WatchedDiagnosis& watched, const std::string& file);

/// The software that sends such a hello, by the recorded clients: "Firefox ESR"; empty where none is recorded.
std::string client_guess(const std::string& ja4);

/// The line that asks the server itself: "whytls shop.example.com --connect 203.0.113.5:443".
std::string asking_line(const sources::capture::Handshake& handshake, const report::Offer& offered);

}  // namespace whytls::cli
