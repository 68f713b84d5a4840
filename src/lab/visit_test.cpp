// SPDX-License-Identifier: Apache-2.0
#include "lab/visit.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "lab/smtp.h"
#include "net/listener.h"
#include "wire/record.h"

namespace whytls::lab {
namespace {

using namespace std::chrono_literals;

/// Both ends of one connection: `peer` is the client's, and the visit is treated in a thread.
class Conversation {
 public:
  explicit Conversation(Action action) {
    auto listener = net::Listener::open({.ip = "127.0.0.1", .port = 0});
    peer_ = net::connect((*listener)->address(), {}, net::Clock::now() + 2s, nullptr).stream;
    served_ = (*listener)->accept(net::Clock::now() + 2s, &stop_);
    visit_ = std::make_unique<Visit>(Visit{.stream = *served_, .stop = stop_, .deadline = net::Clock::now() + 5s});
    thread_ = std::thread([this, action = std::move(action)] { action(*visit_); });
  }
  ~Conversation() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void say(base::ByteView bytes) { peer_->write(bytes, net::Clock::now() + 1s); }
  void say(std::string_view text) { say(base::view(text)); }
  void hang_up() { peer_->close(); }
  /// What comes until the line that ends with `end`, or until the connection does.
  std::string hear(std::string_view end) {
    std::string all;
    while (all.find(end) == std::string::npos) {
      const net::ReadResult got = peer_->read(net::Clock::now() + 2s);
      last_ = got.end;
      if (got.end != net::End::open) break;
      all += base::text(got.bytes);
    }
    return all;
  }
  net::End ended() {
    hear("\n\n\n");
    return last_;
  }
  void finish() { thread_.join(); }
  const Visit& visit() const { return *visit_; }

 private:
  net::CancelFlag stop_{false};
  std::unique_ptr<net::Stream> peer_, served_;
  std::unique_ptr<Visit> visit_;
  net::End last_ = net::End::open;
  std::thread thread_;
};

base::Bytes client_hello(std::size_t records = 16384) {
  wire::ClientHello hello;
  hello.random.assign(32, 7);
  hello.cipher_suites = {0x1301, 0xc02f};
  hello.extensions = {wire::server_name_extension("shop.example"), wire::supported_versions_extension({0x0304, 0x0303})};
  base::Writer out;
  wire::write_records(out, wire::ContentType::handshake, 0x0301,
                      wire::handshake_message(wire::HandshakeType::client_hello, wire::build(hello)), records);
  return out.take();
}

void read_hello(Visit& visit) { visit.read_hello(); }

TEST(Visit, ReadsAHelloThatComesInPartsAndRecords) {
  Conversation talk(read_hello);
  const base::Bytes bytes = client_hello(20);
  talk.say(base::ByteView(bytes).first(7));
  std::this_thread::sleep_for(30ms);
  talk.say(base::ByteView(bytes).subspan(7));
  talk.finish();
  ASSERT_TRUE(talk.visit().hello);
  EXPECT_TRUE(names(talk.visit(), "shop.example"));
  EXPECT_FALSE(names(talk.visit(), "other.example"));
  EXPECT_TRUE(offers_version(talk.visit(), 0x0304));
  EXPECT_FALSE(offers_version(talk.visit(), 0x0302));
  EXPECT_EQ(talk.visit().seen, bytes);
  EXPECT_EQ(size_of_hello(talk.visit()), bytes.size());
}

TEST(Visit, TakesNoOtherBytesForAHello) {
  const base::Bytes hello = client_hello();
  base::Bytes alert = hello, other = hello;
  alert[0] = 21;
  other[5] = 2;
  const std::string http = "GET / HTTP/1.0\r\n\r\n";
  for (const base::ByteView bytes : {base::view(http), base::ByteView(alert)}) {
    Conversation talk(read_hello);
    talk.say(bytes);
    talk.finish();
    EXPECT_FALSE(talk.visit().hello);
    EXPECT_FALSE(names(talk.visit(), ""));
  }
  Conversation talk(read_hello);
  talk.say(other);
  talk.hang_up();
  talk.finish();
  EXPECT_FALSE(talk.visit().hello);
}

TEST(Visit, ReadsNoMoreThanItsBound) {
  Conversation talk(read_hello);
  base::Bytes endless(5, 0);
  endless = {22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff};
  endless.resize(5 + 0x4000);
  for (int i = 0; i < 6; ++i) {
    talk.say(endless);
    std::fill(endless.begin() + 5, endless.end(), std::uint8_t{0});
  }
  talk.finish();
  EXPECT_FALSE(talk.visit().hello);
  EXPECT_LT(talk.visit().seen.size(), std::size_t{1} << 18U);
}

TEST(Actions, EndAConnectionInTheirWay) {
  const base::Bytes hello = client_hello();
  Conversation by_reset(reset());
  by_reset.say(hello);
  EXPECT_EQ(by_reset.ended(), net::End::reset);
  Conversation by_close(close());
  by_close.say(hello);
  EXPECT_EQ(by_close.ended(), net::End::closed);
  Conversation by_alert(alert(40));
  by_alert.say(hello);
  EXPECT_EQ(by_alert.hear("\x28"), std::string("\x15\x03\x03\x00\x02\x02\x28", 7));
}

TEST(Actions, WhenChoosesByTheHelloAndTakesNoHelloForTheOtherCase) {
  const auto offers = [](const Visit& visit) { return offers_version(visit, 0x0304); };
  const auto says = [](const char* text) { return [text](Visit& visit) { visit.write(text); }; };
  Conversation with(when(offers, says("yes\n"), says("no\n")));
  with.say(client_hello());
  EXPECT_EQ(with.hear("\n"), "yes\n");
  Conversation without(when(offers, says("yes\n"), says("no\n")));
  without.say("HELP\r\n");
  EXPECT_EQ(without.hear("\n"), "no\n");
}

TEST(Smtp, OffersTheUpgradeAndHandsTheConnectionOn) {
  Conversation talk(smtp(true, [](Visit& visit) { visit.write("tls begins\n"); }));
  EXPECT_EQ(talk.hear("\n").substr(0, 4), "220 ");
  talk.say("EHLO me\r\n");
  EXPECT_NE(talk.hear("8BITMIME").find("250-STARTTLS"), std::string::npos);
  talk.say("starttls\r\n");
  EXPECT_NE(talk.hear("begins").find("220 2.0.0"), std::string::npos);
}

TEST(Smtp, RefusesTheUpgradeThatItDoesNotOffer) {
  Conversation talk(smtp(false, {}));
  talk.hear("\n");
  talk.say("EHLO me\r\n");
  EXPECT_EQ(talk.hear("8BITMIME").find("STARTTLS"), std::string::npos);
  talk.say("STARTTLS\r\n");
  EXPECT_EQ(talk.hear("\n").find("250"), std::string::npos);
}

TEST(Smtp, AnswersAClientHelloWithWordsAndEnds) {
  Conversation talk(smtp(true, [](Visit&) { ADD_FAILURE() << "nobody asked for TLS"; }));
  talk.hear("\n");
  talk.say(client_hello());
  EXPECT_EQ(talk.hear("\n").substr(0, 4), "500 ");
}

}  // namespace
}  // namespace whytls::lab
