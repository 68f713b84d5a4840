// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_version_mismatch;
const Fault protocol_version_mismatch{
    .id = "protocol.version-mismatch",
    .title = "a server that knows nothing newer than TLS 1.1",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop, Recipes().rsa());
      TlsSetup setup = hierarchy.setup();
      setup.lowest = 0x0301;
      setup.highest = 0x0302;
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
