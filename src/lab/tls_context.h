// SPDX-License-Identifier: Apache-2.0
// libssl's context for a setup. Private to the TLS server.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "lab/tls_server.h"

namespace whytls::lab {

/// The setup outlives its context, whose callbacks read it.
struct TlsContext {
  TlsSetup setup;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{nullptr, SSL_CTX_free};
};
/// nullptr, with the reason in the workshop, where libssl refuses the setup.
std::shared_ptr<const TlsContext> tls_context(Workshop& workshop, const TlsSetup& setup);

}  // namespace whytls::lab
