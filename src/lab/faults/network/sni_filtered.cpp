// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault network_sni_filtered;
const Fault network_sni_filtered{
    .id = "network.sni-filtered",
    .title = "a path that resets connections for one server name and lets all others pass",
    .prepare = [](Workshop& shop) -> Scene {
      Recipes recipes;
      recipes.leaf.dns.emplace_back("blocked.example");
      const Hierarchy hierarchy = issue(shop, recipes);
      const auto blocked = [](const Visit& visit) { return names(visit, "blocked.example"); };
      Scene out = scene(shop, hierarchy, when(blocked, reset(), tls(shop, hierarchy.setup())));
      return std::move(out).with({"--servername", "blocked.example"});
    },
};

}  // namespace whytls::lab
