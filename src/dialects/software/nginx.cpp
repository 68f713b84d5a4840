// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect nginx;
const Dialect nginx{
    .name = "nginx",
    .title = "nginx",
    .words = {"nginx", "openresty"},
    .protocols = {"https"},
    .spellings =
        {
            {Remedy::serve_full_chain, "ssl_certificate /etc/nginx/fullchain.pem;  # the leaf first, then each intermediate"},
            {Remedy::renew, "nginx -t && nginx -s reload  # once the new certificate is in the file that ssl_certificate names"},
            {Remedy::renew_intermediate,
             "ssl_certificate /etc/nginx/fullchain.pem;  # the leaf first, then the issuer's current intermediate"},
            {Remedy::set_certificate,
             "ssl_certificate     /etc/nginx/fullchain.pem;\n"
             "ssl_certificate_key /etc/nginx/key.pem;"},
            {Remedy::match_key,
             "ssl_certificate     /etc/nginx/fullchain.pem;  # the leaf first\n"
             "ssl_certificate_key /etc/nginx/key.pem;        # of that leaf"},
            {Remedy::enable_version,
             "ssl_protocols TLSv1.2 TLSv1.3;  # in the default server of this address: before 1.29.2 its value rules every name"},
            {Remedy::enable_suite, "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20:{suite};", When::tls12_suite},
            {Remedy::enable_suite, "ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:{suite};",
             When::tls13_suite},
            {Remedy::enable_group, "ssl_ecdh_curve {groups};  # in the default server of this address"},
            {Remedy::enable_signature_algorithm, "ssl_conf_command SignatureAlgorithms {sigalg};"},
            {Remedy::add_certificate_type,
             "ssl_certificate     /etc/nginx/{other-key}.pem;  # beside the present pair\n"
             "ssl_certificate_key /etc/nginx/{other-key}.key;"},
            {Remedy::set_dh_parameters,
             "# openssl dhparam -out /etc/nginx/dhparam.pem 2048\n"
             "ssl_dhparam /etc/nginx/dhparam.pem;"},
            {Remedy::serve_matching_certificate,
             "server {{\n"
             "  listen {port} ssl;\n"
             "  server_name {name};\n"
             "  ssl_certificate     /etc/nginx/{name}.pem;\n"
             "  ssl_certificate_key /etc/nginx/{name}.key;\n"
             "}"},
            {Remedy::add_server_name,
             "server {{\n"
             "  listen {port} ssl;\n"
             "  server_name {name};\n"
             "  ssl_certificate     /etc/nginx/{name}.pem;\n"
             "  ssl_certificate_key /etc/nginx/{name}.key;\n"
             "}"},
            {Remedy::serve_without_name, "listen {port} ssl default_server;  # with a certificate, and without ssl_reject_handshake"},
            {Remedy::serve_tls, "listen {port} ssl;"},
            {Remedy::accept_alpn, "listen {port} ssl http2;  # from 1.25.1 on: http2 on;"},
            {Remedy::enable_stapling,
             "ssl_stapling on;\n"
             "ssl_trusted_certificate /etc/nginx/issuers.pem;  # the issuer must be at hand\n"
             "resolver 127.0.0.53;"},
            {Remedy::provide_revocation,
             "ssl_stapling on;\n"
             "ssl_trusted_certificate /etc/nginx/issuers.pem;\n"
             "resolver 127.0.0.53;"},
            {Remedy::make_client_certificate_optional, "ssl_verify_client optional;"},
            {Remedy::trust_client_issuer, "ssl_client_certificate /etc/nginx/client-ca.pem;  # every issuer up to the root"},
            {Remedy::read_server_log, "error_log /var/log/nginx/error.log info;  # TLS failures are logged at level info"},
            {Remedy::send_proxy_protocol, "listen {port} ssl;  # without proxy_protocol, where no proxy stands in front"},
            {Remedy::fix_file, "nginx -t"},
            {Remedy::fix_directive, "nginx -t"},
        },
};

}  // namespace whytls::dialects
