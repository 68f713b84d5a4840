// SPDX-License-Identifier: Apache-2.0
#include "sources/message/log_line.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"
#include "sources/message/place.h"

namespace whytls::sources::message {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool of_name(char c) { return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_'; }

/// Reads fixed forms from the left; after a failure everything fails.
class Form {
 public:
  explicit Form(std::string_view text) : rest_(text) {}

  int number(std::size_t width) {
    int out = 0;
    if (rest_.size() < width) return fail();
    for (std::size_t i = 0; i < width; ++i) {
      const char c = i == 0 && width == 2 && rest_[0] == ' ' ? '0' : rest_[i];  // syslog writes " 1"
      if (!digit(c)) return fail();
      out = out * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return out;
  }
  void skip(std::string_view one_of) {
    if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) {
      good_ = false;
    } else {
      rest_.remove_prefix(1);
    }
  }
  int month() {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::size_t at = rest_.size() < 3 ? std::string_view::npos : names.find(rest_.substr(0, 3));
    if (at == std::string_view::npos || at % 3 != 0) return fail();
    rest_.remove_prefix(3);
    return static_cast<int>(at / 3) + 1;
  }
  int milliseconds() {
    if (rest_.empty() || (rest_.front() != '.' && rest_.front() != ',')) return 0;
    rest_.remove_prefix(1);
    int out = 0;
    for (int i = 0; i < 3; ++i) {
      const bool more = !rest_.empty() && digit(rest_.front());
      out = out * 10 + (more ? rest_.front() - '0' : 0);
      if (more) rest_.remove_prefix(1);
    }
    while (!rest_.empty() && digit(rest_.front())) rest_.remove_prefix(1);
    return out;
  }
  /// "Z", "+02:00", " +0200" or nothing, as minutes.
  int zone() {
    std::string_view rest = rest_;
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.size() < 5 || (rest[0] != '+' && rest[0] != '-')) return 0;
    Form form(rest.substr(1));
    const int hours = form.number(2);
    if (form.rest_.starts_with(':')) form.rest_.remove_prefix(1);
    const int minutes = form.number(2);
    return form.good_ ? (rest[0] == '-' ? -1 : 1) * (hours * 60 + minutes) : 0;
  }
  bool good() const { return good_; }

 private:
  int fail() {
    good_ = false;
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

struct Parts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0, zone = 0;
};

std::optional<base::Time> time_of(const Parts& p) {
  const std::chrono::year_month_day date{std::chrono::year(p.year), std::chrono::month(static_cast<unsigned>(p.month)),
                                         std::chrono::day(static_cast<unsigned>(p.day))};
  if (!date.ok() || p.hour > 23 || p.minute > 59 || p.second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(p.hour) + std::chrono::minutes(p.minute - p.zone) +
         std::chrono::seconds(p.second) + std::chrono::milliseconds(p.fraction);
}

void clock(Form& form, Parts& p) {
  p.hour = form.number(2);
  form.skip(":");
  p.minute = form.number(2);
  form.skip(":");
  p.second = form.number(2);
  if (form.good()) p.fraction = form.milliseconds();
}

/// "2026-11-21T10:11:12.123Z", "2026/11/21 10:11:12".
std::optional<base::Time> numeric(std::string_view text) {
  Form form(text);
  Parts p;
  p.year = form.number(4);
  form.skip("-/");
  p.month = form.number(2);
  form.skip("-/");
  p.day = form.number(2);
  form.skip("T ");
  clock(form, p);
  if (form.good()) p.zone = form.zone();
  return form.good() ? time_of(p) : std::nullopt;
}

/// "21/Nov/2026:10:11:12 +0000".
std::optional<base::Time> common_log(std::string_view text) {
  Form form(text);
  Parts p;
  p.day = form.number(2);
  form.skip("/");
  p.month = form.month();
  form.skip("/");
  p.year = form.number(4);
  form.skip(":");
  clock(form, p);
  if (form.good()) p.zone = form.zone();
  return form.good() ? time_of(p) : std::nullopt;
}

/// "Nov 21 10:11:12", with Apache's year behind it, or none.
std::optional<base::Time> by_month(std::string_view text, base::Time now) {
  Form form(text);
  Parts p;
  p.month = form.month();
  form.skip(" ");
  p.day = form.number(2);
  form.skip(" ");
  clock(form, p);
  if (!form.good()) return std::nullopt;
  Form year = form;
  year.skip(" ");
  p.year = year.number(4);
  if (year.good() && p.year > 1990) return time_of(p);
  p.year = static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  const auto out = time_of(p);
  if (out && *out <= now + std::chrono::hours(24)) return out;
  --p.year;
  return time_of(p);
}

std::string_view word_after(std::string_view line, std::string_view cue) {
  const std::size_t at = line.find(cue);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + cue.size());
  std::size_t end = 0;
  while (end < rest.size() && (of_name(rest[end]) || rest[end] == ':')) ++end;
  while (end > 0 && (rest[end - 1] == '.' || rest[end - 1] == ':')) --end;
  return rest.substr(0, end);
}

/// An address at the front of a word, without a port.
std::string_view address_of(std::string_view word) {
  const auto four =
      static_cast<std::size_t>(std::find_if(word.begin(), word.end(), [](char c) { return !digit(c) && c != '.'; }) - word.begin());
  std::string_view head = word.substr(0, four);
  while (head.ends_with('.')) head.remove_suffix(1);
  if (std::count(head.begin(), head.end(), '.') == 3 && is_host(head)) return head;
  const bool six =
      std::count(word.begin(), word.end(), ':') >= 2 && word.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return six ? word : std::string_view{};
}

std::string_view client_in(std::string_view line) {
  for (const std::string_view cue :
       {"client: ", "[client ", "client=", "rip=", "SSL_accept error from ", "TLS handshake error from ", "remote=", "from "}) {
    std::size_t at = line.find(cue);
    for (int tries = 0; at != std::string_view::npos && tries < 3; at = line.find(cue, at + 1), ++tries) {
      std::string_view rest = line.substr(at + cue.size(), 120);
      if (const std::size_t open = rest.substr(0, 80).find('['); open != std::string_view::npos && open < rest.find(' '))
        rest.remove_prefix(open + 1);
      const auto end =
          static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), [](char c) { return !of_name(c) && c != ':'; }) - rest.begin());
      if (const auto address = address_of(rest.substr(0, end)); !address.empty()) return address;
    }
  }
  return {};
}

