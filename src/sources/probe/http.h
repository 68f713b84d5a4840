// SPDX-License-Identifier: Apache-2.0
// What is said after the handshake: one HEAD request and the start of its answer in HTTP/1.1 and HTTP/2, and refusals in the words of
// other protocols: bytes <-> values. Knows no connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace whytls::probe {

struct HttpAnswer {
  int status = 0;
  std::string server, date;  ///< printable
};

base::Bytes http1_head(const std::string& host);
/// The same question, with the page as its answer: some servers say only there why they refuse.
base::Bytes http1_get(const std::string& host);
/// nullopt: not whole yet, or no HTTP (`hopeless`).
std::optional<HttpAnswer> parse_http1(base::ByteView bytes, bool& hopeless);

/// A refusal in the plain words of SMTP, IMAP, POP3 and the like that speaks of a certificate: Postfix completes the handshake and then
/// says "421 4.7.1 Error: No client certificate presented". HTTP is not meant: its pages may speak of anything.
bool refuses_certificate(std::string_view words);

/// Connection preface, empty SETTINGS and the request on stream 1: RFC 9113 3.4, 8.3.
base::Bytes http2_head(const std::string& host);
/// Frames up to the first HEADERS with a status: RFC 9113 4.1. `hopeless` after GOAWAY or RST_STREAM, or where this is no HTTP/2.
std::optional<HttpAnswer> parse_http2(base::ByteView bytes, bool& hopeless);

}  // namespace whytls::probe
