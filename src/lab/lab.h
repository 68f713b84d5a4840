// SPDX-License-Identifier: Apache-2.0
// The faults that `whytls lab` shows: each a server on loopback (or the lack of one) that brings about one cause of a failed handshake.
//
//   auto running = lab::start(*lab::fault("certificate.expired"), {});
//   (*running)->words();   // {"127.0.0.1:41234", "--servername", "shop.example", "--ca-file", "/tmp/whytls-lab-x1/roots.pem"}
//                          // the fault ends, and its files go, with the object
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace whytls::lab {

class Workshop;
struct Scene;

struct Fault {
  std::string_view id;     ///< of the cause that it shows
  std::string_view title;  ///< what is wrong with the server (or the path), lower case
  Scene (*prepare)(Workshop& workshop) = nullptr;
};

/// A cause that no unprivileged server on loopback can bring about, and why.
struct NotShown {
  std::string_view id;
  std::string_view reason;
};

extern const std::span<const Fault* const> faults;  ///< by area and name; generated from faults/
std::span<const NotShown> not_shown();
/// nullptr where there is none.
const Fault* fault(std::string_view id);

struct StartOptions {
  std::uint16_t port = 0;     ///< 0: a free one
  bool mind_signals = false;  ///< SIGHUP, and a second SIGINT or SIGTERM, remove the fault's files before they end the program
};

/// A fault at work. Its end takes less than a second: sockets are closed, and the files that it made are removed.
class Running {
 public:
  virtual ~Running() = default;
  /// "127.0.0.1:41234"; empty where the fault is no address ("nowhere.invalid").
  virtual std::string address() const = 0;
  /// The arguments with which whytls shows the cause, target first.
  virtual const std::vector<std::string>& words() const = 0;
  /// Variables that have to stand in its environment.
  virtual const std::vector<std::pair<std::string, std::string>>& environment() const = 0;
};

/// Fails where the port is taken, or libcrypto or the file system cannot do what the fault needs.
base::Result<std::unique_ptr<Running>> start(const Fault& fault, const StartOptions& options);

}  // namespace whytls::lab
