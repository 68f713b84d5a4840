// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/capture/flow_report.h"

namespace whytls::cli {
namespace {

sources::capture::Handshake met() {
  sources::capture::Handshake out;
  out.server.address.bytes = {192, 0, 2, 5};
  out.server.port = 443;
  return out;
}

report::Offer usual() {
  report::Offer out;
  out.versions = {0x0304, 0x0303};
  out.suites = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f};
  out.groups = {29, 23, 24, 25, 30};
  out.signature_algorithms = {0x0403, 0x0804, 0x0401, 0x0805, 0x0806};
  out.server_name = "shop.example";
  return out;
}

TEST(AskingLine, AsksForTheNameAtTheAddress) {
  EXPECT_EQ(asking_line(met(), usual(), ""), "whytls shop.example:443 --connect 192.0.2.5:443");
  report::Offer nameless = usual();
  nameless.server_name.reset();
  EXPECT_EQ(asking_line(met(), nameless, ""), "whytls 192.0.2.5:443");
}

TEST(AskingLine, WhatNoShellShouldReadIsLeftOut) {
  report::Offer hostile = usual();
  hostile.server_name = "x;reboot";
  hostile.alpn = {"$(reboot)"};
  EXPECT_EQ(asking_line(met(), hostile, ""), "whytls 192.0.2.5:443");
}

TEST(AskingLine, AnOfferThatIsNarrowGoesWithIt) {
  report::Offer narrow = usual();
  narrow.versions = {0x0303, 0x0302};
  narrow.suites = {0xc02f, 0x00ff};
  narrow.groups = {0x2a2a, 25};
  narrow.alpn = {"mqtt"};
  EXPECT_EQ(asking_line(met(), narrow, ""),
            "whytls shop.example:443 --connect 192.0.2.5:443 --max-version tls1.2 "
            "--ciphers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 --groups secp521r1 --alpn mqtt");
  report::Offer newest = usual();
  newest.versions = {0x0304};
  EXPECT_EQ(asking_line(met(), newest, ""), "whytls shop.example:443 --connect 192.0.2.5:443 --min-version tls1.3");
}

TEST(AskingLine, WhereThereIsAFileItsOwnHelloAsks) {
  sources::capture::Handshake h = met();
  h.number = 12;
  EXPECT_EQ(asking_line(h, usual(), "/tmp/a.pcapng"), "whytls shop.example:443 --connect 192.0.2.5:443 --client pcap:/tmp/a.pcapng#12");
  for (const char* useless : {"-", "a b.pcap", "$(reboot).pcap"})
    EXPECT_EQ(asking_line(h, usual(), useless), "whytls shop.example:443 --connect 192.0.2.5:443");
  h.carrier = sources::capture::Carrier::quic;
  EXPECT_EQ(asking_line(h, usual(), "a.pcap"), "whytls shop.example:443 --connect 192.0.2.5:443");
}

TEST(AskingLine, AfterADialogueTheSameDialogue) {
  sources::capture::Handshake h = met();
  h.upgrade = "imap";
  EXPECT_EQ(asking_line(h, usual(), ""), "whytls shop.example:443 --connect 192.0.2.5:443 --starttls imap");
}

}  // namespace
}  // namespace whytls::cli
