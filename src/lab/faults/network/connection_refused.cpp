// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_connection_refused;
const Fault network_connection_refused{
    .id = "network.connection-refused",
    .title = "a port where nothing listens",
    .prepare = [](Workshop&) -> Scene { return {.listening = Listening::reserved, .serve = {}, .environment = {}}; },
};

}  // namespace whytls::lab
