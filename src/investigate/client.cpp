// SPDX-License-Identifier: Apache-2.0
#include "investigate/client.h"

#include <algorithm>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::investigate {
namespace {

using probe::Offer;

bool suite_fits(std::uint16_t code, std::uint16_t version) {
  const registry::Suite* suite = registry::suite(code);
  if (!suite) return version <= registry::version::tls12 || registry::is_grease(code);
  return !suite->signalling && version >= suite->min_version && version <= suite->max_version;
}

/// Versions for which no suite is left cannot be meant; naming them would only make the server choose one that must fail.
void drop_versions_without_suites(Offer& offer) {
  std::erase_if(offer.versions, [&](std::uint16_t version) {
    return std::none_of(offer.suites.begin(), offer.suites.end(), [&](std::uint16_t suite) { return suite_fits(suite, version); });
  });
}

void set_groups(Offer& offer, const std::vector<std::uint16_t>& groups) {
  offer.groups = groups;
  std::erase_if(offer.key_shares, [&](std::uint16_t share) { return std::find(groups.begin(), groups.end(), share) == groups.end(); });
  if (offer.key_shares.empty() && offer.offers_tls13() && !groups.empty()) offer.key_shares = {groups.front()};
}

base::Result<Offer> narrow(Offer offer, const Request& request) {
  if (!request.versions.empty()) {
    const bool ssl2 = request.versions == std::vector<std::uint16_t>{registry::version::ssl2};
    if (ssl2) return probe::ssl2_offer();
    const Offer usual = offer;
    offer = probe::with_versions(offer, request.versions);
    // A client of old versions has suites for them, whatever the default one has dropped.
    if (offer.suites.empty())
      offer.suites = probe::with_versions(probe::widest_offer("", registry::version::ssl3), request.versions).suites;
    if (offer.offers_tls13() && offer.key_shares.empty()) offer.key_shares = usual.key_shares;
  }
  if (!request.ciphers.empty()) {
    offer.suites = request.ciphers;
    if (request.versions.empty()) drop_versions_without_suites(offer);
    offer = probe::with_versions(offer, offer.versions);
    offer.suites = request.ciphers;
  }
  if (!request.groups.empty()) set_groups(offer, request.groups);
  if (!request.sigalgs.empty()) offer.signature_algorithms = request.sigalgs;
  if (request.alpn) offer.alpn = *request.alpn;
  const bool any_suite = std::any_of(offer.suites.begin(), offer.suites.end(), [](std::uint16_t code) {
    const registry::Suite* suite = registry::suite(code);
    return !suite || !suite->signalling;
  });
  if (offer.versions.empty() || !any_suite)
    return base::fail(base::Fault::misuse, "the options leave nothing to offer: no cipher suite fits the versions",
                      "--ciphers, --min-version, --max-version");
  return offer;
}

bool limited_by_options(const Request& request) {
  return !request.versions.empty() || !request.ciphers.empty() || !request.groups.empty() || !request.sigalgs.empty() ||
         request.alpn.has_value();
}

/// The default client with a library's own lists; such a client names no application protocols.
Offer as_library(Offer offer, const system::OfferLists& lists) {
  offer.versions = lists.versions;
  offer.suites = lists.suites;
  offer.groups = lists.groups;
  offer.signature_algorithms = lists.signature_algorithms;
  offer.key_shares.clear();
  if (offer.offers_tls13() && !offer.groups.empty()) offer.key_shares = {offer.groups.front()};
  offer.alpn.clear();
  return offer;
}

tl::unexpected<base::Error> unknown_client(const std::string& name) {
  std::vector<std::string> known = probe::profile_names();
  known.insert(known.end(), {"default", "openssl", "gnutls", "java", "pcap:FILE"});
  const auto near = base::nearest(name, known);
  return base::fail(base::Fault::misuse,
                    "no client is known by this name" + (near ? ", did you mean " + *near + "?" : "; there are " + base::join(known, ", ")),
                    "--client " + base::printable(name));
}

}  // namespace

std::optional<std::string> server_name_of(const Request& request) {
  if (request.no_servername) return std::nullopt;
  if (request.servername) return request.servername;
  if (probe::is_address(request.host)) return std::nullopt;
  return request.host;
}

std::string checked_name_of(const Request& request) { return request.servername.value_or(request.host); }

Offer default_client(const Request& request) {
  Offer offer = probe::default_offer("", request.https());
  offer.server_name = server_name_of(request);
  return offer;
}

bool narrowed(const Request& request) { return (!request.client.empty() && request.client != "default") || limited_by_options(request); }

base::Result<Client> client_of(const Request& request) {
  Client client;
  client.offer = default_client(request);
  const std::vector<std::string> libraries{"openssl", "gnutls", "java"};
  if (std::find(libraries.begin(), libraries.end(), request.client) != libraries.end()) {
    auto policy = system::library_policy(request.client, system::Environment::of_process());
    if (!policy) return base::fail(policy.error().fault, policy.error().what, "--client " + request.client);
    client.offer = as_library(client.offer, system::client_offer_limits(*policy));
    client.policy = std::move(*policy);
  } else if (!request.client.empty() && request.client != "default") {
    client.recorded = request.captured ? request.captured.get() : probe::profile(request.client);
    if (!client.recorded) return unknown_client(request.client);
    client.offer = taken_apart(client.recorded->hello);
    client.offer.server_name = server_name_of(request);
  }
  auto offer = narrow(client.offer, request);
  if (!offer) return tl::unexpected<base::Error>(offer.error());
  if (limited_by_options(request)) client.recorded = nullptr;
  client.offer = std::move(*offer);
  return client;
}

Offer taken_apart(const wire::ClientHello& hello) {
  const auto plain = [](std::vector<std::uint16_t> list) {
    std::erase_if(list, registry::is_grease);
    return list;
  };
  Offer offer;
  offer.grease = std::any_of(hello.cipher_suites.begin(), hello.cipher_suites.end(), registry::is_grease);
  offer.versions = hello.versions();
  offer.suites = plain(hello.cipher_suites);
  offer.groups = plain(hello.supported_groups());
  for (const wire::KeyShare& share : hello.key_shares()) offer.key_shares.push_back(share.group);
  offer.key_shares = plain(offer.key_shares);
  offer.signature_algorithms = hello.signature_algorithms();
  offer.signature_algorithms_cert = hello.signature_algorithms_cert();
  offer.alpn = hello.alpn();
  offer.server_name = hello.server_name();
  const auto has = [&](std::uint16_t type) { return wire::find_extension(hello.extensions, type) != nullptr; };
  offer.extended_master_secret = has(23);
  offer.encrypt_then_mac = has(22);
  offer.renegotiation_info = has(0xff01) ? probe::RenegotiationInfo::extension : probe::RenegotiationInfo::none;
  offer.session_ticket = has(35);
  offer.status_request = has(5);
  offer.signed_certificate_timestamps = has(18);
  offer.post_handshake_auth = has(49);
  offer.no_extensions = !hello.has_extensions;
  for (const wire::Extension& extension : hello.extensions) {
    if (registry::is_grease(extension.type)) continue;
    offer.extension_order.push_back(extension.type);
    switch (extension.type) {
      case 0:
      case 5:
      case 10:
      case 11:
      case 13:
      case 16:
      case 18:
      case 22:
      case 23:
      case 35:
      case 41:
      case 43:
      case 45:
      case 49:
      case 50:
      case 51:
      case 0xff01:
        break;
      default:
        offer.extra.push_back(extension);
    }
  }
  return offer;
}

}  // namespace whytls::investigate
