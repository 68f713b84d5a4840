// SPDX-License-Identifier: Apache-2.0
// Everything that a ClientHello is made of, as a value: cheap to copy, and to vary in one thing. Opens no connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/handshake.h"

namespace whytls::probe {

enum class RenegotiationInfo : std::uint8_t { none, extension, scsv, both };  ///< RFC 5746 3.4
/// How a recorded hello is sent.
enum class RawUse : std::uint8_t {
  patched,   ///< with our random, session id, key shares and server name; no pre-shared key, tickets emptied
  verbatim,  ///< every byte as recorded; its key shares then lead nowhere
};

struct Offer {
  // ---- what is negotiated
  std::vector<std::uint16_t> versions;    ///< any order and any value, GREASE too; sent as supported_versions where one is above TLS 1.2
  std::vector<std::uint16_t> suites;      ///< in this order, sent as they are
  std::vector<std::uint16_t> groups;      ///< empty: no supported_groups
  std::vector<std::uint16_t> key_shares;  ///< groups, TLS 1.3 only; one that nobody knows gets a random share
  std::vector<std::uint16_t> signature_algorithms;       ///< empty, or nothing above TLS 1.1: no extension
  std::vector<std::uint16_t> signature_algorithms_cert;  ///< empty: no extension
  std::vector<std::string> alpn;                         ///< raw names; empty: no extension
  std::optional<std::string> server_name;                ///< sent as it is, whatever it is

  // ---- extensions that are there or not
  bool extended_master_secret = true;  ///< RFC 7627
  bool encrypt_then_mac = false;       ///< RFC 7366
  RenegotiationInfo renegotiation_info = RenegotiationInfo::extension;
  bool session_ticket = true;                       ///< RFC 5077, empty; only where a version below TLS 1.3 is offered
  bool status_request = true;                       ///< RFC 6066 8
  bool signed_certificate_timestamps = false;       ///< RFC 6962
  bool post_handshake_auth = false;                 ///< RFC 8446 4.2.6
  std::vector<std::uint8_t> psk_modes{1};           ///< RFC 8446 4.2.9, TLS 1.3 only; empty: no extension
  std::vector<std::uint8_t> ec_point_formats{0};    ///< RFC 8422; empty: no extension; sent where a version below TLS 1.3 is offered
  bool fallback_scsv = false;                       ///< RFC 7507
  std::vector<std::uint16_t> compress_certificate;  ///< RFC 8879: algorithms
  std::optional<std::uint16_t> record_size_limit;   ///< RFC 8449
  std::optional<std::uint8_t> max_fragment_length;  ///< RFC 6066 4
  bool grease = false;                              ///< as Chrome does (RFC 8701): suite, group and share, version, two extensions
  std::vector<wire::Extension> extra;               ///< further extensions as raw bytes
  bool no_extensions = false;                       ///< the block is absent altogether
  std::vector<std::uint16_t> extension_order;  ///< types; those that it does not name follow in our order; pre_shared_key is always last
  std::vector<std::uint16_t> without;          ///< extension types that are left out in the end, whoever put them there

  // ---- form
  std::optional<std::uint16_t> legacy_version;  ///< else the highest version, at most TLS 1.2
  std::optional<std::uint16_t> record_version;  ///< else TLS 1.0 (RFC 8446 5.1), SSL 3 where nothing higher is offered
  std::optional<std::size_t> session_id_size;   ///< bytes; else 32 with TLS 1.3 (RFC 8446 D.4), 0 without
  base::Bytes compression_methods{0};
  std::size_t pad_to = 0;         ///< bytes of the whole message (header included), by the padding extension (RFC 7685); 0: none
  std::size_t record_split = 0;   ///< bytes of the message per record; 0: as few records as possible
  std::size_t segment_split = 0;  ///< bytes per TCP segment; 0: as the kernel likes

  // ---- other hellos
  std::optional<base::Bytes> raw;  ///< body of a recorded ClientHello: replaces all fields above but `server_name` and the splits
  RawUse raw_use = RawUse::patched;
  bool ssl2_form = false;                  ///< a version 2 ClientHello (RFC 5246 E.2) with these versions and suites
  std::vector<std::uint32_t> ssl2_suites;  ///< in front of `suites`, SSL 2's three bytes each

  bool offers(std::uint16_t version) const;
  bool offers_tls13() const { return offers(0x0304); }
  /// The highest that is no GREASE; 0 without any.
  std::uint16_t highest_version() const;
};

/// What differs from one hello of an offer to the next. Shares are in the order of `Offer::key_shares` (or of the raw hello).
struct HelloInputs {
  base::Bytes random;      ///< 32 bytes
  base::Bytes session_id;  ///< as long as the offer says; see `session_id_size`
  std::vector<wire::KeyShare> shares;
  std::optional<base::Bytes> cookie;  ///< from a HelloRetryRequest
  bool retry = false;                 ///< the hello after a HelloRetryRequest: `shares` alone, no GREASE share
};
std::size_t session_id_size(const Offer& offer);
/// The groups for which `HelloInputs::shares` is wanted: none unless TLS 1.3 is offered.
std::vector<std::uint16_t> share_groups(const Offer& offer);

/// Pure: GREASE values come from the random.
wire::ClientHello build_hello(const Offer& offer, const HelloInputs& inputs);
/// Header and body as they go out: the above, or a recorded hello byte for byte.
base::Bytes build_hello_message(const Offer& offer, const HelloInputs& inputs);
/// An offer in version 2 form.
wire::Ssl2ClientHello build_ssl2_hello(const Offer& offer, const HelloInputs& inputs);
/// Bytes of the handshake message with its header of four (or of the SSL 2 record), without making keys.
std::size_t hello_size(const Offer& offer);

/// The client in question without --client. `server_name` empty or an address: none is sent. `https`: ALPN h2 and http/1.1.
Offer default_offer(std::string_view server_name, bool https);
/// The same offer for these versions: suites and shares that fit none of them are left out.
Offer with_versions(Offer offer, std::vector<std::uint16_t> versions);

/// All suites known by name that are no signalling values, the usual ones first; PSK, SRP, Kerberos and the like last.
std::vector<std::uint16_t> every_suite();
/// Those of them that may be negotiated in a version.
std::vector<std::uint16_t> suites_for(std::uint16_t version);
std::vector<std::uint16_t> every_group();
std::vector<std::uint16_t> every_signature_scheme();
/// Everything from SSL 3 (`lowest`) to TLS 1.3 with all suites, groups and schemes.
Offer widest_offer(std::string_view server_name, std::uint16_t lowest = 0x0301);
/// SSL 2 alone, in its own form.
Offer ssl2_offer();

bool is_address(std::string_view name);

}  // namespace whytls::probe
