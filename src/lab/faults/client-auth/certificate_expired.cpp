// SPDX-License-Identifier: Apache-2.0
#include "lab/client_certificates.h"

namespace whytls::lab {

extern const Fault client_auth_certificate_expired;
const Fault client_auth_certificate_expired{
    .id = "client-auth.certificate-expired",
    .title = "a client certificate that expired ten days ago",
    .prepare = [](Workshop& shop) -> Scene {
      const Clients clients(shop);
      x509::Recipe recipe = x509::client_recipe("robot");
      recipe.not_before = base::now() - std::chrono::hours(24 * 100);
      recipe.not_after = base::now() - std::chrono::hours(24 * 10);
      return clients.scene(clients.issue(recipe));
    },
};

}  // namespace whytls::lab
