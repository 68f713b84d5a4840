// SPDX-License-Identifier: Apache-2.0
// Any text as a key log: bounded, and what it holds is what a line of it said, however the lines are handed over.
#include <cstdlib>

#include "sources/capture/decrypt/key_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  using namespace whytls::sources::capture;
  const std::string_view text = base::text({data, size});
  KeyLog whole;
  whole.add(text);
  KeyLog parts;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    parts.add(text.substr(begin, end - begin));
    begin = end;
  }
  if (whole.size() != parts.size() || whole.bad_lines() != parts.bad_lines()) std::abort();
  if (whole.size() * 64 > size) std::abort();  // each secret stands on a line of its own, in hexadecimal
  if (size >= 32) {
    const base::ByteView secret = whole.find(Secret::master, {data, 32});
    if (!secret.empty() && secret.size() < 32) std::abort();
  }
  return 0;
}
