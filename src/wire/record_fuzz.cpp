// SPDX-License-Identifier: Apache-2.0
// A stream is cut into records without leaving it; what was framed is written back as it stood; a header never needs more than five
// bytes to be judged; and a shorter prefix never contradicts a longer one.
#include <cstdlib>

#include "wire/record.h"

namespace {

using namespace whytls;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_prefix(base::ByteView input, const wire::Framed& whole) {
  for (std::size_t length = 0; length < input.size() && length < 8; ++length) {
    const wire::Framed part = wire::next_record(input.first(length), true);
    if (part.framing == wire::Framing::not_tls) require(whole.framing == wire::Framing::not_tls);
    if (whole.framing == wire::Framing::record && length < whole.size) require(part.framing == wire::Framing::incomplete);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView rest(data, size);
  bool first = true;
  while (!rest.empty()) {
    const wire::Framed framed = wire::next_record(rest, first);
    if (first) check_prefix(rest, framed);
    if (framed.framing == wire::Framing::incomplete) require(framed.size > rest.size());
    if (framed.framing != wire::Framing::record && framed.framing != wire::Framing::ssl2) break;
    require(framed.size <= rest.size() && framed.size > framed.record.fragment.size());
    require(framed.framing == wire::Framing::record || first);
    if (framed.framing == wire::Framing::record) {
      base::Writer out;
      wire::write_records(out, framed.record.type, framed.record.version, framed.record.fragment);
      if (framed.record.fragment.size() <= 16384) require(base::text(out.data()) == base::text(rest.first(framed.size)));
    }
    if (const auto alert = wire::parse_alert(framed.record.fragment))
      require(base::text(wire::build_alert(*alert)) == base::text(framed.record.fragment.first(2)));
    rest = rest.subspan(framed.size);
    first = false;
  }
  return 0;
}
