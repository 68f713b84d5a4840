// SPDX-License-Identifier: Apache-2.0
// After the handshake: tickets, key updates, the alert with which a TLS 1.3 server refuses our certificate, and one HEAD request.
#include <algorithm>

#include "base/text.h"
#include "sources/probe/http.h"
#include "sources/probe/session.h"

namespace whytls::probe {

using base::Bytes;
using wire::HandshakeType;
namespace version = registry::version;

namespace {

constexpr std::uint8_t close_notify = 0;
constexpr std::size_t most_kept = 4096;
constexpr std::size_t most_answer = 65536;

class After {
 public:
  explicit After(Session& session) : s_(session), t_(session.transcript), tls13_(session.version >= version::tls13) {}

  void run() {
    if (s_.options.depth >= Depth::application) {
      if (s_.options.listen.count() > 0) {
        listened_ = true;
        read([] { return true; });
      } else if (!s_.options.http_head.empty()) {
        head();
      } else if (tls13_) {
        if (t_.client_certificate.requested) hear_the_answer_to_our_certificate();
        if (!s_.channel.ended()) close();
      }
    }
    judge();
  }

 private:
  /// A server that took our flight answers with a close, one that did not with an alert.
  void close() {
    closing_ = true;
    s_.channel.send_alert(1, close_notify);
    read([] { return false; });
  }

  /// Some servers refuse what we showed, or that we showed nothing, by ending the connection without a word. Behind our own close that
  /// would look like an answer to it; so we wait for a ticket, words, or the end.
  void hear_the_answer_to_our_certificate() {
    listened_ = waiting_ = true;
    read([] { return true; });
    waiting_ = false;
    listened_ = s_.channel.ended();
  }

  bool h2() const { return t_.selected.alpn && *t_.selected.alpn == "h2"; }

  void head() {
    if (s_.options.http_get && !h2()) {
      s_.channel.queue_application_data(http1_get(s_.options.http_head));
    } else {
      s_.channel.queue_application_data(h2() ? http2_head(s_.options.http_head) : http1_head(s_.options.http_head));
    }
    if (!s_.channel.flush()) return;
    t_.application.asked = true;
    read([this] { return understood(); });
  }

  bool understood() {
    bool hopeless = false;
    const std::optional<HttpAnswer> answer = h2() ? parse_http2(answer_, hopeless) : parse_http1(answer_, hopeless);
    if (answer) {
      t_.application.http_status = answer->status;
      t_.application.http_server = answer->server;
      t_.application.http_date = answer->date;
    }
    return (answer.has_value() && !s_.options.http_get) || hopeless;  // a page is read to its end
  }

  /// Reads until `enough`, the end, or the time for it is over (which is no failure).
  template <class Enough>
  void read(Enough&& enough) {
    const net::Deadline until = net::Clock::now() + patience();
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - net::Clock::now());
      if (left.count() <= 0 || s_.channel.ended()) return;
      Incoming in = s_.channel.next(left);
      if (in.kind == Incoming::Kind::ended) return;
      if (in.kind == Incoming::Kind::handshake && (!message(in.message) || (waiting_ && t_.application.accepted))) return;
      if (in.kind == Incoming::Kind::application_data && (!data(in.data) || enough())) return;
    }
  }

  /// A server that shook hands within milliseconds says what it thinks of that within a moment too.
  std::chrono::milliseconds patience() const {
    const auto usual = std::chrono::duration_cast<std::chrono::milliseconds>(s_.channel.now() - s_.options.started);
    if (waiting_) return std::min(s_.options.after, usual * 4 + std::chrono::milliseconds(200));
    if (listened_) return s_.options.listen;
    return std::min(s_.options.after, std::max(usual * 10, std::chrono::milliseconds(500)));
  }

  bool data(const Bytes& bytes) {
    t_.application.accepted = true;
    answer_.insert(answer_.end(), bytes.begin(), bytes.end());
    const std::size_t room = most_kept - std::min(most_kept, t_.application.received.size());
    t_.application.received.insert(t_.application.received.end(), bytes.begin(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
    return answer_.size() <= most_answer;
  }

  bool message(const wire::HandshakeMessage& message) {
    switch (message.type) {
      case HandshakeType::new_session_ticket:
        ++t_.tickets;
        t_.application.accepted = true;
        return true;
      case HandshakeType::hello_request:
        t_.application.renegotiation_wanted = true;
        return true;
      case HandshakeType::key_update:
        return update_keys();
      case HandshakeType::certificate_request:
        t_.client_certificate.requested = true;
        t_.client_certificate.request = wire::parse_certificate_request(message.body(), s_.version);
        return true;
      default:
        s_.unexpected(message.type, "application data");
        return false;
    }
  }

  // RFC 8446 4.6.3. We send nothing further that would need keys of our own to be renewed.
  bool update_keys() {
    if (!tls13_) return false;
    s_.schedule.server_application = s_.schedule.next(s_.schedule.server_application);
    const std::optional<crypto::DirectionKeys> keys = crypto::traffic_keys(*s_.suite, s_.schedule.server_application);
    if (!keys) return false;
    s_.channel.unprotect(crypto::make_record_cipher(*s_.suite, version::tls13, *keys, crypto::Direction::open, false), true);
    return true;
  }

  /// What came tells whether the server took our last flight.
  void judge() {
    const net::End end = t_.ending.end;
    Application& application = t_.application;
    if (end == net::End::timeout) t_.ending.end = net::End::open;  // we waited of our own accord
    application.accepted = application.accepted || server_closed();
    // A close is how many servers answer a close; after a request it is a refusal, and so is a reset where a certificate was wanted.
    const bool ended_unasked = listened_ && (end == net::End::reset || end == net::End::closed) && answer_.empty();
    const bool refused_in_words = t_.client_certificate.requested && refuses_certificate(base::text(answer_));
    const bool cut = ended_unasked || (end == net::End::reset && (application.asked || t_.client_certificate.requested)) ||
                     (end == net::End::closed && application.asked);
    if (t_.server_alert() != nullptr || t_.client_alert() != nullptr || end == net::End::cancelled || refused_in_words ||
        (cut && (ended_unasked || !application.accepted)))
      return;
    if (t_.reached == Stage::client_certificate) s_.done(Stage::client_certificate, Stage::established);
    s_.done(Stage::established, Stage::established);
    t_.complete = true;
    if (!closing_ && end != net::End::closed && end != net::End::reset) s_.channel.send_alert(1, close_notify);
  }

  bool server_closed() const {
    return std::any_of(t_.alerts.begin(), t_.alerts.end(),
                       [](const AlertSeen& one) { return one.from == From::server && one.description == close_notify; });
  }

  Session& s_;
  Transcript& t_;
  bool tls13_;
  bool listened_ = false;
  bool waiting_ = false;  ///< for a sign that our certificate, or the lack of one, was taken
  bool closing_ = false;
  Bytes answer_;
};

}  // namespace

void afterwards(Session& session) { After(session).run(); }

}  // namespace whytls::probe
