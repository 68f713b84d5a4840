// SPDX-License-Identifier: Apache-2.0
#include "investigate/runner.h"

namespace whytls::investigate {

std::optional<std::future<probe::Attempt>> Runner::start(probe::Trial trial, probe::Place place) {
  if (left() <= 0 || net::Clock::now() + trial.pause >= place.overall) return std::nullopt;
  ++used_;
  return std::async(std::launch::async, [this, trial = std::move(trial), place = std::move(place)] {
    probe::wait(trial.pause, place.cancel);  // a pause takes no slot
    slots_.acquire();
    probe::Attempt out = probe::attempt(place, trial);
    slots_.release();
    return out;
  });
}

std::optional<std::future<base::Bytes>> Runner::start_plaintext() {
  if (left() <= 0 || net::Clock::now() >= place_.overall) return std::nullopt;
  ++used_;
  return std::async(std::launch::async, [this] {
    slots_.acquire();
    base::Bytes out = probe::plaintext_of(place_);
    slots_.release();
    return out;
  });
}

std::vector<probe::Attempt> Runner::run(std::vector<probe::Trial> trials) {
  std::vector<std::future<probe::Attempt>> futures;
  for (probe::Trial& trial : trials) {
    auto future = start(std::move(trial));
    if (!future) break;  // results stand in the order of the trials: none may be missing in between
    futures.push_back(std::move(*future));
  }
  std::vector<probe::Attempt> out;
  for (auto& future : futures) out.push_back(future.get());
  return out;
}

}  // namespace whytls::investigate
