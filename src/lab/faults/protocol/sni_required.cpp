// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault protocol_sni_required;
const Fault protocol_sni_required{
    .id = "protocol.sni-required",
    .title = "a server that serves no client that names no server",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop);
      TlsSetup setup = hierarchy.setup();
      setup.names = {host};
      Scene out = scene(shop, hierarchy, setup);
      if (out.words.size() > 1)
        out.words = {std::string(host) + ":{port}", "--connect", "{address}", "--no-servername", "--ca-file", out.words.back()};
      return out;
    },
};

}  // namespace whytls::lab
