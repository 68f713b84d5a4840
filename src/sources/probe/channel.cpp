// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::probe {

using base::Bytes;
using base::ByteView;
using wire::ContentType;

namespace {

// Our bounds against a peer that never ends; all far above what any honest handshake needs.
constexpr std::size_t most_events = 4096;
constexpr std::size_t most_kept = std::size_t{3} << 20U;       // bytes of handshake messages that events hold
constexpr std::size_t most_handshake = std::size_t{4} << 20U;  // bytes of handshake records in all
constexpr std::size_t most_records = 8192;
constexpr std::size_t most_empty = 32;
constexpr std::size_t most_warnings = 32;
constexpr std::size_t most_changes = 8;
constexpr std::size_t most_not_tls = 4096;
constexpr std::chrono::milliseconds banner_pause{150};  // after the last bytes of an answer that is no TLS

Microseconds since(net::Clock::time_point begun) { return std::chrono::duration_cast<Microseconds>(net::Clock::now() - begun); }

}  // namespace

Channel::Channel(net::Stream& stream, const HandshakeOptions& options, Transcript& transcript)
    : stream_(stream),
      options_(options),
      transcript_(transcript),
      begun_(net::Clock::now()),
      in_(options.already_read),
      assembler_(options.message_limit) {
  transcript_.answered = !in_.empty();
  transcript_.ending.bytes_received = in_.size();
}

Microseconds Channel::now() const { return options_.started + since(begun_); }

void Channel::add_event(Event event) {
  if (transcript_.events.size() >= most_events) return;
  kept_bytes_ += event.raw.size();
  if (kept_bytes_ > most_kept) event.raw.clear();
  transcript_.events.push_back(std::move(event));
}

// ---- reading --------------------------------------------------------------------------------------------------------

std::chrono::milliseconds Channel::patience() const {
  constexpr std::chrono::milliseconds for_an_encore{300};  // a broken rule has decided already: what follows only adds to it
  return transcript_.violation.empty() ? options_.step : std::min(options_.step, for_an_encore);
}

Incoming Channel::next(std::chrono::milliseconds patience) {
  const net::Deadline deadline = std::min(net::Clock::now() + patience, options_.overall);
  Incoming out;
  while (!ended_) {
    if (next_message(out) || take_record(out, deadline)) return out;
  }
  return {};
}

bool Channel::next_message(Incoming& out) {
  if (std::optional<wire::HandshakeMessage> message = assembler_.next()) {
    add_event({From::server, EventKind::handshake, now(), static_cast<std::uint8_t>(message->type), message->raw.size(), opener_ != nullptr,
               message->raw});
    out.kind = Incoming::Kind::handshake;
    out.message = std::move(*message);
    return true;
  }
  if (assembler_.oversized() && !ended_) {
    transcript_.oversized = true;
    fail(fmt::format("a handshake message of the server's is longer than {} bytes", options_.message_limit), 47);
  }
  return false;
}

bool Channel::fill(net::Deadline deadline) {
  if (used_ > 0) {
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
  }
  net::ReadResult got = stream_.read(deadline);
  if (got.end != net::End::open) {
    stop(got.end);
    return false;
  }
  transcript_.ending.bytes_received += got.bytes.size();
  transcript_.answered = true;
  if (options_.heard) *options_.heard = true;
  in_.insert(in_.end(), got.bytes.begin(), got.bytes.end());
  return true;
}

// One record, if it holds what the caller waits for. False: look again (or it ended).
bool Channel::take_record(Incoming& out, net::Deadline deadline) {
  const ByteView unread = ByteView(in_).subspan(used_);
  const wire::Framed framed = wire::next_record(unread, first_);
  switch (framed.framing) {
    case wire::Framing::incomplete:
      fill(deadline);
      return false;
    case wire::Framing::not_tls:
      not_tls(deadline);
      return false;
    case wire::Framing::oversized:
      fail(fmt::format("a record of the server's says that it is {} bytes long", framed.size), 22);
      return false;
    case wire::Framing::ssl2:
      return take_ssl2(framed, out);
    case wire::Framing::record:
      break;
  }
  first_ = false;
  transcript_.answered = true;
  used_ += framed.size;
  if (!count_record(framed.record.fragment.empty())) return false;
  return open_record(framed.record, out);
}

bool Channel::count_record(bool empty) {
  empty_records_ = empty ? empty_records_ + 1 : 0;
  if (++records_ <= most_records && empty_records_ <= most_empty) return true;
  fail(empty ? "the server sends empty records without end" : "the server sends records without end", 10);
  return false;
}

