// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/offer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "registry/registry.h"

namespace whytls::probe {

namespace version = registry::version;
using registry::Authentication;
using registry::KeyExchange;
using registry::Mode;
using registry::Suite;

bool Offer::offers(std::uint16_t wanted) const { return std::find(versions.begin(), versions.end(), wanted) != versions.end(); }

std::uint16_t Offer::highest_version() const {
  std::uint16_t highest = 0;
  for (const std::uint16_t one : versions) {
    if (!registry::is_grease(one)) highest = std::max(highest, one);
  }
  return highest;
}

bool is_address(std::string_view name) {
  const bool digits = name.find_first_not_of("0123456789.") == std::string_view::npos;
  return name.find(':') != std::string_view::npos || (digits && std::count(name.begin(), name.end(), '.') == 3);
}

namespace {

bool tls13_only(const Suite& suite) { return suite.min_version >= version::tls13; }

/// The suites of the client in question: contract, "The client in question".
bool mainstream(const Suite& suite) {
  if (suite.openssl.empty() || suite.gnutls.empty()) return false;  // drafts' code points, and what today's libraries do not share
  const bool aes = suite.cipher == "AES_128" || suite.cipher == "AES_256";
  const bool cipher = (aes && (suite.mode == Mode::gcm || suite.mode == Mode::cbc)) || suite.mode == Mode::chacha20_poly1305;
  if (tls13_only(suite)) return cipher;
  const bool rsa = suite.authentication == Authentication::rsa;
  const bool exchange = (suite.key_exchange == KeyExchange::ecdhe && (rsa || suite.authentication == Authentication::ecdsa)) ||
                        ((suite.key_exchange == KeyExchange::dhe || suite.key_exchange == KeyExchange::rsa) && rsa);
  return cipher && exchange;
}

unsigned exchange_rank(const Suite& suite) {
  if (tls13_only(suite)) return 0;
  switch (suite.key_exchange) {
    case KeyExchange::ecdhe:
      return 1;
    case KeyExchange::dhe:
      return 2;
    case KeyExchange::rsa:
      return 3;
    case KeyExchange::ecdh:
    case KeyExchange::dh:
      return 4;
    default:
      return 5;
  }
}

unsigned authentication_rank(const Suite& suite) {
  switch (suite.authentication) {
    case Authentication::any:
    case Authentication::ecdsa:
      return 0;
    case Authentication::rsa:
      return 1;
    case Authentication::dss:
      return 2;
    case Authentication::anon:
      return 3;
    default:
      return 4;
  }
}

unsigned cipher_rank(const Suite& suite) {
  switch (suite.mode) {
    case Mode::gcm:
      return suite.key_bits >= 256 ? 1 : 0;
    case Mode::chacha20_poly1305:
      return 2;
    case Mode::cbc:
      return suite.mac == registry::Hash::sha1 ? 5 : 3;
    case Mode::ccm:
    case Mode::ccm8:
      return 4;
    default:
      return 6;
  }
}

/// The order in which clients prefer: key exchange, cipher, key size, authentication, code point.
bool preferred(const Suite* a, const Suite* b) {
  const auto key = [](const Suite& suite) {
    const bool odd = authentication_rank(suite) >= 3 || suite.export_grade;
    return std::tuple(odd, exchange_rank(suite), cipher_rank(suite), authentication_rank(suite), suite.code);
  };
  return key(*a) < key(*b);
}

template <class Wanted>
std::vector<std::uint16_t> suites_where(Wanted&& wanted) {
  std::vector<const Suite*> found;
  for (const Suite& suite : registry::suites()) {
    if (wanted(suite)) found.push_back(&suite);
  }
  std::sort(found.begin(), found.end(), preferred);
  std::vector<std::uint16_t> codes;
  codes.reserve(found.size());
  for (const Suite* suite : found) codes.push_back(suite->code);
  return codes;
}

bool fits(const Suite& suite, const std::vector<std::uint16_t>& versions) {
  return std::any_of(versions.begin(), versions.end(),
                     [&](std::uint16_t one) { return one >= suite.min_version && one <= suite.max_version; });
}

bool shares_wanted(const Offer& offer) { return offer.highest_version() > version::tls12; }

}  // namespace

Offer default_offer(std::string_view server_name, bool https) {
  static const std::vector<std::uint16_t> suites = suites_where(mainstream);
  Offer offer;
  offer.versions = {version::tls13, version::tls12};
  offer.suites = suites;
  offer.groups = {0x11ec, 0x001d, 0x0017, 0x0018, 0x0019, 0x0100, 0x0101};
  offer.key_shares = {0x11ec, 0x001d};
  offer.signature_algorithms = {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805,
                                0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601};
  if (https) offer.alpn = {"h2", "http/1.1"};
  if (!server_name.empty() && !is_address(server_name)) offer.server_name = std::string(server_name);
  return offer;
}

Offer with_versions(Offer offer, std::vector<std::uint16_t> versions) {
  offer.versions = std::move(versions);
  std::vector<std::uint16_t> kept;
  for (const std::uint16_t code : offer.suites) {
    const Suite* suite = registry::suite(code);
    if (suite == nullptr || suite->signalling || fits(*suite, offer.versions)) kept.push_back(code);
  }
  offer.suites = std::move(kept);
  return offer;
}

std::vector<std::uint16_t> every_suite() {
  return suites_where([](const Suite& suite) { return !suite.signalling && suite.code != 0; });
}

std::vector<std::uint16_t> suites_for(std::uint16_t wanted) {
  return suites_where([&](const Suite& suite) { return !suite.signalling && suite.code != 0 && fits(suite, {wanted}); });
}

std::vector<std::uint16_t> every_group() {
  // The usual ones first: a server that follows the client's order then picks one whose secret we can derive.
  std::vector<std::uint16_t> out{0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104};
  for (const registry::Group& group : registry::groups()) {
    const bool explicit_curves = group.code == 0xff01 || group.code == 0xff02;
    if (!explicit_curves && group.family != registry::GroupFamily::other && std::find(out.begin(), out.end(), group.code) == out.end()) {
      out.push_back(group.code);
    }
  }
  return out;
}

std::vector<std::uint16_t> every_signature_scheme() {
  std::vector<std::uint16_t> out = default_offer({}, false).signature_algorithms;
  for (const registry::SignatureScheme& scheme : registry::signature_schemes()) {
    if (std::find(out.begin(), out.end(), scheme.code) == out.end()) out.push_back(scheme.code);
  }
  return out;
}

Offer widest_offer(std::string_view server_name, std::uint16_t lowest) {
  Offer offer = default_offer(server_name, false);
  offer.versions.clear();
  for (std::uint16_t one = version::tls13; one >= lowest && one >= version::ssl3; --one) offer.versions.push_back(one);
  offer.suites = every_suite();
  offer.groups = every_group();
  offer.key_shares = {0x001d};
  offer.signature_algorithms = every_signature_scheme();
  return offer;
}

Offer ssl2_offer() {
  Offer offer;
  offer.versions = {version::ssl2};
  offer.ssl2_form = true;
  // SSL_CK_*: draft-hickman-netscape-ssl-00 2.4
  offer.ssl2_suites = {0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700c0};
  return offer;
}

std::size_t session_id_size(const Offer& offer) {
  if (offer.session_id_size) return std::min<std::size_t>(*offer.session_id_size, 32);
  if (offer.raw) return wire::parse_client_hello(*offer.raw).session_id.size();
  return shares_wanted(offer) ? 32 : 0;
}

std::vector<std::uint16_t> share_groups(const Offer& offer) {
  if (!offer.raw) return shares_wanted(offer) ? offer.key_shares : std::vector<std::uint16_t>{};
  std::vector<std::uint16_t> groups;
  if (offer.raw_use == RawUse::patched) {
    for (const wire::KeyShare& share : wire::parse_client_hello(*offer.raw).key_shares()) {
      if (!registry::is_grease(share.group)) groups.push_back(share.group);
    }
  }
  return groups;
}

std::size_t hello_size(const Offer& offer) {
  HelloInputs inputs;
  inputs.random.assign(32, 0);
  inputs.session_id.assign(session_id_size(offer), 0);
  for (const std::uint16_t code : share_groups(offer)) {
    const registry::Group* group = registry::group(code);
    const std::size_t size = group != nullptr && group->client_share != 0 ? group->client_share : 32;
    inputs.shares.push_back({code, base::Bytes(size, 0)});
  }
  if (offer.ssl2_form) return wire::build_ssl2_record(build_ssl2_hello(offer, inputs)).size();
  return build_hello_message(offer, inputs).size();
}

}  // namespace whytls::probe
