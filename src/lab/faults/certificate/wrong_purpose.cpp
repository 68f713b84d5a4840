// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_wrong_purpose;
const Fault certificate_wrong_purpose{
    .id = "certificate.wrong-purpose",
    .title = "a certificate for clients, used by a server",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.extended_key_usage = "clientAuth";
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
