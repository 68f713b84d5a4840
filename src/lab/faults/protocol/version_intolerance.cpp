// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_version_intolerance;
const Fault protocol_version_intolerance{
    .id = "protocol.version-intolerance",
    .title = "a server of TLS 1.2 that resets the connection when TLS 1.3 is offered",
    .prepare = [](Workshop& shop) -> Scene {
      const Sound server = sound(shop, 0x0303);
      const auto offers_13 = [](const Visit& visit) { return offers_version(visit, 0x0304); };
      return scene(shop, server.hierarchy, when(offers_13, reset(), server.serve));
    },
};

}  // namespace whytls::lab
