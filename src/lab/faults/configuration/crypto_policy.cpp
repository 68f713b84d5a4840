// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault configuration_crypto_policy;
const Fault configuration_crypto_policy{
    .id = "configuration.crypto-policy",
    .title = "a sound server of TLS 1.2, and a policy of this machine's OpenSSL that forbids it",
    .prepare = [](Workshop& shop) -> Scene {
      const Sound server = sound(shop, 0x0303);
      Scene out = scene(shop, server.hierarchy, server.serve).with({"--client", "openssl"});
      constexpr const char* policy =
          "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n[default]\nMinProtocol = TLSv1.3\n";
      out.environment = {{"OPENSSL_CONF", shop.file("openssl.cnf", policy)}};
      return out;
    },
};

}  // namespace whytls::lab
