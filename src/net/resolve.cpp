// SPDX-License-Identifier: Apache-2.0
#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "net/dial.h"
#include "net/dns_channel.h"

namespace whytls::net {
namespace {

int address_family(Family family) { return family == Family::v4 ? AF_INET : family == Family::v6 ? AF_INET6 : AF_UNSPEC; }

bool is_literal(const std::string& text, int family) {
  std::array<std::uint8_t, 16> address{};
  // "fe80::1%eth0": the zone is for the socket; inet_pton does not know it.
  return inet_pton(family, text.substr(0, family == AF_INET6 ? text.find('%') : std::string::npos).c_str(), address.data()) == 1;
}

bool is_local_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string name = base::lower(host);
  return name == "localhost" || name.ends_with(".localhost");  // RFC 6761 6.3
}

/// The state of one question.
class Lookup {
 public:
  Lookup(const ResolveOptions& options, bool judge_codes, bool files_only)
      : channel_(options, judge_codes ? ARES_FLAG_NOCHECKRESP : 0, files_only ? "f" : "fb") {}

  /// Fills the addresses of `out`; c-ares' status.
  int run(const std::string& host, Family family, Deadline deadline, const CancelFlag* cancel, Resolved& out);
  std::vector<sockaddr_storage> servers() const { return channel_.servers(); }

 private:
  static void arrived(void* self, int status, int timeouts, ares_addrinfo* info);
  void take(const ares_addrinfo& info);

  DnsChannel channel_;
  int status_ = ARES_SUCCESS;
  bool done_ = false;
  Resolved* out_ = nullptr;
};

int Lookup::run(const std::string& host, Family family, Deadline deadline, const CancelFlag* cancel, Resolved& out) {
  if (channel_.status() != ARES_SUCCESS) return channel_.status();
  out_ = &out;
  ares_addrinfo_hints hints{};
  hints.ai_family = address_family(family);
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_.get(), host.c_str(), nullptr, &hints, arrived, this);
  const int ended = channel_.serve_until(done_, deadline, cancel);
  return ended == ARES_SUCCESS ? status_ : ended;
}

void Lookup::arrived(void* self, int status, int /*timeouts*/, ares_addrinfo* info) {
  auto& lookup = *static_cast<Lookup*>(self);
  lookup.done_ = true;
  lookup.status_ = status;
  if (info != nullptr && status == ARES_SUCCESS) lookup.take(*info);
  ares_freeaddrinfo(info);
}

void Lookup::take(const ares_addrinfo& info) {
  constexpr std::size_t max_addresses = 64;
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr && out_->addresses.size() < max_addresses; node = node->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(node->ai_addr, node->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    if (std::find(out_->addresses.begin(), out_->addresses.end(), text.data()) == out_->addresses.end())
      out_->addresses.emplace_back(text.data());
  }
  for (const ares_addrinfo_cname* alias = info.cnames; alias != nullptr; alias = alias->next)
    if (alias->name != nullptr) out_->canonical = base::printable(alias->name, 255);
}

const sockaddr* generic(const sockaddr_storage& address) { return reinterpret_cast<const sockaddr*>(&address); }

std::string names_of(const std::vector<sockaddr_storage>& servers) {
  std::vector<std::string> out;
  for (const sockaddr_storage& server : servers) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(generic(server), sizeof server, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      out.emplace_back(text.data());
  }
  return base::join(out, ", ");
}

