// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_name_constraint;
const Fault certificate_name_constraint{
    .id = "certificate.name-constraint",
    .title = "an authority that may issue for other names only",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.intermediate.name_constraints = "critical,permitted;DNS:other.example";
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
