// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/standing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.h"
#include "registry/registry.h"
#include "sources/capture/farewell.h"
#include "sources/capture/first_message.h"
#include "sources/capture/last_words.h"
#include "wire/glance.h"

namespace whytls::sources::capture {
namespace {

using observe::Ending;
using observe::Event;
using observe::From;
using wire::HandshakeType;

constexpr std::int64_t second = 1'000'000'000;
/// Waiting that long for one answer is more than patience: clients give up after it, and networks have answered long before.
constexpr std::int64_t long_silence = 3 * second;

bool is_message(const Event& e, From from, HandshakeType type) {
  return e.kind == Event::Kind::handshake && !e.opaque && e.from == from && e.type == type;
}

struct Hellos {
  bool client = false, server = false, retry = false, tls13 = false;
  std::uint16_t suite = 0;
};

Hellos hellos_of(const Handshake& h) {
  Hellos out;
  out.client = first_message(h, From::client, HandshakeType::client_hello) != nullptr;
  for (const Event& e : h.conversation.events) {
    if (!is_message(e, From::server, HandshakeType::server_hello) || e.raw.size() < 4) continue;
    const auto hello = wire::glance_server_hello(base::ByteView(e.raw).subspan(4));
    if (!hello) continue;
    out.suite = hello->suite;
    out.tls13 = hello->version >= registry::version::tls13 && (hello->version < 0xfe00 || hello->version == registry::version::dtls13);
    (hello->hello_retry_request ? out.retry : out.server) = true;
  }
  return out;
}

bool fatal_in_clear(const Handshake& h) {
  return std::any_of(h.conversation.events.begin(), h.conversation.events.end(), [&](const Event& e) {
    constexpr std::uint8_t close_notify = 0, user_canceled = 90;
    return !answers_the_end(h, e) && e.kind == Event::Kind::alert && !e.opaque && e.alert.description != close_notify &&
           e.alert.description != user_canceled && (e.alert.level == 2 || e.encrypted);
  });
}

/// The capture misses what would have to be known before anything is blamed for its absence.
bool holes(const Handshake& h) {
  const Sight& s = h.sight;
  return s.begins_midway || s.client_missing || s.server_missing || s.client_lost > 0 || s.server_lost > 0 || s.cut_packets;
}

std::int64_t ended_after(const Handshake& h) { return h.last.at - h.first.at; }

std::string seconds(std::int64_t nanoseconds) { return fmt::format("{:.1f} s", static_cast<double>(nanoseconds) / second); }

/// No TLS at all: the connection did not come about.
Assessment assess_connection(const Handshake& h) {
  Assessment out;
  const TcpEnd& server = h.tcp.ends[1];
  const auto failed = [&](const char* failure, std::string text) {
    out.standing = Standing::failed;
    out.failure = failure;
    out.stage = "tcp";
    out.text = std::move(text);
  };
  if (h.tcp.refused) {
    failed("refused", "the SYN is answered by a reset");
  } else if (h.tcp.icmp && !h.tcp.icmp_mtu) {
    failed("unreachable", fmt::format("ICMP type {} code {} answers the SYN", *h.tcp.icmp >> 8U, *h.tcp.icmp & 0xffU));
  } else if (server.packets == 0 && (h.tcp.ends[0].packets >= 3 || ended_after(h) + h.silence >= long_silence)) {
    failed("timeout", fmt::format("{} SYNs in {} and no answer", h.tcp.ends[0].packets, seconds(ended_after(h) + h.silence)));
  } else if (server.reset.packet != 0 && h.tcp.ends[0].bytes == 0 && h.tcp.ends[0].fin.packet == 0) {
    failed("reset", "the connection comes about, and the server resets it before the client has said anything");
    out.stage = "client-hello";
    out.ended_by_server = true;
  } else if (server.packets != 0) {
    out.standing = Standing::abandoned;
    out.text = "a connection without a word";
  }
  return out;
}

Assessment assess_refusal(const Refusal& refusal) {
  Assessment out;
  out.standing = Standing::failed;
  out.failure = out.stage = refusal.by_proxy ? "proxy" : "starttls";
  out.text = refusal.text;
  return out;
}

/// The client has said hello and nothing of TLS came back.
Assessment assess_unanswered(const Handshake& h) {
  Assessment out;
  const TcpEnd& client = h.tcp.ends[0];
  const TcpEnd& server = h.tcp.ends[1];
  const std::int64_t waited = ended_after(h) + h.silence;
  const bool client_left = h.conversation.ending != Ending::open && h.conversation.ended_by == From::client;
  const bool server_left = h.conversation.ending != Ending::open && h.conversation.ended_by == From::server;
  if (server_left) {
    out.standing = Standing::failed;
    out.ended_by_server = true;
    out.text =
        fmt::format("the server {} the connection after the ClientHello", h.conversation.ending == Ending::reset ? "resets" : "closes");
    return out;
  }
  const bool given_up = client_left && waited >= long_silence;
  const bool unheard = client.unacknowledged > 0 && client.retransmissions >= 2;
  const bool silent = !client_left && waited >= 2 * long_silence && server.packets > 0;
  if (given_up || unheard || silent) {
    out.standing = Standing::failed;
    out.failure = "timeout";
    out.stage = "client-hello";
    out.ended_by_client = client_left;
    out.text = unheard ? fmt::format("the ClientHello goes out {} times and is never acknowledged", client.retransmissions + 1)
                       : fmt::format("no answer to the ClientHello in {}", seconds(waited));
  } else if (client_left) {
    out.standing = Standing::abandoned;
    out.ended_by_client = true;
    out.text = fmt::format("the client lets go {} after the start, before any answer", seconds(waited));
  }
  return out;
}

/// What is missing of the server's bytes never reached the client either: it did not acknowledge them, and waited in vain.
bool server_unheard(const Handshake& h) {
  const bool waited = ended_after(h) + h.silence >= long_silence;
  return h.carrier == Carrier::tls && !h.sight.begins_midway && h.sight.server_lost > 0 && h.tcp.ends[1].unacknowledged > 0 && waited;
}

Assessment assess_lost_flight(const Handshake& h) {
  Assessment out;
  out.standing = Standing::failed;
  out.failure = "timeout";
  out.stage = "client-hello";
  out.ended_by_client = h.conversation.ending != Ending::open && h.conversation.ended_by == From::client;
  out.text = fmt::format("{} bytes of the server's answer never arrive, while what comes behind them does", h.sight.server_lost);
  return out;
}

/// RFC 9000 6.2: a client that knows one of the named versions begins again with it, at once.
bool no_common_quic_version(const Handshake& h) {
  const auto begun = [&](std::uint32_t version) {
    return std::find(h.quic_begun.begin(), h.quic_begun.end(), version) != h.quic_begun.end();
  };
  return !h.quic_versions.empty() && std::none_of(h.quic_versions.begin(), h.quic_versions.end(), begun);
}

/// The same over datagrams, which nobody acknowledges: only who asks again and again shows that nothing comes (RFC 9147 5.8, RFC 9002 6.2).
Assessment assess_datagrams(const Handshake& h) {
  constexpr std::uint32_t enough = 3;
  Assessment out;
  const std::uint32_t asked = h.tcp.ends[0].retransmissions + 1;
  const auto failed = [&](const char* failure, const char* stage, std::string text) {
    out.standing = Standing::failed;
    out.failure = failure;
    out.stage = stage;
    out.text = std::move(text);
  };
  if (no_common_quic_version(h)) {
    failed("client", "client-hello",
           "the server's answer names the versions of QUIC that it speaks, and the client goes on with none of them");
    out.ended_by_client = true;
  } else if (h.conversation.ending == Ending::unreachable) {
    failed("unreachable", "tcp", "an ICMP message answers the ClientHello: it does not arrive");
  } else if (h.conversation.ending == Ending::closed && h.conversation.ended_by == From::server) {
    failed("closed", "client-hello", "the server closes the connection in answer to the ClientHello");
    out.ended_by_server = true;
  } else if (h.conversation.ending == Ending::closed && ended_after(h) >= long_silence) {
    failed("timeout", "client-hello",
           fmt::format("the client gives up after {} without an answer to its ClientHello", seconds(ended_after(h))));
    out.ended_by_client = true;
  } else if (h.conversation.ending == Ending::closed) {
    out.standing = Standing::abandoned;
    out.ended_by_client = true;
    out.text = "the client closes the connection before any answer";
  } else if (asked >= enough && h.tcp.ends[1].packets == 0 && ended_after(h) + h.silence >= long_silence) {
    failed("timeout", "client-hello", fmt::format("the ClientHello goes out {} times and is never answered", asked));
  }
  return out;
}

/// The client's protected record came long after the last of the server's: nobody thinks so long about a certificate.
bool alert_after_silence(const Handshake& h) {
  std::chrono::microseconds heard{};
  for (const Event& e : h.conversation.events) {
    if (e.from == From::server) heard = e.at;
    if (e.from == From::client && e.kind == Event::Kind::application_data) return (e.at - heard).count() * 1000 >= long_silence;
  }
  return false;
}

/// Protected alerts of TLS 1.3, by the sizes of records.
bool assess_protected_alerts(const Handshake& h, Assessment& out) {
  const Flight& f = out.flight;
  if (f.client_alert && !f.client_finished && alert_after_silence(h)) {
    out.standing = Standing::failed;
    out.failure = "timeout";
    out.stage = "certificate";
    out.ended_by_client = true;
    out.text = "the server's flight stops, and the client gives up after seconds with a protected record of the size of an alert";
    return true;
  }
  const bool server_refused_late = f.server_alert && f.client_certificate && !f.server_went_on;
  if (f.client_alert && !f.client_finished) {
    out.encrypted_alert_by_client = true;
    out.stage = "certificate";
    out.text = "the client answers the server's flight with a protected record of the size of an alert";
  } else if (server_refused_late) {
    out.encrypted_alert_by_server = true;
    out.stage = "client-certificate";
    out.text = f.client_certificate_empty
                   ? "the client sends an empty Certificate message, and the server answers with a record of the size of an alert"
                   : "the client sends a certificate, and the server answers with a record of the size of an alert";
  } else if (f.server_alert_in_flight && !f.client_finished) {
    out.encrypted_alert_by_server = true;
    out.stage = "certificate";
    out.text = "right behind its ServerHello the server sends a protected record of the size of an alert";
  } else {
    return false;
  }
  out.standing = Standing::failed;
  out.failure = "alert";
  return true;
}

/// Before TLS 1.3 an alert is hidden only behind change_cipher_spec: Firefox judges while the server's Finished is on its way.
bool assess_hidden_alert(const Handshake& h, Assessment& out) {
  const auto& events = h.conversation.events;
  const auto hidden = std::find_if(events.begin(), events.end(), [](const Event& e) { return e.kind == Event::Kind::alert && e.opaque; });
  if (hidden == events.end() || hidden->from != From::client || answers_the_end(h, *hidden)) return false;
  out.standing = Standing::failed;
  out.failure = "alert";
  out.stage = "certificate";
  out.encrypted_alert_by_client = true;
  out.text = "right behind its Finished the client sends a protected alert";
  return true;
}

/// QUIC hides its alerts in packets of any size. Who closes says nothing more, and nobody answers (RFC 9000 10.2); all else would be
/// repeated within a second (RFC 9002 6.2).
bool assess_last_word(const Handshake& h, Assessment& out) {
  if (!h.quic_last_word || holes(h)) return false;
  const bool by_client = *h.quic_last_word == From::client;
  const char* const what = by_client ? "the client answers the server's flight with a protected packet"
                                     : "the server answers the client's flight with another protected Handshake packet";
  if (h.silence < second) {
    out.text = fmt::format("{}, and there the capture ends", what);
    return true;
  }
  out.standing = Standing::failed;
  out.failure = "alert";
  out.stage = by_client ? "certificate" : "client-certificate";
  (by_client ? out.encrypted_alert_by_client : out.encrypted_alert_by_server) = true;
  out.text = fmt::format("{}, and then nobody says anything: it closes the connection", what);
  return true;
}

/// The ServerHello is there, and the handshake did not come to its end.
Assessment assess_middle(const Handshake& h, Assessment out) {
  const observe::Conversation& c = h.conversation;
  if (c.ending == Ending::open) {
    // A capture often just stops: only who says the same again and again and is not heard shows that something is wrong.
    const auto unheard = [](const TcpEnd& end) { return end.retransmissions >= 3 && end.unacknowledged > 0; };
    const bool stalled = !holes(h) && (unheard(h.tcp.ends[0]) || unheard(h.tcp.ends[1]));
    if (!stalled || h.carrier != Carrier::tls) return out;
    out.standing = Standing::failed;
    out.failure = "timeout";
    out.text = fmt::format("nothing more comes after {}", last_message(h));
    return out;
  }
  if (holes(h)) return out;
  const bool by_client = c.ended_by == From::client || client_takes_leave(h);  // by a close_notify, as curl with GnuTLS does
  (by_client ? out.ended_by_client : out.ended_by_server) = true;
  const char* const how = c.ending == Ending::reset     ? "resets the connection"
                          : c.ending == Ending::timeout ? "says nothing more"
                                                        : "closes the connection";
  out.text = fmt::format("the {} {} after {}", by_client ? "client" : "server", how, last_message(h));
  out.standing = by_client ? Standing::abandoned : Standing::failed;  // a fault of the certificate may change the first
  return out;
}

bool client_sent_data(const Handshake& h, const Hellos& hellos) {
  std::uint32_t records = 0;
  for (const Event& e : h.conversation.events) records += e.kind == Event::Kind::application_data && e.from == From::client ? 1U : 0U;
  if (!hellos.tls13) return records > 0;
  // TLS 1.3 hides its handshake in the same records: the Finished, a certificate and its proof, and the alert at the end.
  const Sizes sizes = sizes_of(hellos.suite);
  bool finished = false;
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::application_data || e.from != From::client) continue;
    if (finished && !has_size(e.wire_bytes, sizes.alert)) return true;
    finished |= has_size(e.wire_bytes, sizes.finished) || !e.opaque;
  }
  return !finished && records > 3;
}

}  // namespace

