// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/udp/recorder.h"

#include <algorithm>
#include <utility>

#include "sources/capture/history.h"

namespace whytls::sources::capture::udp {
namespace {

using observe::Ending;
using observe::Event;
using observe::From;

constexpr std::size_t most_events = 200, most_packets = 256;
constexpr std::uint32_t most_opaque = 12;             ///< events of opaque records a side
constexpr std::int64_t long_silence = 3'000'000'000;  ///< nanoseconds; clients over UDP ask again after 0.3 to 1 second

From provisional(End end) { return end == End::opener ? From::client : From::server; }
End end_of(From from) { return from == From::client ? End::opener : End::answerer; }

bool is_fatal(const Event& event) {
  constexpr std::uint8_t close_notify = 0, user_canceled = 90;
  return event.kind == Event::Kind::alert && !event.opaque && event.alert.level == 2 && event.alert.description != close_notify &&
         event.alert.description != user_canceled;
}

}  // namespace

Recorder::Recorder(Carrier carrier, const Endpoint& opener, const Endpoint& answerer, const Moment& first, std::uint64_t number)
    : carrier_(carrier), ends_{opener, answerer}, first_(first), last_(first), base_(first.at), number_(number) {}

void Recorder::datagram(End from, std::size_t bytes, const Moment& when) {
  if (when.packet >= last_.packet) {
    last_ = when;
    last_speaker_ = from;
  }
  if (when.packet < first_.packet) first_ = when;  // it could be read only after a later one
  TcpEnd& end = traffic(from);
  if (end.packets++ == 0) end.first = when;
  end.bytes += bytes;
  end.last = when;
}

void Recorder::client_is(End who) {
  if (!client_) client_ = who;
}

Event* Recorder::add(End from, Event::Kind kind, const Moment& when) {
  if (packets_.size() < most_packets && (packets_.empty() || packets_.back() != when.packet)) packets_.push_back(when.packet);
  if (events_.size() >= most_events) return nullptr;
  Event& event = events_.emplace_back();
  event.kind = kind;
  event.from = provisional(from);
  event.at = std::chrono::microseconds((when.at - base_) / 1000);
  event.packet = when.packet;
  memory_ += sizeof(Event);
  return &event;
}

void Recorder::message(End from, wire::HandshakeMessage&& message, std::size_t size, bool encrypted, const Moment& when) {
  Event* const event = add(from, Event::Kind::handshake, when);
  if (event == nullptr) return;
  memory_ += message.raw.size();
  event->type = message.type;
  event->raw = std::move(message.raw);
  event->wire_bytes = size;
  event->encrypted = encrypted;
}

void Recorder::change_cipher_spec(End from, std::size_t size, const Moment& when) {
  if (Event* const event = add(from, Event::Kind::change_cipher_spec, when)) event->wire_bytes = size;
}

void Recorder::alert(End from, wire::Alert alert, bool encrypted, const Moment& when) {
  const bool again = std::any_of(events_.begin(), events_.end(), [&](const Event& each) {
    return each.kind == Event::Kind::alert && !each.opaque && each.from == provisional(from) && each.alert.level == alert.level &&
           each.alert.description == alert.description;
  });
  if (again) return repeated(from);
  Event* const event = add(from, Event::Kind::alert, when);
  if (event == nullptr) return;
  event->alert = alert;
  event->encrypted = encrypted;
  event->wire_bytes = 2;
  if (is_fatal(*event) || alert.description == 0) closed(from, when);
}

void Recorder::opaque(End from, Event::Kind kind, std::size_t size, const Moment& when) {
  ++protected_[index(from)];
  if (told_[index(from)] >= most_opaque) return;
  ++told_[index(from)];
  Event* const event = add(from, kind, when);
  if (event == nullptr) return;
  event->encrypted = event->opaque = true;
  event->wire_bytes = size;
}

void Recorder::data(End from, std::size_t size, const Moment& when) {
  if (told_[index(from)] >= most_opaque) return;
  ++told_[index(from)];
  if (Event* const event = add(from, Event::Kind::application_data, when)) {
    event->encrypted = true;
    event->wire_bytes = size;
  }
}

void Recorder::closed(End by, const Moment& when) {
  if (closed_by_) return;
  closed_by_ = by;
  closed_at_ = when;
}

void Recorder::malformed(End by, std::string what) {
  if (!malformed_.empty()) return;
  malformed_ = std::move(what);
  malformed_by_ = by;
}

void Recorder::unreachable(const std::optional<std::uint16_t>& icmp, std::string from) {
  if (icmp_) return;
  icmp_ = icmp;
  icmp_from_ = std::move(from);
}

void Recorder::set_ending(Handshake& out, bool established, StreamReader::Over why) const {
  observe::Conversation& c = out.conversation;
  const bool unanswered = out.tcp.ends[1].packets == 0;
  const bool gave_up = unanswered && out.tcp.ends[0].retransmissions >= 2 && last_.at - first_.at >= long_silence;
  c.ended_at = std::chrono::microseconds((last_.at - first_.at) / 1000);
  c.established = established;
  if (established) {
    c.ending = Ending::completed;
  } else if (icmp_ && unanswered) {
    c.ending = Ending::unreachable;  // also where the client then closes what never was open
  } else if (closed_by_) {
    c.ending = Ending::closed;
    c.ended_by = side(*closed_by_);
    c.ended_at = std::chrono::microseconds((closed_at_.at - first_.at) / 1000);
  } else if (gave_up || why == StreamReader::Over::idle) {
    c.ending = Ending::timeout;  // whose patience ended: without an answer the client's, else that of whoever did not go on
    c.ended_by = unanswered ? From::client : side(other(last_speaker_));
  }
  out.sight.cut_off = c.ending == Ending::open && (why == StreamReader::Over::capture_ended || why == StreamReader::Over::evicted);
}

Handshake Recorder::take(bool established, StreamReader::Over why) {
  Handshake out;
  const End client = client_.value_or(End::opener);
  out.number = number_;
  out.carrier = carrier_;
  out.client = ends_[index(client)];
  out.server = ends_[index(other(client))];
  out.first = first_;
  out.last = last_;
  out.tcp.ends = {traffic(client), traffic(other(client))};
  out.tcp.icmp = icmp_;
  out.tcp.icmp_from = icmp_from_;
  // What waited for a lost fragment comes late, but stood earlier.
  std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.packet < b.packet; });
  for (Event& event : events_) {
    event.from = side(end_of(event.from));
    event.at += std::chrono::microseconds((base_ - first_.at) / 1000);
  }
  out.conversation.events = std::move(events_);
  std::sort(packets_.begin(), packets_.end());
  packets_.erase(std::unique(packets_.begin(), packets_.end()), packets_.end());
  out.packets = std::move(packets_);
  out.conversation.port = out.server.port;
  out.conversation.malformed = malformed_;
  out.conversation.malformed_from = side(malformed_by_);
  out.protected_client = protected_[index(client)];
  out.protected_server = protected_[index(other(client))];
  out.sight.client_lost = lost_[index(client)];
  out.sight.server_lost = lost_[index(other(client))];
  out.sight.client_missing = !has(client);
  out.sight.server_missing = !has(other(client));
  const auto& events = out.conversation.events;
  out.sight.begins_midway = std::none_of(events.begin(), events.end(), [](const Event& each) {
    return each.kind == Event::Kind::handshake && !each.opaque && each.type == wire::HandshakeType::client_hello;
  });
  set_ending(out, established, why);
  out.history = history_of(events);
  out.close_reason = std::move(close_reason);
  out.quic_versions = std::move(quic_versions);
  out.quic_begun = std::move(quic_begun);
  return out;
}

}  // namespace whytls::sources::capture::udp
