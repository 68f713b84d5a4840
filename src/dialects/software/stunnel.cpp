// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect stunnel;
const Dialect stunnel{
    .name = "stunnel",
    .title = "stunnel",
    .words = {"stunnel"},
    .spellings =
        {
            {Remedy::serve_full_chain,
             "; the leaf first, then each intermediate\n"
             "cert = /etc/stunnel/fullchain.pem"},
            {Remedy::renew, "systemctl reload stunnel4"},
            {Remedy::renew_intermediate,
             "; the leaf first, then the issuer's current intermediate\n"
             "cert = /etc/stunnel/fullchain.pem"},
            {Remedy::set_certificate,
             "cert = /etc/stunnel/fullchain.pem\n"
             "key = /etc/stunnel/key.pem"},
            {Remedy::match_key,
             "; the leaf first; the key must be that leaf's\n"
             "cert = /etc/stunnel/fullchain.pem\n"
             "key = /etc/stunnel/key.pem"},
            {Remedy::enable_version, "sslVersionMin = TLSv1.2"},
            {Remedy::enable_suite, "ciphers = ECDHE+AESGCM:ECDHE+CHACHA20:{suite}", When::tls12_suite},
            {Remedy::enable_suite, "ciphersuites = TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:{suite}", When::tls13_suite},
            {Remedy::enable_group, "curves = {groups}"},
            {Remedy::enable_signature_algorithm, "config = SignatureAlgorithms:{sigalg}"},
            {Remedy::set_dh_parameters,
             "; openssl dhparam 2048 >> /etc/stunnel/fullchain.pem\n"
             "cert = /etc/stunnel/fullchain.pem"},
            {Remedy::serve_matching_certificate,
             "[{name}]\n"
             "sni = SERVICE:{name}\n"
             "cert = /etc/stunnel/{name}.pem\n"
             "key = /etc/stunnel/{name}.key"},
            {Remedy::add_server_name,
             "[{name}]\n"
             "sni = SERVICE:{name}\n"
             "cert = /etc/stunnel/{name}.pem\n"
             "key = /etc/stunnel/{name}.key"},
            {Remedy::make_client_certificate_optional,
             "verifyChain = yes\n"
             "requireCert = no"},
            {Remedy::trust_client_issuer, "CAfile = /etc/stunnel/client-ca.pem"},
            {Remedy::send_proxy_protocol, "; remove, where no proxy stands in front: protocol = proxy"},
            {Remedy::read_server_log,
             "debug = info\n"
             "output = /var/log/stunnel4/stunnel.log"},
        },
};

}  // namespace whytls::dialects
