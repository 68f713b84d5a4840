// SPDX-License-Identifier: Apache-2.0
// A list that is taken is the same list when its code points are written as 0xNNNN; what is refused is refused in printable words.
#include <fmt/format.h>

#include <cstdlib>

#include "base/text.h"
#include "cli/lists.h"

namespace {

using Codes = std::vector<std::uint16_t>;

void check(whytls::base::Result<Codes> (*parse)(std::string_view), std::string_view text) {
  const auto list = parse(text);
  if (!list) {
    if (whytls::base::printable(list.error().what, 100000) != list.error().what) std::abort();
    return;
  }
  std::string again;
  for (const std::uint16_t code : *list) again += fmt::format("0x{:04x}:", code);
  const auto second = parse(again);
  if (!second || *second != *list) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls::cli;
  const std::string_view text = whytls::base::text({data, size});
  check(parse_suites, text);
  check(parse_groups, text);
  check(parse_signature_schemes, text);
  if (const auto version = parse_version(text); version && *parse_version(fmt::format("0x{:04x}", *version)) != *version) std::abort();
  if (const auto names = parse_alpn(text); names && parse_alpn(whytls::base::join(*names, ",")) != *names) std::abort();
  return 0;
}
