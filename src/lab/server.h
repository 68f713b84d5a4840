// SPDX-License-Identifier: Apache-2.0
// What listens on loopback for a scene: a thread that accepts, and one for each connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "lab/scene.h"

namespace whytls::lab {

class Server {
 public:
  virtual ~Server() = default;  ///< ends all connections; within a second
  virtual std::uint16_t port() const = 0;
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

  static base::Result<std::unique_ptr<Server>> start(const Scene& scene, std::uint16_t port);
};

}  // namespace whytls::lab
