// SPDX-License-Identifier: Apache-2.0
// What a whole capture says, as a value and in its forms: text, HTML, JUnit, and whytls.capture/1 for programs
// (docs/schema/capture-1.schema.json). Bounded: what fills it keeps so many groups and handshakes and counts the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "report/document.h"
#include "report/format.h"

namespace whytls::report {

struct CaptureFile {
  std::string path;    ///< "-" is standard input
  std::string format;  ///< "pcap", "pcapng, gzip" …
  std::uint64_t packets = 0, bytes = 0;
};

/// Handshakes by how they ended. `unseen`: too little of it is in the capture to say.
struct HandshakeCounts {
  std::uint64_t ok = 0, failed = 0, aborted = 0, undetermined = 0, unseen = 0;
  std::uint64_t all() const { return ok + failed + aborted + undetermined + unseen; }
};

/// Failures alike: the same cause, the same client software, the same server.
struct CaptureGroup {
  std::string cause;  ///< empty: undetermined
  std::string ended;  ///< how it ended, in words: "closed by the server after the ClientHello"; what undetermined ones are grouped by
  std::string ja4, client_guess;     ///< of the client's hello; empty where there was none, or it is not recognised
  std::vector<std::string> clients;  ///< the first few addresses, without ports
  std::uint64_t client_count = 0;    ///< different addresses
  std::string server;                ///< address and port
  std::string name;                  ///< the server name that was asked for; empty: none
  std::uint64_t count = 0;
  std::optional<base::Time> first, last;
  std::vector<std::uint64_t> flows;  ///< the first few, in their order
  Report example;                    ///< the first of them (or the one that shows most), with its flow
};

/// Worth knowing of handshakes for which nothing failed: a certificate near its end …
struct CaptureFinding {
  Finding finding;
  std::string server, name;
  std::uint64_t count = 0;  ///< handshakes that show it
  std::optional<base::Time> first, last;
};

struct CaptureSummary {
  std::vector<CaptureFile> files;
  std::uint64_t packets = 0, bytes = 0;
  std::optional<base::Time> first, last;  ///< of the packets; absent where the capture has no time
  std::uint64_t connections = 0;          ///< of TCP, and UDP flows that carry DTLS or QUIC; with or without TLS
  HandshakeCounts handshakes;
  std::vector<std::string> damage;  ///< sentences: "a.pcap ends in the middle of packet 812"
  std::vector<std::pair<std::string, std::uint64_t>>
      undecoded;  ///< what carries no TLS that could be read, such as an unknown link type or IPsec ESP, and how many packets are of it
  std::vector<CaptureGroup> groups;                          ///< most frequent first
  std::uint64_t groups_left_out = 0, failures_left_out = 0;  ///< further groups that were counted only, and their handshakes
  std::vector<CaptureFinding> findings;                      ///< worst first
  std::uint64_t findings_left_out = 0;
  std::vector<Report> shown;         ///< handshakes one by one, in their order: those that failed, and with --all every one
  std::uint64_t shown_left_out = 0;  ///< that would have been shown, had there not been too many
  bool all = false;                  ///< --all was given: the text lists `shown` as well
  bool interrupted = false;
};

/// The summary, then each group's example in full.
std::string capture_text(const CaptureSummary& summary, const Style& style);
Json capture_document(const CaptureSummary& summary);
/// One file that needs no other.
std::string capture_html(const CaptureSummary& summary);
/// One test suite a server, one test case a handshake of `shown` and a finding.
std::string capture_junit(const CaptureSummary& summary, const Style& style = {});

}  // namespace whytls::report
