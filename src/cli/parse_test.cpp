// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <gmock/gmock.h>

#include <set>

#include "cli/help.h"
#include "cli/page.h"
#include "report/layout.h"

namespace whytls::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

Invocation parsed(const Words& words, const Surroundings& around = {}) {
  auto out = parse(words, around);
  EXPECT_TRUE(out) << (out ? "" : out.error().text());
  return out ? *out : Invocation{};
}

std::string refusal(const Words& words, const Surroundings& around = {}) {
  const auto out = parse(words, around);
  return out ? "accepted" : out.error().text();
}

TEST(Command, IsTheFirstWordThatIsNoOption) {
  EXPECT_EQ(parsed({"example.com"}).command->name, "diagnose");
  EXPECT_EQ(parsed({"explain", "x.y"}).command->name, "explain");
  EXPECT_EQ(parsed({"--format", "json", "explain", "x.y"}).command->name, "explain");
  EXPECT_EQ(parsed({"--servername", "explain", "example.com"}).command->name, "diagnose") << "a value is no command";
  EXPECT_EQ(parsed({"diagnose", "explain"}).options.words, Words{"explain"}) << "the way to a host of a command's name";
}

TEST(Options, FillTheRequest) {
  const auto request = parsed({"db.example",
                               "--servername=other.example",
                               "--connect",
                               "[::1]:99",
                               "--starttls",
                               "PostgreSQL",
                               "--max-version",
                               "tls1.2",
                               "--ciphers",
                               "AES128-SHA",
                               "--groups",
                               "P-256",
                               "--sigalgs",
                               "RSA+SHA256",
                               "--alpn",
                               "h2",
                               "--timeout",
                               "2.5",
                               "-4",
                               "--offline",
                               "--max-connections",
                               "7",
                               "--at",
                               "2027-01-01",
                               "--client",
                               "java",
                               "--proxy",
                               "http://p:1"})
                           .options.request;
  EXPECT_EQ(request.servername, "other.example");
  EXPECT_EQ(request.connect_host, "::1");
  EXPECT_EQ(request.connect_port, 99);
  EXPECT_EQ(request.starttls, "postgres");
  EXPECT_EQ(request.versions, std::vector<std::uint16_t>{0x0303});
  EXPECT_EQ(request.ciphers, std::vector<std::uint16_t>{0x002f});
  EXPECT_EQ(request.groups, std::vector<std::uint16_t>{0x0017});
  EXPECT_EQ(request.sigalgs, std::vector<std::uint16_t>{0x0401});
  EXPECT_EQ(request.alpn, std::vector<std::string>{"h2"});
  EXPECT_EQ(request.timeout, std::chrono::milliseconds(2500));
  EXPECT_EQ(request.step, std::chrono::milliseconds(2500)) << "a step never outlasts the whole";
  EXPECT_EQ(request.family, investigate::Family::v4);
  EXPECT_TRUE(request.offline);
  EXPECT_EQ(request.max_connections, 7);
  EXPECT_EQ(base::rfc3339(*request.at), "2027-01-01T00:00:00.000Z");
  EXPECT_EQ(request.client, "java");
  EXPECT_EQ(request.proxy, "http://p:1");
}

TEST(Options, LetTheCertificatesFileHoldTheKeyToo) {
  EXPECT_EQ(parsed({"h", "--cert", "both.pem"}).options.request.key_file, "both.pem");
  EXPECT_EQ(parsed({"h", "--cert", "a.pem", "--key", "b.pem"}).options.request.key_file, "b.pem");
}

struct Wrong {
  Words words;
  const char* says;
};
class Misuse : public testing::TestWithParam<Wrong> {};

TEST_P(Misuse, IsNamedInOneSentence) {
  const std::string text = refusal(GetParam().words);
  EXPECT_THAT(text, HasSubstr(GetParam().says));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    Options, Misuse,
    testing::Values(Wrong{{"h", "--servrname", "x"}, "there is no option --servrname: did you mean --servername?"},
                    Wrong{{"h", "-Z"}, "there is no option -Z"}, Wrong{{"h", "--timeout"}, "--timeout needs a value: S"},
                    Wrong{{"h", "--timeout", "soon"}, "--timeout: 'soon' is no time span"}, Wrong{{"h", "--timeout", "0"}, "no time span"},
                    Wrong{{"h", "--timeout", "nan"}, "no time span"}, Wrong{{"h", "--starttls", "smtpp"}, "did you mean smtp?"},
                    Wrong{{"h", "--starttls", "socks5"}, "no dialogue"},
                    Wrong{{"h", "--format", "sarif"}, "there is no format 'sarif'; there are html, json, jsonl"},
                    Wrong{{"h", "--color", "maybe"}, "auto, always or never"}, Wrong{{"h", "--fail-on", "fatal"}, "error, warning or note"},
                    Wrong{{"h", "--at", "tomorrow"}, "--at: expected a time"}, Wrong{{"h", "--max-connections", "0"}, "from 1 to 1000"},
                    Wrong{{"h", "--connect", "example.com"}, "--connect: expected HOST:PORT"}, Wrong{{"h", "-4", "-6"}, "contradict"},
                    Wrong{{"h", "--min-version", "tls1.3", "--max-version", "tls1.2"}, "nothing is left to offer"},
                    Wrong{{"h", "--max-version", "tls1.2", "--ciphers", "TLS_AES_128_GCM_SHA256"}, "nothing is left to offer"},
                    Wrong{{"h", "--key", "k.pem"}, "--key needs --cert"},
                    Wrong{{"h", "--servername", "x", "--no-servername"}, "contradict"},
                    Wrong{{"explain", "--servername", "x", "y.z"}, "there is no option --servername"}));

