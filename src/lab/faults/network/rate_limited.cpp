// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <mutex>

#include "lab/certificates.h"

namespace whytls::lab {

/// Serves who comes after a pause. Whoever comes after a long time finds that somebody else was there just before.
class LimitUsedUp {
 public:
  bool over() {
    const std::scoped_lock lock(guard_);
    const auto now = net::Clock::now();
    const auto since = now - last_;
    last_ = now;
    return since < std::chrono::seconds(1) || since > std::chrono::seconds(30);
  }

 private:
  std::mutex guard_;
  net::Clock::time_point last_{};
};

extern const Fault network_rate_limited;
const Fault network_rate_limited{
    .id = "network.rate-limited",
    .title = "a server behind a limit that another client has just used up: it resets until there is a pause",
    .prepare = [](Workshop& shop) -> Scene {
      const Sound server = sound(shop);
      return scene(shop, server.hierarchy, [limit = std::make_shared<LimitUsedUp>(), serve = server.serve](Visit& visit) {
        if (limit->over()) return visit.stream.abort();
        serve(visit);
      });
    },
};

}  // namespace whytls::lab
