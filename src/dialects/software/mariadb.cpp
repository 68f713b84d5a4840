// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect mariadb;
const Dialect mariadb{
    .name = "mariadb",
    .title = "MariaDB",
    .words = {"mariadb", "mysql"},
    .protocols = {"mysql"},
    .spellings =
        {
            {Remedy::serve_full_chain,
             "[mariadb]\n"
             "ssl_cert = /etc/mysql/fullchain.pem  # the leaf first, then each intermediate"},
            {Remedy::renew, "FLUSH SSL;"},
            {Remedy::renew_intermediate,
             "[mariadb]\n"
             "ssl_cert = /etc/mysql/fullchain.pem  # the leaf first, then the issuer's current intermediate"},
            {Remedy::set_certificate,
             "[mariadb]\n"
             "ssl_cert = /etc/mysql/fullchain.pem\n"
             "ssl_key = /etc/mysql/key.pem"},
            {Remedy::match_key,
             "[mariadb]\n"
             "ssl_cert = /etc/mysql/fullchain.pem  # the leaf first\n"
             "ssl_key = /etc/mysql/key.pem         # of that leaf"},
            {Remedy::enable_version,
             "[mariadb]\n"
             "tls_version = TLSv1.2,TLSv1.3"},
            {Remedy::enable_suite,
             "[mariadb]\n"
             "ssl_cipher = ECDHE+AESGCM:ECDHE+CHACHA20:{suite}",
             When::tls12_suite},
            {Remedy::serve_matching_certificate,
             "[mariadb]\n"
             "ssl_cert = /etc/mysql/fullchain.pem  # covering {name}: the server has one certificate for all names"},
            {Remedy::offer_starttls,
             "[mariadb]\n"
             "ssl_cert = /etc/mysql/fullchain.pem\n"
             "ssl_key = /etc/mysql/key.pem"},
            {Remedy::serve_tls,
             "[mariadb]\n"
             "ssl_cert = /etc/mysql/fullchain.pem\n"
             "ssl_key = /etc/mysql/key.pem"},
            {Remedy::make_client_certificate_optional, "ALTER USER 'name'@'host' REQUIRE SSL;  -- instead of REQUIRE X509"},
            {Remedy::trust_client_issuer,
             "[mariadb]\n"
             "ssl_ca = /etc/mysql/client-ca.pem"},
            {Remedy::read_server_log,
             "[mariadb]\n"
             "log_warnings = 4"},
            {Remedy::send_proxy_protocol,
             "[mariadb]\n"
             "proxy_protocol_networks ="},
            {Remedy::use_starttls, "mariadb --ssl --ssl-verify-server-cert --host {name} --port {port}"},
            {Remedy::send_client_certificate, "mariadb --ssl-cert client.pem --ssl-key client.key --host {name} --port {port}"},
            {Remedy::install_root, "mariadb --ssl-ca root.pem --host {name} --port {port}"},
            {Remedy::fix_file, "SHOW VARIABLES LIKE 'have_ssl';  -- DISABLED: the files could not be loaded, the error log says why"},
            {Remedy::fix_directive, "mariadbd --verbose --help >/dev/null"},
        },
};

}  // namespace whytls::dialects
