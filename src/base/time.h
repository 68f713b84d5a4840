// SPDX-License-Identifier: Apache-2.0
// Calendar time in UTC and how it is written. Nothing here asks a clock but `now()`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace whytls::base {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

Time now();
/// RFC 3339 in UTC with milliseconds: "2026-11-21T04:05:06.789Z".
std::string rfc3339(Time time);
/// "2026-11-21"; for people.
std::string date(Time time);
/// RFC 3339 (any offset, fraction optional), "YYYY-MM-DD", or "@" and seconds since 1970.
std::optional<Time> parse_time(std::string_view text);
/// The three forms of RFC 9110 5.6.7 that a Date header may have (only IMF-fixdate is written today).
std::optional<Time> parse_http_date(std::string_view text);
/// "3 days", "5 hours", "12 ms": the largest unit that fits, rounded down.
std::string how_long(Duration duration);

}  // namespace whytls::base
