// SPDX-License-Identifier: Apache-2.0
// --client pcap:FILE: the client in question is the one whose ClientHello stands in a capture.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "sources/probe/profiles.h"

namespace whytls::cli {

struct CapturedClient {
  std::shared_ptr<const probe::Profile> profile;
  std::uint64_t flow = 0;   ///< whose hello it is, as `whytls pcap` numbers them
  std::size_t clients = 0;  ///< different clients in the capture, by JA4; at most 1000 are counted
};

/// `name`: "pcap:FILE" for the first ClientHello of TLS over TCP in FILE, "pcap:FILE#N" for that of flow N. An error says what is wrong
/// with the file, or that it holds no such hello.
base::Result<CapturedClient> captured_client(const std::string& name);

}  // namespace whytls::cli
