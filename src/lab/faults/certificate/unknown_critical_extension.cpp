// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_unknown_critical_extension;
const Fault certificate_unknown_critical_extension{
    .id = "certificate.unknown-critical-extension",
    .title = "a certificate with a critical extension that nobody knows",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.unknown_critical = true;
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
