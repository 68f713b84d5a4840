// SPDX-License-Identifier: Apache-2.0
// For tests: a server on loopback that treats each connection as the test says, in a thread that ends with it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <thread>

#include "net/listener.h"

namespace whytls::net {

using namespace std::chrono_literals;

/// How gtest writes it.
inline void PrintTo(End end, std::ostream* out) { *out << end_name(end); }

inline Deadline in(std::chrono::milliseconds time) { return Clock::now() + time; }

class Served {
 public:
  using Handler = std::function<void(Stream&)>;

  explicit Served(Handler handler, const std::string& ip = "127.0.0.1") : handler_(std::move(handler)) {
    auto listener = Listener::open({.ip = ip, .port = 0});
    if (!listener) ADD_FAILURE() << listener.error().text();
    listener_ = std::move(*listener);
    thread_ = std::thread([this] { serve(); });
  }
  ~Served() {
    stop_ = true;
    thread_.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  Address address() const { return listener_->address(); }
  int served() const { return served_; }

 private:
  void serve() {
    while (!stop_)
      if (const auto stream = listener_->accept(in(10s), &stop_)) {
        ++served_;
        handler_(*stream);
      }
  }

  Handler handler_;
  std::unique_ptr<Listener> listener_;
  CancelFlag stop_{false};
  std::atomic<int> served_{0};
  std::thread thread_;
};

inline void say(Stream& stream, std::string_view text) { stream.write(base::view(text), in(2s), 0); }

/// Reads until `text` was seen or the peer is done; all that came.
inline std::string read_until(Stream& stream, std::string_view text) {
  std::string all;
  while (text.empty() || all.find(text) == std::string::npos) {
    const ReadResult got = stream.read(in(3s));
    if (got.end != End::open) break;
    all += base::text(got.bytes);
  }
  return all;
}

/// How long `what` takes.
template <class What>
std::chrono::milliseconds time_of(What what) {
  const auto began = Clock::now();
  what();
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
}

}  // namespace whytls::net
