// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lab/certificates.h"

namespace whytls::lab {
namespace {

/// In supported_versions 1.2 then stands twice, so that no length changes. A server of 1.3 marks its answer (RFC 8446 4.1.3).
void strip_tls13(Visit& visit) {
  const wire::Extension* versions = visit.hello ? wire::find_extension(visit.hello->extensions, 43) : nullptr;
  if (versions == nullptr) return;
  const base::Bytes& old = versions->data;
  const auto at = std::search(visit.seen.begin(), visit.seen.end(), old.begin(), old.end());
  if (at == visit.seen.end()) return;
  for (std::size_t i = 1; i + 1 < old.size(); i += 2)
    if (old[i] == 3 && old[i + 1] == 4) at[static_cast<std::ptrdiff_t>(i) + 1] = 3;
}

}  // namespace

extern const Fault protocol_downgrade_detected;
const Fault protocol_downgrade_detected{
    .id = "protocol.downgrade-detected",
    .title = "a path that takes TLS 1.3 out of the client's offer",
    .prepare = [](Workshop& shop) -> Scene {
      const Sound server = sound(shop);
      return scene(shop, server.hierarchy, [serve = server.serve](Visit& visit) {
        visit.read_hello();
        strip_tls13(visit);
        serve(visit);
      });
    },
};

}  // namespace whytls::lab