/// Does nothing listen there? c-ares loses the ICMP error where two questions share a socket, and waits for its timeout instead.
bool port_closed(const sockaddr_storage& server) {
  constexpr std::array<std::uint8_t, 17> root_ns{0x77, 0x74, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};
  const int descriptor = socket(server.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  bool closed = false;
  if (::connect(descriptor, generic(server), sizeof server) == 0 && send(descriptor, root_ns.data(), root_ns.size(), MSG_NOSIGNAL) > 0) {
    pollfd one{.fd = descriptor, .events = POLLIN};
    poll(&one, 1, 50);
    closed = (one.revents & POLLERR) != 0;
  }
  ::close(descriptor);
  return closed;
}

std::string failure_text(int status, Family family, const std::string& servers) {
  const std::string_view kind = family == Family::v4 ? "IPv4 address" : family == Family::v6 ? "IPv6 address" : "address";
  switch (status) {
    case ARES_ENOTFOUND:
      return "no such name (NXDOMAIN)";
    case ARES_ENODATA:
      return fmt::format("the name exists and has no {} record", kind);
    case ARES_ESERVFAIL:
      return fmt::format("the resolver {} fails (SERVFAIL)", servers);
    case ARES_EREFUSED:
      return fmt::format("the resolver {} refuses to answer (REFUSED)", servers);
    case ARES_ECONNREFUSED:
      return fmt::format("no resolver listens at {}", servers);
    case ARES_ETIMEOUT:
      return fmt::format("the resolver {} does not answer", servers);
    case ARES_EBADNAME:
      return "not a valid host name";
    case ARES_ECANCELLED:
      return "interrupted";
    default:
      return fmt::format("the name cannot be resolved: {}", ares_strerror(status));
  }
}

/// Answers that need no resolver.
bool answered_at_once(const std::string& host, Family family, Resolved& out) {
  const bool v4 = is_literal(host, AF_INET), v6 = is_literal(host, AF_INET6);
  if (!v4 && !v6) return false;
  if ((v4 && family == Family::v6) || (v6 && family == Family::v4))
    out.failure = fmt::format("{} is an {} address, and {} was asked for", host, v4 ? "IPv4" : "IPv6", v4 ? "IPv6" : "IPv4");
  else
    out.addresses.push_back(host);
  return true;
}

void resolve_local_name(const std::string& host, Family family, Deadline deadline, const CancelFlag* cancel, Resolved& out) {
  // Both families, chosen from here: c-ares 1.18 leaks a few bytes where the hosts file has the name in the other family only.
  Lookup({}, false, true).run(host, Family::any, deadline, cancel, out);
  const auto unwanted = [&](const std::string& ip) {
    return family != Family::any && (family == Family::v6) != (ip.find(':') != std::string::npos);
  };
  out.addresses.erase(std::remove_if(out.addresses.begin(), out.addresses.end(), unwanted), out.addresses.end());
  if (!out.addresses.empty()) return;
  if (family != Family::v4) out.addresses.emplace_back("::1");
  if (family != Family::v6) out.addresses.emplace_back("127.0.0.1");
}

void ask(const std::string& host, Family family, Deadline deadline, const CancelFlag* cancel, const ResolveOptions& options,
         Resolved& out) {
  Lookup lookup(options, false, false);
  int status = lookup.run(host, family, deadline, cancel, out);
  if (status == ARES_ECONNREFUSED) status = Lookup(options, true, false).run(host, family, deadline, cancel, out);
  if (!out.addresses.empty()) return;
  const std::vector<sockaddr_storage> servers = lookup.servers();
  if (status == ARES_ETIMEOUT && std::all_of(servers.begin(), servers.end(), port_closed)) status = ARES_ECONNREFUSED;
  out.timed_out = status == ARES_ETIMEOUT;
  out.failure = failure_text(status, family, names_of(servers));
}

/// All addresses are of one family to which there is no route.
bool lacks_family(const std::vector<std::string>& addresses) { return std::none_of(addresses.begin(), addresses.end(), routable); }

}  // namespace

bool routable(const std::string& ip) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(ip.c_str(), "443", &hints, &found) != 0) return false;
  const int descriptor = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // connect() on a datagram socket only looks up the route.
  const bool reached = descriptor >= 0 && ::connect(descriptor, found->ai_addr, found->ai_addrlen) == 0;
  if (descriptor >= 0) ::close(descriptor);
  freeaddrinfo(found);
  return reached;
}

Resolved resolve(const std::string& host, Family family, Deadline deadline, const CancelFlag* cancel, const ResolveOptions& options) {
  Resolved out;
  const std::string name = host.size() > 2 && host.front() == '[' && host.back() == ']' ? host.substr(1, host.size() - 2) : host;
  if (answered_at_once(name, family, out)) return out;
  if (name.empty() || name.size() > 254 || name.find('\0') != std::string::npos)
    out.failure = "not a valid host name";
  else if (is_local_name(name))
    resolve_local_name(name, family, deadline, cancel, out);
  else
    ask(name, family, deadline, cancel, options, out);
  out.v6_missing = !out.addresses.empty() && lacks_family(out.addresses);
  return out;
}

}  // namespace whytls::net
