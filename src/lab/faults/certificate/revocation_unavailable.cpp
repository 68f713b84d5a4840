// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_revocation_unavailable;
const Fault certificate_revocation_unavailable{
    .id = "certificate.revocation-unavailable",
    .title = "a certificate that demands a staple, and a staple that knows nothing of it",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.must_staple = true;
      const Hierarchy hierarchy = issue(shop, recipes);
      TlsSetup setup = hierarchy.setup();
      setup.staple = shop.staple(hierarchy.leaf, hierarchy.intermediate, {.status = "unknown"});
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
