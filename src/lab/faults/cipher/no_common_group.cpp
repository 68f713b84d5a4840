// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault cipher_no_common_group;
const Fault cipher_no_common_group{
    .id = "cipher.no-common-group",
    .title = "a server that exchanges keys over X448 only",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop);
      TlsSetup setup = hierarchy.setup();
      setup.lowest = 0x0304;
      setup.groups = "X448";
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
