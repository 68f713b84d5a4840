// SPDX-License-Identifier: Apache-2.0
#include "lab/canned.h"
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_malformed;
const Fault certificate_malformed{
    .id = "certificate.malformed",
    .title = "a certificate that cannot be parsed",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.rsa().leaf.malformed = true;
      const Hierarchy hierarchy = issue(shop, recipes);
      return scene(shop, hierarchy, canned({.chain = {hierarchy.leaf.certificate.der, hierarchy.intermediate.certificate.der}}));
    },
};

}  // namespace whytls::lab
