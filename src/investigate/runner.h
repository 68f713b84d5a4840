// SPDX-License-Identifier: Apache-2.0
// Runs attempts side by side, at most so many at once and so many in all.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <semaphore>
#include <vector>

#include "sources/probe/attempt.h"

namespace whytls::investigate {

class Runner {
 public:
  Runner(probe::Place place, int parallel, int budget) : place_(std::move(place)), slots_(parallel), budget_(budget) {}

  const probe::Place& place() const { return place_; }
  /// Connections made, or being made.
  int used() const { return used_; }
  int left() const { return budget_ - used_; }

  /// Begins an attempt in a thread of its own; it waits for a free slot there. Nothing when the budget is spent.
  std::optional<std::future<probe::Attempt>> start(probe::Trial trial) { return start(std::move(trial), place_); }
  std::optional<std::future<probe::Attempt>> start(probe::Trial trial, probe::Place place);
  /// All of them side by side; those beyond the budget are left out at the end.
  std::vector<probe::Attempt> run(std::vector<probe::Trial> trials);
  /// What the server says in plaintext; costs one connection.
  std::optional<std::future<base::Bytes>> start_plaintext();

 private:
  /// In a slot of its own; past the command's deadline it is not made at all.
  probe::Attempt make(const probe::Place& place, const probe::Trial& trial);

  probe::Place place_;
  std::counting_semaphore<64> slots_;
  int budget_;
  std::atomic<int> used_ = 0;
};

}  // namespace whytls::investigate
