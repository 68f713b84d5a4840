// SPDX-License-Identifier: Apache-2.0
// For tests only: a stream whose other side is a script.
#pragma once

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "net/stream.h"
#include "wire/handshake.h"
#include "wire/record.h"

namespace whytls::probe::testing {

/// Answers reads with the chunks given, then ends so. Writes are kept.
class ScriptedStream : public net::Stream {
 public:
  explicit ScriptedStream(std::vector<base::Bytes> chunks, net::End last = net::End::closed) : chunks_(std::move(chunks)), last_(last) {}
  net::ReadResult read(net::Deadline) override {
    if (next_ < chunks_.size()) return {net::End::open, chunks_[next_++]};
    return {last_, {}};
  }
  net::End write(base::ByteView bytes, net::Deadline, std::size_t) override {
    written.insert(written.end(), bytes.begin(), bytes.end());
    return write_end;
  }
  void close() override { closed = true; }
  void abort() override { aborted = true; }
  net::KernelView kernel() const override { return view; }
  std::vector<net::IcmpError> icmp_errors() override { return {}; }
  std::optional<net::HopView> hops() const override { return std::nullopt; }
  net::Address local() const override { return {}; }
  net::Address remote() const override { return {}; }

  base::Bytes written;
  net::End write_end = net::End::open;
  net::KernelView view;
  bool closed = false, aborted = false;

 private:
  std::vector<base::Bytes> chunks_;
  net::End last_;
  std::size_t next_ = 0;
};

/// Gives the same bytes again and again, with a pause before each.
class EndlessStream final : public ScriptedStream {
 public:
  EndlessStream(base::Bytes first, base::Bytes again, std::chrono::milliseconds pause = {})
      : ScriptedStream({}), first_(std::move(first)), again_(std::move(again)), pause_(pause) {}
  net::ReadResult read(net::Deadline deadline) override {
    ++reads;
    if (net::Clock::now() + pause_ >= deadline) {
      std::this_thread::sleep_until(std::min(deadline, net::Clock::now() + pause_));
      return {net::End::timeout, {}};
    }
    std::this_thread::sleep_for(pause_);
    if (!first_.empty()) return {net::End::open, std::exchange(first_, {})};
    return {net::End::open, again_};
  }
  std::size_t reads = 0;

 private:
  base::Bytes first_, again_;
  std::chrono::milliseconds pause_;
};

inline base::Bytes record(wire::ContentType type, base::ByteView fragment, std::uint16_t version = 0x0303) {
  base::Writer out;
  wire::write_records(out, type, version, fragment);
  return out.take();
}

inline base::Bytes message(wire::HandshakeType type, base::ByteView body) {
  return record(wire::ContentType::handshake, wire::handshake_message(type, body));
}

inline wire::ServerHello server_hello(std::uint16_t version, std::uint16_t suite) {
  wire::ServerHello hello;
  hello.legacy_version = version;
  hello.random.assign(32, 7);
  hello.cipher_suite = suite;
  return hello;
}

/// TLS 1.3's, with a key share.
inline wire::ServerHello server_hello13(std::uint16_t group, std::size_t share_size) {
  wire::ServerHello hello = server_hello(0x0303, 0x1301);
  base::Writer share;
  share.u16(group);
  share.prefixed16([&] { share.bytes(base::Bytes(share_size, 9)); });
  hello.has_extensions = true;
  hello.extensions = {{43, {3, 4}}, {51, share.take()}};
  return hello;
}

inline base::Bytes message(const wire::ServerHello& hello) { return message(wire::HandshakeType::server_hello, wire::build(hello)); }

inline base::Bytes alert(std::uint8_t level, std::uint8_t description) {
  return record(wire::ContentType::alert, wire::build_alert({level, description}));
}

}  // namespace whytls::probe::testing
