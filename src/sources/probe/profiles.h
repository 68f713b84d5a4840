// SPDX-License-Identifier: Apache-2.0
// The ClientHellos of real clients, recorded by tools/record-client, and what each client demands that its hello does not say.
// Data: profiles/NAME.txt, "key: value" lines, an empty line, and the handshake message (header and body) in hex. Keys of a header:
//   name title family(browser, library, tool) software recorded how alpn      what was recorded
//   minimum-rsa-bits minimum-dh-bits minimum-ec-bits                          smallest keys it takes; absent: not known or not offered, 0:
//   no bound forbidden-hashes                                                          of signatures on certificates: "md5 sha1"
//   insists-on-renegotiation-info insists-on-staple                           yes or no: RFC 5746; a staple where must-staple demands one
//   timestamps                                                                signed certificate timestamps that a public chain needs
//   source                                                                    how these demands are known
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/handshake.h"

namespace whytls::probe {

struct Profile {
  std::string name, title, family, software;
  std::string recorded;  ///< a date: "2026-11-21"
  std::string how;
  std::vector<std::string> alpn;
  base::Bytes client_hello;  ///< the body, without the header of four bytes: Offer::raw takes it as it is
  wire::ClientHello hello;   ///< the same, taken apart

  std::optional<unsigned> minimum_rsa_bits, minimum_dh_bits, minimum_ec_bits;
  std::vector<std::string> forbidden_hashes;
  std::optional<bool> insists_on_renegotiation_info, insists_on_staple;
  unsigned timestamps = 0;
  std::string source;  ///< of the demands
};

/// All of them, by name. Parsed once, when first asked for.
std::span<const Profile> profiles();
const Profile* profile(std::string_view name);
std::vector<std::string> profile_names();

/// Fault::input with the line's fault.
base::Result<Profile> parse_profile(std::string_view text);

}  // namespace whytls::probe
