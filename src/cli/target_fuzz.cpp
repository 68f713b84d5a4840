// SPDX-License-Identifier: Apache-2.0
// Whatever is taken for a target, its parts written out again are the same target; nothing unprintable comes out.
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "cli/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const std::string text(base::text({data, size}));
  const auto target = cli::parse_target(text);
  if (!target) {
    if (base::printable(target.error().what, 100000) != target.error().what) std::abort();
    return 0;
  }
  if (target->host.empty() || base::printable(target->host) != target->host) std::abort();
  const bool v6 = target->host.find(':') != std::string::npos;
  std::string again = v6 ? "[" + target->host + "]" : target->host;
  if (!target->scheme.empty()) again = target->scheme + "://" + again;
  if (target->port) again += ":" + std::to_string(*target->port);
  const auto second = cli::parse_target(again);
  if (!second || second->host != target->host || second->port != target->port || second->starttls != target->starttls) std::abort();
  return 0;
}
