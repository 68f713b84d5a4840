// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "registry/registry.h"

namespace whytls::probe {
namespace {

HandshakeOptions options_of(const Place& place, const Trial& trial, const Dialogue& dial, base::Bytes left_over) {
  HandshakeOptions options;
  options.depth = trial.depth;
  options.step = trial.step.value_or(place.step);
  options.overall = place.overall;
  options.cancel = place.cancel;
  options.identity = trial.identity;
  if (trial.depth == Depth::application) options.http_head = trial.ask_http || trial.ask_page ? place.route.host : place.http_host;
  options.http_get = trial.ask_page;
  if (trial.listen) options.listen = std::chrono::milliseconds(500);
  options.already_read = std::move(left_over);
  options.started = std::chrono::duration_cast<Microseconds>(dial.tcp_took + dial.proxy_took + dial.starttls_took);
  return options;
}

}  // namespace

void wait(std::chrono::milliseconds pause, const net::CancelFlag* cancel) {
  const auto until = net::Clock::now() + pause;
  while (net::Clock::now() < until && !(cancel && cancel->load()))
    std::this_thread::sleep_for(std::min<net::Clock::duration>(until - net::Clock::now(), std::chrono::milliseconds(100)));
}

bool Attempt::hello_answered() const {
  if (!transcript) return false;
  const bool retried = transcript->retry_request && !transcript->server_alert();
  return transcript->server_hello || transcript->ssl2_server_hello || retried;
}

Attempt attempt(const Place& place, const Trial& trial) {
  Attempt out;
  out.trial = trial;
  out.address = place.route.address;
  const auto begun = net::Clock::now();
  net::Route route = place.route;
  if (trial.max_segment) route.stream.max_segment = trial.max_segment;
  if (trial.starttls) route.starttls = *trial.starttls;
  net::Dialled dialled = net::dial(route, trial.step.value_or(place.step), place.overall, place.cancel);
  out.dialled = dialled.stage;
  out.dial = {dialled.end,    dialled.detail, dialled.status,   dialled.not_offered, dialled.refused,
              dialled.answer, dialled.icmp,   dialled.tcp_took, dialled.proxy_took,  dialled.starttls_took};
  if (out.dialled == net::DialStage::ready && dialled.stream) {
    HandshakeOptions options = options_of(place, trial, out.dial, std::move(dialled.left_over));
    if (trial.watch) {
      trial.watch->connected = true;
      options.heard = &trial.watch->heard;
    }
    if (!trial.prefix.empty()) dialled.stream->write(trial.prefix, net::Clock::now() + options.step);
    out.transcript = handshake(*dialled.stream, trial.offer, options);
  }
  out.took = std::chrono::duration_cast<std::chrono::milliseconds>(net::Clock::now() - begun);
  return out;
}

base::Bytes plaintext_of(const Place& place) {
  net::Route route = place.route;
  route.starttls.clear();
  const net::Dialled dialled = net::dial(route, place.step, place.overall, place.cancel);
  if (dialled.stage != net::DialStage::ready || !dialled.stream) return {};
  const auto within = [&](int ms) { return std::min(place.overall, net::Clock::now() + std::chrono::milliseconds(ms)); };
  net::ReadResult greeting = dialled.stream->read(within(400));
  if (!greeting.bytes.empty() || greeting.end != net::End::timeout) return greeting.bytes;
  if (dialled.stream->write(base::view("GET / HTTP/1.0\r\n\r\n"), within(400)) != net::End::open) return {};
  return dialled.stream->read(within(1000)).bytes;
}

std::string ending_words(const Attempt& a) {
  if (a.dialled != net::DialStage::ready) return a.dial.detail.empty() ? std::string(net::end_name(a.dial.end)) : a.dial.detail;
  const Transcript& t = *a.transcript;
  if (const AlertSeen* alert = t.server_alert())
    return fmt::format("alert {} ({})", registry::alert_name(alert->description), alert->description);
  if (!t.not_tls.empty()) return "an answer that is no TLS";
  if (t.selected.version && t.selected.suite) {
    const std::string chosen =
        fmt::format("{}, {}", registry::version_title(*t.selected.version), registry::suite_short_name(*t.selected.suite));
    if (t.complete || a.hello_answered()) return "ServerHello: " + chosen;
  }
  if (t.retry_request) return fmt::format("HelloRetryRequest for {}", registry::group_name(t.selected.group));
  if (t.ssl2_server_hello) return "an SSL 2 SERVER-HELLO";
  if (t.ending.end == net::End::timeout)
    return t.ending.bytes_received == 0 ? fmt::format("no answer in {} ms", a.took.count())
                                        : fmt::format("{} bytes, then nothing", t.ending.bytes_received);
  if (t.ending.end == net::End::closed) return "the connection is closed without an alert";
  if (t.ending.end == net::End::reset) return "the connection is reset";
  if (!t.violation.empty()) return t.violation;
  return std::string(net::end_name(t.ending.end));
}

bool ended_alike(const Attempt& a, const Attempt& b) {
  if (a.dialled != b.dialled || a.transcript.has_value() != b.transcript.has_value()) return false;
  if (!a.transcript) return a.dial.end == b.dial.end && a.dial.status == b.dial.status;
  const Transcript& x = *a.transcript;
  const Transcript& y = *b.transcript;
  const AlertSeen* alert_x = x.server_alert();
  const AlertSeen* alert_y = y.server_alert();
  if ((alert_x == nullptr) != (alert_y == nullptr)) return false;
  if (alert_x) return alert_x->description == alert_y->description;
  return a.hello_answered() == b.hello_answered() && x.not_tls.empty() == y.not_tls.empty() && x.ending.end == y.ending.end;
}

}  // namespace whytls::probe
