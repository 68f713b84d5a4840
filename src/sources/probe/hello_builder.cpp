// SPDX-License-Identifier: Apache-2.0
// From an Offer to a ClientHello: RFC 8446 4.1.2, RFC 5246 7.4.1.2.
#include <algorithm>
#include <utility>

#include "registry/registry.h"
#include "sources/probe/offer.h"
#include "wire/extension_types.h"

namespace whytls::probe {

using base::Bytes;
using wire::Extension;
namespace version = registry::version;
namespace type = wire::extension_type;

namespace {

enum : std::uint16_t { scsv_renegotiation = 0x00ff, scsv_fallback = 0x5600 };

/// RFC 8701: one of sixteen values, chosen by a byte of the hello's random.
std::uint16_t grease_value(const HelloInputs& inputs, std::size_t which) {
  const std::uint8_t seed = which < inputs.random.size() ? inputs.random[which] : std::uint8_t{0};
  const auto byte = static_cast<std::uint16_t>((seed & 0xf0U) | 0x0aU);
  return static_cast<std::uint16_t>(byte << 8U | byte);
}

/// The second extension's value must differ from the first's.
std::uint16_t second_grease(const HelloInputs& inputs) {
  const std::uint16_t value = grease_value(inputs, 4);
  return value == grease_value(inputs, 3) ? static_cast<std::uint16_t>(value ^ 0x1010U) : value;
}

Bytes list8(const std::vector<std::uint8_t>& values) {
  base::Writer out;
  out.prefixed8([&] { out.bytes(values); });
  return out.take();
}

Bytes u16_list8(const std::vector<std::uint16_t>& values) {
  base::Writer out;
  out.prefixed8([&] {
    for (const std::uint16_t value : values) out.u16(value);
  });
  return out.take();
}

Bytes vector16(base::ByteView value) {
  base::Writer out;
  out.prefixed16([&] { out.bytes(value); });
  return out.take();
}

std::vector<std::uint16_t> with_front(std::uint16_t front, std::vector<std::uint16_t> rest) {
  rest.insert(rest.begin(), front);
  return rest;
}

class Builder {
 public:
  Builder(const Offer& offer, const HelloInputs& inputs) : offer_(offer), inputs_(inputs), highest_(offer.highest_version()) {}

  wire::ClientHello hello() {
    wire::ClientHello out;
    out.legacy_version = offer_.legacy_version.value_or(highest_ == 0 ? version::tls12 : std::min(highest_, version::tls12));
    out.random = inputs_.random;
    out.session_id = inputs_.session_id;
    out.cipher_suites = suites();
    out.compression_methods = offer_.compression_methods;
    out.has_extensions = !offer_.no_extensions && above(version::ssl3);
    if (out.has_extensions) {
      out.extensions = extensions();
      pad(out);
    }
    return out;
  }

 private:
  bool above(std::uint16_t lower) const { return highest_ > lower || highest_ == 0; }
  bool below_tls13() const {
    return std::any_of(offer_.versions.begin(), offer_.versions.end(),
                       [](std::uint16_t one) { return one <= version::tls12 && !registry::is_grease(one); });
  }

  std::vector<std::uint16_t> suites() const {
    std::vector<std::uint16_t> out = offer_.suites;
    if (offer_.grease) out.insert(out.begin(), grease_value(inputs_, 0));
    const bool scsv = offer_.renegotiation_info == RenegotiationInfo::scsv || offer_.renegotiation_info == RenegotiationInfo::both ||
                      (offer_.renegotiation_info == RenegotiationInfo::extension && !above(version::ssl3));  // no extension there to say it
    if (scsv) out.push_back(scsv_renegotiation);
    if (offer_.fallback_scsv) out.push_back(scsv_fallback);
    return out;
  }

  void add(std::uint16_t code, Bytes data = {}) { out_.push_back({code, std::move(data)}); }
  void add(Extension extension) { out_.push_back(std::move(extension)); }

