// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"
#include "lab/smtp.h"

namespace whytls::lab {

extern const Fault protocol_starttls_refused;
const Fault protocol_starttls_refused{
    .id = "protocol.starttls-refused",
    .title = "a mail server that does not offer STARTTLS",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = smtp(false, {});
      return std::move(out).with({"--starttls", "smtp"});
    },
};

}  // namespace whytls::lab
