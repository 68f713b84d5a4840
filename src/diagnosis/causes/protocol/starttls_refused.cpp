// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_starttls_refused;
const Cause protocol_starttls_refused{
    .id = "protocol.starttls-refused",
    .title = "the server does not give the upgrade to TLS that was asked for",
    .spec = "RFC 3207 4, RFC 2595 3, RFC 4511 4.14.2",
    .stages = {Stage::starttls},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const std::string answer_given = e.text(Kind::starttls_answer);
      const bool refused = answer_given == "refused";
      if (!refused && answer_given != "not-offered") return std::nullopt;
      const std::string protocol = e.text(Kind::starttls);
      Finding f{.confidence = Confidence::certain, .rests_on = {{Kind::starttls_answer, ""}}};
      f.summary = "the server speaks " + (protocol.empty() ? std::string("the protocol") : protocol) +
                  (refused ? " and refuses the upgrade to TLS" : " and does not offer the upgrade to TLS");
      const std::string words = e.text(Kind::starttls_words);
      if (!words.empty()) f.rests_on.push_back({Kind::starttls_words, ""});
      f.detail = {{"protocol", protocol}, {"answer", answer_given}, {"words", words}};
      return f;
    },
    .remedies = {Remedy::offer_starttls, Remedy::read_server_log},
};

}  // namespace whytls::diagnosis