  std::vector<Extension> extensions() {
    classical();
    if (highest_ > version::tls12) modern();
    for (const Extension& one : offer_.extra) add(one);
    reorder();
    if (offer_.grease) {  // Chrome: an empty one in front, one of a zero byte at the end
      out_.insert(out_.begin(), Extension{grease_value(inputs_, 3), {}});
      add(second_grease(inputs_), {0});
    }
    std::stable_partition(out_.begin(), out_.end(),
                          [](const Extension& one) { return one.type != type::pre_shared_key; });  // RFC 8446 4.2.11: last
    std::erase_if(out_, [&](const Extension& one) {
      return std::find(offer_.without.begin(), offer_.without.end(), one.type) != offer_.without.end();
    });
    return std::move(out_);
  }

  void classical() {
    if (offer_.server_name) add(wire::server_name_extension(*offer_.server_name));
    if (offer_.extended_master_secret && below_tls13()) add(type::extended_master_secret);
    if ((offer_.renegotiation_info == RenegotiationInfo::extension || offer_.renegotiation_info == RenegotiationInfo::both) &&
        below_tls13()) {
      add(type::renegotiation_info, {0});
    }
    if (!offer_.groups.empty()) {
      add(wire::supported_groups_extension(offer_.grease ? with_front(grease_value(inputs_, 1), offer_.groups) : offer_.groups));
      if (!offer_.ec_point_formats.empty() && below_tls13()) add(type::ec_point_formats, list8(offer_.ec_point_formats));
    }
    if (offer_.session_ticket && below_tls13()) add(type::session_ticket);
    if (!offer_.alpn.empty()) add(wire::alpn_extension(offer_.alpn));
    if (offer_.status_request) add(wire::status_request_extension());
    if (!offer_.signature_algorithms.empty() && above(version::tls11))
      add(wire::signature_algorithms_extension(offer_.signature_algorithms));
    if (!offer_.signature_algorithms_cert.empty() && above(version::tls11)) {
      Extension one = wire::signature_algorithms_extension(offer_.signature_algorithms_cert);
      one.type = type::signature_algorithms_cert;
      add(std::move(one));
    }
    if (offer_.signed_certificate_timestamps) add(type::signed_certificate_timestamp);
    if (offer_.encrypt_then_mac && below_tls13()) add(type::encrypt_then_mac);
    if (offer_.max_fragment_length) add(type::max_fragment_length, {*offer_.max_fragment_length});
    if (offer_.record_size_limit) {
      const std::uint16_t limit = *offer_.record_size_limit;
      add(type::record_size_limit, {static_cast<std::uint8_t>(limit >> 8U), static_cast<std::uint8_t>(limit & 0xffU)});
    }
  }

  void modern() {
    std::vector<wire::KeyShare> shares = inputs_.shares;
    if (offer_.grease && !inputs_.retry) shares.insert(shares.begin(), wire::KeyShare{grease_value(inputs_, 1), {0}});
    add(wire::key_share_extension(shares));
    if (!offer_.psk_modes.empty()) add(type::psk_key_exchange_modes, list8(offer_.psk_modes));
    std::vector<std::uint16_t> versions = offer_.versions;
    std::erase(versions, version::ssl2);
    add(wire::supported_versions_extension(offer_.grease ? with_front(grease_value(inputs_, 2), std::move(versions)) : versions));
    if (inputs_.cookie) add(type::cookie, vector16(*inputs_.cookie));
    if (!offer_.compress_certificate.empty()) add(type::compress_certificate, u16_list8(offer_.compress_certificate));
    if (offer_.post_handshake_auth) add(type::post_handshake_auth);
  }

  void reorder() {
    const auto& order = offer_.extension_order;
    std::stable_sort(out_.begin(), out_.end(), [&](const Extension& a, const Extension& b) {
      return std::find(order.begin(), order.end(), a.type) - order.begin() < std::find(order.begin(), order.end(), b.type) - order.begin();
    });
  }

  void pad(wire::ClientHello& out) const {
    if (offer_.pad_to == 0) return;
    const std::size_t size = wire::build(out).size() + 4;
    if (size >= offer_.pad_to) return;
    const std::size_t missing = offer_.pad_to - size;
    const Extension padding = wire::padding_extension(missing > 4 ? missing - 4 : 0);
    const bool psk_last = !out.extensions.empty() && out.extensions.back().type == type::pre_shared_key;
    out.extensions.insert(out.extensions.end() - (psk_last ? 1 : 0), padding);
  }

