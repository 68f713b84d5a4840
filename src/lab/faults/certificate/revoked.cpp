// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_revoked;
const Fault certificate_revoked{
    .id = "certificate.revoked",
    .title = "a certificate that its issuer revoked, as the stapled response says",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      const Hierarchy hierarchy = issue(shop, recipes);
      TlsSetup setup = hierarchy.setup();
      setup.staple = shop.staple(hierarchy.leaf, hierarchy.intermediate, {.status = "revoked"});
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
