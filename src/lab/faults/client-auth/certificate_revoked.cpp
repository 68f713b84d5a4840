// SPDX-License-Identifier: Apache-2.0
#include "lab/client_certificates.h"

namespace whytls::lab {

extern const Fault client_auth_certificate_revoked;
const Fault client_auth_certificate_revoked{
    .id = "client-auth.certificate-revoked",
    .title = "a client certificate that the server holds to be revoked",
    .prepare = [](Workshop& shop) -> Scene {
      Clients clients(shop);
      clients.setup.client_revoked = true;
      return clients.scene(clients.issue(x509::client_recipe("robot")));
    },
};

}  // namespace whytls::lab
