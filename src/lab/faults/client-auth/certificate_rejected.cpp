// SPDX-License-Identifier: Apache-2.0
#include "lab/client_certificates.h"

namespace whytls::lab {

extern const Fault client_auth_certificate_rejected;
const Fault client_auth_certificate_rejected{
    .id = "client-auth.certificate-rejected",
    .title = "a client certificate that is for servers only",
    .prepare = [](Workshop& shop) -> Scene {
      const Clients clients(shop);
      x509::Recipe recipe = x509::client_recipe("robot");
      recipe.extended_key_usage = "serverAuth";
      return clients.scene(clients.issue(recipe));
    },
};

}  // namespace whytls::lab
