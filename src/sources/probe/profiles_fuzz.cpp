// SPDX-License-Identifier: Apache-2.0
// A profile is read exactly when its hello is one whole message, and what was read builds the same bytes again.
#include <cstdlib>

#include "base/text.h"
#include "sources/probe/profiles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const auto profile = probe::parse_profile(base::text({data, size}));
  if (!profile) return profile.error().what.empty() ? std::abort(), 0 : 0;
  if (profile->name.empty() || profile->hello.malformed) std::abort();
  if (wire::build(profile->hello) != profile->client_hello) std::abort();
  return 0;
}
