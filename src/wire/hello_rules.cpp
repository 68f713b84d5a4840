// SPDX-License-Identifier: Apache-2.0
#include "wire/hello_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "registry/registry.h"
#include "wire/extension_types.h"

namespace whytls::wire {
namespace {

namespace type = extension_type;
using base::Reader;

/// Reads the rest of `reader` by `element` until it is empty; false where one cannot be read, or where there is none.
template <class Element>
bool at_least_one(Reader& reader, Element&& element) {
  if (reader.empty()) return false;
  while (!reader.empty())
    if (!element(reader)) return false;
  return true;
}

bool is_u8(Reader& reader) { return reader.skip(1, "value"); }
bool is_u16(Reader& reader) { return reader.skip(2, "value"); }
template <std::size_t Least>
bool is_opaque8(Reader& reader) {
  Reader body;
  return reader.prefixed8(body, "value") && body.remaining() >= Least;
}
template <std::size_t Least>
bool is_opaque16(Reader& reader) {
  Reader body;
  return reader.prefixed16(body, "value") && body.remaining() >= Least;
}

/// A list with a length of one byte before it, and nothing behind.
template <auto Element>
bool list8(Reader& reader) {
  Reader body;
  return reader.prefixed8(body, "list") && at_least_one(body, Element) && reader.empty();
}
template <auto Element>
bool list16(Reader& reader) {
  Reader body;
  return reader.prefixed16(body, "list") && at_least_one(body, Element) && reader.empty();
}

bool is_empty(Reader& reader) { return reader.empty(); }
bool is_name(Reader& reader) { return is_u8(reader) && is_opaque16<1>(reader); }
bool is_share(Reader& reader) { return is_u16(reader) && is_opaque16<1>(reader); }
bool is_identity(Reader& reader) { return is_opaque16<1>(reader) && reader.skip(4, "obfuscated_ticket_age"); }

/// An empty list of shares asks for a HelloRetryRequest, and is legal.
bool is_shares(Reader& reader) {
  Reader body;
  if (!reader.prefixed16(body, "client_shares") || !reader.empty()) return false;
  return body.empty() || at_least_one(body, is_share);
}

/// RFC 6066 8: of a status_type other than ocsp nothing is known.
bool is_status_request(Reader& reader) {
  std::uint8_t status = 0;
  Reader ids, extensions;
  if (!reader.u8(status, "status_type")) return false;
  if (status != 1) return true;
  return reader.prefixed16(ids, "responder_id_list") && reader.prefixed16(extensions, "request_extensions") && reader.empty();
}

/// As many binders as identities, of 32 bytes at least.
bool is_pre_shared_key(Reader& reader) {
  Reader identities, binders;
  std::size_t offered = 0, proven = 0;
  if (!reader.prefixed16(identities, "identities") || !reader.prefixed16(binders, "binders") || !reader.empty()) return false;
  return at_least_one(identities, [&](Reader& each) { return ++offered, is_identity(each); }) &&
         at_least_one(binders, [&](Reader& each) { return ++proven, is_opaque8<32>(each); }) && offered == proven;
}

struct Form {
  std::uint16_t type;
  bool (*holds)(Reader&);
  const char* wanted;
  const char* clause;
};
constexpr std::array forms{
    Form{type::server_name, list16<is_name>, "a list of names, none of them empty", "RFC 6066 3"},
    Form{type::max_fragment_length, [](Reader& r) { return is_u8(r) && r.empty(); }, "one byte", "RFC 6066 4"},
    Form{type::status_request, is_status_request, "a type, responders and extensions", "RFC 6066 8"},
    Form{type::supported_groups, list16<is_u16>, "a list of at least one group", "RFC 8446 4.2.7"},
    Form{type::ec_point_formats, list8<is_u8>, "a list of at least one format", "RFC 8422 5.1.2"},
    Form{type::signature_algorithms, list16<is_u16>, "a list of at least one scheme", "RFC 8446 4.2.3"},
    Form{type::alpn, list16<is_opaque8<1>>, "a list of protocol names, none of them empty", "RFC 7301 3.1"},
    Form{type::encrypt_then_mac, is_empty, "nothing in it", "RFC 7366 2"},
    Form{type::extended_master_secret, is_empty, "nothing in it", "RFC 7627 5.1"},
    Form{type::compress_certificate, list8<is_u16>, "a list of at least one algorithm", "RFC 8879 3"},
    Form{type::record_size_limit, [](Reader& r) { return is_u16(r) && r.empty(); }, "two bytes", "RFC 8449 4"},
    Form{type::supported_versions, list8<is_u16>, "a list of at least one version", "RFC 8446 4.2.1"},
    Form{type::cookie, [](Reader& r) { return is_opaque16<1>(r) && r.empty(); }, "a cookie that is not empty", "RFC 8446 4.2.2"},
    Form{type::psk_key_exchange_modes, list8<is_u8>, "a list of at least one mode", "RFC 8446 4.2.9"},
    Form{type::post_handshake_auth, is_empty, "nothing in it", "RFC 8446 4.2.6"},
    Form{type::signature_algorithms_cert, list16<is_u16>, "a list of at least one scheme", "RFC 8446 4.2.3"},
    Form{type::key_share, is_shares, "a list of key shares, none of them empty", "RFC 8446 4.2.8"},
    Form{type::pre_shared_key, is_pre_shared_key, "identities, and a binder for each", "RFC 8446 4.2.11"},
    Form{type::early_data, is_empty, "nothing in it", "RFC 8446 4.2.10"},
    Form{type::renegotiation_info, [](Reader& r) { return is_opaque8<0>(r) && r.empty(); }, "a length and as many bytes", "RFC 5746 3.2"},
};

bool has(const ClientHello& hello, std::uint16_t wanted) { return find_extension(hello.extensions, wanted) != nullptr; }

bool offers_tls13(const ClientHello& hello) {
  const std::vector<std::uint16_t> versions = hello.supported_versions();
  return std::find(versions.begin(), versions.end(), registry::version::tls13) != versions.end();
}

std::optional<std::string> broken_form(const ClientHello& hello) {
  for (const Extension& each : hello.extensions) {
    const auto* form = std::find_if(forms.begin(), forms.end(), [&](const Form& f) { return f.type == each.type; });
    if (form == forms.end()) continue;
    Reader reader(each.data);
    if (!form->holds(reader))
      return fmt::format("the extension {} of {} bytes does not hold {} ({})", registry::extension_name(each.type), each.data.size(),
                         form->wanted, form->clause);
  }
  return std::nullopt;
}

/// RFC 8446 4.2.8: one share a group, in the groups' own lengths, for groups that are offered.
std::optional<std::string> broken_share(const ClientHello& hello) {
  const std::vector<std::uint16_t> groups = hello.supported_groups();
  std::vector<std::uint16_t> seen;
  for (const KeyShare& share : hello.key_shares()) {
    if (registry::is_grease(share.group)) continue;
    const registry::Group* known = registry::group(share.group);
    const std::string name = known ? std::string(known->name) : fmt::format("0x{:04x}", share.group);
    if (known && known->client_share != 0 && known->client_share != share.key.size())
      return fmt::format("the key share of {} has {} bytes and needs {} (RFC 8446 4.2.8)", name, share.key.size(), known->client_share);
    if (std::find(seen.begin(), seen.end(), share.group) != seen.end())
      return fmt::format("there are two key shares of {} (RFC 8446 4.2.8)", name);
    if (std::find(groups.begin(), groups.end(), share.group) == groups.end())
      return fmt::format("there is a key share of {}, which supported_groups does not name (RFC 8446 4.2.8)", name);
    seen.push_back(share.group);
  }
  return std::nullopt;
}

/// What a hello that offers TLS 1.3 has to bring along.
std::optional<std::string> broken_tls13(const ClientHello& hello) {
  if (!offers_tls13(hello)) return std::nullopt;
  if (hello.compression_methods != base::Bytes{0}) return "a hello of TLS 1.3 offers compression (RFC 8446 4.1.2)";
  const bool psk = has(hello, type::pre_shared_key);
  if (psk && hello.extensions.back().type != type::pre_shared_key)
    return "the extension pre_shared_key is not the last one (RFC 8446 4.2.11)";
  if (psk && !has(hello, type::psk_key_exchange_modes))
    return "the extension pre_shared_key comes without psk_key_exchange_modes (RFC 8446 4.2.9)";
  if (has(hello, type::early_data) && !psk) return "the extension early_data comes without pre_shared_key (RFC 8446 4.2.10)";
  if (has(hello, type::supported_groups) != has(hello, type::key_share))
    return fmt::format("the extension {} comes without {} (RFC 8446 9.2)", has(hello, type::key_share) ? "key_share" : "supported_groups",
                       has(hello, type::key_share) ? "supported_groups" : "key_share");
  if (!psk && !has(hello, type::signature_algorithms)) return "the extension signature_algorithms is missing (RFC 8446 9.2)";
  return broken_share(hello);
}

}  // namespace

std::optional<std::string> broken_rule(const ClientHello& hello) {
  if (hello.malformed) return std::nullopt;
  if (hello.cipher_suites.empty()) return "no cipher suite is offered (RFC 8446 4.1.2)";
  const base::Bytes& methods = hello.compression_methods;
  if (std::find(methods.begin(), methods.end(), 0) == methods.end()) return "the null compression method is missing (RFC 5246 7.4.1.2)";
  if (const auto twice = duplicate_extension(hello.extensions))
    return fmt::format("the extension {} is there twice (RFC 8446 4.2)", registry::extension_name(*twice));
  if (auto broken = broken_form(hello)) return broken;
  return broken_tls13(hello);
}

}  // namespace whytls::wire
