// SPDX-License-Identifier: Apache-2.0
// Whatever the text: what is found is found again behind a note, nothing in it is unprintable, and it is bounded.
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "x509/container.h"

namespace {

void check(const std::string& text) {
  if (whytls::base::printable(text, 1 << 20) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const std::string text = "-----BEGIN " + std::string(base::text({data, size}));
  const x509::Contents found = x509::open_container(base::view(text), std::nullopt);
  const std::string behind = "a note\n" + text;
  const x509::Contents again = x509::open_container(base::view(behind), std::nullopt);
  if (found.format == x509::Format::pem && again.parts.size() != found.parts.size()) std::abort();
  if (found.parts.size() > size / 10 + 1 || found.flaws.size() > 600) std::abort();
  for (const x509::Part& part : found.parts)
    for (const std::string& word : {part.label, part.text, part.fault}) check(word);
  for (const x509::Flaw& flaw : found.flaws) check(flaw.text);
  check(x509::summary(found));
  return 0;
}
