// SPDX-License-Identifier: Apache-2.0
// STARTTLS of NNTP: RFC 4642; CAPABILITIES: RFC 3977 5.2.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 2> ports{119, 433};

class Nntp : public dialogue::ReplyDialogue {
 public:
  explicit Nntp(const UpgradeOptions& /*options*/) : ReplyDialogue("NNTP") {}

 private:
  enum class Stage { greeting, capabilities, list, starttls, blind_starttls };

  void line(std::string_view text) override {
    if (stage_ != Stage::list) return ReplyDialogue::line(text);
    if (base::equals_nocase(dialogue::first_word(text), "STARTTLS")) offered_ = true;
    if (text != ".") return;
    if (!offered_) return not_offered("the server's capabilities do not include STARTTLS");
    ask("STARTTLS\r\n", Stage::starttls);
  }

  void reply(const dialogue::Reply& reply) override {
    switch (stage_) {
      case Stage::greeting:
        return greeted(reply);
      case Stage::capabilities:
        return reply.code == 101 ? ask("", Stage::list) : ask("STARTTLS\r\n", Stage::blind_starttls);
      case Stage::list:
        return;
      case Stage::starttls:
      case Stage::blind_starttls:
        return answered(reply);
    }
  }

  void greeted(const dialogue::Reply& reply) {
    if (reply.category() == 4 || reply.category() == 5)
      return refused(fmt::format("the server turns the client away in its greeting: \"{}\"", reply.text()), reply.code);
    if (reply.code != 200 && reply.code != 201) return not_spoken(base::view(reply.text()));
    ask("CAPABILITIES\r\n", Stage::capabilities);
  }

  void answered(const dialogue::Reply& reply) {
    if (reply.code == 382) return upgraded();
    if (stage_ == Stage::blind_starttls && reply.code / 10 == 50)
      return not_offered(fmt::format("the server knows neither CAPABILITIES nor STARTTLS: \"{}\"", reply.text()), reply.code);
    refused(fmt::format("the server answers STARTTLS with \"{}\"", reply.text()), reply.code);
  }

  void ask(std::string_view command, Stage next) {
    say(command);
    stage_ = next;
  }

  Stage stage_ = Stage::greeting;
  bool offered_ = false;
};

}  // namespace

extern const UpgradeProtocol nntp;
const UpgradeProtocol nntp{
    .name = "nntp",
    .title = "NNTP",
    .ports = ports,
    .implicit_scheme = "nntps",
    .server_speaks_first = true,
    .proxy = false,
    .begin = dialogue::begin<Nntp>,
};

}  // namespace whytls::wire
