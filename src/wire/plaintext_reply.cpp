// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "wire/plaintext_answer.h"

namespace whytls::wire {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 5321 4.2, RFC 959 4.2, RFC 3977 3.1: three digits, then a space, a hyphen (more lines follow) or the end of the line.
int reply_code(std::string_view line) {
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, digit)) return 0;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return 0;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  return code >= 100 && code < 600 ? code : 0;
}

/// "5.5.2" after the code: RFC 3463. Of these protocols only SMTP and LMTP have it.
bool enhanced_status(std::string_view line) {
  if (line.size() < 9) return false;
  const std::string_view rest = line.substr(4);
  if (rest[0] != line[0] || rest[1] != '.' || !digit(rest[2])) return false;
  const std::size_t second = rest.find('.', 2);
  return second <= 5 && second + 1 < rest.size() && digit(rest[second + 1]);
}

/// "FTP" as a word of its own: neither SFTP nor a part of a host's name.
bool has_the_word_ftp(std::string_view text) {
  const auto apart = [&](std::size_t at) { return at >= text.size() || text[at] == ' ' || text[at] == '\r' || text[at] == '\n'; };
  for (std::size_t at = text.find("FTP"); at != std::string_view::npos; at = text.find("FTP", at + 1))
    if (at > 0 && text[at - 1] == ' ' && apart(at + 3)) return true;
  return false;
}

bool says_ftp(const Answer& answer) {
  static constexpr std::array<std::string_view, 6> words{"FTPd", "ProFTPD", "FileZilla", "Pure-FTPd", "FTP server", "FTP service"};
  return has_the_word_ftp(answer.text) || std::any_of(words.begin(), words.end(), [&](std::string_view word) { return answer.has(word); });
}

bool says_nntp(const Answer& answer) {
  static constexpr std::array<std::string_view, 5> words{"NNTP", "InterNetNews", "INN ", "news server", "posting ok"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return answer.has(word); });
}

bool mail(const Answer& answer, Plaintext& found) {
  const bool lmtp = answer.has("LMTP") || answer.port == 24;
  return is(found, lmtp ? "lmtp" : "smtp", lmtp ? "lmtp" : "smtp");
}

/// A refusal at the door (421, 554 …) leaves no dialogue in which an upgrade could be asked for.
void drop_upgrade_if_refused(Plaintext& found) {
  if (found.status == 421 || found.status == 554 || found.status == 400) found.starttls.clear();
}

/// Words first; the port decides where protocols greet alike.
bool name_reply(const Answer& answer, Plaintext& found) {
  const bool greets_news = found.status == 200 || found.status == 201 || found.status == 400 || found.status == 502 || found.status == 500;
  if (greets_news && (answer.on({119, 433, 563}) || says_nntp(answer))) return is(found, "nntp", "nntp");
  if (answer.has("SMTP") || answer.has("LMTP") || enhanced_status(answer.line)) return mail(answer, found);
  if (says_ftp(answer)) return is(found, "ftp", "ftp");
  if (answer.on({21, 990, 2121})) return is(found, "ftp", "ftp");
  if (answer.on({24, 25, 465, 587, 2525})) return mail(answer, found);
  return false;
}

}  // namespace

bool recognise_reply(const Answer& answer, Plaintext& found) {
  const int code = reply_code(answer.line);
  if (code == 0) return false;
  found.status = code;
  if (!name_reply(answer, found)) {
    found.status = 0;
    return false;
  }
  drop_upgrade_if_refused(found);
  return true;
}

}  // namespace whytls::wire
