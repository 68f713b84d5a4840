// SPDX-License-Identifier: Apache-2.0
// STARTTLS of IRC: IRCv3 "tls" (deprecated there, still served). Replies: 670 go on, 691 refused.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 3> ports{6667, 6666, 6665};

class Irc : public dialogue::LineDialogue {
 public:
  explicit Irc(const UpgradeOptions& /*options*/) : LineDialogue("IRC") {}

 private:
  void open() override { say("STARTTLS\r\n"); }

  void line(std::string_view text) override {
    const std::string_view whole = text;
    if (text.empty()) return;
    if (text.starts_with(':')) text.remove_prefix(std::min(text.find(' '), text.size()));  // RFC 2812 2.3.1: the prefix names who speaks
    text = base::trim(text);
    const std::string_view command = dialogue::first_word(text);
    hear(whole);
    if (command.size() == 3 && base::number(command, 999)) return numeric(static_cast<int>(*base::number(command)));
    if (base::equals_nocase(command, "PING")) return say(fmt::format("PONG{}\r\n", text.substr(4)));
    if (base::equals_nocase(command, "ERROR")) return refused(fmt::format("the server ends the conversation: \"{}\"", peer()));
    if (!base::equals_nocase(command, "NOTICE") && !base::equals_nocase(command, "CAP")) not_spoken(base::view(whole));
  }

  void numeric(int code) {
    if (code == 670) return upgraded();
    if (code == 691) return refused(fmt::format("the server cannot start TLS: \"{}\"", peer()), code);
    // 421: unknown command; 451: not registered, which is how servers answer a word that they do not know so early.
    if (code == 421 || code == 451) return not_offered(fmt::format("the server does not know STARTTLS: \"{}\"", peer()), code);
    if (code >= 400 && code < 600) refused(fmt::format("the server answers STARTTLS with \"{}\"", peer()), code);
  }
};

}  // namespace

extern const UpgradeProtocol irc;
const UpgradeProtocol irc{
    .name = "irc",
    .title = "IRC",
    .ports = ports,
    .implicit_scheme = "ircs",
    .server_speaks_first = false,
    .proxy = false,
    .begin = dialogue::begin<Irc>,
};

}  // namespace whytls::wire
