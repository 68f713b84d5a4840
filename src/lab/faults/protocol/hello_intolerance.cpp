// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_hello_intolerance;
const Fault protocol_hello_intolerance{
    .id = "protocol.hello-intolerance",
    .title = "a server that resets the connection when the hello is longer than 512 bytes",
    .prepare = [](Workshop& shop) -> Scene {
      const Sound server = sound(shop);
      const auto large = [](const Visit& visit) { return size_of_hello(visit) > 512; };
      return scene(shop, server.hierarchy, when(large, reset(), server.serve));
    },
};

}  // namespace whytls::lab
