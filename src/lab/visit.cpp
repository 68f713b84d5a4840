// SPDX-License-Identifier: Apache-2.0
#include "lab/visit.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "wire/record.h"

namespace whytls::lab {
namespace {

constexpr std::size_t most_bytes = 65536, longest_line = 4096;

/// The first handshake message in `bytes`, once it is whole. `hopeless`: it will never be one.
std::optional<wire::HandshakeMessage> first_message(base::ByteView bytes, bool& hopeless) {
  wire::HandshakeAssembler assembler(most_bytes);
  while (!bytes.empty()) {
    const wire::Framed framed = wire::next_record(bytes, false);
    if (framed.framing == wire::Framing::incomplete) break;
    hopeless = framed.framing != wire::Framing::record || framed.record.type != wire::ContentType::handshake;
    if (hopeless) return std::nullopt;
    assembler.feed(framed.record.fragment);
    if (auto message = assembler.next()) return message;
    bytes = bytes.subspan(framed.size);
  }
  return std::nullopt;
}

/// Lets the peer speak until it leaves, so that unread bytes do not turn our close into a reset.
void read_on(Visit& visit) {
  for (std::size_t all = 0; all < (std::size_t{1} << 20U); all += visit.seen.size()) {
    visit.seen.clear();
    if (!visit.read()) return;
  }
}

Action after_hello(Action then) {
  return [then = std::move(then)](Visit& visit) {
    visit.read_hello();
    then(visit);
  };
}

}  // namespace

bool Visit::read() {
  const net::ReadResult got = stream.read(deadline);
  if (got.end != net::End::open) return false;
  seen.insert(seen.end(), got.bytes.begin(), got.bytes.end());
  return true;
}

bool Visit::read_hello() {
  for (bool hopeless = false; !hello && !hopeless && seen.size() < most_bytes;) {
    if (!read()) return false;
    const auto message = first_message(seen, hopeless);
    if (message && message->type == wire::HandshakeType::client_hello) hello = wire::parse_client_hello(message->body());
  }
  return hello.has_value();
}

std::optional<std::string> Visit::read_line() {
  for (;;) {
    const auto end = std::find(seen.begin(), seen.end(), static_cast<std::uint8_t>('\n'));
    if (end != seen.end()) {
      std::string line(seen.begin(), end);
      seen.erase(seen.begin(), end + 1);
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    const bool binary = std::any_of(seen.begin(), seen.end(), [](std::uint8_t byte) { return byte == 0; });
    if (binary || seen.size() > longest_line || !read()) return std::nullopt;
  }
}

bool Visit::wait(std::chrono::milliseconds time) const {
  const auto until = net::Clock::now() + time;
  while (!stop && net::Clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return !stop;
}

Action reset() {
  return after_hello([](Visit& visit) { visit.stream.abort(); });
}

Action close() {
  return after_hello([](Visit& visit) { visit.stream.close(); });
}

Action silence() { return after_hello(read_on); }

Action alert(std::uint8_t description) {
  return after_hello([description](Visit& visit) {
    base::Writer out;
    const base::Bytes body = wire::build_alert({.level = 2, .description = description});
    wire::write_records(out, wire::ContentType::alert, 0x0303, body);
    visit.write(out.data());
  });
}

Action when(Condition condition, Action then, Action otherwise) {
  return [condition = std::move(condition), then = std::move(then), otherwise = std::move(otherwise)](Visit& visit) {
    const bool holds = visit.read_hello() && condition(visit);
    (holds ? then : otherwise)(visit);
  };
}

Action say(std::string text) {
  return [text = std::move(text)](Visit& visit) {
    visit.write(text);
    read_on(visit);
  };
}

bool offers_version(const Visit& visit, std::uint16_t version) {
  if (!visit.hello) return false;
  const auto versions = visit.hello->versions();
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

bool names(const Visit& visit, std::string_view server_name) { return visit.hello && visit.hello->server_name() == server_name; }

std::size_t size_of_hello(const Visit& visit) { return visit.seen.size(); }

}  // namespace whytls::lab
