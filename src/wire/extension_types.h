// SPDX-License-Identifier: Apache-2.0
// The extension types whose bodies this program reads or writes. Their names, and all others, are the registry's.
#pragma once

#include <cstdint>

namespace whytls::wire::extension_type {

inline constexpr std::uint16_t server_name = 0, max_fragment_length = 1, status_request = 5, supported_groups = 10, ec_point_formats = 11,
                               signature_algorithms = 13, alpn = 16, signed_certificate_timestamp = 18, padding = 21, encrypt_then_mac = 22,
                               extended_master_secret = 23, compress_certificate = 27, record_size_limit = 28, session_ticket = 35,
                               pre_shared_key = 41, early_data = 42, supported_versions = 43, cookie = 44, psk_key_exchange_modes = 45,
                               certificate_authorities = 47, post_handshake_auth = 49, signature_algorithms_cert = 50, key_share = 51,
                               encrypted_client_hello = 0xfe0d, renegotiation_info = 0xff01;

}  // namespace whytls::wire::extension_type