bool client_sent_data(const Handshake& h) { return client_sent_data(h, hellos_of(h)); }

std::string last_message(const Handshake& h) {
  for (auto e = h.conversation.events.rbegin(); e != h.conversation.events.rend(); ++e)
    if (e->kind == Event::Kind::handshake)
      return fmt::format("{} {}", e->from == From::client ? "the client's" : "the server's",
                         e->opaque ? "protected handshake record" : wire::handshake_type_name(e->type));
  return "the connection's start";
}

Assessment assess(const Handshake& h) {
  const observe::Conversation& c = h.conversation;
  const Hellos hellos = hellos_of(h);
  Assessment out;
  if (h.refusal) return assess_refusal(*h.refusal);
  if (hellos.tls13 && h.carrier == Carrier::tls) out.flight = flight_of(c.events, hellos.suite);
  if (fatal_in_clear(h)) {
    out.standing = Standing::failed;
    return out;
  }
  if (c.events.empty() && c.not_tls.empty() && h.carrier == Carrier::tls) return assess_connection(h);
  if (!c.not_tls.empty() && !hellos.server && !h.sight.begins_midway && !piece_of_tls(h)) {
    out.standing = Standing::failed;
    return out;
  }
  if (hellos.tls13 && h.carrier == Carrier::tls && !holes(h) && assess_protected_alerts(h, out)) return out;
  if (c.established) {
    out.standing = Standing::complete;
    out.sent_nothing = h.carrier == Carrier::tls && !h.sight.cut_off && !holes(h) && !client_sent_data(h, hellos) && may_have_refused(h);
    return out;
  }
  if (!hellos.client && !hellos.server) return out;
  if (hellos.server && !hellos.tls13 && h.carrier == Carrier::tls && !holes(h) && assess_hidden_alert(h, out)) return out;
  if (!c.malformed.empty() && !holes(h)) {
    out.standing = Standing::failed;
    return out;
  }
  const bool answered = hellos.server || hellos.retry;
  if (answered && assess_last_word(h, out)) return out;
  if (answered) return assess_middle(h, std::move(out));
  if (h.carrier != Carrier::tls) return h.sight.begins_midway ? out : assess_datagrams(h);
  if (server_unheard(h)) return assess_lost_flight(h);
  if (h.sight.begins_midway || h.sight.client_missing || h.sight.server_missing || h.sight.server_lost > 0) {
    // A server of which nothing at all is seen may stand on another path; a client that repeats itself shows that it heard nothing.
    const bool alone = h.sight.server_missing && !h.sight.begins_midway && h.tcp.ends[0].retransmissions >= 2;
    return alone ? assess_unanswered(h) : out;
  }
  return assess_unanswered(h);
}

}  // namespace whytls::sources::capture
