// SPDX-License-Identifier: Apache-2.0
// Serves one page over HTTP to whoever asks (a Prometheus), in the loop of somebody who has other things to do. Bounded in connections,
// bytes and time; it reads nothing of a request but its first line.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace whytls::net {

class PageServer {
 public:
  /// `place`: "127.0.0.1:9477", "[::1]:9477"; port 0 takes a free one.
  static base::Result<PageServer> open(const std::string& place, std::string path, std::string type);
  PageServer(PageServer&&) noexcept;
  PageServer& operator=(PageServer&&) noexcept;
  ~PageServer();

  std::string address() const;  ///< with the port that it got
  /// To be polled for reading.
  std::vector<int> descriptors() const;
  /// Goes on with all that can be gone on with; never waits. `page` is asked once for each request.
  void serve(const std::function<std::string()>& page);

 private:
  struct State;
  explicit PageServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace whytls::net
