// SPDX-License-Identifier: Apache-2.0
// STARTTLS of IMAP: RFC 9051 6.2.1.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{143};

class Imap : public dialogue::LineDialogue {
 public:
  explicit Imap(const UpgradeOptions& /*options*/) : LineDialogue("IMAP") {}

 private:
  enum class Stage { greeting, capability, starttls };

  void line(std::string_view text) override {
    hear(text);
    if (stage_ == Stage::greeting) return greeting(text);
    if (base::starts_with_nocase(text, "* BYE")) return refused(fmt::format("the server ends the conversation: \"{}\"", peer()));
    if (text.starts_with("* ") || text.starts_with("+")) return untagged(text);
    tagged(text);
  }

  void greeting(std::string_view text) {
    if (base::starts_with_nocase(text, "* BYE"))
      return refused(fmt::format("the server turns the client away in its greeting: \"{}\"", peer()));
    // RFC 9051 7.1.4: after PREAUTH the session is authenticated, where STARTTLS is not allowed.
    if (base::starts_with_nocase(text, "* PREAUTH"))
      return not_offered("the server greets with PREAUTH, after which STARTTLS is not allowed");
    if (!base::starts_with_nocase(text, "* OK")) return not_spoken(base::view(text));
    say("a1 CAPABILITY\r\n");
    stage_ = Stage::capability;
  }

  void untagged(std::string_view text) {
    if (base::starts_with_nocase(text, "* CAPABILITY ")) offered_ = dialogue::has_word(text, "STARTTLS");
  }

  void tagged(std::string_view text) {
    const bool asking = stage_ == Stage::capability;
    if (!base::starts_with_nocase(text, asking ? "a1 " : "a2 ")) return not_spoken(base::view(text));
    const bool ok = base::equals_nocase(dialogue::first_word(text.substr(3)), "OK");
    if (!asking) return ok ? upgraded() : refused(fmt::format("the server offers STARTTLS and answers it with \"{}\"", peer()));
    if (!ok) return not_offered(fmt::format("the server does not list its capabilities: \"{}\"", peer()));
    if (!offered_) return not_offered("the server's capabilities do not include STARTTLS");
    say("a2 STARTTLS\r\n");
    stage_ = Stage::starttls;
  }

  Stage stage_ = Stage::greeting;
  bool offered_ = false;
};

}  // namespace

extern const UpgradeProtocol imap;
const UpgradeProtocol imap{
    .name = "imap",
    .title = "IMAP",
    .ports = ports,
    .implicit_scheme = "imaps",
    .server_speaks_first = true,
    .proxy = false,
    .begin = dialogue::begin<Imap>,
};

}  // namespace whytls::wire
