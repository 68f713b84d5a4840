// SPDX-License-Identifier: Apache-2.0
#include "lab/client_certificates.h"

namespace whytls::lab {

extern const Fault client_auth_certificate_required;
const Fault client_auth_certificate_required{
    .id = "client-auth.certificate-required",
    .title = "a server that demands a client certificate, and a client without one",
    .prepare = [](Workshop& shop) -> Scene { return Clients(shop).scene({}); },
};

}  // namespace whytls::lab
