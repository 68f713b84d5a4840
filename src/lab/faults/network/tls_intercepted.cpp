// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault network_tls_intercepted;
const Fault network_tls_intercepted{
    .id = "network.tls-intercepted",
    .title = "an inspecting proxy that answers with a certificate of its own",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.intermediate.common_name = "Zscaler Intermediate Root CA (zscaler.example)";
      recipes.intermediate.organization = "Zscaler Inc.";
      const Hierarchy hierarchy = issue(shop, recipes);
      const x509::Minted trusted = shop.mint(x509::root_recipe("Whytls Lab Public Root"));
      Scene out;
      out.serve = tls(shop, hierarchy.setup());
      out.words = {"{address}", "--servername", host, "--ca-file", shop.file("roots.pem", trusted.pem())};
      return out;
    },
};

}  // namespace whytls::lab
