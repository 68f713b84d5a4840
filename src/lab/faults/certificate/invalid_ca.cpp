// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_invalid_ca;
const Fault certificate_invalid_ca{
    .id = "certificate.invalid-ca",
    .title = "a certificate issued by one that is no authority",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.intermediate.ca = false;
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
