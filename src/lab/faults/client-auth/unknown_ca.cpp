// SPDX-License-Identifier: Apache-2.0
#include "lab/client_certificates.h"

namespace whytls::lab {

extern const Fault client_auth_unknown_ca;
const Fault client_auth_unknown_ca{
    .id = "client-auth.unknown-ca",
    .title = "a client certificate by an authority that the server does not trust",
    .prepare = [](Workshop& shop) -> Scene {
      const Clients clients(shop);
      const x509::Minted stranger = shop.mint(x509::root_recipe("Whytls Lab Other Client CA"));
      return clients.scene(shop.mint(x509::client_recipe("robot"), &stranger));
    },
};

}  // namespace whytls::lab
