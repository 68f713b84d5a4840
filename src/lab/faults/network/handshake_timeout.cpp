// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_handshake_timeout;
const Fault network_handshake_timeout{
    .id = "network.handshake-timeout",
    .title = "a server that reads the hello and never answers",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = silence();
      return out;
    },
};

}  // namespace whytls::lab