bool Channel::take_ssl2(const wire::Framed& framed, Incoming& out) {
  used_ += framed.size;
  out.kind = Incoming::Kind::ssl2;
  out.data.assign(framed.record.fragment.begin(), framed.record.fragment.end());
  const std::uint8_t type = out.data.empty() ? std::uint8_t{0} : out.data.front();
  add_event({From::server, EventKind::other, now(), type, out.data.size(), false, out.data});
  return true;
}

bool Channel::open_record(const wire::Record& record, Incoming& out) {
  const std::size_t size = record.fragment.size();
  // TLS 1.3: a change_cipher_spec for middleboxes and alerts of a peer without keys stay in the clear (RFC 8446 5, D.4).
  const bool clear = opener_ == nullptr || (tls13_ && record.type != ContentType::application_data);
  if (clear) return dispatch(static_cast<std::uint8_t>(record.type), record.fragment, size, false, out);
  const std::optional<crypto::Opened> opened = opener_->open(static_cast<std::uint8_t>(record.type), record.version, record.fragment);
  if (!opened) {
    fail(fmt::format("a protected record of the server's ({} bytes) does not decrypt", size), 20);
    return false;
  }
  if (!count_record(opened->plain.empty())) return false;
  return dispatch(opened->type, opened->plain, size, true, out);
}

bool Channel::dispatch(std::uint8_t type, ByteView fragment, std::size_t wire_bytes, bool encrypted, Incoming& out) {
  switch (static_cast<ContentType>(type)) {
    case ContentType::handshake:
      handshake_bytes_ += fragment.size();
      if (handshake_bytes_ > most_handshake) {
        transcript_.oversized = true;
        fail("the server's handshake messages never end", 10);
        return false;
      }
      if (tls13_ && !encrypted) note_violation("the server sent a handshake message in the clear after its ServerHello");
      assembler_.feed(fragment);
      return false;
    case ContentType::alert:
      alert(fragment, wire_bytes, encrypted);
      return false;
    case ContentType::change_cipher_spec:
      add_event({From::server, EventKind::change_cipher_spec, now(), type, wire_bytes, encrypted, {}});
      if (++changes_ > most_changes) fail("the server sends change_cipher_spec without end", 10);
      out.kind = Incoming::Kind::change_cipher_spec;
      return !ended_ && !tls13_;
    case ContentType::application_data:
      add_event({From::server, EventKind::application_data, now(), type, wire_bytes, encrypted, {}});
      out.kind = Incoming::Kind::application_data;
      out.data.assign(fragment.begin(), fragment.end());
      return true;
    default:
      add_event({From::server, EventKind::other, now(), type, wire_bytes, encrypted, {}});
      fail(fmt::format("the server sent a record of content type {}", type), 10);
      return false;
  }
}

void Channel::alert(ByteView fragment, std::size_t wire_bytes, bool encrypted) {
  const std::optional<wire::Alert> seen = wire::parse_alert(fragment);
  if (!seen) return fail(fmt::format("the server sent an alert of {} bytes", fragment.size()), 50);
  add_event({From::server, EventKind::alert, now(), seen->description, wire_bytes, encrypted, {}});
  const bool warning = seen->level == 1 && !tls13_;  // RFC 8446 6: in TLS 1.3 the level no longer counts
  constexpr std::uint8_t close_notify = 0, user_canceled = 90;
  const bool fatal = !warning && seen->description != close_notify && seen->description != user_canceled;
  transcript_.alerts.push_back({From::server, seen->level, seen->description, encrypted, fatal, now()});
  if (!fatal && seen->description != close_notify) {
    if (++warnings_ > most_warnings) fail("the server sends warning alerts without end", 10);
    return;
  }
  ended_ = true;
  transcript_.ending.at = now();
}

// Collects a little more of an answer that is no TLS, so that it can be recognised.
void Channel::not_tls(net::Deadline deadline) {
  if (!first_) return fail("the server's records stop making sense", 10);
  while (in_.size() < most_not_tls) {
    net::ReadResult more = stream_.read(std::min(deadline, net::Clock::now() + banner_pause));
    if (more.end != net::End::open) {
      if (more.end != net::End::timeout) transcript_.ending.end = more.end;
      break;
    }
    transcript_.ending.bytes_received += more.bytes.size();
    in_.insert(in_.end(), more.bytes.begin(), more.bytes.end());
  }
  transcript_.not_tls.assign(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(std::min(in_.size(), most_not_tls)));
  ended_ = true;
  transcript_.ending.at = now();
}

void Channel::stop(net::End end) {
  ended_ = true;
  transcript_.ending.end = end;
  transcript_.ending.at = now();
  transcript_.ending.bytes_unread = in_.size() - used_ + assembler_.pending();
}

