// SPDX-License-Identifier: Apache-2.0
// One HEAD request to a real HTTP server, in both versions of HTTP and of TLS.
#include <gtest/gtest.h>

#include <chrono>

#include "registry/registry.h"
#include "sources/probe/test_servers.h"

namespace whytls::probe {
namespace {

using testing::ask;
using testing::Child;
using testing::free_port;
using testing::Keys;
namespace version = registry::version;

/// nginx in the foreground, with its files in the folder of the keys.
class Nginx {
 public:
  explicit Nginx(const std::string& more) : port_(free_port()), child_({"nginx", "-e", "/dev/null", "-c", configuration(port_, more)}) {
    child_.drain();
    for (int i = 0; i < 100; ++i) {
      if (net::connect({"127.0.0.1", port_}, {}, net::Clock::now() + std::chrono::seconds(1), nullptr).stream) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  std::uint16_t port() const { return port_; }

 private:
  static std::string configuration(std::uint16_t port, const std::string& more) {
    const std::string path = Keys::get().certificate("nginx");
    const std::string folder = std::filesystem::path(path).parent_path().string();
    std::ofstream(path) << "daemon off; master_process off; error_log /dev/null; pid " << folder << "/nginx.pid; events {}\n"
                        << "http { access_log off; client_body_temp_path " << folder << "/a; proxy_temp_path " << folder
                        << "/b; fastcgi_temp_path " << folder << "/c; uwsgi_temp_path " << folder << "/d; scgi_temp_path " << folder
                        << "/e;\n"
                        << "server { listen 127.0.0.1:" << port << " ssl http2; ssl_certificate " << Keys::get().certificate("rsa")
                        << "; ssl_certificate_key " << Keys::get().key("rsa") << "; ssl_protocols TLSv1.2 TLSv1.3; " << more
                        << " location / { return 204; } } }\n";
    return path;
  }
  std::uint16_t port_;
  Child child_;
};

HandshakeOptions head() {
  HandshakeOptions options;
  options.depth = Depth::application;
  options.http_head = "server.example";
  return options;
}

TEST(After, reads_the_answer_in_both_versions_of_http) {
  const Nginx server("");
  for (const std::uint16_t one : {version::tls12, version::tls13}) {
    for (const std::string protocol : {"http/1.1", "h2"}) {
      SCOPED_TRACE(registry::version_name(one) + " " + protocol);
      Offer offer = with_versions(default_offer("server.example", true), {one});
      offer.alpn = {protocol};
      const Transcript t = ask(server.port(), offer, head());
      EXPECT_TRUE(t.complete);
      EXPECT_EQ(t.selected.alpn, protocol);
      EXPECT_EQ(t.application.http_status, 204);
      EXPECT_EQ(t.application.http_server.substr(0, 5), "nginx");
      EXPECT_NE(t.application.http_date, "");
      EXPECT_TRUE(t.application.accepted);
    }
  }
}

// The handshake completes; only HTTP says that a certificate was wanted.
TEST(After, sees_the_400_of_a_server_that_wanted_a_certificate) {
  const Nginx server("ssl_verify_client on; ssl_client_certificate " + Keys::get().certificate("client") + ";");
  for (const std::string protocol : {"http/1.1", "h2"}) {
    Offer offer = default_offer("server.example", true);
    offer.alpn = {protocol};
    const Transcript refused = ask(server.port(), offer, head());
    EXPECT_TRUE(refused.handshake_complete);
    EXPECT_TRUE(refused.client_certificate.empty_sent);
    EXPECT_EQ(refused.application.http_status, 400);
    HandshakeOptions options = head();
    options.identity = Keys::get().identity("client");
    EXPECT_EQ(ask(server.port(), offer, options).application.http_status, 204);
  }
}

}  // namespace
}  // namespace whytls::probe
