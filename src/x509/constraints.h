// SPDX-License-Identifier: Apache-2.0
// Name constraints (RFC 5280 4.2.1.10) in all their forms: DNS, address, mailbox, URI and directory names. Wildcards are taken for
// every name that they cover (CVE-2025-61727). Inside this module only; libcrypto decodes, the comparison is ours, and bounded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x509/certificate.h"

namespace whytls::x509 {

class NameConstraints {
 public:
  /// Nothing where the certificate has none, or where they cannot be decoded.
  static std::optional<NameConstraints> of(const Certificate& authority);
  NameConstraints(const NameConstraints&) = delete;
  NameConstraints(NameConstraints&&) noexcept;
  NameConstraints& operator=(const NameConstraints&) = delete;
  NameConstraints& operator=(NameConstraints&&) = delete;
  ~NameConstraints();

  /// Why they cannot be applied at all; empty when they can.
  std::string malformed() const;
  struct Violation {
    std::string text;     ///< empty: there is none
    bool certain = true;  ///< false: only a wildcard may stand for a forbidden name, which clients refuse since late in 2025
  };
  /// Why the first name of `below` that they forbid is forbidden. `budget`: comparisons left to make.
  Violation violated_by(const Certificate& below, std::size_t& budget) const;

 private:
  struct State;
  explicit NameConstraints(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// As much as clients spend before they refuse (rustls: 250,000); some milliseconds.
constexpr std::size_t most_comparisons = 250000;

/// Whether all names that a DNS name (perhaps a wildcard) stands for lie within the constraint, and whether any does.
bool dns_within(std::string_view name, std::string_view constraint);
bool dns_touches(std::string_view name, std::string_view constraint);
bool is_mailbox(std::string_view mailbox);
bool mailbox_within(std::string_view mailbox, std::string_view constraint);
/// The host of a URI with an authority that is a name; empty otherwise.
std::string uri_host(std::string_view uri);
bool host_within(std::string_view host, std::string_view constraint);

}  // namespace whytls::x509
