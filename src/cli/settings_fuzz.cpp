// SPDX-License-Identifier: Apache-2.0
// Whatever stands in a settings file, the options are sound or the fault is named with the file's line in printable words.
#include <cstdlib>

#include "base/text.h"
#include "cli/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const std::string text(base::text({data, size}));
  const auto out = cli::parse({"h"}, {{}, {{"file", text, (size & 1U) != 0}}});
  if (out) {
    const auto& request = out->options.request;
    if (request.timeout.count() < 1 || request.max_connections < 1 || request.max_connections > 1000) std::abort();
    return 0;
  }
  const std::string words = out.error().text();
  if (base::printable(words, 100000) != words || out.error().what.empty()) std::abort();
  return 0;
}
