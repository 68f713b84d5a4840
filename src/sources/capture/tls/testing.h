// SPDX-License-Identifier: Apache-2.0
// Conversations made of bytes for the tests of whoever reads them.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "sources/capture/tls/tls_reader.h"

namespace whytls::sources::capture::testing {

using base::Bytes;

inline Bytes join(std::initializer_list<Bytes> pieces) {
  Bytes out;
  for (const Bytes& piece : pieces) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

inline Bytes text(std::string_view words) { return {words.begin(), words.end()}; }

inline Bytes record(wire::ContentType type, const Bytes& fragment, std::size_t split = 16384) {
  base::Writer out;
  wire::write_records(out, type, 0x0303, fragment, split);
  return out.take();
}

inline Bytes message(wire::HandshakeType type, const Bytes& body) {
  return record(wire::ContentType::handshake, wire::handshake_message(type, body));
}

inline wire::ClientHello offer(std::string_view name = "shop.example") {
  wire::ClientHello hello;
  hello.random = Bytes(32, 7);
  hello.cipher_suites = {0x1301, 0xc02f};
  hello.extensions = {wire::server_name_extension(name), wire::supported_versions_extension({0x0304, 0x0303}),
                      wire::supported_groups_extension({29, 23}), wire::signature_algorithms_extension({0x0403, 0x0804})};
  return hello;
}

inline Bytes client_hello(std::string_view name = "shop.example") {
  return message(wire::HandshakeType::client_hello, wire::build(offer(name)));
}

inline Bytes server_hello(std::uint16_t version, std::uint16_t suite) {
  wire::ServerHello hello;
  hello.legacy_version = 0x0303;
  hello.random = Bytes(32, 9);
  hello.cipher_suite = suite;
  if (version == 0x0304) hello.extensions = {{43, {3, 4}}, {51, {0, 29, 0, 2, 1, 2}}};
  return message(wire::HandshakeType::server_hello, wire::build(hello));
}

inline Bytes alert(std::uint8_t level, std::uint8_t description) { return record(wire::ContentType::alert, {level, description}); }
inline Bytes ccs() { return record(wire::ContentType::change_cipher_spec, {1}); }
inline Bytes sealed(std::size_t size) { return record(wire::ContentType::application_data, Bytes(size, 0xaa)); }
inline Bytes sealed_handshake(std::size_t size = 40) { return record(wire::ContentType::handshake, Bytes(size, 0xbb)); }

/// Feeds a reader by hand, a packet after the other, and keeps what it says.
class Watch {
 public:
  explicit Watch(TlsOptions options = {}) : options_(options) {
    opener_.address.bytes = {10, 0, 0, 7};
    opener_.port = 51234;
    answerer_.address.bytes = {10, 0, 0, 1};
    answerer_.port = 443;
    for (TcpEnd& end : tcp.ends) end.packets = 1, end.syn = true;
    reader_ = std::make_unique<TlsReader>(opener_, answerer_, Moment{1, start}, 1, options_, sink_);
    packet_ = 1;
  }

  Watch& client(const Bytes& bytes, std::size_t pieces = 0) { return feed(End::opener, bytes, pieces); }
  Watch& server(const Bytes& bytes, std::size_t pieces = 0) { return feed(End::answerer, bytes, pieces); }
  Watch& lost(End from, std::uint64_t bytes) {
    reader_->gap(from, bytes, next());
    tcp.ends[index(from)].missing += bytes;
    return *this;
  }
  Watch& closes(End from) {
    tcp.ends[index(from)].fin = next();
    reader_->finished(from, tcp.ends[index(from)].fin);
    return *this;
  }
  Watch& resets(End from) {
    tcp.ends[index(from)].reset = next();
    return *this;
  }
  Watch& waits(std::int64_t milliseconds) {
    now_ += milliseconds * 1'000'000;
    return *this;
  }

  /// Ends it; what came of it, or nothing.
  std::vector<Handshake>& end(StreamReader::Over why = StreamReader::Over::capture_ended) {
    reader_->over(why, tcp);
    return out_;
  }

  TcpFacts tcp;
  static constexpr std::int64_t start = 1'700'000'000'000'000'000;

 private:
  Watch& feed(End from, const Bytes& bytes, std::size_t pieces) {
    const std::size_t size = pieces == 0 ? bytes.size() : pieces;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      const std::size_t count = std::min(size, bytes.size() - at);
      const Moment when = next();
      tcp.ends[index(from)].bytes += count;
      std::uint64_t& skip = skip_[index(from)];  // as TCP does with what a reader need not see
      const std::size_t passed = static_cast<std::size_t>(std::min<std::uint64_t>(skip, count));
      if (skip != StreamReader::none_any_more) skip -= passed;
      if (passed < count) skip = reader_->bytes(from, base::ByteView(bytes).subspan(at + passed, count - passed), when);
    }
    return *this;
  }
  Moment next() {
    now_ += 1'000'000;
    return {++packet_, now_};
  }

  Endpoint opener_, answerer_;
  TlsOptions options_;
  std::vector<Handshake> out_;
  HandshakeSink sink_ = [this](Handshake&& h) { out_.push_back(std::move(h)); };
  std::unique_ptr<TlsReader> reader_;
  std::uint64_t packet_ = 0;
  std::array<std::uint64_t, 2> skip_{};
  std::int64_t now_ = start;
};

}  // namespace whytls::sources::capture::testing
