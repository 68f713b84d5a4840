// SPDX-License-Identifier: Apache-2.0
// The client against a scripted peer: what no real server shows, and what a hostile one does.
#include "sources/probe/channel.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "sources/probe/test_stream.h"

namespace whytls::probe {
namespace {

using base::Bytes;
using testing::alert;
using testing::EndlessStream;
using testing::message;
using testing::record;
using testing::ScriptedStream;
using testing::server_hello;
using testing::server_hello13;
using wire::ContentType;
using wire::HandshakeType;

// Without a session id, so that a script need not echo it.
Offer offer() {
  Offer made = default_offer("server.example", false);
  made.session_id_size = 0;
  return made;
}
Bytes text(std::string_view value) { return {value.begin(), value.end()}; }
HandshakeOptions patient(int milliseconds) {
  HandshakeOptions options;
  options.step = std::chrono::milliseconds(milliseconds);
  options.overall = net::Clock::now() + std::chrono::milliseconds(4 * milliseconds);
  return options;
}

TEST(Channel, keeps_an_answer_that_is_no_tls) {
  ScriptedStream stream({text("HTTP/1.1 400 Bad"), text(" Request\r\n")});
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_EQ(base::text(t.not_tls), "HTTP/1.1 400 Bad Request\r\n");
  EXPECT_EQ(t.ending.end, net::End::closed);
  EXPECT_EQ(t.violation, "");
  EXPECT_FALSE(t.complete);
  EXPECT_TRUE(stream.aborted);
}

TEST(Channel, keeps_at_most_four_kilobytes_of_it) {
  EndlessStream stream({}, Bytes(1500, 'A'));
  EXPECT_EQ(handshake(stream, offer(), {}).not_tls.size(), 4096U);
}

TEST(Channel, tells_a_close_a_reset_and_a_stall_apart) {
  for (const net::End end : {net::End::closed, net::End::reset, net::End::timeout}) {
    ScriptedStream stream({}, end);
    const Transcript t = handshake(stream, offer(), {});
    EXPECT_EQ(t.ending.end, end);
    EXPECT_FALSE(t.answered);
    EXPECT_EQ(t.reached, Stage::client_hello);
  }
}

TEST(Channel, says_that_the_hello_arrived_when_the_kernel_knows) {
  ScriptedStream stream({}, net::End::timeout);
  stream.view.available = true;
  stream.view.bytes_sent = stream.view.bytes_acknowledged = 1800;
  EXPECT_EQ(handshake(stream, offer(), {}).reached, Stage::server_hello);
}

TEST(Channel, counts_the_bytes_before_a_stall) {
  Bytes half = message(server_hello(0x0303, 0xc02f));
  half.resize(half.size() - 10);
  ScriptedStream stream({half}, net::End::timeout);
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_EQ(t.ending.bytes_received, half.size());
  EXPECT_EQ(t.ending.bytes_unread, half.size());
  EXPECT_EQ(t.reached, Stage::server_hello);
}

TEST(Channel, keeps_the_alert_that_came_before_a_reset_while_writing) {
  ScriptedStream stream({alert(2, 40)}, net::End::reset);
  stream.write_end = net::End::reset;
  const Transcript t = handshake(stream, offer(), {});
  ASSERT_NE(t.server_alert(), nullptr);
  EXPECT_EQ(t.server_alert()->description, 40);
  EXPECT_TRUE(t.ending.in_write);
}

TEST(Channel, passes_over_warnings_and_keeps_them) {
  ScriptedStream stream({alert(1, 112), alert(2, 40)});
  const Transcript t = handshake(stream, offer(), {});
  ASSERT_EQ(t.alerts.size(), 2U);
  EXPECT_FALSE(t.alerts[0].fatal);
  EXPECT_EQ(t.server_alert()->description, 40);
}

TEST(Channel, takes_a_close_notify_as_the_end) {
  ScriptedStream stream({alert(1, 0)});
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_EQ(t.server_alert(), nullptr);
  ASSERT_EQ(t.alerts.size(), 1U);
  EXPECT_EQ(t.ending.end, net::End::open);
}

// ---- rules that a server breaks -------------------------------------------------------------------------------------

TEST(Channel, notes_choices_that_were_not_offered) {
  ScriptedStream version({message(server_hello(0x0301, 0xc02f))});
  EXPECT_EQ(handshake(version, offer(), {}).violation, "the server chose TLS 1.0, which was not offered");
  ScriptedStream suite({message(server_hello(0x0303, 0x0005))});
  EXPECT_EQ(handshake(suite, offer(), {}).violation, "the server chose TLS_RSA_WITH_RC4_128_SHA, which was not offered");
  ScriptedStream group({message(server_hello13(0x0017, 65))});
  const Transcript t = handshake(group, offer(), {});
  EXPECT_TRUE(t.secret_unavailable);  // P-256 was offered, its share was not sent
  wire::ServerHello odd = server_hello(0x0303, 0xc02f);
  odd.has_extensions = true;
  odd.extensions = {{0x1234, {}}};
  ScriptedStream extension({message(odd)});
  EXPECT_NE(handshake(extension, offer(), {}).violation, "");
}

TEST(Channel, notes_messages_that_do_not_parse) {
  ScriptedStream stream({message(HandshakeType::server_hello, Bytes{3, 3, 1})});
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_TRUE(t.malformed);
  EXPECT_EQ(t.malformed_message, "server_hello");
  ASSERT_NE(t.client_alert(), nullptr);
  EXPECT_EQ(t.client_alert()->description, 50);
}

TEST(Channel, notes_messages_that_have_no_place) {
  ScriptedStream stream({message(HandshakeType::certificate, Bytes{0, 0, 0})});
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_EQ(t.violation, "the server sent certificate, expected server_hello");
  EXPECT_EQ(t.client_alert()->description, 10);
}

TEST(Channel, stops_without_blame_where_a_secret_cannot_be_derived) {
  ScriptedStream stream({message(server_hello13(0x11ec, 1088 + 32))}, net::End::timeout);
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_EQ(t.stopped, Stopped::secret_unavailable);
  EXPECT_TRUE(t.secret_unavailable);
  EXPECT_EQ(t.selected.group, 0x11ec);
  EXPECT_EQ(t.selected.version, 0x0304);
  EXPECT_EQ(t.violation, "");
}

TEST(Channel, refuses_a_share_that_is_no_element_of_its_group) {
  ScriptedStream stream({message(server_hello13(0x001d, 31))});
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_EQ(t.violation, "the server's key share is no element of x25519");
}

TEST(Channel, notes_a_second_hello_retry_request) {
  wire::ServerHello request = server_hello(0x0303, 0x1301);
  request.random = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
                    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
  request.has_extensions = true;
  request.extensions = {{43, {3, 4}}, {51, {0, 0x17}}};
  ScriptedStream stream({message(request), message(request)});
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_EQ(t.violation, "the server sent a second HelloRetryRequest");
  EXPECT_FALSE(t.second_client_hello.empty());
  request.extensions = {{43, {3, 4}}};
  ScriptedStream empty({message(request)});
  EXPECT_EQ(handshake(empty, offer(), {}).violation, "the server's HelloRetryRequest changes nothing");
}

TEST(Channel, reads_older_versions_and_unknown_suites_without_keys) {
  const Bytes certificate{0, 0, 4, 0, 0, 1, 0x30};
  const Bytes rest = message(HandshakeType::certificate, certificate);
  const Bytes done = message(HandshakeType::server_hello_done, {});
  Offer old = with_versions(widest_offer({}, 0x0300), {0x0300});
  ScriptedStream ssl3({message(server_hello(0x0300, 0x000a)), rest, done}, net::End::timeout);
  const Transcript t = handshake(ssl3, old, {});
  EXPECT_EQ(t.stopped, Stopped::version_unavailable);
  EXPECT_EQ(t.selected.version, 0x0300);
  EXPECT_EQ(t.certificates.size(), 1U);
  EXPECT_EQ(t.violation, "");

  Offer exported = with_versions(widest_offer({}), {0x0301});
  ScriptedStream tls10({message(server_hello(0x0301, 0x0008)), rest, done}, net::End::timeout);
  EXPECT_EQ(handshake(tls10, exported, {}).stopped, Stopped::cipher_unavailable);
}

TEST(Channel, reads_an_ssl2_answer) {
  base::Writer body;
  body.u8(4);
  body.u8(0);
  body.u8(1);
  body.u16(2);
  body.u16(3);
  body.u16(3);
  body.u16(16);
  body.bytes(Bytes{0x30, 1, 0});
  body.bytes(Bytes{1, 0, 0x80});
  body.bytes(Bytes(16, 5));
  base::Writer framed;
  framed.u16(static_cast<std::uint16_t>(0x8000U | body.size()));
  framed.bytes(body.data());
  ScriptedStream stream({framed.data()}, net::End::timeout);
  const Transcript t = handshake(stream, ssl2_offer(), {});
  ASSERT_TRUE(t.ssl2_server_hello);
  EXPECT_EQ(t.selected.version, 2);
  EXPECT_EQ(t.certificates.size(), 1U);
  EXPECT_EQ(t.stopped, Stopped::version_unavailable);
  ScriptedStream error({Bytes{0x80, 3, 0, 0, 1}});
  EXPECT_EQ(handshake(error, ssl2_offer(), {}).ssl2_error, 1);
}

// ---- hostile peers --------------------------------------------------------------------------------------------------

TEST(Channel, ends_floods_of_alerts_empty_records_and_change_cipher_specs) {
  EndlessStream alerts({}, alert(1, 112));
  EXPECT_EQ(handshake(alerts, offer(), {}).violation, "the server sends warning alerts without end");
  EXPECT_LT(alerts.reads, 100U);
  EndlessStream empty({}, record(ContentType::handshake, {}));
  EXPECT_EQ(handshake(empty, offer(), {}).violation, "the server sends empty records without end");
  EXPECT_LT(empty.reads, 100U);
  EndlessStream changes(message(server_hello13(0x001d, 32)), record(ContentType::change_cipher_spec, Bytes{1}));
  EXPECT_EQ(handshake(changes, offer(), {}).violation, "the server sends change_cipher_spec without end");
}

TEST(Channel, ends_endless_hello_requests) {
  EndlessStream stream(message(server_hello(0x0303, 0xc02f)), message(HandshakeType::hello_request, {}));
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_NE(t.violation, "");
  EXPECT_LE(t.events.size(), 4096U);
}

TEST(Channel, refuses_a_certificate_message_of_sixteen_megabytes) {
  Bytes start = message(server_hello(0x0303, 0xc02f));
  const Bytes head = record(ContentType::handshake, Bytes{11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc});
  start.insert(start.end(), head.begin(), head.end());
  EndlessStream stream(start, record(ContentType::handshake, Bytes(16000, 0)));
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_TRUE(t.oversized);
  EXPECT_NE(t.violation, "");
  EXPECT_LT(stream.reads, 100U);
}

TEST(Channel, refuses_a_record_over_the_limit) {
  Bytes start = message(server_hello(0x0303, 0xc02f));
  start.insert(start.end(), {22, 3, 3, 0xff, 0xff});
  ScriptedStream stream({start});
  const Transcript t = handshake(stream, offer(), {});
  EXPECT_NE(t.violation.find("65540"), std::string::npos) << t.violation;
}

TEST(Channel, keeps_its_deadline_against_a_byte_at_a_time) {
  EndlessStream stream(Bytes{22, 3, 3, 0x40, 0}, Bytes{0}, std::chrono::milliseconds(5));
  const auto begun = net::Clock::now();
  const Transcript t = handshake(stream, offer(), patient(200));
  EXPECT_LT(net::Clock::now() - begun, std::chrono::seconds(1));
  EXPECT_EQ(t.ending.end, net::End::timeout);
  EXPECT_GT(t.ending.bytes_received, 5U);
}

TEST(Channel, keeps_the_overall_deadline_against_slow_messages) {
  EndlessStream stream(message(server_hello(0x0303, 0xc02f)), message(HandshakeType::hello_request, {}), std::chrono::milliseconds(50));
  const auto begun = net::Clock::now();
  const Transcript t = handshake(stream, offer(), patient(200));
  EXPECT_LT(net::Clock::now() - begun, std::chrono::seconds(2));
  EXPECT_EQ(t.ending.end, net::End::timeout);
}

TEST(Channel, begins_with_the_bytes_that_a_dialogue_left) {
  HandshakeOptions options;
  options.already_read = alert(2, 80);
  ScriptedStream stream({});
  const Transcript t = handshake(stream, offer(), options);
  ASSERT_NE(t.server_alert(), nullptr);
  EXPECT_EQ(t.server_alert()->description, 80);
}

}  // namespace
}  // namespace whytls::probe
