// SPDX-License-Identifier: Apache-2.0
// What a line of a log says beside its message: when, which client, for which name, by which process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace whytls::sources::message {

struct LogLine {
  std::optional<base::Time> time;
  std::string_view client;   ///< its address; empty where the line has none
  std::string_view name;     ///< server name; empty where the line has none
  std::string_view process;  ///< its number; empty where the line has none
  std::string_view version;  ///< "TLSv1", "SSLv3" …; empty where the line has none
};

/// The parts lie in the line. Times without a year are of the year before `now` that fits; without a zone they count as UTC.
LogLine log_line(std::string_view line, base::Time now);

/// The time that a line begins with, or has near its beginning: ISO 8601, nginx, Apache, syslog, HAProxy.
std::optional<base::Time> log_time(std::string_view line, base::Time now);

/// "192.0.2.0/24" or "2001:db8:1::/48" for an address.
std::string network_of(std::string_view address);

}  // namespace whytls::sources::message
