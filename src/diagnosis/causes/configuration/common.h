// SPDX-License-Identifier: Apache-2.0
// A file shows the reason of which the wire shows only the symptom: "together the deeper one is the verdict"
// (docs/judgement.md, Neighbours, What a source can see).
#pragma once

#include <string_view>
#include <vector>

#include "diagnosis/rules.h"

namespace whytls::diagnosis::configuration {

/// How a server that cannot use its configuration looks from outside.
inline const std::vector<std::string_view> symptoms{
    "network.connection-refused", "network.reset-in-handshake", "network.closed-in-handshake",
    "network.handshake-timeout",  "protocol.starttls-refused",  "protocol.refused-by-alert",
    "protocol.not-tls",           "cipher.no-common-suite"};

/// Clients that have a policy of this machine's.
inline bool has_local_policy(const std::string& client) { return client == "openssl" || client == "gnutls" || client == "java"; }

}  // namespace whytls::diagnosis::configuration
