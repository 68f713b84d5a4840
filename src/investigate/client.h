// SPDX-License-Identifier: Apache-2.0
// The client in question as an offer: the default one, a recorded one or a library of this machine, narrowed by the options.
#pragma once

#include "base/result.h"
#include "investigate/request.h"
#include "sources/probe/offer.h"
#include "sources/probe/profiles.h"
#include "sources/system/policy.h"

namespace whytls::investigate {

/// The name that is sent: --servername, else the host where it is a name; nothing with --no-servername or for an address.
std::optional<std::string> server_name_of(const Request& request);
/// The name or address that the certificate has to cover: --servername, else the host.
std::string checked_name_of(const Request& request);

struct Client {
  probe::Offer offer;                           ///< all of it open to variation
  const probe::Profile* recorded = nullptr;     ///< of a recorded client that no option narrows: its hello is sent as it was
  std::optional<system::LibraryPolicy> policy;  ///< of a library of this machine
};

/// Fault::misuse for an unknown client, or where the options leave nothing to offer.
base::Result<Client> client_of(const Request& request);
/// The contract's default client for the same target, not narrowed by anything.
probe::Offer default_client(const Request& request);
/// Options or a profile make it differ from the default client.
bool narrowed(const Request& request);

/// A recorded hello taken apart, so that it can be varied in one thing.
probe::Offer taken_apart(const wire::ClientHello& hello);

}  // namespace whytls::investigate
