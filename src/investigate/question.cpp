// SPDX-License-Identifier: Apache-2.0
// What is asked and where, and what one answer to it says: the facts that every other part goes on from.
#include <fmt/format.h>

#include "base/text.h"
#include "investigate/session.h"
#include "registry/registry.h"

namespace whytls::investigate {

using evidence::Kind;

void state_question(Session& s) {
  const Request& r = s.request;
  s.add(Kind::host, base::printable(r.host));
  s.add(Kind::port, static_cast<std::int64_t>(r.port));
  s.add(Kind::asked_by_address, probe::is_address(r.host) && !r.servername);
  s.add(Kind::https, r.https());
  s.add(Kind::client, r.client.empty() ? std::string("default") : r.client);
  s.add(Kind::now, r.at.value_or(base::now()));
  s.add(Kind::at_given, r.at.has_value());
  if (!r.starttls.empty()) s.add(Kind::starttls, r.starttls);
  const auto limit = [&](bool limited, const char* what) { s.add(Kind::limited, limited, {}, what); };
  limit(!r.versions.empty(), "versions");
  limit(!r.ciphers.empty(), "suites");
  limit(!r.groups.empty(), "groups");
  limit(!r.sigalgs.empty(), "signature-algorithms");
  limit(r.alpn.has_value(), "alpn");
  limit(r.no_servername, "server-name");
  s.add(Kind::insists, true, {}, "secure-renegotiation");
  if (s.runner.place().route.proxy) {
    const net::Proxy& proxy = *s.runner.place().route.proxy;
    s.add(Kind::proxy_name, base::printable(fmt::format("{}:{} ({})", proxy.host, proxy.port, proxy.from)));
  }
}

probe::Place place_of(const Request& r, const std::string& ip, const std::optional<net::Proxy>& proxy, net::Deadline overall,
                      const net::CancelFlag* cancel) {
  probe::Place place;
  const std::string host = r.connect_host.value_or(r.host);
  const std::uint16_t port = r.connect_host ? r.connect_port : r.port;
  place.route.host = r.host;
  place.route.address = {ip, port};
  place.route.target = host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
  place.route.proxy = proxy;
  place.route.starttls = r.starttls;
  place.route.stream.watch_hops = true;
  place.step = r.step;
  place.overall = overall;
  place.cancel = cancel;
  if (r.https()) place.http_host = r.host;
  return place;
}

probe::Place place_for(const Session& s, const std::string& ip) {
  probe::Place place = s.runner.place();
  place.route.address.ip = ip;
  return place;
}

void take_in(Session& s, const probe::Attempt& attempt) {
  s.out.evidence.add(probe::facts_of(attempt));
  std::vector<std::string> versions;
  for (const std::uint16_t version : s.out.offer.versions) versions.push_back(registry::version_name(version));
  s.add(Kind::offered_versions, versions);  // below TLS 1.3 a hello cannot say what its lowest version is: the client knows
  judge_chain(s, attempt);
  judge_identity(s, attempt);
  apply_client_demands(s);
}

bool healthy(const Session& s) { return evidence::known_yes(s.out.evidence.is(Kind::completed)); }

}  // namespace whytls::investigate
