// SPDX-License-Identifier: Apache-2.0
// Whatever a server answers, reading it ends, is bounded, and gives nothing raw.
#include <algorithm>
#include <cstdlib>

#include "sources/probe/hpack.h"
#include "sources/probe/http.h"

using namespace whytls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  if (probe::decode_hpack(input).size() > 128) std::abort();
  for (const auto parse : {probe::parse_http1, probe::parse_http2}) {
    bool hopeless = false;
    const std::optional<probe::HttpAnswer> answer = parse(input, hopeless);
    if (!answer) continue;
    if (hopeless || answer->status < 0 || answer->status > 999) std::abort();
    const std::string texts = answer->server + answer->date;
    if (std::any_of(texts.begin(), texts.end(), [](char one) { return one >= 0 && one < 0x20; })) std::abort();
  }
  const std::string_view words = base::text(input);
  if (probe::refuses_certificate(words) && words.find_first_of("45*-") != 0) std::abort();
  return 0;
}
