// SPDX-License-Identifier: Apache-2.0
#include "net/dns_channel.h"

#include <arpa/inet.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

namespace whytls::net {
namespace {

/// What a resolver and the way to it carry without fragments (the "DNS flag day" of 2020).
constexpr int largest_datagram = 1232;

/// Once for the process: c-ares' own global state.
int initialise_library() {
  static std::once_flag once;
  static int status = ARES_SUCCESS;
  std::call_once(once, [] { status = ares_library_init(ARES_LIB_INIT_ALL); });
  return status;
}

}  // namespace

DnsChannel::DnsChannel(const ResolveOptions& options, int flags, std::string lookups) : status_(initialise_library()) {
  ares_options settings{};
  settings.timeout = static_cast<int>(std::max<std::int64_t>(options.retry.count(), 1));
  settings.tries = 3;
  settings.lookups = lookups.data();
  settings.flags = flags;
  settings.ednspsz = largest_datagram;
  constexpr int given = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ;
  if (status_ == ARES_SUCCESS) status_ = ares_init_options(&channel_, &settings, given);
  if (status_ == ARES_SUCCESS && !options.nameserver.empty()) status_ = ares_set_servers_ports_csv(channel_, options.nameserver.c_str());
}

DnsChannel::~DnsChannel() {
  if (channel_ != nullptr) ares_destroy(channel_);
}

int DnsChannel::serve_until(const bool& done, Deadline deadline, const CancelFlag* cancel) {
  while (!done) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0 || (cancel != nullptr && cancel->load(std::memory_order_relaxed))) {
      ares_cancel(channel_);  // calls back with ARES_ECANCELLED
      return left.count() <= 0 ? ARES_ETIMEOUT : ARES_ECANCELLED;
    }
    serve(std::min(left, std::chrono::milliseconds(100)));
  }
  return ARES_SUCCESS;
}

/// Waits for one of the channel's sockets and lets c-ares work.
void DnsChannel::serve(std::chrono::milliseconds longest) {
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
  const auto wanted = static_cast<unsigned>(ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM));
  std::vector<pollfd> polled;
  for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
    const bool read = (wanted >> i & 1U) != 0, write = (wanted >> (i + ARES_GETSOCK_MAXNUM) & 1U) != 0;
    if (read || write) polled.push_back({.fd = sockets[i], .events = static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0))});
  }
  timeval limit{.tv_sec = 0, .tv_usec = longest.count() * 1000};
  timeval buffer{};
  const timeval* next = ares_timeout(channel_, &limit, &buffer);
  const auto wait = std::min<std::int64_t>(next->tv_sec * 1000 + next->tv_usec / 1000 + 1, longest.count());
  poll(polled.data(), polled.size(), static_cast<int>(wait));
  for (const pollfd& one : polled) {
    const bool readable = (one.revents & (POLLIN | POLLERR | POLLHUP)) != 0, writable = (one.revents & POLLOUT) != 0;
    if (readable || writable) ares_process_fd(channel_, readable ? one.fd : ARES_SOCKET_BAD, writable ? one.fd : ARES_SOCKET_BAD);
  }
  ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // timeouts
}

std::vector<sockaddr_storage> DnsChannel::servers() const {
  std::vector<sockaddr_storage> out;
  ares_addr_port_node* first = nullptr;
  if (channel_ == nullptr || ares_get_servers_ports(channel_, &first) != ARES_SUCCESS) return out;
  for (const ares_addr_port_node* server = first; server != nullptr; server = server->next) {
    const auto port = htons(static_cast<std::uint16_t>(server->udp_port == 0 ? 53 : server->udp_port));
    sockaddr_storage address{};
    if (server->family == AF_INET) {
      const sockaddr_in v4{.sin_family = AF_INET, .sin_port = port, .sin_addr = server->addr.addr4, .sin_zero = {}};
      std::memcpy(&address, &v4, sizeof v4);
    } else {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      v6.sin6_port = port;
      std::memcpy(&v6.sin6_addr, &server->addr.addr6, sizeof v6.sin6_addr);
      std::memcpy(&address, &v6, sizeof v6);
    }
    out.push_back(address);
  }
  ares_free_data(first);
  return out;
}

}  // namespace whytls::net
