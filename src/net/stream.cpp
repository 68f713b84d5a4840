// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <thread>
#include <utility>

#include "net/hop_watch.h"
#include "net/kernel.h"
#include "net/tcp_stream.h"
#include "net/waiter.h"

namespace whytls::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Address address_of(const tcp::endpoint& endpoint) { return {.ip = endpoint.address().to_string(), .port = endpoint.port()}; }

/// What no route and every ICMP "unreachable" become (icmp_err_convert in Linux).
bool speaks_of_the_route(int error) {
  constexpr std::array errors{ENETUNREACH, EHOSTUNREACH, EACCES, ENOPROTOOPT,   EHOSTDOWN,
                              ENETDOWN,    ENONET,       EPROTO, EADDRNOTAVAIL, EOPNOTSUPP};
  return std::find(errors.begin(), errors.end(), error) != errors.end();
}

class TcpStream final : public Stream {
 public:
  explicit TcpStream(const CancelFlag* cancel) : waiter_(context_, cancel) {}

  /// Fills `out` but for the stream.
  void connect(const Address& to, const StreamOptions& options, Deadline deadline, Connected& out);
  bool adopt(int descriptor, bool v6);

  ReadResult read(Deadline deadline) override;
  End write(base::ByteView bytes, Deadline deadline, std::size_t segment) override;
  void close() override;
  void abort() override;
  KernelView kernel() const override { return socket_.is_open() ? kernel_view(descriptor(), sent_) : last_view_; }
  std::vector<IcmpError> icmp_errors() override;
  std::optional<HopView> hops() const override { return hop_watch_ ? hop_watch_->view(local_.port) : std::nullopt; }
  Address local() const override { return local_; }
  Address remote() const override { return remote_; }

 private:
  int descriptor() const { return const_cast<tcp::socket&>(socket_).native_handle(); }
  void prepare(const StreamOptions& options, error_code& error);
  void settle();
  End wait(tcp::socket::wait_type what, Deadline deadline);
  End write_all(base::ByteView bytes, Deadline deadline);
  void pause_until_acknowledged(Deadline deadline) const;
  std::optional<End> ended_by(const error_code& error);

  asio::io_context context_{1};
  tcp::socket socket_{context_};
  Waiter waiter_;
  Address local_, remote_;
  std::unique_ptr<HopWatch> hop_watch_;
  std::vector<IcmpError> icmp_;
  KernelView last_view_;
  std::uint64_t sent_ = 0;
  int route_errors_ = 0;
  bool was_reset_ = false;  // the kernel tells of a reset once; whoever asks later would take it for an orderly end
  std::array<std::uint8_t, 16384> buffer_;
};

void TcpStream::connect(const Address& to, const StreamOptions& options, Deadline deadline, Connected& out) {
  error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(to.ip, error), to.port);
  if (!error) socket_.open(endpoint.protocol(), error);
  remote_ = to;
  if (!error) prepare(options, error);
  if (error) {
    out = {.end = End::local, .text = error.message()};
    return;
  }
  out.end = waiter_.await(socket_, deadline, error, [&](auto handler) { socket_.async_connect(endpoint, handler); });
  drain_icmp(descriptor(), icmp_);
  out.icmp = icmp_;
  // A SYN that is answered by a reset yields ECONNREFUSED: this connection was made, and reset before we looked.
  was_reset_ = out.end == End::open && error == asio::error::connection_reset;
  if (out.end == End::open && (!error || was_reset_)) return settle();
  out.text = out.end == End::timeout ? "no answer within the time allowed" : out.end == End::cancelled ? "interrupted" : error.message();
  if (out.end != End::open) return;
  // An ICMP "port unreachable" yields ECONNREFUSED as well: only the error queue tells it from a reset.
  const bool unreachable = std::any_of(icmp_.begin(), icmp_.end(), [&](const IcmpError& e) { return says_unreachable(e, to.v6()); });
  const int code = error.value();
  out.end = unreachable || speaks_of_the_route(code) ? End::unreachable
            : code == ECONNREFUSED                   ? End::refused
            : code == ETIMEDOUT                      ? End::timeout
                                                     : End::local;
}

void TcpStream::prepare(const StreamOptions& options, error_code& error) {
  watch_icmp(descriptor(), remote_.v6());
  if (options.watch_hops) hop_watch_ = HopWatch::open(remote_);
  if (!options.max_segment) return;
  const int size = *options.max_segment;
  if (setsockopt(descriptor(), IPPROTO_TCP, TCP_MAXSEG, &size, sizeof size) != 0) error.assign(errno, boost::system::system_category());
}

/// What every connected socket gets.
void TcpStream::settle() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  local_ = address_of(socket_.local_endpoint(ignored));
}

bool TcpStream::adopt(int descriptor, bool v6) {
  error_code error;
  socket_.assign(v6 ? tcp::v6() : tcp::v4(), descriptor, error);
  if (error) return false;
  watch_icmp(descriptor, v6);
  remote_ = address_of(socket_.remote_endpoint(error));
  settle();
  return true;
}

