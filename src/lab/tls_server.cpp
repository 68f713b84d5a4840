// SPDX-License-Identifier: Apache-2.0
#include "lab/tls_server.h"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <array>
#include <ctime>

#include "lab/tls_context.h"

namespace whytls::lab {
namespace {

/// One connection: libssl between two memory BIOs, and the visit's stream.
class Session {
 public:
  Session(const TlsContext& server, Visit& visit)
      : setup_(server.setup),
        visit_(visit),
        ssl_(SSL_new(server.context.get()), SSL_free),
        in_(BIO_new(BIO_s_mem())),
        out_(BIO_new(BIO_s_mem())) {
    BIO_set_mem_eof_return(in_, -1);  // empty means later, not the end
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_accept_state(ssl_.get());
  }

  void run() {
    if (!until_done([this] { return SSL_do_handshake(ssl_.get()); })) return;
    std::array<char, 4096> buffer{};
    std::string request;
    while (request.find("\r\n\r\n") == std::string::npos && request.size() < 65536) {
      int got = 0;
      if (!until_done([&] { return got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size())); })) return;
      request.append(buffer.data(), static_cast<std::size_t>(got));
    }
    const std::string answer = http_answer();
    until_done([&] { return SSL_write(ssl_.get(), answer.data(), static_cast<int>(answer.size())); });
    SSL_shutdown(ssl_.get());
    send();
  }

 private:
  /// Repeats a step of libssl until it is done, with the bytes that it wants; false where it fails or the peer leaves.
  template <class Step>
  bool until_done(Step step) {
    for (;;) {
      ERR_clear_error();
      const int result = step();
      const int error = SSL_get_error(ssl_.get(), result);
      send();
      if (error == SSL_ERROR_NONE) return true;
      if (error != SSL_ERROR_WANT_READ || !receive()) return false;
    }
  }

  bool receive() {
    if (visit_.seen.empty() && !visit_.read()) return false;
    BIO_write(in_, visit_.seen.data(), static_cast<int>(visit_.seen.size()));
    visit_.seen.clear();
    return true;
  }

  void send() {
    base::Bytes bytes(BIO_ctrl_pending(out_));
    if (bytes.empty()) return;
    BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    if (setup_.flip_byte && *setup_.flip_byte >= sent_ && *setup_.flip_byte - sent_ < bytes.size())
      bytes[*setup_.flip_byte - sent_] ^= 0x41U;
    sent_ += bytes.size();
    visit_.write(bytes);
  }

  std::string http_answer() const {
    const std::time_t now = std::chrono::system_clock::to_time_t(setup_.date);
    std::tm parts{};
    std::array<char, 64> date{};
    gmtime_r(&now, &parts);
    std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return std::string("HTTP/1.1 200 OK\r\nDate: ") + date.data() + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }

  const TlsSetup& setup_;
  Visit& visit_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  BIO* in_;  // libssl owns both
  BIO* out_;
  std::size_t sent_ = 0;
};

}  // namespace

Action tls(Workshop& workshop, const TlsSetup& setup) {
  const auto server = tls_context(workshop, setup);
  return [server](Visit& visit) {
    if (server) Session(*server, visit).run();
  };
}

}  // namespace whytls::lab
