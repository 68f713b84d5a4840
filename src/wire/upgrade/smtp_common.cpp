// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/smtp_common.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace whytls::wire::dialogue {
namespace {

/// Some firewalls blank a keyword that they do not want used, letter for letter ("XXXXXXXA" for STARTTLS).
bool blanked(const std::string& line) {
  const std::string_view word = first_word(line);
  return word.size() == 8 && std::all_of(word.begin(), word.end() - 1, [](char c) { return c == 'X'; });
}

}  // namespace

void MailDialogue::reply(const Reply& reply) {
  switch (stage_) {
    case Stage::greeting:
      return greeted(reply);
    case Stage::hello:
      return listed(reply);
    case Stage::starttls:
      if (reply.code == 220) return upgraded();  // RFC 3207 4
      return refused(fmt::format("the server offers STARTTLS and answers it with \"{}\"", reply.text()), reply.code);
  }
}

void MailDialogue::greeted(const Reply& reply) {
  if (reply.category() == 4 || reply.category() == 5)
    return refused(fmt::format("the server turns the client away in its greeting: \"{}\"", reply.text()), reply.code);
  if (reply.code != 220) return not_spoken(base::view(reply.text()));
  // RFC 5321 4.1.3: an address literal stands in where the client has no name.
  say(fmt::format("{} [127.0.0.1]\r\n", hello_));
  stage_ = Stage::hello;
}

void MailDialogue::listed(const Reply& reply) {
  if (reply.code == 421 || reply.code == 554)
    return refused(fmt::format("the server turns the client away: \"{}\"", reply.text()), reply.code);
  if (reply.code == 530) return not_spoken(base::view(reply.text()));  // FTP's "not logged in" (RFC 959 4.2.2), which greets alike
  if (reply.code != 250)
    return not_offered(fmt::format("the server does not take {}, and so offers no STARTTLS: \"{}\"", hello_, reply.text()), reply.code);
  const auto offers = [](const std::string& line) { return base::equals_nocase(first_word(line), "STARTTLS"); };
  if (std::any_of(reply.lines.begin() + 1, reply.lines.end(), offers)) {
    say("STARTTLS\r\n");
    stage_ = Stage::starttls;
    return;
  }
  if (std::any_of(reply.lines.begin() + 1, reply.lines.end(), blanked))
    return not_offered(fmt::format("something on the way blanks a keyword in the answer to {}, as firewalls do to hide STARTTLS", hello_),
                       reply.code);
  not_offered(fmt::format("the server's answer to {} does not offer STARTTLS", hello_), reply.code);
}

}  // namespace whytls::wire::dialogue
