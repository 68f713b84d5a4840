// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault configuration_clock_skew;
const Fault configuration_clock_skew{
    .id = "configuration.clock-skew",
    .title = "a server three years ahead: seen from it, this machine's clock is behind",
    .prepare = [](Workshop& shop) -> Scene {
      const auto ahead = std::chrono::hours(24 * 365 * 3);
      Recipes recipes;
      recipes.leaf.not_before += ahead;
      recipes.leaf.not_after += ahead;
      const Hierarchy hierarchy = issue(shop, recipes);
      TlsSetup setup = hierarchy.setup();
      setup.date = base::now() + ahead;
      setup.staple = shop.staple(hierarchy.leaf, hierarchy.intermediate, {.this_update = setup.date, .next_update = setup.date + ahead});
      Scene out = scene(shop, hierarchy, setup);
      if (!out.words.empty()) out.words.front() = "https://{address}";
      return out;
    },
};

}  // namespace whytls::lab
