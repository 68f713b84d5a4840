// SPDX-License-Identifier: Apache-2.0
// Certificates that the files lack, found where clients find them: at the addresses in the certificates (AIA, RFC 5280 4.2.2.1), and
// where the caller knows some. Bounded in number, size and time.
#pragma once

#include <functional>
#include <vector>

#include "net/stream.h"
#include "x509/judge.h"

namespace whytls::certs {

struct Places {
  /// Certificates at hand that may have issued this one: other files, local stores. May be empty.
  std::function<std::vector<x509::Extra>(const x509::Certificate& child)> known;
  bool fetch = false;                       ///< ask the addresses in the certificates
  std::chrono::milliseconds timeout{5000};  ///< for all of it
  const net::CancelFlag* cancel = nullptr;
  std::function<void(const std::string&)> say;  ///< progress; may be empty
};

/// What was fetched is kept on disk for a day. What could stand above each link of the judged path that has no issuer, or one with a fault.
/// `store`: no further than to its anchors.
std::vector<x509::Extra> find_missing(const x509::Judgement& judgement, const x509::TrustStore& store, const Places& places);

}  // namespace whytls::certs
