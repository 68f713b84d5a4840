// SPDX-License-Identifier: Apache-2.0
// What a fault sets up: how connections are treated, and how whytls is to be called. Private to the lab.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lab/visit.h"

namespace whytls::lab {

enum class Listening : std::uint8_t {
  yes,
  reserved,  ///< the port is held and nobody listens: connections are refused
  full,      ///< the queue of waiting connections is full: the kernel drops further SYNs
  no,        ///< the fault needs no address
};

struct Scene {
  Listening listening = Listening::yes;
  Action serve;  ///< in a thread for each connection
  /// Arguments of whytls; "{address}" and "{port}" stand for where the fault listens.
  std::vector<std::string> words{"{address}"};
  std::vector<std::pair<std::string, std::string>> environment;

  /// `words` and these options, which replace those of the same name; for a fault to return.
  Scene with(const std::vector<std::string>& options) &&;
};

}  // namespace whytls::lab
