// SPDX-License-Identifier: Apache-2.0
// From a name to a stream over which TLS may begin: names (c-ares), addresses, proxies, and the STARTTLS dialogues of wire/upgrade.
//
//   auto deadline = net::Clock::now() + 15s;
//   auto names = net::resolve("mail.example.com", net::Family::any, deadline, &cancel);     // names.failure says why there is none
//   auto dialled = net::dial({.host = "mail.example.com", .address = {names.addresses[0], 587}, .target = "mail.example.com:587",
//                             .proxy = net::proxy_from_environment("mail.example.com", 587), .starttls = "smtp"}, 5s, deadline, &cancel);
//   if (dialled.stage == net::DialStage::ready) dialled.stream->write(hello, deadline);     // else dialled.end, .detail, .status
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "net/stream.h"

namespace whytls::net {

enum class Family : std::uint8_t { any, v4, v6 };

struct Resolved {
  std::vector<std::string> addresses;  ///< numeric, in the order of RFC 6724 as c-ares sorts them
  std::string canonical;               ///< CNAME's end, if any
  std::string failure;  ///< why there is no address, in plain words: "no such name", "no address record", "the resolver does not answer" …
  bool timed_out = false;
  bool v6_missing = false;  ///< addresses exist for IPv6 only and this machine has no IPv6 route, or the other way round
};
struct ResolveOptions {
  std::string nameserver;                 ///< "192.0.2.53" or "192.0.2.53:5353" in place of the system's; empty: the system's
  std::chrono::milliseconds retry{1500};  ///< how long one server is waited for before the next try
};
/// A literal address (also in brackets) resolves to itself; /etc/hosts is honoured; "localhost" and what ends in it never leave the
/// machine.
Resolved resolve(const std::string& host, Family family, Deadline deadline, const CancelFlag* cancel, const ResolveOptions& options = {});
/// Has this machine a route to that address? Asks the routing table; sends nothing.
bool routable(const std::string& ip);

struct Proxy {
  enum class Kind : std::uint8_t { http, socks5 } kind = Kind::http;
  std::string host;
  std::uint16_t port = 0;
  std::string user, password;
  std::string from;  ///< where it was set: "--proxy", "HTTPS_PROXY" …
};
/// http://host:port, socks5://host:port, socks5h://…; credentials in the URL are refused (they come from --proxy-auth-file).
base::Result<Proxy> parse_proxy(const std::string& url);
/// HTTPS_PROXY, https_proxy, ALL_PROXY, all_proxy, minus NO_PROXY (suffixes, addresses, CIDR, "*"; "host:port" too). localhost and
/// loopback addresses never go to a proxy. Credentials may stand in these URLs. A variable that makes no sense is as if unset.
std::optional<Proxy> proxy_from_environment(const std::string& host, std::uint16_t port);

struct Route {
  std::string host;    ///< as asked for; used in dialogues
  Address address;     ///< where to connect when there is no proxy
  std::string target;  ///< "host:port" that a proxy is asked for
  std::optional<Proxy> proxy;
  std::string starttls;  ///< a name of wire::upgrade_protocols, or empty
  StreamOptions stream;
};

enum class DialStage : std::uint8_t { tcp, proxy, starttls, ready };

struct Dialled {
  DialStage stage = DialStage::tcp;  ///< ready, or where it stopped; a proxy that cannot be reached stops at `proxy`
  End end = End::open;               ///< how the connection ended, if it did; `local` too where the proxy's name does not resolve
  std::string detail;                ///< printable sentence
  int status = 0;                    ///< HTTP status, SOCKS reply or the protocol's reply code
  bool not_offered = false;          ///< starttls: the protocol is there, TLS is not offered
  bool refused = false;              ///< starttls or proxy: asked for and refused
  base::Bytes answer;                ///< first bytes of the peer in the dialogue that failed (at most 4 KiB)
  base::Bytes left_over;             ///< bytes behind the dialogue's end
  std::unique_ptr<Stream> stream;
  std::vector<IcmpError> icmp;
  KernelView kernel;
  std::chrono::microseconds tcp_took{}, proxy_took{}, starttls_took{};
};
/// Connects, speaks to the proxy and upgrades, each step within `step` and all within `deadline`.
Dialled dial(const Route& route, std::chrono::milliseconds step, Deadline deadline, const CancelFlag* cancel);

}  // namespace whytls::net
