// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_reset_in_handshake;
const Fault network_reset_in_handshake{
    .id = "network.reset-in-handshake",
    .title = "a server that resets every connection after the hello",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = reset();
      return out;
    },
};

}  // namespace whytls::lab