TEST(Settings, GiveWayFromTheCommandLineDown) {
  Surroundings around;
  around.environment = {{"WHYTLS_TIMEOUT", "4"}, {"WHYTLS_OFFLINE", "yes"}};
  around.files = {{".whytls.conf", "# ours\ntimeout = 5\nmax-connections = 6\n", true},
                  {"/etc/whytls/whytls.conf", "max-connections = 7\nquiet = on", false}};
  const Options fell = parsed({"h"}, around).options;
  EXPECT_EQ(fell.request.timeout, std::chrono::seconds(4)) << "the environment beats the file";
  EXPECT_EQ(fell.request.max_connections, 6) << "the project's file beats the machine's";
  EXPECT_TRUE(fell.request.offline);
  EXPECT_TRUE(fell.output.quiet);
  EXPECT_EQ(parsed({"h", "--timeout", "3"}, around).options.request.timeout, std::chrono::seconds(3));
}

TEST(Settings, ThatAreWrongNameTheirPlace) {
  EXPECT_THAT(refusal({"h"}, {{{"WHYTLS_TIMEOUT", "soon"}}, {}}), HasSubstr("WHYTLS_TIMEOUT: 'soon'"));
  EXPECT_THAT(refusal({"h"}, {{}, {{"a.conf", "\nnonsense\n", false}}}), HasSubstr("a.conf:2: expected NAME = VALUE"));
  EXPECT_THAT(refusal({"h"}, {{{"WHYTLS_QUIET", "perhaps"}}, {}}), HasSubstr("yes or no"));
}

TEST(Settings, OfAWorkingFolderMayNotNameFilesToWriteOrSecrets) {
  EXPECT_THAT(refusal({"h"}, {{}, {{".whytls.conf", "output = result.txt", true}}}),
              HasSubstr("cannot be set by a file in the working folder"));
  EXPECT_EQ(parsed({"h"}, {{}, {{"/etc/whytls/whytls.conf", "output = result.txt", false}}}).options.output.file, "result.txt");
}

TEST(Flags, HaveUniqueNamesAndSayWhatTheyDo) {
  for (const Command* command : commands::all) {
    std::set<std::string> seen;
    for (const Flag& flag : flags_of(*command)) {
      EXPECT_TRUE(seen.insert(std::string(flag.name)).second) << flag.name;
      EXPECT_TRUE(flag.letter == 0 || seen.insert(std::string(1, flag.letter)).second) << flag.letter;
      EXPECT_NE(flag.apply, nullptr) << flag.name;
      EXPECT_TRUE(flag.text.ends_with('.')) << flag.name;
      EXPECT_FALSE(flag.brief.ends_with('.')) << flag.name;
    }
  }
}

TEST(Help, NamesEveryOptionAndFitsEightyColumns) {
  const Command& diagnose = *command("diagnose");
  for (const std::string& text : {short_help(), short_help(diagnose), long_help(diagnose, false)}) {
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin))
      EXPECT_TRUE(text.compare(begin, 9, "  whytls ") == 0 || report::columns(text.substr(begin, end - begin)) <= 80)
          << text.substr(begin, end - begin);
  }
  for (const Flag& flag : flags_of(diagnose)) {
    EXPECT_THAT(short_help(diagnose), HasSubstr(spelling(flag)));
    EXPECT_THAT(long_help(diagnose, true), HasSubstr(spelling(flag)));
  }
  EXPECT_LT(long_help(diagnose, true).find("Examples:"), long_help(diagnose, true).find("--servername NAME"));
}

TEST(Page, LosesItsTestsAndKeepsItsWords) {
  const std::string_view page =
      "# a.b\n\nOne `word`\nand more.\n\n## Fix\n\n- first\n  goes on\n- second\n\n```evidence fires\nhost = x\n```\n\n```\nkept   as "
      "is\n```\n";
  EXPECT_EQ(readable(page, {}), "a.b\n\n  One word and more.\n\nFix\n\n  - first goes on\n  - second\n\n    kept   as is\n");
  EXPECT_EQ(opening(page), "One `word` and more.");
}

}  // namespace
}  // namespace whytls::cli
