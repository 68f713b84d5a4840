// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_hostname_mismatch;
const Fault certificate_hostname_mismatch{
    .id = "certificate.hostname-mismatch",
    .title = "a certificate for another name than the one asked for",
    .prepare = [](Workshop& shop) -> Scene {
      return scene(shop, Recipes()).with({"--servername", "www.shop.example"});
    },
};

}  // namespace whytls::lab
