// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_sni_unrecognized;
const Fault protocol_sni_unrecognized{
    .id = "protocol.sni-unrecognized",
    .title = "a server that knows other names than the one asked for",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop);
      TlsSetup setup = hierarchy.setup();
      setup.names = {host};
      return scene(shop, hierarchy, setup).with({"--servername", "api.example"});
    },
};

}  // namespace whytls::lab
