// SPDX-License-Identifier: Apache-2.0
#include "sources/message/read.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace whytls::sources::message {
namespace {

using evidence::Kind;

const Matcher& matcher() {
  static const auto made = Matcher::make();
  return *made;
}

Reading reading(std::string_view text) { return read(matcher(), text); }

bool says(const Reading& r, std::string_view symptom) { return evidence::known_yes(r.evidence.is(Kind::symptom, symptom)); }

TEST(Read, AnAlertIsTheOtherSidesWhereTheWriterIsKnown) {
  const auto client = reading("curl: (35) error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number 48");
  EXPECT_EQ(client.evidence.text(Kind::alert), "unknown_ca");
  EXPECT_EQ(client.evidence.text(Kind::alert_from), "server");
  const auto server =
      reading("postfix/smtpd[1]: warning: TLS library problem: error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca");
  EXPECT_EQ(server.evidence.text(Kind::alert_from), "client");
  EXPECT_EQ(reading("alert 48").evidence.text(Kind::alert_from), "");
}

TEST(Read, AnAlertThatWasSentIsTheWritersOwn) {
  const auto r =
      reading("* TLSv1.3 (OUT), TLS alert, unknown CA (560):\n* SSL certificate problem: unable to get local issuer certificate");
  EXPECT_EQ(r.evidence.text(Kind::alert_from), "client");
  EXPECT_TRUE(says(r, "issuer-not-found"));
}

TEST(Read, AMessageWithinALongerOneDoesNotCount) {
  EXPECT_FALSE(says(reading("SSL certificate problem: self-signed certificate in certificate chain"), "self-signed"));
  EXPECT_TRUE(says(reading("SSL certificate problem: self-signed certificate"), "self-signed"));
}

TEST(Read, AWrapperHidesNothingWithinIt) {
  const auto r = reading(
      "SSL_do_handshake() failed (SSL: error:0A000416:SSL routines::sslv3 alert certificate unknown:SSL alert number 46) while SSL "
      "handshaking, client: 192.0.2.1, server: 0.0.0.0:443");
  EXPECT_EQ(r.evidence.text(Kind::alert), "certificate_unknown");
  EXPECT_EQ(r.evidence.text(Kind::alert_from), "client");
}

TEST(Read, LinesAreReadTogether) {
  const auto r = reading("* TLSv1.2 (IN), TLS handshake, Request CERT (13):\n* TLSv1.2 (IN), TLS alert, handshake failure (552):");
  EXPECT_TRUE(evidence::known_yes(r.evidence.is(Kind::requests_certificate)));
  EXPECT_EQ(r.evidence.text(Kind::alert), "handshake_failure");
}

TEST(Read, NumbersMeanSomethingOnlyBesideTheirLibrary) {
  EXPECT_TRUE(reading("processed 36887 rows in 12175 ms, exit -150").matches.empty());
  EXPECT_FALSE(reading("Schannel event 36887").matches.empty());
}

TEST(Read, MisleadingWordsAreNoted) {
  EXPECT_FALSE(reading("sslv3 alert handshake failure").notes.empty());
  EXPECT_TRUE(reading("x509: certificate has expired or is not yet valid").notes.empty());
}

TEST(Read, PackedCodesWithoutTheirWordsAreKnown) {
  EXPECT_EQ(reading("error:14094410:lib(20):func(148):reason(1040)").evidence.text(Kind::alert), "handshake_failure");
}

TEST(Read, NothingIsSaidOfOtherText) {
  for (const char* text : {"", "hello world", "GET /ssl/cert.html HTTP/1.1 200", "\xff\xfe\x00\x01"})
    EXPECT_TRUE(reading(text).matches.empty()) << text;
}

TEST(Read, TheEndOfALongTextIsLeftOut) {
  std::string text(longest_text, 'x');
  EXPECT_TRUE(reading(text + " alert 48").matches.empty());
  text.resize(text.size() - 100);
  EXPECT_FALSE(reading(text + " alert 48").matches.empty());
}

}  // namespace
}  // namespace whytls::sources::message
