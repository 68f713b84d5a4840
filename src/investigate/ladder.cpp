// SPDX-License-Identifier: Apache-2.0
#include "investigate/ladder.h"

#include "investigate/client.h"
#include "registry/registry.h"

namespace whytls::investigate {
namespace {

namespace v = registry::version;
using probe::Offer;

/// TLS 1.2 as clients spoke it in 2015: what the standards made mandatory and nothing else; under 256 bytes.
Offer plain(const std::optional<std::string>& name) {
  Offer offer;
  offer.versions = {v::tls12};
  offer.suites = {0xc02f, 0xc02b, 0xc030, 0xc02c, 0xc013, 0xc009, 0xc014, 0xc00a, 0x009c, 0x009d, 0x002f, 0x0035};
  offer.groups = {23, 29, 24, 25};
  offer.signature_algorithms = {0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0807};
  offer.server_name = name;
  offer.extended_master_secret = false;
  offer.session_ticket = false;
  offer.status_request = false;
  offer.psk_modes.clear();
  return offer;
}

Offer tls13_only(const std::optional<std::string>& name) {
  Offer offer = plain(name);
  offer.versions = {v::tls13};
  offer.suites = {0x1301, 0x1302, 0x1303};
  offer.groups = {29, 23, 24, 25};
  offer.key_shares = {29, 23};
  offer.renegotiation_info = probe::RenegotiationInfo::none;
  offer.psk_modes = {1};
  return offer;
}

Offer wide(const std::optional<std::string>& name) {
  Offer offer = probe::widest_offer("", v::ssl3);
  offer.key_shares = {29, 23};  // post-quantum groups by HelloRetryRequest only: they must not make this large
  offer.server_name = name;
  return offer;
}

/// No extensions at all, SSL 3 to TLS 1.2, every old suite: what a device of 2005 understands.
Offer old() {
  Offer offer = probe::with_versions(probe::widest_offer("", v::ssl3), {v::tls10, v::ssl3});
  offer.no_extensions = true;
  offer.server_name.reset();
  return offer;
}

}  // namespace

std::vector<std::vector<Rung>> ladder(const Request& request, const Offer& asked, const std::string& failure) {
  const std::optional<std::string> name = asked.server_name;
  const Rung wide_rung{"wide", "a wide offer: SSL 3 to TLS 1.3 with all suites, groups and signature algorithms", wide(name)};
  const Rung plain_rung{"plain", "a plain offer of TLS 1.2, under 256 bytes", plain(name)};
  const Rung bare_rung{"plain-no-name", "a plain offer of TLS 1.2 without a server name", plain(std::nullopt)};
  const Rung only13{"tls1.3-only", "a small offer of TLS 1.3 alone", tls13_only(name)};
  const Rung old_rung{"old", "an offer of SSL 3 and TLS 1.0 without extensions", old()};
  const Rung ssl2{"ssl2", "SSL 2", probe::ssl2_offer()};
  std::vector<Rung> last{old_rung};
  if (failure == "closed" || failure == "alert") last.push_back(ssl2);
  // Whoever has nothing in common with the offer says so by an alert: where there was one, the wide offer comes first too.
  if (!narrowed(request) && failure != "alert") {
    last.insert(last.begin(), wide_rung);
    return {{plain_rung, bare_rung}, last};
  }
  if (!narrowed(request)) return {{plain_rung, bare_rung, wide_rung}, last};
  const Rung usual{"default", "the offer of a current mainstream client", default_client(request)};
  last.push_back(only13);
  return {{usual}, {plain_rung, wide_rung, bare_rung}, last};
}

}  // namespace whytls::investigate
