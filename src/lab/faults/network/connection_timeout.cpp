// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_connection_timeout;
const Fault network_connection_timeout{
    .id = "network.connection-timeout",
    .title = "a server that is so busy that it drops every further connection",
    .prepare = [](Workshop&) -> Scene { return {.listening = Listening::full, .serve = {}, .environment = {}}; },
};

}  // namespace whytls::lab
