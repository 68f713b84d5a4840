// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/http.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sources/probe/hpack.h"

namespace whytls::probe {
namespace {

using base::Bytes;

Bytes text(std::string_view value) { return {value.begin(), value.end()}; }
Bytes bytes(std::string_view hex) { return base::unhex(hex).value(); }

TEST(Http1, reads_status_server_and_date) {
  bool hopeless = true;
  const auto answer =
      parse_http1(text("HTTP/1.1 400 Bad Request\r\nSERVER:  nginx/1.22 \r\nDate: Sat, 21 Nov 2026 04:05:06 GMT\r\n\r\n"), hopeless);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(hopeless);
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->server, "nginx/1.22");
  EXPECT_EQ(answer->date, "Sat, 21 Nov 2026 04:05:06 GMT");
}

TEST(Http1, waits_for_more_and_gives_up_on_other_protocols) {
  bool hopeless = true;
  EXPECT_FALSE(parse_http1(text("HTT"), hopeless));
  EXPECT_FALSE(hopeless);
  EXPECT_FALSE(parse_http1(text("HTTP/1.1 200 OK\r\nServer"), hopeless));
  EXPECT_FALSE(hopeless);
  EXPECT_FALSE(parse_http1(text("220 mail"), hopeless));
  EXPECT_TRUE(hopeless);
  EXPECT_FALSE(parse_http1(text("HTTP/1.1 abc\r\n\r\n"), hopeless));
  EXPECT_TRUE(hopeless);
}

TEST(Http1, makes_texts_of_the_peer_harmless) {
  bool hopeless = false;
  const auto answer = parse_http1(text("HTTP/1.1 200 OK\r\nServer: a\x1b[31mb\r\n\r\n"), hopeless);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->server.find('\x1b'), std::string::npos);
}

TEST(Http1, asks_for_the_host) {
  const Bytes request = http1_head("a.example");
  EXPECT_EQ(base::text(request).substr(0, 36), "HEAD / HTTP/1.1\r\nHost: a.example\r\nUs");
}

Bytes frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const Bytes& payload) {
  base::Writer out;
  out.u24(static_cast<std::uint32_t>(payload.size()));
  out.u8(type);
  out.u8(flags);
  out.u32(stream);
  out.bytes(payload);
  return out.take();
}
Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}
const Bytes settings = frame(4, 0, 0, {});
const Bytes block = joined({bytes("8c 7684aa6355e7 6103"), text("now")});  // :status 400, server in Huffman's code, date in plain text

TEST(Http2, reads_the_first_headers_behind_settings) {
  const Bytes whole = joined({settings, frame(8, 0, 0, Bytes(4, 1)), frame(1, 4, 1, block)});
  bool hopeless = true;
  const auto answer = parse_http2(whole, hopeless);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(hopeless);
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->server, "nginx");
  EXPECT_EQ(answer->date, "now");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_http2(base::ByteView(whole).first(size), hopeless));
    EXPECT_FALSE(hopeless) << size;
  }
}

TEST(Http2, passes_over_padding_and_priority) {
  bool hopeless = true;
  const Bytes payload = joined({Bytes{2, 0, 0, 0, 0, 7}, block, Bytes(2, 0)});
  EXPECT_TRUE(parse_http2(joined({settings, frame(1, 0x2c, 1, payload)}), hopeless));
  EXPECT_FALSE(parse_http2(joined({settings, frame(1, 0x2c, 1, Bytes{200, 0})}), hopeless));
  EXPECT_TRUE(hopeless);
}

TEST(Http2, gives_up_on_goaway_reset_and_other_protocols) {
  bool hopeless = false;
  EXPECT_FALSE(parse_http2(bytes("000000040000000000 0000080700000000000000000000000001"), hopeless));
  EXPECT_TRUE(hopeless);
  EXPECT_FALSE(parse_http2(text("HTTP/1.1 400 Bad Request"), hopeless));
  EXPECT_TRUE(hopeless);
  EXPECT_FALSE(parse_http2(bytes("000000040000000000"), hopeless));
  EXPECT_FALSE(hopeless);
}

TEST(Http2, request_begins_with_the_preface) {
  EXPECT_EQ(base::text(http2_head("a.example")).substr(0, 24), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

// RFC 7541 C.6.1: an answer with Huffman coding.
TEST(Hpack, decodes_the_rfcs_example) {
  const auto fields =
      decode_hpack(bytes("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3"));
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields[0].name, ":status");
  EXPECT_EQ(fields[0].value, "302");
  EXPECT_EQ(fields[1].value, "private");
  EXPECT_EQ(fields[2].name, "date");
  EXPECT_EQ(fields[2].value, "Mon, 21 Oct 2013 20:13:21 GMT");
  EXPECT_EQ(fields[3].value, "https://www.example.com");
}

// RFC 7541 C.5.1: the same without.
TEST(Hpack, decodes_plain_strings) {
  const auto fields =
      decode_hpack(bytes("4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f777"
                         "7772e6578616d706c652e636f6d"));
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields[0].value, "302");
  EXPECT_EQ(fields[2].value, "Mon, 21 Oct 2013 20:13:21 GMT");
}

TEST(Hpack, stops_where_a_block_makes_no_sense) {
  EXPECT_TRUE(decode_hpack(bytes("48ff")).empty());
  EXPECT_TRUE(decode_hpack(bytes("4882ffff")).empty());  // EOS is no symbol
  EXPECT_EQ(decode_hpack(bytes("88 7f")).size(), 1U);
  EXPECT_EQ(decode_hpack(Bytes(1000, 0x88)).size(), 128U);
}

TEST(OtherWords, refuse_a_certificate_by_their_number_or_first_word) {
  EXPECT_TRUE(refuses_certificate("421 4.7.1 mx.example Error: No client certificate presented\r\n220 mx.example ESMTP\r\n"));
  EXPECT_TRUE(refuses_certificate("554-Client TLS certificate not trusted\r\n554 bye\r\n"));
  EXPECT_TRUE(refuses_certificate("* BYE a valid client CERTIFICATE is needed\r\n"));
  EXPECT_TRUE(refuses_certificate("-ERR no certificate\r\n"));
}

TEST(OtherWords, that_greet_or_speak_of_something_else_refuse_nothing) {
  EXPECT_FALSE(refuses_certificate(""));
  EXPECT_FALSE(refuses_certificate("220 mx.example certificate\r\n"));
  EXPECT_FALSE(refuses_certificate("421 too busy\r\n220 certificate\r\n"));
  EXPECT_FALSE(refuses_certificate("HTTP/1.1 400 certificate\r\n"));
  EXPECT_FALSE(refuses_certificate("* OK certificate\r\n"));
  EXPECT_FALSE(refuses_certificate("4x1 certificate\r\n"));
  EXPECT_FALSE(refuses_certificate("421certificate"));
}

}  // namespace
}  // namespace whytls::probe
