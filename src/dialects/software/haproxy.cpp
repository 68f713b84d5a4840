// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect haproxy;
const Dialect haproxy{
    .name = "haproxy",
    .title = "HAProxy",
    .words = {"haproxy"},
    .protocols = {"https"},
    .spellings =
        {
            {Remedy::serve_full_chain,
             "bind :{port} ssl crt /etc/haproxy/site.pem  # in it: the leaf, then each intermediate, and the key"},
            {Remedy::renew, "systemctl reload haproxy  # once the new certificate is in the file that crt names"},
            {Remedy::renew_intermediate,
             "bind :{port} ssl crt /etc/haproxy/site.pem  # in it: the leaf, the issuer's current intermediate, and the key"},
            {Remedy::set_certificate, "bind :{port} ssl crt /etc/haproxy/site.pem  # in it: the leaf, the intermediates and the key"},
            {Remedy::match_key, "cat fullchain.pem key.pem > /etc/haproxy/site.pem  # the key of that leaf"},
            {Remedy::enable_version, "ssl-default-bind-options ssl-min-ver TLSv1.2  # and no ssl-max-ver or no-tlsv1x on the bind line"},
            {Remedy::enable_suite, "ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20:{suite}", When::tls12_suite},
            {Remedy::enable_suite, "ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:{suite}",
             When::tls13_suite},
            {Remedy::enable_group, "bind :{port} ssl crt /etc/haproxy/site.pem curves {groups}"},
            {Remedy::enable_signature_algorithm, "bind :{port} ssl crt /etc/haproxy/site.pem sigalgs {sigalg}  # 2.8 and later"},
            {Remedy::add_certificate_type,
             "# beside each other: HAProxy picks by the client's offer\n"
             "/etc/haproxy/site.pem.rsa\n"
             "/etc/haproxy/site.pem.ecdsa"},
            {Remedy::set_dh_parameters,
             "# openssl dhparam -out /etc/haproxy/dhparam.pem 2048\n"
             "ssl-dh-param-file /etc/haproxy/dhparam.pem"},
            {Remedy::serve_matching_certificate,
             "bind :{port} ssl crt /etc/haproxy/certs/  # every certificate of the folder, chosen by name"},
            {Remedy::add_server_name, "bind :{port} ssl crt /etc/haproxy/certs/  # a certificate for {name} among them"},
            {Remedy::serve_without_name, "bind :{port} ssl crt /etc/haproxy/certs/  # without strict-sni"},
            {Remedy::serve_tls, "bind :{port} ssl crt /etc/haproxy/site.pem"},
            {Remedy::accept_alpn, "bind :{port} ssl crt /etc/haproxy/site.pem alpn h2,http/1.1"},
            {Remedy::enable_stapling,
             "# fetched into the file beside the certificate: /etc/haproxy/site.pem.ocsp\n"
             "systemctl reload haproxy"},
            {Remedy::provide_revocation,
             "# fetched into the file beside the certificate: /etc/haproxy/site.pem.ocsp\n"
             "systemctl reload haproxy"},
            {Remedy::make_client_certificate_optional,
             "bind :{port} ssl crt /etc/haproxy/site.pem ca-file /etc/haproxy/client-ca.pem verify optional"},
            {Remedy::trust_client_issuer,
             "bind :{port} ssl crt /etc/haproxy/site.pem verify required ca-file /etc/haproxy/client-ca.pem  # every issuer up to the "
             "root"},
            {Remedy::read_server_log,
             "log /dev/log local0  # in global; with \"log global\" in the frontend it logs \"SSL handshake failure\""},
            {Remedy::send_proxy_protocol,
             "bind :{port} ssl crt /etc/haproxy/site.pem  # without accept-proxy; or in the proxy in front: server … send-proxy-v2"},
            {Remedy::fix_file, "haproxy -c -f /etc/haproxy/haproxy.cfg"},
            {Remedy::fix_directive, "haproxy -c -f /etc/haproxy/haproxy.cfg"},
        },
};

}  // namespace whytls::dialects
