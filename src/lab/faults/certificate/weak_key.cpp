// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_weak_key;
const Fault certificate_weak_key{
    .id = "certificate.weak-key",
    .title = "a certificate with an RSA key of 1024 bits",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.rsa();
      recipes.leaf.key = "rsa-1024";
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
