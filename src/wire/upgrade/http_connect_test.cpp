// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/conversation.h"

namespace whytls::wire::dialogue {
namespace {

using enum UpgradeState;

const std::string ask = "CONNECT server.example:4444 HTTP/1.1\r\nHost: server.example:4444\r\n\r\n";

TEST(UpgradeHttpConnect, OpensTheTunnel) {
  expect_conversation("http-connect", ask, {{"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220 mail", ""}},
                      {.state = upgraded, .left_over = "220 mail"});
  expect_conversation("http-connect", ask, {{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200\r\n\r\n", ""}}, {.state = upgraded});
}

TEST(UpgradeHttpConnect, SendsBasicCredentialsAndBracketsAnAddress) {
  expect_conversation(
      "http-connect",
      "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n",
      {{"HTTP/1.1 200 OK\r\n\r\n", ""}}, {.state = upgraded},
      {.host = "2001:db8::1", .port = 443, .user = "Aladdin", .password = "open sesame"});
  expect_conversation("http-connect", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nProxy-Authorization: Basic YTpi\r\n\r\n",
                      {{"HTTP/1.1 200 OK\r\n\r\n", ""}}, {.state = upgraded}, {.host = "a", .port = 1, .user = "a", .password = "b"});
}

TEST(UpgradeHttpConnect, SaysThatItIsRefused) {
  expect_conversation("http-connect", ask,
                      {{"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\n\r\n", ""}},
                      {.state = refused, .status = 407, .detail = "407 Proxy Authentication Required\" (Basic realm=\"x\")"});
  expect_conversation("http-connect", ask, {{"HTTP/1.1 503 Service Unavailable\r\nX-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n", ""}},
                      {.state = refused, .status = 503, .detail = "ERR_DNS_FAIL 0"});
}

TEST(UpgradeHttpConnect, StrangersFail) {
  expect_conversation("http-connect", ask, {{tls_alert, ""}}, {.state = failed, .detail = "does not speak HTTP"});
  expect_conversation("http-connect", ask, {{"220 mail ESMTP\r\n", ""}}, {.state = failed, .detail = "220 mail"});
  expect_conversation("http-connect", ask, {{"HTTP/1.1 xyz\r\n", ""}}, {.state = failed, .detail = "does not speak HTTP"});
}

TEST(UpgradeHttpConnect, AHostNameThatWouldBreakTheRequestIsNotSent) {
  expect_conversation("http-connect", "", {}, {.state = failed, .detail = "cannot stand"},
                      {.host = "a\r\nb", .port = 1, .user = {}, .password = {}});
}

}  // namespace
}  // namespace whytls::wire::dialogue