  const Offer& offer_;
  const HelloInputs& inputs_;
  std::uint16_t highest_;
  std::vector<Extension> out_;
};

/// The recorded shares with ours in place of those whose group we were given a key for.
Extension patched_shares(const wire::ClientHello& recorded, const HelloInputs& inputs) {
  if (inputs.retry) return wire::key_share_extension(inputs.shares);
  std::vector<wire::KeyShare> shares = recorded.key_shares();
  for (wire::KeyShare& share : shares) {
    const auto ours =
        std::find_if(inputs.shares.begin(), inputs.shares.end(), [&](const wire::KeyShare& one) { return one.group == share.group; });
    if (ours != inputs.shares.end()) share.key = ours->key;
  }
  return wire::key_share_extension(shares);
}

void patch_name(std::vector<Extension>& extensions, const std::optional<std::string>& name) {
  const auto at = std::find_if(extensions.begin(), extensions.end(), [](const Extension& one) { return one.type == type::server_name; });
  if (at != extensions.end() && name) {
    *at = wire::server_name_extension(*name);
  } else if (at != extensions.end()) {
    extensions.erase(at);
  } else if (name) {
    extensions.insert(extensions.begin(), wire::server_name_extension(*name));
  }
}

/// Where the recorded hello was padded, the patched one keeps its size.
void patch_padding(wire::ClientHello& hello, std::size_t recorded_size) {
  const auto at =
      std::find_if(hello.extensions.begin(), hello.extensions.end(), [](const Extension& one) { return one.type == type::padding; });
  if (at == hello.extensions.end()) return;
  at->data.clear();
  const std::size_t size = wire::build(hello).size();
  if (size < recorded_size) at->data.assign(recorded_size - size, 0);
}

wire::ClientHello patched(const Offer& offer, const HelloInputs& inputs) {
  wire::ClientHello hello = wire::parse_client_hello(*offer.raw);
  hello.random = inputs.random;
  hello.session_id = inputs.session_id;
  std::erase_if(hello.extensions, [](const Extension& one) { return one.type == type::pre_shared_key || one.type == type::early_data; });
  const Extension shares = patched_shares(hello, inputs);
  for (Extension& one : hello.extensions) {
    if (one.type == type::key_share) one = shares;
    if (one.type == type::session_ticket) one.data.clear();
  }
  if (inputs.cookie) hello.extensions.push_back({type::cookie, vector16(*inputs.cookie)});
  patch_name(hello.extensions, offer.server_name);
  patch_padding(hello, offer.raw->size());
  return hello;
}

bool as_recorded(const Offer& offer) {
  if (!offer.raw) return false;
  return offer.raw_use == RawUse::verbatim || wire::parse_client_hello(*offer.raw).malformed.has_value();
}

}  // namespace

wire::ClientHello build_hello(const Offer& offer, const HelloInputs& inputs) {
  if (as_recorded(offer)) return wire::parse_client_hello(*offer.raw);
  return offer.raw ? patched(offer, inputs) : Builder(offer, inputs).hello();
}

Bytes build_hello_message(const Offer& offer, const HelloInputs& inputs) {
  const Bytes body = as_recorded(offer) ? *offer.raw : wire::build(build_hello(offer, inputs));
  return wire::handshake_message(wire::HandshakeType::client_hello, body);
}

wire::Ssl2ClientHello build_ssl2_hello(const Offer& offer, const HelloInputs& inputs) {
  wire::Ssl2ClientHello hello;
  hello.version = offer.legacy_version.value_or(std::min(offer.highest_version(), version::tls12));
  hello.cipher_specs = offer.ssl2_suites;
  for (const std::uint16_t suite : offer.suites) hello.cipher_specs.push_back(suite);
  const bool scsv = offer.renegotiation_info != RenegotiationInfo::none && hello.version >= version::ssl3;
  if (scsv) hello.cipher_specs.push_back(scsv_renegotiation);  // RFC 5746 3.3
  hello.challenge = inputs.random;
  return hello;
}

}  // namespace whytls::probe
