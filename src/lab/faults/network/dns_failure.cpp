// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_dns_failure;
const Fault network_dns_failure{
    .id = "network.dns-failure",
    .title = "a name that does not exist, as RFC 6761 promises of .invalid",
    .prepare = [](Workshop&) -> Scene {
      return {.listening = Listening::no, .serve = {}, .words = {"nowhere.invalid", "--offline"}, .environment = {}};
    },
};

}  // namespace whytls::lab
