// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault configuration_trust_store;
const Fault configuration_trust_store{
    .id = "configuration.trust-store",
    .title = "a sound server, and a file of trusted roots that is empty",
    .prepare = [](Workshop& shop) -> Scene {
      Scene out;
      out.serve = sound(shop).serve;
      out.words = {"{address}", "--servername", host, "--ca-file", shop.file("empty.pem", "")};
      return out;
    },
};

}  // namespace whytls::lab
