// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault protocol_required_extension_missing;
const Fault protocol_required_extension_missing{
    .id = "protocol.required-extension-missing",
    .title = "a server that misses an extension in every hello, and says so",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = alert(109);
      return out;
    },
};

}  // namespace whytls::lab
