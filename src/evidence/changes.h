// SPDX-License-Identifier: Apache-2.0
// The changes to an offer by which minimal pairs are made: subjects of the facts `cures`, `breaks` and `untried`.
// One vocabulary, shared by whoever makes the pairs (a planner, a capture with a good and a bad client) and by the causes.
#pragma once

#include <string_view>

namespace whytls::evidence::change {

inline constexpr std::string_view server_name_added = "server-name.added";      ///< none was sent; one is
inline constexpr std::string_view server_name_dropped = "server-name.dropped";  ///< one was sent; none is
inline constexpr std::string_view server_name_other = "server-name.other";      ///< another name instead
inline constexpr std::string_view version = "version";                       ///< versions from SSL 3 to TLS 1.3 that were not offered are
inline constexpr std::string_view without_tls13 = "version.without-tls1.3";  ///< TLS 1.3 is no longer offered, TLS 1.2 still is
inline constexpr std::string_view without_tls12 = "version.without-tls1.2";  ///< nothing above TLS 1.1 is offered
inline constexpr std::string_view key_type = "key-type";  ///< the same suites for the other types of key (and their schemes and curves)
inline constexpr std::string_view suites = "suites";      ///< all suites, for the versions offered
inline constexpr std::string_view groups = "groups";      ///< all groups
inline constexpr std::string_view signature_algorithms = "signature-algorithms";  ///< all schemes
inline constexpr std::string_view algorithms =
    "algorithms";  ///< all suites, groups and schemes for the versions offered: works when the version is common
inline constexpr std::string_view alpn_dropped = "alpn.dropped";
inline constexpr std::string_view alpn_other = "alpn.other";  ///< common protocols instead
inline constexpr std::string_view grease_dropped = "grease.dropped";
inline constexpr std::string_view post_quantum_dropped = "post-quantum.dropped";  ///< no hybrid group and share; the size shrinks too
inline constexpr std::string_view post_quantum_padded = "post-quantum.padded";    ///< no hybrid group, but padded to the same size
inline constexpr std::string_view smaller_256 = "size.256";                       ///< below 256 bytes
inline constexpr std::string_view smaller_512 = "size.512";
inline constexpr std::string_view smaller_1400 = "size.1400";                 ///< fits one segment
inline constexpr std::string_view small_segments = "segments.small";          ///< TCP segments of at most 200 bytes both ways
inline constexpr std::string_view one_segment = "segments.one";               ///< the same bytes are not split over segments
inline constexpr std::string_view one_record = "records.one";                 ///< the same message is not split over records
inline constexpr std::string_view split_segments = "segments.split";          ///< (breaks) the same hello over two segments
inline constexpr std::string_view split_records = "records.split";            ///< (breaks) the same hello over two records
inline constexpr std::string_view extensions_dropped = "extensions.dropped";  ///< none but those that the version needs
inline constexpr std::string_view renegotiation_info_added = "renegotiation-info.added";
inline constexpr std::string_view extended_master_secret_dropped = "extended-master-secret.dropped";
inline constexpr std::string_view extended_master_secret_added = "extended-master-secret.added";
inline constexpr std::string_view fallback_scsv_dropped = "fallback-scsv.dropped";
inline constexpr std::string_view extension_dropped = "extension.dropped.";  ///< prefix; an extension's name follows
inline constexpr std::string_view extension_added = "extension.added.";      ///< prefix; an extension's name follows
inline constexpr std::string_view psk_dropped = "psk.dropped";
inline constexpr std::string_view client_certificate_dropped = "client-certificate.dropped";
inline constexpr std::string_view proxy_header_added = "proxy-header.added";  ///< the PROXY protocol's header goes before the hello
inline constexpr std::string_view starttls_dropped = "starttls.dropped";      ///< TLS from the start instead of the upgrade dialogue
inline constexpr std::string_view pause = "pause";                            ///< nothing but a wait before the connection

}  // namespace whytls::evidence::change
