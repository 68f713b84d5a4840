// SPDX-License-Identifier: Apache-2.0
#include "lab/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <list>
#include <system_error>
#include <thread>
#include <utility>

#include "net/listener.h"

namespace whytls::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_connections = 64;
constexpr auto longest_connection = 60s;

class Serving final : public Server {
 public:
  Serving(std::unique_ptr<net::Listener> listener, Action serve) : listener_(std::move(listener)), serve_(std::move(serve)) {
    thread_ = std::thread([this] { accept(); });
  }
  ~Serving() override {
    stop_ = true;
    thread_.join();
    for (Connection& each : connections_) each.thread.join();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  std::uint16_t port() const override { return listener_->address().port; }

 private:
  struct Connection {
    std::atomic<bool> done{false};
    std::thread thread;
  };

  void accept() {
    while (!stop_) {
      std::shared_ptr<net::Stream> stream = listener_->accept(net::Clock::now() + 5s, &stop_);
      reap();
      if (!stream) continue;
      if (connections_.size() >= most_connections || !serve_in_thread(stream)) stream->abort();
    }
  }

  /// False where this machine has no thread left.
  bool serve_in_thread(const std::shared_ptr<net::Stream>& stream) {
    Connection& made = connections_.emplace_back();
    try {
      made.thread = std::thread([this, stream, &made] {
        Visit visit{.stream = *stream, .stop = stop_, .deadline = net::Clock::now() + longest_connection};
        serve_(visit);
        made.done = true;
      });
      return true;
    } catch (const std::system_error&) {
      connections_.pop_back();
      return false;
    }
  }

  void reap() {
    connections_.remove_if([](Connection& each) {
      if (!each.done) return false;
      each.thread.join();
      return true;
    });
  }

  std::unique_ptr<net::Listener> listener_;
  Action serve_;
  net::CancelFlag stop_{false};
  std::list<Connection> connections_;  // the accepting thread's, until it has ended
  std::thread thread_;
};

/// A socket of this process, closed with its owner.
class Socket {
 public:
  Socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Holds a port without serving it: nobody else gets it, and connections are refused, or never answered once its queue is full.
class Holding final : public Server {
 public:
  bool open(std::uint16_t port, bool full) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): as the API wants it
    if (::bind(held_.get(), generic, size) != 0 || ::getsockname(held_.get(), generic, &size) != 0) return false;
    port_ = ntohs(address.sin_port);
    if (!full) return true;
    if (::listen(held_.get(), 0) != 0) return false;
    // A queue of length 0 takes one connection (Linux); what comes while it is full is dropped.
    for (const Socket& each : waiting_)
      if (::connect(each.get(), generic, size) != 0 && errno != EINPROGRESS) return false;
    return true;
  }
  std::uint16_t port() const override { return port_; }

 private:
  Socket held_;
  std::array<Socket, 3> waiting_;
  std::uint16_t port_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<Server>> Server::start(const Scene& scene, std::uint16_t port) {
  if (scene.listening == Listening::yes) {
    auto listener = net::Listener::open({.ip = "127.0.0.1", .port = port});
    if (!listener) return tl::unexpected<base::Error>(listener.error());
    return std::unique_ptr<Server>(std::make_unique<Serving>(std::move(*listener), scene.serve));
  }
  auto holding = std::make_unique<Holding>();
  if (holding->open(port, scene.listening == Listening::full)) return std::unique_ptr<Server>(std::move(holding));
  const int error = errno;
  return base::fail(base::Fault::environment, "cannot be held: " + std::generic_category().message(error),
                    "127.0.0.1:" + std::to_string(port), error);
}

}  // namespace whytls::lab
