// SPDX-License-Identifier: Apache-2.0
#include "investigate/runner.h"

namespace whytls::investigate {

std::optional<std::future<probe::Attempt>> Runner::start(probe::Trial trial, probe::Place place) {
  if (left() <= 0 || net::Clock::now() + trial.pause >= place.overall) return std::nullopt;
  ++used_;
  return std::async(std::launch::async, [this, trial = std::move(trial), place = std::move(place)] {
    probe::wait(trial.pause, place.cancel);  // a pause takes no slot
    slots_.acquire();
    probe::Attempt out = make(place, trial);
    slots_.release();
    return out;
  });
}

probe::Attempt Runner::make(const probe::Place& place, const probe::Trial& trial) {
  const auto over = [&] { return net::Clock::now() >= place.overall || (place.cancel && place.cancel->load()); };
  probe::Attempt out;
  if (over()) {
    --used_;
    out.trial = trial;
    out.address = place.route.address;
    out.dial.end = net::End::cancelled;
  } else {
    out = probe::attempt(place, trial);
  }
  const net::End end = out.transcript ? out.transcript->ending.end : out.dial.end;
  const bool waiting = end == net::End::timeout || end == net::End::cancelled;
  out.cut_short = over() && waiting && out.took < trial.step.value_or(place.step);
  return out;
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
