// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_expired;
const Fault certificate_expired{
    .id = "certificate.expired",
    .title = "a certificate that expired ten days ago",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.not_before = base::now() - std::chrono::hours(24 * 100);
      recipes.leaf.not_after = base::now() - std::chrono::hours(24 * 10);
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
