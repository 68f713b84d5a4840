// SPDX-License-Identifier: Apache-2.0
// Serves one page over HTTP to whoever asks (a Prometheus), in the loop of somebody who has other things to do. Bounded in connections,
// bytes and time; of a request it reads the first line and what the visitor accepts.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace whytls::net {

struct Page {
  std::string type;  ///< media type
  std::string body;
};

class PageServer {
 public:
  /// `place`: "127.0.0.1:9477", "[::1]:9477"; port 0 takes a free one.
  static base::Result<PageServer> open(const std::string& place, std::string path);
  PageServer(PageServer&&) noexcept;
  PageServer& operator=(PageServer&&) noexcept;
  ~PageServer();

  std::string address() const;  ///< with the port that it got
  /// To be polled for reading.
  std::vector<int> descriptors() const;
  /// The page for a visitor who accepts what its Accept field says (RFC 9110 12.5.1); empty where it has none.
  using Maker = std::function<Page(std::string_view accept)>;
  /// Goes on with all that can be gone on with; never waits. `page` is asked once for each request.
  void serve(const Maker& page);

 private:
  struct State;
  explicit PageServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace whytls::net
