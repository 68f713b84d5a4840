// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"
#include "lab/smtp.h"

namespace whytls::lab {

extern const Fault protocol_starttls_needed;
const Fault protocol_starttls_needed{
    .id = "protocol.starttls-needed",
    .title = "a mail server that begins in plain text and offers STARTTLS",
    .prepare = [](Workshop& shop) -> Scene {
      const Sound server = sound(shop);
      return scene(shop, server.hierarchy, smtp(true, server.serve));
    },
};

}  // namespace whytls::lab
