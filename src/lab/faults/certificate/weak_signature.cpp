// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_weak_signature;
const Fault certificate_weak_signature{
    .id = "certificate.weak-signature",
    .title = "a certificate signed with SHA-1",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.rsa();
      recipes.leaf.hash = "sha1";
      return scene(shop, recipes);
    },
};

}  // namespace whytls::lab
