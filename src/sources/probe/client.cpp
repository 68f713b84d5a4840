// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/client.h"

#include <algorithm>

#include "sources/probe/session.h"

namespace whytls::probe {

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::dns:
      return "dns";
    case Stage::tcp:
      return "tcp";
    case Stage::proxy:
      return "proxy";
    case Stage::starttls:
      return "starttls";
    case Stage::client_hello:
      return "client-hello";
    case Stage::server_hello:
      return "server-hello";
    case Stage::certificate:
      return "certificate";
    case Stage::key_exchange:
      return "key-exchange";
    case Stage::client_certificate:
      return "client-certificate";
    case Stage::finished:
      return "finished";
    case Stage::established:
      return "established";
  }
  return "established";
}

namespace {

const AlertSeen* last_fatal(const std::vector<AlertSeen>& alerts, From from) {
  const auto found = std::find_if(alerts.rbegin(), alerts.rend(), [&](const AlertSeen& one) { return one.from == from && one.fatal; });
  return found == alerts.rend() ? nullptr : &*found;
}

}  // namespace

const AlertSeen* Transcript::server_alert() const { return last_fatal(alerts, From::server); }
const AlertSeen* Transcript::client_alert() const { return last_fatal(alerts, From::client); }

Transcript handshake(net::Stream& stream, const Offer& offer, const HandshakeOptions& options) {
  Transcript transcript;
  Session session(stream, offer, options, transcript);
  if (greet(session)) {
    if (session.version >= registry::version::tls13) {
      tls13(session);
    } else {
      tls12(session);
    }
  }
  if (transcript.handshake_complete && !session.over()) afterwards(session);
  session.channel.close(transcript.handshake_complete && transcript.complete);
  const net::KernelView& kernel = transcript.ending.kernel;
  if (transcript.reached == Stage::client_hello && kernel.available && kernel.bytes_acknowledged >= kernel.bytes_sent) {
    session.done(Stage::client_hello, Stage::server_hello);
  }
  return transcript;
}

}  // namespace whytls::probe
