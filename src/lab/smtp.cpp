// SPDX-License-Identifier: Apache-2.0
#include "lab/smtp.h"

#include <utility>

#include "base/text.h"

namespace whytls::lab {

Action smtp(bool offers_starttls, Action after) {
  return [offers_starttls, after = std::move(after)](Visit& visit) {
    visit.write("220 mail.example ESMTP lab\r\n");
    while (const auto line = visit.read_line()) {
      const std::string word = base::lower(line->substr(0, line->find(' ')));
      if (word == "starttls" && offers_starttls) {
        visit.write("220 2.0.0 ready to start TLS\r\n");
        return after(visit);
      }
      if (word == "ehlo") {
        visit.write(offers_starttls ? "250-mail.example\r\n250-STARTTLS\r\n250 8BITMIME\r\n" : "250-mail.example\r\n250 8BITMIME\r\n");
      } else if (word == "helo" || word == "noop") {
        visit.write("250 mail.example\r\n");
      } else if (word == "quit") {
        return visit.write("221 bye\r\n");
      } else {
        visit.write("500 5.5.2 not understood\r\n");
      }
    }
    visit.write("500 5.5.2 not understood\r\n");
  };
}

}  // namespace whytls::lab
