// SPDX-License-Identifier: Apache-2.0
// SMTP (RFC 3207) and LMTP (RFC 2033), which differ in the word of greeting.
#pragma once

#include "wire/upgrade/common.h"

namespace whytls::wire::dialogue {

class MailDialogue : public ReplyDialogue {
 protected:
  /// `hello` is EHLO or LHLO.
  MailDialogue(std::string_view title, std::string_view hello) : ReplyDialogue(title), hello_(hello) {}

 private:
  enum class Stage { greeting, hello, starttls };

  void reply(const Reply& reply) override;
  void greeted(const Reply& reply);
  void listed(const Reply& reply);

  std::string_view hello_;
  Stage stage_ = Stage::greeting;
};

}  // namespace whytls::wire::dialogue
