// SPDX-License-Identifier: Apache-2.0
#include "report/markup.h"

#include <gmock/gmock.h>

#include "report/junit.h"
#include "report/sample.h"

namespace whytls::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using Result = JunitCase::Result;

TEST(Escaped, LeavesNothingThatMarkupKnows) {
  EXPECT_EQ(escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(escaped("\x1b[2J\n"), "\\x1b[2J\\x0a");
  EXPECT_EQ(escaped("plain text, ä €"), "plain text, ä €");
}

TEST(Escaped, HasNoCharacterThatXmlLacks) {
  EXPECT_EQ(escaped("\xef\xbf\xbe|\xef\xbf\xbf"), "\\u{fffe}|\\u{ffff}");
  EXPECT_EQ(escaped("\xef\xbf\xbd"), "\xef\xbf\xbd") << "U+FFFD is a character";
}

TEST(EscapedLines, KeepsTheLines) {
  EXPECT_EQ(escaped_lines("a\n\n<b>\n"), "a\n\n&lt;b&gt;\n");
  EXPECT_EQ(escaped_lines(""), "");
}

TEST(Page, TakesATextThatLooksLikeItsOwnMarksAsText) {
  const std::string page = html_page("{{style}}{{body}}", "<p>{{title}}</p>");
  EXPECT_THAT(page, HasSubstr("<title>{{style}}{{body}}</title>"));
  EXPECT_THAT(page, HasSubstr("<p>{{title}}</p>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(Page, HasItsStyleInIt) {
  const std::string page = html_page("t", "");
  const std::string style = page.substr(page.find("<style>"), page.find("</style>") - page.find("<style>"));
  EXPECT_THAT(style, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(style, HasSubstr("@media print"));
  for (const char* loads : {"url(", "@import", "expression(", "<", "src"}) EXPECT_THAT(style.substr(7), Not(HasSubstr(loads)));
}

TEST(Table, LeavesOutColumnsThatSayNothing) {
  Html html;
  html.table("t", {{"a", ""}, {"b", ""}}, {{{"1", ""}, false, {}}, {{"2"}, false, "#x"}});
  const std::string markup = html.take();
  EXPECT_THAT(markup, HasSubstr("<th scope=\"col\">a</th></tr>"));
  EXPECT_THAT(markup, HasSubstr("<a href=\"#x\">2</a>"));
}

TEST(Table, OfNothingIsNothing) {
  Html html;
  html.table("t", {{"a", ""}}, {});
  html.list("l", {});
  html.pairs("p", {});
  EXPECT_EQ(html.take(), "");
}

TEST(Table, BreaksWordsThatWouldMakeItTooWide) {
  Html html;
  html.table("t", {{"a", "words"}}, {{{std::string(45, 'x')}, false, {}}, {{std::string(44, 'x')}, false, {}}});
  const std::string markup = html.take();
  EXPECT_THAT(markup, HasSubstr("<td class=\"long\">" + std::string(45, 'x')));
  EXPECT_THAT(markup, HasSubstr("<td class=\"words\">" + std::string(44, 'x')));
}

TEST(JunitCase, OfAFindingFailsFromTheSeverityThatWasAskedFor) {
  const Finding finding{"validity.soon", Severity::warning, "it ends"};
  Style style;
  EXPECT_EQ(junit_case(finding, style).result, Result::passed);
  style.fail_on = Severity::error;
  EXPECT_EQ(junit_case(finding, style).result, Result::passed);
  style.fail_on = Severity::warning;
  EXPECT_EQ(junit_case(finding, style).result, Result::failed);
  EXPECT_EQ(junit_case(finding, style).message, "validity.soon: warning: it ends");
}

TEST(JunitCase, OfAHandshakeSaysHowItEnded) {
  EXPECT_EQ(junit_case(sample::works()).result, Result::passed);
  EXPECT_EQ(junit_case(sample::watched_refusal()).result, Result::failed);
  EXPECT_EQ(junit_case(sample::watched_reset()).result, Result::error);
  EXPECT_EQ(junit_case(sample::undetermined()).result, Result::error);
  EXPECT_EQ(junit_case(sample::watched_abandoned()).result, Result::skipped);
  EXPECT_EQ(junit_case(sample::watched_quic()).result, Result::skipped) << "too little was seen";
  EXPECT_THAT(junit_case(sample::watched_refusal()).message, HasSubstr("certificate.untrusted-root: "));
}

TEST(JunitCase, LastsUntilTheLastThatWasSeen) {
  EXPECT_DOUBLE_EQ(junit_case(sample::watched_refusal()).seconds, 0.0179);
  EXPECT_DOUBLE_EQ(junit_case(sample::works()).seconds, 0.412);
}

}  // namespace
}  // namespace whytls::report
