// SPDX-License-Identifier: Apache-2.0
// Waits for one operation of an Asio object at a time, with a deadline and a cancel flag. For .cpp files only: it brings in all of Asio.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/stream.h"

namespace whytls::net {

class Waiter {
 public:
  /// `context` serves nothing else.
  Waiter(boost::asio::io_context& context, const CancelFlag* cancel) : context_(context), cancel_(cancel) {}

  bool cancelled() const { return cancel_ != nullptr && cancel_->load(std::memory_order_relaxed); }

  /// `start(handler)` begins an operation of `on`, which is called off at the deadline. `open`: it ended, with `error`;
  /// else `timeout` or `cancelled`.
  template <class Object, class Start>
  End await(Object& on, Deadline deadline, boost::system::error_code& error, Start start) {
    bool done = false;
    start([&](const boost::system::error_code& result) {
      done = true;
      error = result;
    });
    const End end = run(done, deadline);
    if (!done) {
      boost::system::error_code ignored;
      on.cancel(ignored);
      context_.restart();
      context_.run();  // the handler refers to this frame: it must have run before we leave
    }
    return end;
  }

 private:
  End run(const bool& done, Deadline deadline) {
    constexpr std::chrono::milliseconds slice{100};  // how late a cancellation may be noticed
    while (!done) {
      const auto now = Clock::now();
      if (cancelled()) return End::cancelled;
      if (now >= deadline) return End::timeout;
      context_.restart();
      context_.run_one_until(std::min(deadline, now + slice));
    }
    return End::open;
  }

  boost::asio::io_context& context_;
  const CancelFlag* cancel_;
};

}  // namespace whytls::net
