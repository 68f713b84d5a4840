// SPDX-License-Identifier: Apache-2.0
// Whether a link of a judged chain is revoked, as its issuer's responder (RFC 6960) or list (RFC 5280 5) says: asked over HTTP, kept on
// disk until it expires. Nobody's silence is ever taken for an answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "net/stream.h"
#include "x509/judge.h"

namespace whytls::certs {

/// What one link is known to be, or why that is not known.
struct Standing {
  std::size_t position = 0;  ///< in the judged path
  x509::Revocation status = x509::Revocation::unknown;
  std::string why;
};

struct Revocations {
  std::vector<x509::FetchedOcsp> responses;  ///< for JudgeOptions: what can be relied on
  std::vector<x509::Crl> crls;               ///< the same
  std::vector<base::Time> dates;             ///< what time it is where the responders are
  std::vector<Standing> links;               ///< those that name a responder or a list
};

struct Inquiry {
  base::Time at{};
  net::Deadline deadline = net::Deadline::max();  ///< for all of it; each round ends after 2 seconds anyway
  const net::CancelFlag* cancel = nullptr;
  std::function<void(const std::string&)> say;  ///< progress; may be empty
};

/// Responders first, by GET and POST; then lists for what they did not answer. A usable staple answers for the leaf.
Revocations look_at_revocation(const x509::Judgement& judgement, const Inquiry& inquiry);

/// What is known of the leaf.
evidence::Evidence revocation_facts(const Revocations& revocations);

}  // namespace whytls::certs
