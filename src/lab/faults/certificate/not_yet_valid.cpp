// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_not_yet_valid;
const Fault certificate_not_yet_valid{
    .id = "certificate.not-yet-valid",
    .title = "a certificate whose time begins in twenty days",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.not_before = base::now() + std::chrono::hours(24 * 20);
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
