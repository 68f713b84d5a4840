// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_unreachable;
const Fault network_unreachable{
    .id = "network.unreachable",
    .title = "an address that no route leads to: nobody connects to a multicast group",
    .prepare = [](Workshop&) -> Scene {
      return {.listening = Listening::no, .serve = {}, .words = {"224.0.0.1:443", "--offline"}, .environment = {}};
    },
};

}  // namespace whytls::lab