/// HAProxy and access logs: the first address of the line that a port or a date follows.
std::string_view first_address(std::string_view line) {
  line = line.substr(0, 200);
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (!digit(line[at]) || (at > 0 && of_name(line[at - 1]))) continue;
    if (const auto address = address_of(line.substr(at)); !address.empty()) return address;
    while (at < line.size() && of_name(line[at])) ++at;
  }
  return {};
}

std::string_view name_in(std::string_view line) {
  for (const std::string_view cue :
       {"host: \"", "sni=", "SNI: ", "servername=", "server_name=", ", server: ", "for host ", "hostname \""}) {
    const std::string_view word = word_after(line, cue);
    if (is_host(word) && address_of(word).empty()) return word;
  }
  return {};
}

std::string_view process_in(std::string_view line) {
  line = line.substr(0, 160);
  for (std::size_t at = line.find('['); at != std::string_view::npos; at = line.find('[', at + 1)) {
    std::size_t begin = at + 1;
    if (line.substr(begin).starts_with("pid ")) begin += 4;
    std::size_t end = begin;
    while (end < line.size() && digit(line[end])) ++end;
    if (end > begin && end < line.size() && (line[end] == ']' || line[end] == ':')) return line.substr(begin, end - begin);
  }
  return {};
}

std::string_view version_in(std::string_view line) {
  for (const std::string_view stem : {"TLSv1", "SSLv3", "SSLv2"}) {
    const std::size_t at = line.find(stem);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = line.substr(at);
    return rest.substr(0, rest.size() > 6 && rest[5] == '.' && digit(rest[6]) ? 7 : 5);
  }
  return {};
}

}  // namespace

std::optional<base::Time> log_time(std::string_view line, base::Time now) {
  constexpr std::size_t reach = 96;
  const std::size_t end = std::min(line.size(), reach);
  for (std::size_t at = 0; at < end; ++at) {
    if (at > 0 && of_name(line[at - 1])) continue;
    const std::string_view rest = line.substr(at);
    std::optional<base::Time> found;
    if (digit(line[at])) {
      found = rest.size() > 5 && (rest[4] == '-' || rest[4] == '/') ? numeric(rest) : common_log(rest);
    } else if (line[at] >= 'A' && line[at] <= 'S') {
      found = by_month(rest, now);
    }
    if (found) return found;
  }
  return std::nullopt;
}

LogLine log_line(std::string_view line, base::Time now) {
  LogLine out;
  out.time = log_time(line, now);
  out.client = client_in(line);
  if (out.client.empty()) out.client = first_address(line);
  out.name = name_in(line);
  out.process = process_in(line);
  out.version = version_in(line);
  return out;
}

std::string network_of(std::string_view address) {
  if (address.find(':') == std::string_view::npos) {
    const std::size_t dot = address.rfind('.');
    return dot == std::string_view::npos ? std::string(address) : std::string(address.substr(0, dot)) + ".0/24";
  }
  std::size_t end = 0;
  for (int groups = 0; groups < 3 && end < address.size(); ++groups) {
    const std::size_t colon = address.find(':', end);
    if (colon == std::string_view::npos) break;
    end = colon + 1;
    if (colon + 1 < address.size() && address[colon + 1] == ':') break;
  }
  std::string out(address.substr(0, end));
  while (out.ends_with(':')) out.pop_back();
  return out + "::/48";
}

}  // namespace whytls::sources::message
