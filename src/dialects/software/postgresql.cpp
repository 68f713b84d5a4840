// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect postgresql;
const Dialect postgresql{
    .name = "postgresql",
    .title = "PostgreSQL",
    .words = {"postgres"},
    .protocols = {"postgres"},
    .spellings =
        {
            {Remedy::serve_full_chain, "ssl_cert_file = 'server.crt'  # the leaf first, then each intermediate"},
            {Remedy::renew, "SELECT pg_reload_conf();"},
            {Remedy::renew_intermediate, "ssl_cert_file = 'server.crt'  # the leaf first, then the issuer's current intermediate"},
            {Remedy::set_certificate,
             "ssl = on\n"
             "ssl_cert_file = 'server.crt'\n"
             "ssl_key_file = 'server.key'"},
            {Remedy::match_key,
             "ssl_cert_file = 'server.crt'  # the leaf first\n"
             "ssl_key_file = 'server.key'   # of that leaf"},
            {Remedy::enable_version,
             "ssl_min_protocol_version = 'TLSv1.2'\n"
             "ssl_max_protocol_version = ''"},
            {Remedy::enable_suite, "ssl_ciphers = 'HIGH:!aNULL:{suite}'", When::tls12_suite},
            {Remedy::enable_group, "ssl_ecdh_curve = 'prime256v1'  # one group; from 18 on a list: ssl_groups"},
            {Remedy::add_certificate_type,
             "# the server takes one pair: the type that every client has\n"
             "ssl_cert_file = 'rsa.crt'\n"
             "ssl_key_file = 'rsa.key'"},
            {Remedy::set_dh_parameters,
             "# openssl dhparam -out dh.pem 2048\n"
             "ssl_dh_params_file = 'dh.pem'"},
            {Remedy::serve_matching_certificate,
             "ssl_cert_file = 'server.crt'  # covering {name}: the server has one certificate for all names"},
            {Remedy::offer_starttls,
             "ssl = on\n"
             "ssl_cert_file = 'server.crt'\n"
             "ssl_key_file = 'server.key'"},
            {Remedy::serve_tls,
             "ssl = on\n"
             "ssl_cert_file = 'server.crt'\n"
             "ssl_key_file = 'server.key'"},
            {Remedy::make_client_certificate_optional,
             "# pg_hba.conf, without clientcert=\n"
             "hostssl all all all scram-sha-256"},
            {Remedy::trust_client_issuer, "ssl_ca_file = 'root.crt'  # every issuer up to the root"},
            {Remedy::read_server_log, "log_connections = on  # TLS failures: \"could not accept SSL connection\""},
            {Remedy::use_starttls, "psql \"host={name} port={port} sslmode=verify-full\""},
            {Remedy::send_client_certificate, "psql \"host={name} port={port} sslmode=verify-full sslcert=client.pem sslkey=client.key\""},
            {Remedy::install_root, "psql \"host={name} port={port} sslmode=verify-full sslrootcert=root.pem\""},
            {Remedy::fix_file, "chmod 600 server.key && chown postgres server.key  # a key that others can read is refused"},
            {Remedy::fix_directive, "SELECT * FROM pg_file_settings WHERE error IS NOT NULL;"},
        },
};

}  // namespace whytls::dialects
