// SPDX-License-Identifier: Apache-2.0
#include "lab/client_certificates.h"

namespace whytls::lab {

extern const Fault client_auth_key_mismatch;
const Fault client_auth_key_mismatch{
    .id = "client-auth.key-mismatch",
    .title = "a client certificate with the key of another",
    .prepare = [](Workshop& shop) -> Scene {
      const Clients clients(shop);
      x509::Minted robot = clients.issue(x509::client_recipe("robot"));
      robot.key = shop.key("ec-secp256r1", "another client");
      return clients.scene(robot);
    },
};

}  // namespace whytls::lab
