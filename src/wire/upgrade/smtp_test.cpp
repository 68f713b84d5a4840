// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ehlo = "EHLO [127.0.0.1]\r\n";

TEST(UpgradeSmtp, UpgradesWhereTheServerOffersIt) {
  expect_conversation("smtp", "",
                      {{"220-mail.example ESMTP\r\n220 ready\r\n", ehlo},
                       {"250-mail.example\r\n250-SIZE 1000\r\n250-starttls\r\n250 HELP\r\n", "STARTTLS\r\n"},
                       {"220 2.0.0 Ready to start TLS\r\n", ""}},
                      {.state = upgraded});
}

TEST(UpgradeSmtp, TakesLinesWithoutCarriageReturnAndKeywordsOfOneLine) {
  expect_conversation("smtp", "", {{"220\n", ehlo}, {"250-x\n250 STARTTLS\n", "STARTTLS\r\n"}, {"220\n", ""}}, {.state = upgraded});
}

TEST(UpgradeSmtp, KeepsWhatWasInjectedBehindTheAnswer) {
  expect_conversation("smtp", "", {{"220 x\r\n", ehlo}, {"250-x\r\n250 STARTTLS\r\n", "STARTTLS\r\n"}, {"220 go\r\n250 injected\r\n", ""}},
                      {.state = upgraded, .left_over = "250 injected\r\n"});
}

TEST(UpgradeSmtp, TheNameOfTheServerIsNoKeyword) {
  expect_conversation("smtp", "", {{"220 x\r\n", ehlo}, {"250-STARTTLS\r\n250 SIZE\r\n", ""}},
                      {.state = not_offered, .status = 250, .detail = "does not offer STARTTLS"});
}

TEST(UpgradeSmtp, SaysThatItIsNotOffered) {
  expect_conversation("smtp", "", {{"220 x\r\n", ehlo}, {"250-x\r\n250 XSTARTTLS\r\n", ""}},
                      {.state = not_offered, .status = 250, .detail = "does not offer STARTTLS"});
  expect_conversation("smtp", "", {{"220 x\r\n", ehlo}, {"502 unknown command\r\n", ""}},
                      {.state = not_offered, .status = 502, .detail = "502 unknown command"});
}

TEST(UpgradeSmtp, SeesAFirewallThatBlanksTheKeyword) {
  expect_conversation("smtp", "", {{"220 ***\r\n", ehlo}, {"250-x\r\n250 XXXXXXXA\r\n", ""}},
                      {.state = not_offered, .status = 250, .detail = "blanks a keyword"});
}

TEST(UpgradeSmtp, SaysThatItIsRefused) {
  expect_conversation(
      "smtp", "",
      {{"220 x\r\n", ehlo}, {"250-x\r\n250 STARTTLS\r\n", "STARTTLS\r\n"}, {"454-4.7.0\r\n454 4.7.0 TLS not available\033[31m\r\n", ""}},
      {.state = refused, .status = 454, .detail = "454 4.7.0 TLS not available\\x1b[31m"});
  expect_conversation("smtp", "", {{"554 5.7.1 blocked\r\n", ""}}, {.state = refused, .status = 554, .detail = "blocked"});
  expect_conversation("smtp", "", {{"220 x\r\n", ehlo}, {"421 busy\r\n", ""}}, {.state = refused, .status = 421, .detail = "421 busy"});
}

TEST(UpgradeSmtp, StrangersFail) {
  expect_strangers_fail("smtp", "");
  expect_conversation("smtp", "", {{"200 news.example ready\r\n", ""}}, {.state = failed, .detail = "does not speak SMTP"});
  expect_conversation("smtp", "", {{"220 files.example ready\r\n", ehlo}, {"530 Please login with USER and PASS.\r\n", ""}},
                      {.state = failed, .detail = "does not speak SMTP"});
  expect_conversation("smtp", "", {{"SSH-2.0-OpenSSH_9.2\r\n", ""}}, {.state = failed, .detail = "SSH-2.0-OpenSSH_9.2"});
}

TEST(UpgradeSmtp, AnEndlessReplyIsBounded) {
  std::string endless;
  for (int i = 0; i < 20000; ++i) endless += "220-\r\n";
  expect_conversation("smtp", "", {{endless.substr(0, 65536), ""}}, {.state = failed, .detail = "did not end within 65536 bytes"});
  expect_conversation("smtp", "", {{"220 " + std::string(9000, 'x'), ""}}, {.state = failed, .detail = "does not speak SMTP"});
}

}  // namespace
}  // namespace whytls::wire::dialogue
