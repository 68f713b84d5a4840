// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect gnutls;
const Dialect gnutls{
    .name = "gnutls",
    .title = "GnuTLS",
    .words = {"gnutls"},
    .client = true,
    .spellings =
        {
            {Remedy::serve_full_chain, "gnutls-serv --port {port} --x509certfile fullchain.pem --x509keyfile key.pem"},
            {Remedy::enable_version, "gnutls-serv --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2'"},
            {Remedy::enable_suite, "gnutls-serv --priority 'NORMAL:{suite:gnutls}'"},
            {Remedy::enable_group, "gnutls-serv --priority 'NORMAL:+{group:gnutls}'"},
            {Remedy::enable_signature_algorithm, "gnutls-serv --priority 'NORMAL:+{sigalg:gnutls}'"},
            {Remedy::add_certificate_type,
             "gnutls-serv --x509certfile {other-key}.pem --x509keyfile {other-key}.key  # beside the present pair"},
            {Remedy::trust_client_issuer, "gnutls-serv --x509cafile client-ca.pem"},
            {Remedy::make_client_certificate_optional, "gnutls-serv --request-client-cert  # instead of --require-client-cert"},
            {Remedy::offer_version, "gnutls-cli --port {port}{upgrade:gnutls} --priority 'NORMAL:+{version:gnutls}' {name}"},
            {Remedy::offer_suite, "gnutls-cli --port {port}{upgrade:gnutls} --priority 'NORMAL:{suite:gnutls}' {name}"},
            {Remedy::offer_key_type, "gnutls-cli --port {port}{upgrade:gnutls} --priority 'NORMAL:{suite:gnutls}' {name}"},
            {Remedy::offer_group, "gnutls-cli --port {port}{upgrade:gnutls} --priority 'NORMAL:+{group:gnutls}' {name}"},
            {Remedy::offer_signature_algorithm, "gnutls-cli --port {port}{upgrade:gnutls} --priority 'NORMAL:+{sigalg:gnutls}' {name}"},
            {Remedy::offer_alpn, "gnutls-cli --port {port}{upgrade:gnutls} --alpn {alpn} {name}"},
            {Remedy::use_starttls, "gnutls-cli --port {port} --starttls-proto={starttls} {name}"},
            {Remedy::send_server_name, "gnutls-cli --port {port}{upgrade:gnutls} --sni-hostname={name} {host}"},
            {Remedy::use_covered_name,
             "gnutls-cli --port {port}{upgrade:gnutls} --sni-hostname={covered} --verify-hostname={covered} {host}"},
            {Remedy::send_client_certificate,
             "gnutls-cli --port {port}{upgrade:gnutls} --x509certfile client.pem --x509keyfile client.key {name}"},
            {Remedy::install_root, "gnutls-cli --port {port}{upgrade:gnutls} --x509cafile root.pem {name}"},
            {Remedy::relax_policy,
             "# a file own.config for this one program: GNUTLS_SYSTEM_PRIORITY_FILE=own.config program …\n"
             "[overrides]\n"
             "# what the server needs, left out of the lines of /etc/gnutls/config"},
            {Remedy::shrink_hello,
             "gnutls-cli --port {port}{upgrade:gnutls} --priority 'NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1' {name}"},
            {Remedy::correct_clock, "timedatectl set-ntp true"},
        },
};

}  // namespace whytls::dialects
