// SPDX-License-Identifier: Apache-2.0
// From a watched handshake, its facts and its diagnosis to the value that every format renders.
#pragma once

#include <string>

#include "diagnosis/watched.h"
#include "report/report.h"
#include "sources/capture/facts.h"

namespace whytls::cli {

/// `file`: the capture that it stands in, where there are several.
struct Origin {
  std::string file;     ///< as the report names it; empty where there is but one
  std::string capture;  ///< a path that can be read again, "-" or empty
};
report::Report report_of(const sources::capture::Handshake& handshake, const sources::capture::Facts& facts,
                         const diagnosis::WatchedDiagnosis& watched, const Origin& origin);

/// The software that sends such a hello, by the recorded clients: "Firefox ESR"; empty where none is recorded.
std::string client_guess(const std::string& ja4);

/// The line that asks the server itself: "whytls shop.example.com --connect 203.0.113.5:443"; with the hello of the capture `file` where
/// that can be read again.
std::string asking_line(const sources::capture::Handshake& handshake, const report::Offer& offered, const std::string& file);

}  // namespace whytls::cli
