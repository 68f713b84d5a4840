// SPDX-License-Identifier: Apache-2.0
// "It works in my browser": who accepts a chain, who does not, and why, by the traits in which kinds of client differ. Plain data.
// What depends on something unknown is unknown, with what it depends on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "x509/judge.h"
#include "x509/sct.h"

namespace whytls::x509 {

enum class Accepts : std::uint8_t { no, yes, unknown };

struct ClientView {
  std::string id;   ///< "chrome", "openssl-strict"; stable
  std::string who;  ///< "Chrome and Edge"
  Accepts accepts = Accepts::unknown;
  std::vector<std::string> reasons;  ///< why not, or what it depends on, the weightiest first; empty for a plain yes
};

struct ClientQuestion {
  /// As for the client in question: host, time, store, staples. `extra`: intermediates that could be fetched; who fetches uses them.
  JudgeOptions options;
  std::vector<Sct> timestamps;      ///< from all places
  std::optional<bool> public_root;  ///< the anchor is one of the public programmes'; nothing: not known
  base::Time old_store = std::chrono::sys_days{std::chrono::year{2016} / 1 / 1};  ///< when the old client's store was made
};

/// In a fixed order. `chain`: DER as served, the leaf first.
std::vector<ClientView> who_accepts(const std::vector<base::Bytes>& chain, const ClientQuestion& question);

}  // namespace whytls::x509
