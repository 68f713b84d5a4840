// SPDX-License-Identifier: Apache-2.0
// The rules of RFC 5280 and of the CA/Browser Forum's Baseline Requirements that many clients let pass and some do not: one row a
// rule. A departure is a finding; which client refuses for it is another question (clients.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "x509/certificate.h"

namespace whytls::x509 {

/// Whose rules make a chain unacceptable.
enum class Profile : std::uint8_t {
  clients,  ///< what mainstream clients refuse
  rfc5280,  ///< and every departure from RFC 5280
  web_pki,  ///< and every departure from the Baseline Requirements; where these are laxer than RFC 5280 they win
};

/// Where a certificate stands in its path.
enum class Role : std::uint8_t { leaf = 1, intermediate = 2, anchor = 4 };

enum class Offence : std::uint8_t { form, authority, name, purpose, constraint, key, signature };

struct Departure {
  std::string rule;    ///< "authority-key-id-missing"; stable
  std::string clause;  ///< "RFC 5280 4.2.1.1", "BR 7.1.2.1.3"
  std::string text;    ///< one sentence with the value, printable
  Offence offence = Offence::form;
  Profile profile = Profile::rfc5280;  ///< whose rule; rfc5280: web_pki demands it too, mostly
  enum class Weight : std::uint8_t {
    plain,
    contradicted,  ///< the Baseline Requirements allow it
    advice,        ///< for issuers: nothing that a client judges by
  } weight = Weight::plain;
  bool breaks(Profile judged) const;
};

/// What the leaf is to be used for.
struct Asked {
  bool server = true;  ///< it authenticates a server
  bool usage = true;   ///< its extended key usage matters
};

/// All departures of one certificate in that role, in the order of the table.
std::vector<Departure> departures(const Certificate& certificate, Role role, Asked asked = {});

}  // namespace whytls::x509
