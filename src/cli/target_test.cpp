// SPDX-License-Identifier: Apache-2.0
#include "cli/target.h"

#include <gmock/gmock.h>

#include "wire/upgrade.h"

namespace whytls::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Row {
  const char* text;
  const char* host;
  int port;  ///< 0: none given
  const char* scheme = "";
  const char* starttls = "";
};

class Accepted : public testing::TestWithParam<Row> {};

TEST_P(Accepted, IsTakenApart) {
  const Row& row = GetParam();
  const auto target = parse_target(row.text);
  ASSERT_TRUE(target) << target.error().text();
  EXPECT_EQ(target->host, row.host);
  EXPECT_EQ(target->port.value_or(0), row.port);
  EXPECT_EQ(target->scheme, row.scheme);
  EXPECT_EQ(target->starttls, row.starttls);
}

INSTANTIATE_TEST_SUITE_P(
    Target, Accepted,
    testing::Values(
        Row{"example.com", "example.com", 0}, Row{"Example.COM.", "example.com", 0}, Row{"example.com:8443", "example.com", 8443},
        Row{" example.com ", "example.com", 0}, Row{"192.0.2.1:443", "192.0.2.1", 443}, Row{"[2001:db8::1]:443", "2001:db8::1", 443},
        Row{"[::1]", "::1", 0}, Row{"2001:DB8::1", "2001:db8::1", 0}, Row{"fe80::1%eth0", "fe80::1%eth0", 0},
        Row{"_dmarc.example.com", "_dmarc.example.com", 0}, Row{"example.com/path?q#f", "example.com", 0},
        Row{"https://example.com", "example.com", 443, "https"}, Row{"HTTPS://example.com:8443/a:b@c", "example.com", 8443, "https"},
        Row{"https://example.com:/x", "example.com", 443, "https"}, Row{"https://[::1]:9443/x", "::1", 9443, "https"},
        Row{"https://user:secret@example.com:444/", "example.com", 444, "https"},
        Row{"https://example.com?x=@evil.example", "example.com", 443, "https"},
        Row{"smtp://mail.example.com:587", "mail.example.com", 587, "smtp", "smtp"},
        Row{"smtps://mail.example.com", "mail.example.com", 465, "smtps"}, Row{"imap://m.example", "m.example", 143, "imap", "imap"},
        Row{"imaps://m.example", "m.example", 993, "imaps"}, Row{"pop3://m.example", "m.example", 110, "pop3", "pop3"},
        Row{"postgresql://u:p@db.example/name?sslmode=require", "db.example", 5432, "postgresql", "postgres"},
        Row{"mysql://db.example", "db.example", 3306, "mysql", "mysql"}, Row{"ldap://d.example", "d.example", 389, "ldap", "ldap"},
        Row{"ldaps://d.example", "d.example", 636, "ldaps"}, Row{"rdp://w.example", "w.example", 3389, "rdp", "rdp"},
        Row{"xmpp-server://x.example", "x.example", 5269, "xmpp-server", "xmpp-server"}));

class Refused : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Refused, WithASentenceThatNamesWhatWasExpected) {
  const auto target = parse_target(GetParam().first);
  ASSERT_FALSE(target) << target->host;
  EXPECT_THAT(target.error().text(), HasSubstr(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(
    Target, Refused,
    testing::Values(std::pair{"", "missing"}, std::pair{":443", "missing"}, std::pair{"example.com:", "port"},
                    std::pair{"example.com:0", "1 to 65535"}, std::pair{"example.com:65536", "1 to 65535"},
                    std::pair{"example.com:https", "1 to 65535"}, std::pair{"a:1:2", "brackets"}, std::pair{"[::1", "bracket"},
                    std::pair{"[::1]443", "colon"}, std::pair{"[nonsense]:1", "no IPv6 address"}, std::pair{"exa mple.com", "no host name"},
                    std::pair{"exam\x1bple.com", "no host name"}, std::pair{"a..b", "empty label"}, std::pair{"a..", "empty label"},
                    std::pair{".a", "empty label"}, std::pair{"1.2.3", "IPv4"}, std::pair{"256.1.1.1", "IPv4"},
                    std::pair{"münchen.example", "xn--"}, std::pair{"http://example.com", "plaintext"},
                    std::pair{"htps://example.com", "did you mean https://"}, std::pair{"nonsense://example.com", "no scheme"},
                    std::pair{"https://", "missing"}, std::pair{"fe80::1%", "brackets"}, std::pair{"[fe80::1%e\x1b]", "no IPv6 address"},
                    std::pair{"https://example.com:99999/", "1 to 65535"}));

TEST(Target, NeverRepeatsTheUserInfoOfAUrl) {
  for (const char* text :
       {"https://user:hunter2@exa mple.com", "nonsense://user:hunter2@example.com", "https://user:hunter2@example.com:x"}) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target);
    EXPECT_THAT(target.error().text(), Not(HasSubstr("hunter2")));
  }
}

TEST(Target, SchemesAskOnlyForDialoguesThatExist) {
  for (const Scheme& scheme : schemes()) EXPECT_TRUE(scheme.starttls.empty() || wire::upgrade_protocol(scheme.starttls)) << scheme.name;
}

TEST(HostPort, NeedsBoth) {
  EXPECT_TRUE(parse_host_port("192.0.2.1:443"));
  EXPECT_TRUE(parse_host_port("[::1]:443"));
  EXPECT_FALSE(parse_host_port("192.0.2.1"));
  EXPECT_FALSE(parse_host_port("https://example.com"));
}

}  // namespace
}  // namespace whytls::cli
