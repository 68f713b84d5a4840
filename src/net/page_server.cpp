// SPDX-License-Identifier: Apache-2.0
#include "net/page_server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio.hpp>
#include <list>

#include "base/text.h"

namespace whytls::net {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_visitors = 16, most_request = 8192;
constexpr std::chrono::seconds patience{2};

struct Visitor {
  explicit Visitor(asio::ip::tcp::socket taken) : socket(std::move(taken)) {}
  asio::ip::tcp::socket socket;
  std::string request, answer;
  Clock::time_point until = Clock::now() + patience;
};

/// What stands behind "Accept:", in one line; the field may come several times (RFC 9110 5.2).
std::string accepted(const std::string& request) {
  constexpr std::string_view field = "accept:";
  std::string out;
  for (const std::string_view line : base::split(request, "\r\n")) {
    if (base::lower(line.substr(0, field.size())) != field) continue;
    if (!out.empty()) out += ',';
    out += line.substr(field.size());
  }
  return out;
}

auto failed(const std::string& place, const boost::system::error_code& error) {
  return base::fail(base::Fault::environment, "cannot be listened on: " + error.message(), place, error.value());
}

}  // namespace

struct PageServer::State {
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor{context};
  std::string path;
  std::list<Visitor> visitors;

  void take_visitors() {
    boost::system::error_code error;
    while (visitors.size() < most_visitors) {
      asio::ip::tcp::socket socket = acceptor.accept(error);
      if (error) return;
      socket.non_blocking(true, error);
      visitors.emplace_back(std::move(socket));
    }
  }

  std::string answer_to(const std::string& request, const Maker& page) const {
    const auto words = base::split(request.substr(0, request.find("\r\n")), " ");
    const bool known = words.size() >= 2 && words[0] == "GET" && words[1].substr(0, words[1].find('?')) == path;
    const Page answer = known ? page(accepted(request)) : Page{"text/plain", "the page is " + path + "\n"};
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nVary: Accept\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                       known ? "200 OK" : "404 Not Found", answer.type, answer.body.size(), answer.body);
  }

  /// Whether there is more to come.
  bool go_on(Visitor& visitor, const Maker& page) const {
    boost::system::error_code error;
    std::array<char, 2048> buffer{};
    while (visitor.answer.empty()) {
      const std::size_t size = visitor.socket.read_some(asio::buffer(buffer), error);
      if (error == asio::error::would_block) break;
      if (error) return false;
      visitor.request.append(buffer.data(), size);
      if (visitor.request.find("\r\n\r\n") != std::string::npos) visitor.answer = answer_to(visitor.request, page);
      if (visitor.request.size() > most_request) return false;
    }
    while (!visitor.answer.empty()) {
      const std::size_t size = visitor.socket.write_some(asio::buffer(visitor.answer), error);
      if (error == asio::error::would_block) break;
      if (error) return false;
      visitor.answer.erase(0, size);
      if (visitor.answer.empty()) return false;
    }
    return Clock::now() < visitor.until;
  }
};

PageServer::PageServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
PageServer::PageServer(PageServer&&) noexcept = default;
PageServer& PageServer::operator=(PageServer&&) noexcept = default;
PageServer::~PageServer() = default;

base::Result<PageServer> PageServer::open(const std::string& place, std::string path) {
  auto state = std::make_unique<State>();
  state->path = std::move(path);
  const std::size_t colon = place.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : base::number(place.substr(colon + 1), 65535);
  std::string host = place.substr(0, colon == std::string::npos ? 0 : colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error || !port) return base::fail(base::Fault::misuse, "expected an address and a port, such as 127.0.0.1:9477", place);
  const asio::ip::tcp::endpoint at(address, static_cast<std::uint16_t>(*port));
  asio::ip::tcp::acceptor& acceptor = state->acceptor;
  if (acceptor.open(at.protocol(), error)) return failed(place, error);
  if (acceptor.set_option(asio::socket_base::reuse_address(true), error)) return failed(place, error);
  if (acceptor.bind(at, error)) return failed(place, error);
  if (acceptor.listen(most_visitors, error)) return failed(place, error);
  if (acceptor.non_blocking(true, error)) return failed(place, error);
  return PageServer(std::move(state));
}

std::string PageServer::address() const {
  boost::system::error_code error;
  const auto at = state_->acceptor.local_endpoint(error);
  return fmt::format(fmt::runtime(at.address().is_v6() ? "[{}]:{}" : "{}:{}"), at.address().to_string(), at.port());
}

std::vector<int> PageServer::descriptors() const {
  std::vector<int> out{state_->acceptor.native_handle()};
  for (Visitor& visitor : state_->visitors) out.push_back(visitor.socket.native_handle());
  return out;
}

void PageServer::serve(const Maker& page) {
  state_->take_visitors();
  state_->visitors.remove_if([&](Visitor& visitor) { return !state_->go_on(visitor, page); });
}

}  // namespace whytls::net
