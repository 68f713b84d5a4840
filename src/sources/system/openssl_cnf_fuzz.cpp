// SPDX-License-Identifier: Apache-2.0
// Whatever the text: every value stands in a line that exists, names are unique in their section, and expansion stays bounded.
#include <cstdlib>
#include <set>

#include "sources/system/openssl_cnf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const std::string text(data, data + size);
  const system::Cnf cnf = system::parse_cnf(text, "x.cnf", nullptr);
  const std::size_t lines = system::lines_of(text).size();
  for (const system::CnfSection& section : cnf.sections) {
    std::set<std::string> names;
    for (const system::CnfValue& value : section.values) {
      if (value.line == 0 || value.line > lines || value.value.size() > 65536) std::abort();
      if (!names.insert(value.name).second) std::abort();
    }
  }
  if (system::system_default(cnf).size() > lines) std::abort();
  return 0;
}
