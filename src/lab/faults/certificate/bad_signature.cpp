// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_bad_signature;
const Fault certificate_bad_signature{
    .id = "certificate.bad-signature",
    .title = "a certificate whose signature does not verify",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.bad_signature = true;
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
