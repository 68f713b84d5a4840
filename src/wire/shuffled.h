// SPDX-License-Identifier: Apache-2.0
// For tests only: an arbitrary order that rapidcheck can repeat.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <random>
#include <vector>

namespace whytls::wire {

template <class T>
std::vector<T> shuffled(std::vector<T> values) {
  std::mt19937 order(*rc::gen::arbitrary<std::uint32_t>());
  std::shuffle(values.begin(), values.end(), order);
  return values;
}

}  // namespace whytls::wire
