// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

namespace whytls::lab {

extern const Fault certificate_untrusted_root;
const Fault certificate_untrusted_root{
    .id = "certificate.untrusted-root",
    .title = "a complete chain to a root that the client does not trust",
    .prepare = [](Workshop& shop) -> Scene {
      const Hierarchy hierarchy = issue(shop);
      const x509::Minted trusted = shop.mint(x509::root_recipe("Whytls Lab Other Root"));
      Scene out;
      out.serve = tls(shop, hierarchy.setup());
      out.words = {"{address}", "--servername", host, "--ca-file", shop.file("roots.pem", trusted.pem())};
      return out;
    },
};

}  // namespace whytls::lab
