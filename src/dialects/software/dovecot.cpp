// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect dovecot;
const Dialect dovecot{
    .name = "dovecot",
    .title = "Dovecot",
    .words = {"dovecot"},
    .protocols = {"imap", "imaps", "pop3", "pop3s", "sieve"},
    .spellings =
        {
            {Remedy::serve_full_chain,
             "# the leaf first, then each intermediate (2.4: ssl_server_cert_file)\n"
             "ssl_cert = </etc/dovecot/fullchain.pem"},
            {Remedy::renew, "doveadm reload"},
            {Remedy::renew_intermediate,
             "# the leaf first, then the issuer's current intermediate\n"
             "ssl_cert = </etc/dovecot/fullchain.pem"},
            {Remedy::set_certificate,
             "ssl = yes\n"
             "ssl_cert = </etc/dovecot/fullchain.pem\n"
             "ssl_key = </etc/dovecot/key.pem"},
            {Remedy::match_key,
             "# the leaf first; the key must be that leaf's\n"
             "ssl_cert = </etc/dovecot/fullchain.pem\n"
             "ssl_key = </etc/dovecot/key.pem"},
            {Remedy::enable_version, "ssl_min_protocol = TLSv1.2"},
            {Remedy::enable_suite, "ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20:{suite}", When::tls12_suite},
            {Remedy::enable_suite, "ssl_cipher_suites = TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:{suite}", When::tls13_suite},
            {Remedy::enable_group, "ssl_curve_list = {groups}"},
            {Remedy::add_certificate_type,
             "# beside the present pair\n"
             "ssl_alt_cert = </etc/dovecot/{other-key}.pem\n"
             "ssl_alt_key = </etc/dovecot/{other-key}.key"},
            {Remedy::set_dh_parameters,
             "# openssl dhparam -out /etc/dovecot/dh.pem 2048\n"
             "ssl_dh = </etc/dovecot/dh.pem"},
            {Remedy::serve_matching_certificate,
             "local_name {name} {{\n"
             "  ssl_cert = </etc/dovecot/{name}.pem\n"
             "  ssl_key = </etc/dovecot/{name}.key\n"
             "}"},
            {Remedy::add_server_name,
             "local_name {name} {{\n"
             "  ssl_cert = </etc/dovecot/{name}.pem\n"
             "  ssl_key = </etc/dovecot/{name}.key\n"
             "}"},
            {Remedy::offer_starttls,
             "ssl = yes\n"
             "ssl_cert = </etc/dovecot/fullchain.pem\n"
             "ssl_key = </etc/dovecot/key.pem"},
            {Remedy::serve_tls,
             "service imap-login {{\n"
             "  inet_listener imaps {{\n"
             "    port = {port}\n"
             "    ssl = yes\n"
             "  }\n"
             "}"},
            {Remedy::make_client_certificate_optional, "auth_ssl_require_client_cert = no"},
            {Remedy::trust_client_issuer, "ssl_ca = </etc/dovecot/client-ca.pem"},
            {Remedy::read_server_log, "verbose_ssl = yes"},
            {Remedy::send_proxy_protocol,
             "# in the inet_listener, where no proxy stands in front\n"
             "haproxy = no"},
            {Remedy::fix_file,
             "# doveconf -n does not look at the files: reload, then read the log\n"
             "doveadm reload && doveadm log errors"},
            {Remedy::fix_directive, "doveconf -n"},
        },
};

}  // namespace whytls::dialects
