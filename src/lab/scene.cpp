// SPDX-License-Identifier: Apache-2.0
#include "lab/scene.h"

#include <algorithm>

namespace whytls::lab {

Scene Scene::with(const std::vector<std::string>& options) && {
  for (std::size_t i = 0; i + 1 < options.size(); i += 2) {
    const auto known = std::find(words.begin(), words.end(), options[i]);
    if (known != words.end() && known + 1 != words.end()) {
      *(known + 1) = options[i + 1];
    } else {
      words.insert(words.end(), {options[i], options[i + 1]});
    }
  }
  return std::move(*this);
}

}  // namespace whytls::lab
