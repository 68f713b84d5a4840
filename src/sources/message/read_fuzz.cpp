// SPDX-License-Identifier: Apache-2.0
// Any text: what is read of it is printable, lies within bounds, and is the same twice.
#include <cstdlib>

#include "base/text.h"
#include "sources/message/normal.h"
#include "sources/message/read.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace message = whytls::sources::message;
  static const auto matcher = message::Matcher::make();
  const std::string text(whytls::base::text({data, size}));
  const std::string normal = message::normalised(text);
  if (normal.size() > text.size() || normal.find_first_of(std::string("\0\n\t\x1b\x7f", 5)) != std::string::npos) std::abort();
  const message::Reading once = message::read(*matcher, text);
  const message::Reading again = message::read(*matcher, text);
  if (once.matches.size() != again.matches.size() || once.evidence.facts().size() != again.evidence.facts().size()) std::abort();
  for (const message::Match& match : once.matches)
    if (match.words != whytls::base::printable(match.words, 4096)) std::abort();
  if (once.place.host.find_first_of(" \t\n'\"\x1b;$`") != std::string::npos || once.place.host.starts_with('-')) std::abort();
  return 0;
}
