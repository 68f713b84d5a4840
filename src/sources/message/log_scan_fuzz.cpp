// SPDX-License-Identifier: Apache-2.0
// Any log: lines are counted, events come from them, and blocks that end at other lines give the same events.
#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "sources/message/log_scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace message = whytls::sources::message;
  static const auto matcher = message::Matcher::make();
  const std::string_view text = whytls::base::text({data, size});
  const whytls::base::Time now{};
  std::size_t together = 0, apart = 0;
  message::LogScan whole(*matcher, now, [&](const message::LogEvent& event) {
    ++together;
    if (event.signature >= message::LogScan::most_signatures) std::abort();
  });
  whole.lines(text);
  whole.finish();
  message::LogScan pieces(*matcher, now, [&](const message::LogEvent&) { ++apart; });
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size() - 1) + 1;
    pieces.lines(text.substr(from, end - from));
    from = end;
  }
  pieces.finish();
  const auto ends = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (together != apart || whole.line_count() < ends || whole.line_count() > ends + 1) std::abort();
  return 0;
}
