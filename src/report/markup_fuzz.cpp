// SPDX-License-Identifier: Apache-2.0
// Whatever a peer says: no character of it is markup, a control character, or one that XML lacks, and no line of the screen is too wide.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "report/layout.h"
#include "report/markup.h"
#include "report/watch_screen.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_text(std::string_view text) {
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '<' && c != '>' && c != '"' && c != '\'');
  require(text.find("\xef\xbf\xbe") == std::string_view::npos && text.find("\xef\xbf\xbf") == std::string_view::npos);
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    const std::size_t end = text.find(';', at);
    require(end != std::string_view::npos && end - at <= 5);  // "&quot;"
  }
}

void check_screen(const std::string& input) {
  whytls::report::WatchView view;
  view.source = input;
  view.groups = {{"", input, input, input, 1, {}}};
  view.latest = {{{}, whytls::diagnosis::Outcome::failed, "", input, input, input}};
  whytls::report::Style style;
  style.width = 10 + input.size() % 80;
  for (const std::string& line : whytls::report::watch_lines(view, style, 12)) require(whytls::report::columns(line) <= style.width);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  check_text(whytls::report::escaped(input));
  const std::string page = whytls::report::html_page(input, "");
  require(page.find("<title>" + whytls::report::escaped(input) + "</title>") != std::string::npos && page.ends_with("</html>\n"));
  check_screen(input);
  return 0;
}
