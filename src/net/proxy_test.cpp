// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "net/dial.h"
#include "net/served.h"

namespace whytls::net {
namespace {

// NOLINTBEGIN(concurrency-mt-unsafe): nothing else runs in these tests
class ProxyVariables : public testing::Test {
 protected:
  ProxyVariables() { clear(); }
  ~ProxyVariables() override { clear(); }
  static void set(const char* name, const char* value) { setenv(name, value, 1); }

 private:
  static void clear() {
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"}) unsetenv(name);
  }
};
// NOLINTEND(concurrency-mt-unsafe)

TEST(Proxy, UrlsAreRead) {
  const auto http = parse_proxy("http://proxy.example:3128/");
  ASSERT_TRUE(http);
  EXPECT_EQ(http->kind, Proxy::Kind::http);
  EXPECT_EQ(http->host, "proxy.example");
  EXPECT_EQ(http->port, 3128);
  const auto socks = parse_proxy("SOCKS5h://[2001:db8::1]");
  ASSERT_TRUE(socks);
  EXPECT_EQ(socks->kind, Proxy::Kind::socks5);
  EXPECT_EQ(socks->host, "2001:db8::1");
  EXPECT_EQ(socks->port, 1080);
  EXPECT_EQ(parse_proxy("proxy.example:8080")->port, 8080);
}

TEST(Proxy, UrlsThatMakeNoSenseAreRefused) {
  for (const char* url :
       {"", "http://", "http://:80", "https://proxy.example", "ftp://x", "http://x:0", "http://x:65536", "http://x:8o", "http://[::1"})
    EXPECT_FALSE(parse_proxy(url)) << url;
  const auto secret = parse_proxy("http://me:pw@proxy.example:3128");
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error().what, testing::HasSubstr("--proxy-auth-file"));
  EXPECT_THAT(secret.error().text(), testing::Not(testing::HasSubstr("pw"))) << "the secret is not repeated";
}

TEST_F(ProxyVariables, NoneSetIsNoProxy) { EXPECT_FALSE(proxy_from_environment("www.example", 443)); }

TEST_F(ProxyVariables, AreTakenInTheirOrder) {
  set("all_proxy", "socks5://all.example");
  EXPECT_EQ(proxy_from_environment("www.example", 443)->from, "all_proxy");
  set("HTTPS_PROXY", "http://me:p%40w@https.example:3128");
  const auto proxy = proxy_from_environment("www.example", 443);
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->host, "https.example");
  EXPECT_EQ(proxy->from, "HTTPS_PROXY");
  EXPECT_EQ(proxy->user, "me");
  EXPECT_EQ(proxy->password, "p@w");
}

TEST_F(ProxyVariables, LoopbackNeverGoesToAProxy) {
  set("HTTPS_PROXY", "http://proxy.example:3128");
  for (const char* host : {"localhost", "app.localhost", "127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_FALSE(proxy_from_environment(host, 443)) << host;
  EXPECT_TRUE(proxy_from_environment("localhost.example", 443));
}

TEST_F(ProxyVariables, NoProxyExempts) {
  set("HTTPS_PROXY", "http://proxy.example:3128");
  set("NO_PROXY", "example.com, .intern,*.wild, 192.0.2.9,198.51.100.0/25 2001:db8::/33,port.example:8443");
  for (const char* host :
       {"example.com", "www.EXAMPLE.com", "example.com.", "a.intern", "a.wild", "192.0.2.9", "198.51.100.127", "2001:db8::1"})
    EXPECT_FALSE(proxy_from_environment(host, 443)) << host;
  for (const char* host : {"badexample.com", "example.com.evil", "192.0.2.8", "198.51.100.128", "2001:db8:8000::1", "port.example"})
    EXPECT_TRUE(proxy_from_environment(host, 443)) << host;
  EXPECT_FALSE(proxy_from_environment("port.example", 8443));
}

TEST_F(ProxyVariables, AStarExemptsAllAndNonsenseNothing) {
  set("HTTPS_PROXY", "http://proxy.example:3128");
  set("NO_PROXY", "/,1.2.3.4/99,[::1,.,x/8");
  EXPECT_TRUE(proxy_from_environment("1.2.3.4", 443));
  set("NO_PROXY", "a,*");
  EXPECT_FALSE(proxy_from_environment("1.2.3.4", 443));
}

}  // namespace
}  // namespace whytls::net