// ---- writing --------------------------------------------------------------------------------------------------------

void Channel::queue(ContentType type, ByteView fragment, std::size_t split) {
  if (sealer_ == nullptr) return wire::write_records(out_, type, write_version_, fragment, split == 0 ? 16384 : split);
  for (std::size_t at = 0; at < fragment.size(); at += 16384) {
    const ByteView part = fragment.subspan(at, std::min<std::size_t>(16384, fragment.size() - at));
    const std::optional<Bytes> sealed = sealer_->seal(static_cast<std::uint8_t>(type), write_version_, part);
    if (!sealed) continue;
    out_.u8(sealer_->outer_type(static_cast<std::uint8_t>(type)));
    out_.u16(write_version_);
    out_.prefixed16([&] { out_.bytes(*sealed); });
  }
}

void Channel::queue_handshake(ByteView message, std::size_t record_split) {
  const std::uint8_t type = message.empty() ? std::uint8_t{0} : message.front();
  add_event({From::client, EventKind::handshake, now(), type, message.size(), sealer_ != nullptr, Bytes(message.begin(), message.end())});
  queue(ContentType::handshake, message, record_split);
}

void Channel::queue_change_cipher_spec() {
  constexpr std::array<std::uint8_t, 1> one{1};
  add_event({From::client, EventKind::change_cipher_spec, now(), 20, 1, false, {}});
  wire::write_records(out_, ContentType::change_cipher_spec, write_version_, one);
}

void Channel::queue_application_data(ByteView data) {
  add_event({From::client, EventKind::application_data, now(), 23, data.size(), sealer_ != nullptr, {}});
  queue(ContentType::application_data, data, 0);
}

void Channel::queue_raw(ByteView bytes) { out_.bytes(bytes); }

bool Channel::flush(std::size_t segment_split) {
  const Bytes bytes = out_.take();
  out_ = base::Writer();
  if (ended_) return false;
  if (bytes.empty()) return true;
  const net::Deadline deadline = std::min(net::Clock::now() + options_.step, options_.overall);
  const net::End end = stream_.write(bytes, deadline, segment_split);
  if (end == net::End::open) {
    transcript_.ending.bytes_sent += bytes.size();
    return true;
  }
  // The peer may have said why before it closed; what it said is still to be read.
  transcript_.ending.in_write = true;
  while (!ended_ && next(std::chrono::milliseconds(100)).kind != Incoming::Kind::ended) {}
  if (transcript_.ending.end == net::End::timeout || transcript_.ending.end == net::End::open) transcript_.ending.end = end;
  ended_ = true;
  return false;
}

void Channel::send_alert(std::uint8_t level, std::uint8_t description) {
  const Bytes body = wire::build_alert({level, description});
  add_event({From::client, EventKind::alert, now(), description, body.size(), sealer_ != nullptr, {}});
  transcript_.alerts.push_back({From::client, level, description, sealer_ != nullptr, level == 2, now()});
  queue(ContentType::alert, body, 0);
  const Bytes bytes = out_.take();
  out_ = base::Writer();
  if (stream_.write(bytes, std::min(net::Clock::now() + options_.step, options_.overall)) == net::End::open) {
    transcript_.ending.bytes_sent += bytes.size();
  }
}

void Channel::unprotect(std::unique_ptr<crypto::RecordCipher> cipher, bool tls13) {
  if (assembler_.pending() != 0) note_violation("a handshake message of the server's spans a change of keys");  // RFC 8446 5.1
  opener_ = std::move(cipher);
  tls13_ = tls13;
}

void Channel::fail(std::string text, std::uint8_t alert) {
  note_violation(std::move(text));
  if (!ended_) send_alert(2, alert);
  ended_ = true;
  transcript_.ending.at = now();
  transcript_.ending.bytes_unread = in_.size() - used_ + assembler_.pending();
}

void Channel::note_violation(std::string text) {
  constexpr std::size_t most_oddities = 32;
  if (transcript_.violation.empty()) {
    transcript_.violation = std::move(text);
    transcript_.violated_at = transcript_.reached;
  } else if (transcript_.oddities.size() < most_oddities) {
    transcript_.oddities.push_back(std::move(text));
  }
}

void Channel::close(bool orderly) {
  Ending& ending = transcript_.ending;
  ending.kernel = stream_.kernel();
  ending.icmp = stream_.icmp_errors();
  ending.hops = stream_.hops();
  if (ending.at == Microseconds{}) ending.at = now();
  ended_ = true;
  if (orderly) {
    stream_.close();
  } else {
    stream_.abort();
  }
}

}  // namespace whytls::probe
