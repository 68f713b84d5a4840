// SPDX-License-Identifier: Apache-2.0
// What DNS says of a server's certificates beside the chain that it serves: TLSA records (DANE, RFC 6698 and 7671) and CAA records
// (RFC 8659). Knows no resolver: records are given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "x509/certificate.h"
#include "x509/judge.h"

namespace whytls::x509 {

struct Tlsa {
  std::uint8_t usage = 0;     ///< 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE
  std::uint8_t selector = 0;  ///< 0 the certificate, 1 its SubjectPublicKeyInfo
  std::uint8_t matching = 0;  ///< 0 the bytes themselves, 1 SHA-256, 2 SHA-512
  base::Bytes data;
};
/// "3 1 1 9a3f…", as zone files write it; long data are cut.
std::string words(const Tlsa& record);

struct DaneAnswer {
  bool usable = false;   ///< some record is one that a client of DANE can use; where none is, DANE demands nothing (RFC 7671 10.2)
  bool matches = false;  ///< one of them accepts the chain
  std::string text;      ///< which, or why none does
};

/// `judged`: the chain as the client in question judges it, which usages 0 and 1 need besides. `mail`: SMTP between servers, where these
/// two are of no use (RFC 7672 3.1.3).
DaneAnswer check_dane(const std::vector<Tlsa>& records, const std::vector<base::Bytes>& chain, const Judgement& judged,
                      const JudgeOptions& options, bool mail);

struct Caa {
  bool critical = false;
  std::string tag, value;
};
/// "issue \"ca.example\"", printable.
std::string words(const Caa& record);

/// By which names the authority that issued this leaf calls itself in CAA records, where that is known by its organisation.
std::vector<std::string> caa_names(const Certificate& leaf);

/// Whether the records let the leaf's authority issue for this name, today; nothing where its CAA names are not known, and where the
/// records restrict nothing.
std::optional<bool> caa_allows(const std::vector<Caa>& records, const Certificate& leaf);

}  // namespace whytls::x509
