// SPDX-License-Identifier: Apache-2.0
#include "net/page_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <thread>

namespace whytls::net {
namespace {

std::string ask(const std::string& place, const std::string& request) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  const std::size_t colon = place.rfind(':');
  socket.connect({boost::asio::ip::make_address(place.substr(0, colon)), static_cast<std::uint16_t>(std::stoi(place.substr(colon + 1)))});
  boost::asio::write(socket, boost::asio::buffer(request));
  std::string answer;
  boost::system::error_code error;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
  return answer;
}

std::string served(PageServer& server, const std::string& request) {
  std::string answer;
  std::thread visitor([&] { answer = ask(server.address(), request); });
  for (int i = 0; i < 300 && answer.empty(); ++i) {
    server.serve([](std::string_view accept) { return Page{"text/plain", fmt::format("up 1 for{}\n", accept)}; });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  visitor.join();
  return answer;
}

TEST(PageServer, AnswersItsPathAndNoOther) {
  auto server = PageServer::open("127.0.0.1:0", "/metrics");
  ASSERT_TRUE(server);
  const std::string good = served(*server, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(good.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(good.ends_with("\r\n\r\nup 1 for\n"));
  EXPECT_TRUE(served(*server, "GET /etc/passwd HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(served(*server, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
}

TEST(PageServer, HandsOnWhatTheVisitorAccepts) {
  auto server = PageServer::open("127.0.0.1:0", "/metrics");
  ASSERT_TRUE(server);
  const std::string answer = served(*server, "GET /metrics HTTP/1.1\r\naccept: a/b;q=0.5\r\nHost: x\r\nAccept: c/d\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("up 1 for a/b;q=0.5, c/d\n")) << answer;
}

TEST(PageServer, WhatIsNoAddressIsRefused) {
  for (const char* place : {"", "9477", "localhost:9477", "127.0.0.1:99999", "127.0.0.1"})
    EXPECT_FALSE(PageServer::open(place, "/metrics")) << place;
}

}  // namespace
}  // namespace whytls::net
