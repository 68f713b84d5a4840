// SPDX-License-Identifier: Apache-2.0
// A comment of httpd stands on a line of its own.
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect apache;
const Dialect apache{
    .name = "apache",
    .title = "Apache httpd",
    .words = {"apache"},
    .protocols = {"https"},
    .spellings =
        {
            {Remedy::serve_full_chain,
             "# the leaf first, then each intermediate (2.4.8 and later)\n"
             "SSLCertificateFile /etc/apache2/fullchain.pem"},
            {Remedy::renew, "apachectl configtest && apachectl graceful"},
            {Remedy::renew_intermediate,
             "# the leaf first, then the issuer's current intermediate\n"
             "SSLCertificateFile /etc/apache2/fullchain.pem"},
            {Remedy::set_certificate,
             "SSLCertificateFile    /etc/apache2/fullchain.pem\n"
             "SSLCertificateKeyFile /etc/apache2/key.pem"},
            {Remedy::match_key,
             "# the leaf first; the key must be that leaf's\n"
             "SSLCertificateFile    /etc/apache2/fullchain.pem\n"
             "SSLCertificateKeyFile /etc/apache2/key.pem"},
            {Remedy::enable_version, "SSLProtocol -all +TLSv1.2 +TLSv1.3"},
            {Remedy::enable_suite, "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20:{suite}", When::tls12_suite},
            {Remedy::enable_suite, "SSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:{suite}", When::tls13_suite},
            {Remedy::enable_group, "SSLOpenSSLConfCmd Groups {groups}"},
            {Remedy::enable_signature_algorithm, "SSLOpenSSLConfCmd SignatureAlgorithms {sigalg}"},
            {Remedy::add_certificate_type,
             "# beside the present pair\n"
             "SSLCertificateFile    /etc/apache2/{other-key}.pem\n"
             "SSLCertificateKeyFile /etc/apache2/{other-key}.key"},
            {Remedy::set_dh_parameters,
             "# openssl dhparam -out /etc/apache2/dhparam.pem 2048\n"
             "SSLOpenSSLConfCmd DHParameters /etc/apache2/dhparam.pem"},
            {Remedy::serve_matching_certificate,
             "<VirtualHost *:{port}>\n"
             "  ServerName {name}\n"
             "  SSLEngine on\n"
             "  SSLCertificateFile    /etc/apache2/{name}.pem\n"
             "  SSLCertificateKeyFile /etc/apache2/{name}.key\n"
             "</VirtualHost>"},
            {Remedy::add_server_name,
             "<VirtualHost *:{port}>\n"
             "  ServerName {name}\n"
             "  SSLEngine on\n"
             "  SSLCertificateFile    /etc/apache2/{name}.pem\n"
             "  SSLCertificateKeyFile /etc/apache2/{name}.key\n"
             "</VirtualHost>"},
            {Remedy::serve_without_name, "SSLStrictSNIVHostCheck off"},
            {Remedy::serve_tls,
             "Listen {port}\n"
             "<VirtualHost *:{port}>\n"
             "  SSLEngine on\n"
             "</VirtualHost>"},
            {Remedy::accept_alpn,
             "# a2enmod http2\n"
             "Protocols h2 http/1.1"},
            {Remedy::enable_stapling,
             "SSLUseStapling on\n"
             "# outside of every VirtualHost\n"
             "SSLStaplingCache shmcb:/var/run/apache2/stapling(32768)"},
            {Remedy::provide_revocation,
             "SSLUseStapling on\n"
             "# outside of every VirtualHost\n"
             "SSLStaplingCache shmcb:/var/run/apache2/stapling(32768)"},
            {Remedy::make_client_certificate_optional, "SSLVerifyClient optional"},
            {Remedy::trust_client_issuer,
             "# every issuer up to the root\n"
             "SSLCACertificateFile /etc/apache2/client-ca.pem"},
            {Remedy::read_server_log, "LogLevel warn ssl:info"},
            {Remedy::send_proxy_protocol,
             "# where no proxy stands in front\n"
             "RemoteIPProxyProtocol Off"},
            {Remedy::fix_file, "apachectl configtest  # it only looks whether files exist: the error log has the rest"},
            {Remedy::fix_directive, "apachectl configtest"},
        },
};

}  // namespace whytls::dialects
