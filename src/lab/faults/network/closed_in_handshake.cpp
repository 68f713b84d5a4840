// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_closed_in_handshake;
const Fault network_closed_in_handshake{
    .id = "network.closed-in-handshake",
    .title = "a server that closes every connection after the hello",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = close();
      return out;
    },
};

}  // namespace whytls::lab
