// SPDX-License-Identifier: Apache-2.0
#include "report/format.h"
#include "report/html_article.h"
#include "report/markup.h"
#include "report/words.h"

namespace whytls::report::formats {

extern const Format html;
const Format html{"html", "a page that needs no other file",
                  [](const Report& report, const Style&) { return html_page(headline(report), html_article(report, 1)); }};

}  // namespace whytls::report::formats
