// SPDX-License-Identifier: Apache-2.0
// A small blocking TCP acceptor for fault servers and tests. Knows nothing of what is spoken.
//
//   auto listener = net::Listener::open({.ip = "127.0.0.1", .port = 0});          // a free port
//   auto stream = (*listener)->accept(net::Clock::now() + 5s, &cancel);           // nullptr: deadline or cancelled
//   stream->write(base::view("220 hello\r\n"), net::Clock::now() + 1s);
//   stream->abort();                                                              // a reset; close() would be a FIN
#pragma once

#include <memory>

#include "base/result.h"
#include "net/stream.h"

namespace whytls::net {

class Listener {
 public:
  virtual ~Listener() = default;
  /// `at.port` 0 takes a free one. `backlog` 0 with no accept() lets the kernel ignore SYNs once one connection is queued.
  static base::Result<std::unique_ptr<Listener>> open(const Address& at, int backlog = 128);

  /// Where it listens, with the port that it got.
  virtual Address address() const = 0;
  /// The next connection; nullptr at the deadline, when cancelled, or when this machine cannot. One caller at a time.
  virtual std::unique_ptr<Stream> accept(Deadline deadline, const CancelFlag* cancel) = 0;
};

}  // namespace whytls::net
