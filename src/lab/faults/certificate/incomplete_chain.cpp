// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_incomplete_chain;
const Fault certificate_incomplete_chain{
    .id = "certificate.incomplete-chain",
    .title = "a server that does not send its intermediate certificate",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop);
      TlsSetup setup = hierarchy.setup();
      setup.chain.pop_back();
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
