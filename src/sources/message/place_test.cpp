// SPDX-License-Identifier: Apache-2.0
#include "sources/message/place.h"

#include <gtest/gtest.h>

#include "sources/message/normal.h"

namespace whytls::sources::message {
namespace {

std::string where(std::string_view text, bool server_side = false) {
  const Place place = place_of(normalised(text), server_side);
  std::string out = place.host + ":" + (place.port ? std::to_string(*place.port) : "");
  return place.starttls.empty() ? out : out + " " + place.starttls;
}

TEST(Place, UrlsGiveHostPortAndUpgrade) {
  EXPECT_EQ(where("fatal: unable to access 'https://git.example.com/x.git/': SSL"), "git.example.com:443");
  EXPECT_EQ(where("Get \"https://registry:5000/v2/\": x509"), "registry:5000");
  EXPECT_EQ(where("ldap://dir.example.org failed"), "dir.example.org:389 ldap");
  EXPECT_EQ(where("https://[2001:db8::1]:8443/ failed"), "2001:db8::1:8443");
}

TEST(Place, SitesOfManualsAreNoServers) {
  EXPECT_EQ(where("curl: (60) SSL\nMore details here: https://curl.se/docs/sslcerts.html"), ":");
  EXPECT_EQ(where("curl https://a.example.com/\ncurl: (60)\nMore details here: https://curl.haxx.se/docs/sslcerts.html"),
            "a.example.com:443");
}

TEST(Place, WordsBeforeAHostGiveIt) {
  EXPECT_EQ(where("openssl s_client -connect mail.example.com:587 -starttls smtp"), "mail.example.com:587 smtp");
  EXPECT_EQ(where("OpenSSL SSL_connect: Connection reset by peer in connection to api.example.com:443 "), "api.example.com:443");
  EXPECT_EQ(where("* Connected to a.example.com (192.0.2.7) port 8443 (#0)"), "a.example.com:8443");
  EXPECT_EQ(where("HTTPSConnectionPool(host='a.example.com', port=587): Max retries"), "a.example.com:587 smtp");
  EXPECT_EQ(where("connection to server at \"db.example.com\" (10.0.0.1), port 5432 failed"), "db.example.com:5432 postgres");
  EXPECT_EQ(where("SSL_connect error to mx.example.org[192.0.2.1]:25: -1"), "mx.example.org:25 smtp");
}

TEST(Place, SourceFilesAndTimesAreNoServers) {
  EXPECT_EQ(where("ssl/record/ssl3_record.c:331: at 10:11:12 s3_pkt.c:1493"), ":");
  EXPECT_EQ(where("main.go:443 Foo.java:25"), ":");
}

TEST(Place, AServersLogNamesItselfAndNotItsClients) {
  EXPECT_EQ(where("SSL_do_handshake() failed while SSL handshaking, client: 203.0.113.9, server: shop.example.com", true),
            "shop.example.com:");
  EXPECT_EQ(where("TLS handshake error from 10.0.0.1:43210: remote error", true), ":");
}

TEST(Place, AnUpstreamIsTheServerWhereTheServerIsAClient) {
  EXPECT_EQ(where("while SSL handshaking to upstream, client: 1.2.3.4, server: a.example.com, upstream: \"https://192.0.2.82:8443/x\""),
            "192.0.2.82:8443");
}

TEST(Place, FilesOfKeysAreFound) {
  EXPECT_EQ(place_of("cannot load certificate \"/etc/ssl/live/fullchain.pem\": No such file", true).path, "/etc/ssl/live/fullchain.pem");
  EXPECT_EQ(place_of("on line 4 of /opt/a/b.conf: SSLCertificateFile: file '/opt/a/site.crt' does not exist", true).path,
            "/opt/a/site.crt");
  EXPECT_EQ(place_of("GET /index.html and https://a.example.com/x", false).path, "");
}

}  // namespace
}  // namespace whytls::sources::message
