// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_alpn_mismatch;
const Fault protocol_alpn_mismatch{
    .id = "protocol.alpn-mismatch",
    .title = "a server that speaks only MQTT",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop);
      TlsSetup setup = hierarchy.setup();
      setup.alpn = {"mqtt"};
      return scene(shop, hierarchy, setup).with({"--alpn", "h2,http/1.1"});
    },
};

}  // namespace whytls::lab
