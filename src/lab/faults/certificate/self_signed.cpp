// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_self_signed;
const Fault certificate_self_signed{
    .id = "certificate.self-signed",
    .title = "a certificate that is its own issuer",
    .prepare = [](Workshop& shop) -> Scene {
      Hierarchy hierarchy = issue(shop);
      hierarchy.leaf = shop.mint(x509::leaf_recipe(host));
      TlsSetup setup = hierarchy.setup();
      setup.chain = {hierarchy.leaf.certificate};
      return scene(shop, hierarchy, setup);
    },
};

}  // namespace whytls::lab
