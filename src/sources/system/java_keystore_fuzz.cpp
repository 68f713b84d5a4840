// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: no more certificates are counted than could stand in them, and a cut JKS is refused.
#include <cstdlib>

#include "base/bytes.h"
#include "sources/system/stores.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const std::string_view bytes = base::text({data, size});
  const auto count = system::count_java_roots(bytes);
  if (!count || !*count) return 0;
  // The smallest entry of a JKS takes 18 bytes.
  if (**count > size / 2) std::abort();
  const bool jks = size >= 4 && data[0] == 0xfe && data[1] == 0xed;
  if (jks && **count > 0 && system::count_java_roots(bytes.substr(0, 15)).has_value()) std::abort();
  return 0;
}
