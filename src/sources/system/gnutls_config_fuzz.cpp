// SPDX-License-Identifier: Apache-2.0
// Whatever the text: every value stands in a line that exists and holds its name, and priorities expand within bounds.
#include <cstdlib>

#include "base/text.h"
#include "sources/system/environment.h"
#include "sources/system/gnutls_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const std::string text(data, data + size);
  const system::GnutlsConfig config = system::parse_gnutls_config(text, "config");
  const std::size_t lines = system::lines_of(text).size();
  for (const system::GnutlsValue& value : config.values) {
    if (value.line == 0 || value.line > lines || value.name.empty()) std::abort();
    if (base::lower(value.text).find(value.name) == std::string::npos) std::abort();
    if (config.last(value.section, value.name) == nullptr) std::abort();
    if (value.section == "priorities" && system::expand_priority(config, "@" + value.name).size() > 5000 + 2 * text.size()) std::abort();
  }
  return 0;
}
