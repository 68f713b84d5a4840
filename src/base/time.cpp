// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "base/text.h"

namespace whytls::base {
namespace {

using namespace std::chrono;

std::optional<unsigned> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const auto value = number(text.substr(0, count));
  if (!value) return std::nullopt;
  text.remove_prefix(count);
  return static_cast<unsigned>(*value);
}

bool literal(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> calendar(std::string_view& text) {
  const auto y = digits(text, 4);
  if (!y || !literal(text, "-")) return std::nullopt;
  const auto m = digits(text, 2);
  if (!m || !literal(text, "-")) return std::nullopt;
  const auto d = digits(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{year(static_cast<int>(*y)), month(*m), day(*d)};
  return date.ok() ? std::optional<sys_days>(sys_days(date)) : std::nullopt;
}

std::optional<seconds> clock(std::string_view& text) {
  const auto h = digits(text, 2);
  if (!h || *h > 23 || !literal(text, ":")) return std::nullopt;
  const auto m = digits(text, 2);
  if (!m || *m > 59 || !literal(text, ":")) return std::nullopt;
  const auto s = digits(text, 2);
  if (!s || *s > 60) return std::nullopt;
  return hours(*h) + minutes(*m) + seconds(*s);
}

std::optional<milliseconds> fraction(std::string_view& text) {
  if (!literal(text, ".")) return milliseconds(0);
  long value = 0;
  int count = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++count)
    if (count < 3) value = value * 10 + (text.front() - '0');
  if (count == 0) return std::nullopt;
  for (; count < 3; ++count) value *= 10;
  return milliseconds(value);
}

std::optional<minutes> offset(std::string_view& text) {
  if (literal(text, "Zz")) return minutes(0);
  const int sign = !text.empty() && text.front() == '-' ? -1 : 1;
  if (!literal(text, "+-")) return std::nullopt;
  const auto h = digits(text, 2);
  if (!h || *h > 23 || !literal(text, ":")) return std::nullopt;
  const auto m = digits(text, 2);
  if (!m || *m > 59) return std::nullopt;
  return sign * (hours(*h) + minutes(*m));
}

}  // namespace

Time now() { return time_point_cast<milliseconds>(system_clock::now()); }

std::string date(Time time) {
  const year_month_day day{floor<days>(time)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string rfc3339(Time time) {
  const hh_mm_ss<milliseconds> clock{time - floor<days>(time)};
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", date(time), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Time> parse_time(std::string_view text) {
  if (!text.empty() && text.front() == '@') {
    const auto value = number(text.substr(1), 253402300799ULL);  // the end of the year 9999
    return value ? std::optional<Time>(Time(seconds(*value))) : std::nullopt;
  }
  const auto day = calendar(text);
  if (!day) return std::nullopt;
  if (text.empty()) return Time(*day);
  if (!literal(text, "Tt ")) return std::nullopt;
  const auto time = clock(text);
  if (!time) return std::nullopt;
  const auto rest = fraction(text);
  if (!rest) return std::nullopt;
  const auto zone = offset(text);
  if (!zone || !text.empty()) return std::nullopt;
  return Time(*day) + *time + *rest - *zone;
}

std::optional<Time> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::size_t comma = text.find(", ");
  if (comma == std::string_view::npos) return std::nullopt;
  text.remove_prefix(comma + 2);
  const auto d = digits(text, 2);
  if (!d || !literal(text, " -") || text.size() < 3) return std::nullopt;
  unsigned m = 0;
  while (m < names.size() && names[m] != text.substr(0, 3)) ++m;
  text.remove_prefix(3);
  if (m == names.size() || !literal(text, " -")) return std::nullopt;
  const auto y = digits(text, 4);
  if (!y || !literal(text, " ")) return std::nullopt;
  const auto time = clock(text);
  const year_month_day date{year(static_cast<int>(*y)), month(m + 1), day(*d)};
  if (!time || !date.ok()) return std::nullopt;
  return Time(sys_days(date)) + *time;
}

std::string how_long(Duration duration) {
  struct Unit {
    std::string_view name;
    std::int64_t length;
  };
  constexpr std::array<Unit, 4> units{{{"day", 86400000}, {"hour", 3600000}, {"minute", 60000}, {"second", 1000}}};
  const std::int64_t value = std::abs(duration.count());
  for (const Unit& unit : units)
    if (value >= unit.length) return fmt::format("{} {}{}", value / unit.length, unit.name, value / unit.length == 1 ? "" : "s");
  return fmt::format("{} ms", value);
}

}  // namespace whytls::base