End TcpStream::wait(tcp::socket::wait_type what, Deadline deadline) {
  error_code error;
  const End end = waiter_.await(socket_, deadline, error, [&](auto handler) { socket_.async_wait(what, handler); });
  // A wait also ends because of the error queue; left full, it would end at once for ever.
  drain_icmp(descriptor(), icmp_);
  return end == End::timeout && route_errors_ > 0 ? End::unreachable : end;
}

/// How an error ends the stream; nothing where one should go on.
std::optional<End> TcpStream::ended_by(const error_code& error) {
  if (error == asio::error::would_block || error == asio::error::try_again || error == asio::error::interrupted) return std::nullopt;
  if (error == asio::error::eof) return was_reset_ ? End::reset : End::closed;
  const int code = error.value();
  if (code == ECONNRESET || code == EPIPE || code == ECONNABORTED) return was_reset_ = true, End::reset;
  if (code == ETIMEDOUT) return End::timeout;
  if (!speaks_of_the_route(code) && code != ECONNREFUSED) return End::local;
  // RFC 1122 4.2.3.9: an ICMP error must not end an established connection. One may be a blip; a second, after a retransmission, is none.
  drain_icmp(descriptor(), icmp_);
  return ++route_errors_ > 1 ? std::optional(End::unreachable) : std::nullopt;
}

ReadResult TcpStream::read(Deadline deadline) {
  while (socket_.is_open()) {
    error_code error;
    const std::size_t got = socket_.read_some(asio::buffer(buffer_), error);
    if (!error) return {.end = End::open, .bytes = base::Bytes(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(got))};
    if (const auto end = ended_by(error)) return {.end = *end, .bytes = {}};
    if (const End end = wait(tcp::socket::wait_read, deadline); end != End::open) return {.end = end, .bytes = {}};
  }
  return {.end = End::closed, .bytes = {}};
}

End TcpStream::write(base::ByteView bytes, Deadline deadline, std::size_t segment) {
  const std::size_t size = segment == 0 ? bytes.size() : segment;
  while (!bytes.empty()) {
    const base::ByteView piece = bytes.first(std::min(size, bytes.size()));
    if (const End end = write_all(piece, deadline); end != End::open) return end;
    bytes = bytes.subspan(piece.size());
    if (!bytes.empty()) pause_until_acknowledged(deadline);
  }
  return End::open;
}

End TcpStream::write_all(base::ByteView bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!socket_.is_open()) return End::closed;
    error_code error;
    const std::size_t put = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    sent_ += put;
    bytes = bytes.subspan(put);
    if (!error) continue;
    if (const auto end = ended_by(error)) return *end;
    if (const End end = wait(tcp::socket::wait_write, deadline); end != End::open) return end;
  }
  return End::open;
}

void TcpStream::pause_until_acknowledged(Deadline deadline) const {
  const Deadline until = std::min(deadline, Clock::now() + std::chrono::milliseconds(50));
  while (unacknowledged(descriptor()) > 0 && Clock::now() < until && !waiter_.cancelled())
    std::this_thread::sleep_for(std::chrono::microseconds(500));
}

void TcpStream::close() {
  if (!socket_.is_open()) return;
  drain_icmp(descriptor(), icmp_);
  last_view_ = kernel_view(descriptor(), sent_);
  error_code ignored;
  socket_.close(ignored);
}

void TcpStream::abort() {
  error_code ignored;
  if (socket_.is_open()) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

std::vector<IcmpError> TcpStream::icmp_errors() {
  if (socket_.is_open()) drain_icmp(descriptor(), icmp_);
  return icmp_;
}

}  // namespace

std::string_view end_name(End end) {
  switch (end) {
    case End::open:
      return "open";
    case End::closed:
      return "closed";
    case End::reset:
      return "reset";
    case End::refused:
      return "refused";
    case End::timeout:
      return "timeout";
    case End::unreachable:
      return "unreachable";
    case End::cancelled:
      return "cancelled";
    case End::local:
      return "local";
  }
  return "unknown";
}

std::string Address::text() const { return v6() ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port); }

Connected connect(const Address& to, const StreamOptions& options, Deadline deadline, const CancelFlag* cancel) {
  const auto began = Clock::now();
  Connected out;
  try {
    auto stream = std::make_unique<TcpStream>(cancel);
    stream->connect(to, options, deadline, out);
    if (out.end == End::open) out.stream = std::move(stream);
  } catch (const std::exception& error) {  // Asio throws where the loop's own descriptors cannot be had
    out = {.end = End::local, .text = error.what()};
  }
  out.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
  return out;
}

std::unique_ptr<Stream> adopt(int descriptor, bool v6, const CancelFlag* cancel) {
  try {
    auto stream = std::make_unique<TcpStream>(cancel);
    if (stream->adopt(descriptor, v6)) return stream;
  } catch (const std::exception&) {
    // as above; the descriptor is still ours
  }
  ::close(descriptor);
  return nullptr;
}

}  // namespace whytls::net
