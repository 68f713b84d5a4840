// SPDX-License-Identifier: Apache-2.0
#include "net/listener.h"

#include <exception>
#include <utility>

#include "net/tcp_stream.h"
#include "net/waiter.h"

namespace whytls::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

class TcpListener final : public Listener {
 public:
  error_code listen(const Address& at, int backlog) {
    error_code error;
    const tcp::endpoint endpoint(boost::asio::ip::make_address(at.ip, error), at.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(backlog, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (!error) address_ = {.ip = at.ip, .port = acceptor_.local_endpoint(error).port()};
    return error;
  }

  Address address() const override { return address_; }

  std::unique_ptr<Stream> accept(Deadline deadline, const CancelFlag* cancel) override {
    try {
      return next(deadline, cancel);
    } catch (const std::exception&) {
      return nullptr;
    }
  }

 private:
  std::unique_ptr<Stream> next(Deadline deadline, const CancelFlag* cancel) {
    for (;;) {
      error_code error;
      tcp::socket peer(context_);
      acceptor_.accept(peer, error);
      if (!error) return adopt(peer.release(), address_.v6(), cancel);
      if (error != boost::asio::error::would_block && error != boost::asio::error::connection_aborted) return nullptr;
      if (wait(deadline, cancel) != End::open) return nullptr;
    }
  }

  End wait(Deadline deadline, const CancelFlag* cancel) {
    Waiter waiter(context_, cancel);
    error_code error;
    return waiter.await(acceptor_, deadline, error, [&](auto handler) { acceptor_.async_wait(tcp::acceptor::wait_read, handler); });
  }

  boost::asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  Address address_;
};

}  // namespace

base::Result<std::unique_ptr<Listener>> Listener::open(const Address& at, int backlog) {
  try {
    auto listener = std::make_unique<TcpListener>();
    const error_code error = listener->listen(at, backlog);
    if (!error) return std::unique_ptr<Listener>(std::move(listener));
    return base::fail(base::Fault::environment, "cannot listen: " + error.message(), at.text(), error.value());
  } catch (const std::exception& error) {
    return base::fail(base::Fault::environment, std::string("cannot listen: ") + error.what(), at.text());
  }
}

}  // namespace whytls::net
