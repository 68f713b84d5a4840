// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect curl;
const Dialect curl{
    .name = "curl",
    .title = "curl",
    .words = {"curl"},
    .client = true,
    .spellings =
        {
            {Remedy::offer_version, "curl --tlsv{version:curl}{seclevel:curl} https://{name}:{port}/"},
            {Remedy::offer_suite, "curl --ciphers {suite} https://{name}:{port}/", When::tls12_suite},
            {Remedy::offer_suite, "curl --tls13-ciphers {suite} https://{name}:{port}/", When::tls13_suite},
            {Remedy::offer_key_type, "curl --ciphers {suite} https://{name}:{port}/", When::tls12_suite},
            {Remedy::offer_group, "curl --curves {group} https://{name}:{port}/"},
            {Remedy::offer_alpn, "curl --http1.1 https://{name}:{port}/  # or, with no protocol at all: --no-alpn"},
            {Remedy::use_covered_name, "curl --connect-to {covered}:{port}:{host}:{port} https://{covered}:{port}/"},
            {Remedy::send_server_name, "curl --connect-to {name}:{port}:{host}:{port} https://{name}:{port}/  # the name, not the address"},
            {Remedy::send_client_certificate, "curl --cert client.pem --key client.key https://{name}:{port}/"},
            {Remedy::use_listed_issuer, "curl --cert client-with-intermediates.pem --key client.key https://{name}:{port}/"},
            {Remedy::install_root, "curl --cacert root.pem https://{name}:{port}/"},
            {Remedy::trust_proxy_root, "curl --cacert proxy-root.pem https://{name}:{port}/"},
            {Remedy::fix_proxy, "curl --noproxy '{host}' https://{name}:{port}/"},
            {Remedy::shrink_hello, "curl --curves X25519:P-256 https://{name}:{port}/"},
            {Remedy::correct_clock, "timedatectl set-ntp true"},
        },
};

}  // namespace whytls::dialects
