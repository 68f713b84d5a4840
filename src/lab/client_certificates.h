// SPDX-License-Identifier: Apache-2.0
// A server that demands client certificates by its own authority, and the call of a client that shows one.
#pragma once

#include <optional>

#include "lab/certificates.h"

namespace whytls::lab {

class Clients {
 public:
  explicit Clients(Workshop& workshop);
  /// A client certificate by the authority that the server trusts.
  x509::Minted issue(const x509::Recipe& recipe) const;
  /// The call with this certificate and key, or with none.
  Scene scene(const std::optional<x509::Minted>& shown) const;

  TlsSetup setup;

 private:
  Workshop& workshop_;
  Hierarchy hierarchy_;
  x509::Minted authority_;
};

}  // namespace whytls::lab
