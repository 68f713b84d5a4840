// SPDX-License-Identifier: Apache-2.0
// STLS of POP3: RFC 2595 4; CAPA: RFC 2449.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{110};

class Pop3 : public dialogue::LineDialogue {
 public:
  explicit Pop3(const UpgradeOptions& /*options*/) : LineDialogue("POP3") {}

 private:
  enum class Stage { greeting, capa, list, stls, blind_stls };

  void line(std::string_view text) override {
    if (stage_ == Stage::list) return listed(text);
    hear(text);
    const bool ok = base::starts_with_nocase(text, "+OK");
    if (!ok && !base::starts_with_nocase(text, "-ERR")) return not_spoken(base::view(text));
    answered(ok);
  }

  void answered(bool ok) {
    switch (stage_) {
      case Stage::greeting:
        if (!ok) return refused(fmt::format("the server turns the client away in its greeting: \"{}\"", peer()));
        return ask("CAPA\r\n", Stage::capa);
      case Stage::capa:
        // A server without CAPA may still know STLS: it was there first (RFC 2595 is older than wide use of RFC 2449).
        return ok ? ask("", Stage::list) : ask("STLS\r\n", Stage::blind_stls);
      case Stage::list:
        return;
      case Stage::stls:
        return ok ? upgraded() : refused(fmt::format("the server offers STLS and answers it with \"{}\"", peer()));
      case Stage::blind_stls:
        return ok ? upgraded() : not_offered(fmt::format("the server knows neither CAPA nor STLS: \"{}\"", peer()));
    }
  }

  void listed(std::string_view text) {
    if (base::equals_nocase(dialogue::first_word(text), "STLS")) offered_ = true;
    if (text != ".") return;
    if (!offered_) return not_offered("the server's capabilities do not include STLS");
    ask("STLS\r\n", Stage::stls);
  }

  void ask(std::string_view command, Stage next) {
    say(command);
    stage_ = next;
  }

  Stage stage_ = Stage::greeting;
  bool offered_ = false;
};

}  // namespace

extern const UpgradeProtocol pop3;
const UpgradeProtocol pop3{
    .name = "pop3",
    .title = "POP3",
    .ports = ports,
    .implicit_scheme = "pop3s",
    .server_speaks_first = true,
    .proxy = false,
    .begin = dialogue::begin<Pop3>,
};

}  // namespace whytls::wire
