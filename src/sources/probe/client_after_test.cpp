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

/// Asks for a client certificate, shakes hands with whoever shows none, gives no ticket, and then does as `manner` says.
class Afterthought {
 public:
  explicit Afterthought(const std::string& manner)
      : child_(
            {"python3", "-c", script, manner, Keys::get().certificate("rsa"), Keys::get().key("rsa"), Keys::get().certificate("client")}) {
    const std::string line = child_.wait_for("port ");
    port_ = static_cast<std::uint16_t>(line.size() > 5 ? std::stoi(line.substr(5)) : 0);
  }
  std::uint16_t port() const { return port_; }

 private:
  static constexpr const char* script = R"(
import socket, ssl, sys
manner, certificate, key, trusted = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
context.load_verify_locations(trusted)
context.verify_mode = ssl.CERT_OPTIONAL
context.num_tickets = 0
listening = socket.create_server(("127.0.0.1", 0))
print("port", listening.getsockname()[1], flush=True)
while True:
    connection, _ = listening.accept()
    try:
        with context.wrap_socket(connection, server_side=True) as tls:
            shown = tls.getpeercert(True)
            if manner == "words":
                tls.sendall(b"220 ready\r\n" if shown else b"421 4.7.1 Error: No client certificate presented\r\n")
            if shown or manner != "close":
                tls.recv(1)
    except OSError:
        pass
)";
  Child child_;
  std::uint16_t port_ = 0;
};

Transcript shake(std::uint16_t port, bool with_certificate) {
  HandshakeOptions options;
  options.depth = Depth::application;
  if (with_certificate) options.identity = Keys::get().identity("client");
  return ask(port, default_offer("server.example", false), options);
}

// Behind our own close the end of the connection would look like an answer to it.
TEST(After, hears_a_server_end_the_connection_for_want_of_a_certificate) {
  const Afterthought server("close");
  const Transcript refused = shake(server.port(), false);
  EXPECT_TRUE(refused.handshake_complete);
  EXPECT_FALSE(refused.complete);
  EXPECT_EQ(refused.ending.end, net::End::closed);
  EXPECT_TRUE(shake(server.port(), true).complete);
}

TEST(After, hears_a_server_say_in_words_that_it_wants_a_certificate) {
  const Afterthought server("words");
  EXPECT_FALSE(shake(server.port(), false).complete);
  EXPECT_TRUE(shake(server.port(), true).complete);
}

TEST(After, takes_the_silence_of_a_server_that_wants_none_for_assent) {
  const Afterthought server("silence");
  EXPECT_TRUE(shake(server.port(), false).complete);
  EXPECT_TRUE(shake(server.port(), true).complete);
}

}  // namespace
}  // namespace whytls::probe
