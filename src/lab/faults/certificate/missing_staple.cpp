// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_missing_staple;
const Fault certificate_missing_staple{
    .id = "certificate.missing-staple",
    .title = "a certificate that demands a staple, and a server that sends none",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.must_staple = true;
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
