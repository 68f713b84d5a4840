// SPDX-License-Identifier: Apache-2.0
#include "lab/canned.h"
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_malformed;
const Fault protocol_malformed{
    .id = "protocol.malformed",
    .title = "a server that chooses a cipher suite that was not offered",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop, Recipes().rsa());
      return scene(shop, hierarchy,
                   canned({.chain = {hierarchy.leaf.certificate.der, hierarchy.intermediate.certificate.der}, .suite = 0x0001}));
    },
};

}  // namespace whytls::lab
