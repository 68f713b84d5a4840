// SPDX-License-Identifier: Apache-2.0
#include "net/fetch/http.h"

#include "net/served.h"

namespace whytls::net {
namespace {

using testing::HasSubstr;

/// A server that answers each request with the same text and ends the connection.
Served::Handler answering(const std::string& answer) {
  return [answer](Stream& peer) {
    read_until(peer, "\r\n\r\n");
    say(peer, answer);
  };
}

std::string url_of(const Served& server, const std::string& path = "/x") { return "http://" + server.address().text() + path; }

HttpResponse get(const Served& server, std::size_t max_bytes = 1 << 20) {
  return fetch({.url = url_of(server), .timeout = 2s, .max_bytes = max_bytes});
}

TEST(Fetch, ReadsABodyByLengthInChunksAndUpToTheEnd) {
  const Served length(answering("HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 04:05:06 GMT\r\nContent-Length: 4\r\n\r\nbody"));
  const HttpResponse answer = get(length);
  EXPECT_EQ(answer.failure, "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(base::text(answer.body), "body");
  EXPECT_EQ(answer.date, base::parse_time("2026-11-21T04:05:06Z"));
  const Served chunks(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"));
  EXPECT_EQ(base::text(get(chunks).body), "body");
  const Served end(answering("HTTP/1.0 200 OK\r\n\r\nbody"));
  EXPECT_EQ(base::text(get(end).body), "body");
  const Served aged(answering("HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 04:05:06 GMT\r\nAge: 3600\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(get(aged).date, base::parse_time("2026-11-21T05:05:06Z"));
  const Served v6([](Stream& peer) { answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(peer); }, "::1");
  EXPECT_EQ(get(v6).failure, "");
}

TEST(Fetch, SendsAWellFormedRequest) {
  std::string seen;
  std::atomic<bool> done{false};
  const Served server([&](Stream& peer) {
    seen = read_until(peer, "payload");
    done = true;
    say(peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const std::string_view payload = "payload";
  const HttpResponse answer = fetch({.url = url_of(server, "/ocsp?x=1#part"),
                                     .method = "POST",
                                     .body = {payload.begin(), payload.end()},
                                     .content_type = "application/ocsp-request",
                                     .timeout = 2s});
  EXPECT_EQ(answer.failure, "");
  ASSERT_TRUE(done);
  EXPECT_THAT(seen, HasSubstr("POST /ocsp?x=1 HTTP/1.1\r\nHost: " + server.address().text() + "\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Type: application/ocsp-request\r\nContent-Length: 7\r\n\r\npayload"));
}

TEST(Fetch, ABodyThatIsCutOrTooLongIsAFailure) {
  const Served cut(answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody"));
  EXPECT_THAT(get(cut).failure, HasSubstr("not whole"));
  EXPECT_TRUE(get(cut).body.empty());
  const Served announced(answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')));
  EXPECT_THAT(get(announced, 100).failure, HasSubstr("longer than 100 bytes"));
  const Served endless(answering("HTTP/1.0 200 OK\r\n\r\n" + std::string(1000, 'x')));
  EXPECT_THAT(get(endless, 100).failure, HasSubstr("longer than 100 bytes"));
}

TEST(Fetch, AStatusOtherThan200IsAFailureWithItsDate) {
  const Served server(answering("HTTP/1.1 404 Not \u202eFound\r\nDate: Sat, 21 Nov 2026 04:05:06 GMT\r\nContent-Length: 4\r\n\r\nbody"));
  const HttpResponse answer = get(server);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.failure, "the server answers 404 Not \\u{202e}Found");
  EXPECT_TRUE(answer.date.has_value());
  EXPECT_TRUE(answer.body.empty());
}

TEST(Fetch, FollowsRedirectsToHttpAndNoOthers) {
  const Served goal(answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"));
  const Served away(answering("HTTP/1.1 302 Found\r\nLocation: " + url_of(goal) + "\r\nContent-Length: 0\r\n\r\n"));
  const HttpResponse answer = get(away);
  EXPECT_EQ(base::text(answer.body), "body") << answer.failure;
  EXPECT_EQ(answer.url, url_of(goal));
  const Served secure(answering("HTTP/1.1 301 Moved\r\nLocation: https://x.example/\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_THAT(get(secure).failure, HasSubstr("redirected to https://x.example/"));
  const Served circle(answering("HTTP/1.1 301 Moved\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(get(circle).failure, "more than 3 redirects");
  EXPECT_EQ(circle.served(), 4);
  const Served nowhere(answering("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_THAT(get(nowhere).failure, HasSubstr("without saying where"));
}

TEST(Fetch, WhatIsNoHttpIsAFailure) {
  const Served smtp(answering("220 mail.example ESMTP\r\n"));
  EXPECT_THAT(get(smtp).failure, HasSubstr("no valid HTTP"));
  const Served header(answering("HTTP/1.1 200 OK\r\nX: " + std::string(200000, 'x')));
  EXPECT_NE(get(header).failure, "");
  const Served closed([](Stream& peer) { peer.close(); });
  EXPECT_NE(get(closed).failure, "");
  const Served reset([](Stream& peer) {
    read_until(peer, "\r\n\r\n");
    peer.abort();
  });
  EXPECT_EQ(get(reset).failure, "reset while reading the answer");
}

TEST(Fetch, ASlowServerIsLeftAtTheDeadline) {
  const Served server([](Stream& peer) {
    for (const char c : std::string("HTTP/1.1 200 OK\r\n")) {
      if (peer.write(base::ByteView(reinterpret_cast<const std::uint8_t*>(&c), 1), in(1s), 0) != End::open) return;
      std::this_thread::sleep_for(50ms);
    }
  });
  HttpResponse answer;
  const auto took = time_of([&] { answer = fetch({.url = url_of(server), .timeout = 200ms}); });
  EXPECT_TRUE(answer.timed_out);
  EXPECT_LT(took, 700ms);
}

TEST(Fetch, UrlsAreCheckedBeforeUse) {
  for (const char* url : {"https://x.example/", "ldap://x/", "", "http://", "http://x y/", "http://x/\r\nHost: y", "http://me@x/",
                          "http://x:0/", "http://[::1/"})
    EXPECT_THAT(fetch({.url = url}).failure, HasSubstr("not an http URL")) << url;
  const auto parts = parse_http_url("HTTP://[2001:db8::1]:8080?q#f");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->host, "2001:db8::1");
  EXPECT_EQ(parts->port, 8080);
  EXPECT_EQ(parts->target, "/?q");
}

}  // namespace
}  // namespace whytls::net
