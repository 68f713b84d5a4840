// SPDX-License-Identifier: Apache-2.0
#include "lab/canned.h"
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_legacy_renegotiation;
const Fault protocol_legacy_renegotiation{
    .id = "protocol.legacy-renegotiation",
    .title = "a server without secure renegotiation",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop, Recipes().rsa());
      return scene(
          shop, hierarchy,
          canned({.chain = {hierarchy.leaf.certificate.der, hierarchy.intermediate.certificate.der}, .secure_renegotiation = false}));
    },
};

}  // namespace whytls::lab
