// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault protocol_refused_by_alert;
const Fault protocol_refused_by_alert{
    .id = "protocol.refused-by-alert",
    .title = "a server that answers every hello with an internal error",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = alert(80);
      return out;
    },
};

}  // namespace whytls::lab
