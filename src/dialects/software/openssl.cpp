// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect openssl;
const Dialect openssl{
    .name = "openssl",
    .title = "OpenSSL",
    .words = {"openssl"},
    .client = true,
    .spellings =
        {
            {Remedy::serve_full_chain, "openssl s_server -accept {port} -cert leaf.pem -key key.pem -cert_chain intermediates.pem"},
            {Remedy::set_certificate, "openssl s_server -accept {port} -cert leaf.pem -key key.pem"},
            {Remedy::match_key,
             "# both must print the same\n"
             "openssl x509 -in cert.pem -noout -pubkey\n"
             "openssl pkey -in key.pem -pubout"},
            {Remedy::use_strong_key,
             "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout key.pem -out request.pem -subj \"/CN={name}\" "
             "-addext \"subjectAltName=DNS:{name}\""},
            {Remedy::reissue, "openssl req -new -key key.pem -out request.pem -subj \"/CN={name}\" -addext \"subjectAltName=DNS:{name}\""},
            {Remedy::set_dh_parameters, "openssl dhparam -out dhparam.pem 2048"},
            {Remedy::renew, "openssl x509 -in cert.pem -noout -dates  # of the file that the server reads"},
            {Remedy::offer_version, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -{version:s_client}{seclevel}"},
            {Remedy::offer_suite, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -cipher {suite}", When::tls12_suite},
            {Remedy::offer_suite, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -ciphersuites {suite}",
             When::tls13_suite},
            {Remedy::offer_key_type, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -cipher {suite}",
             When::tls12_suite},
            {Remedy::offer_key_type, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -sigalgs {sigalg}",
             When::tls13_suite},
            {Remedy::offer_group, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -groups {group}"},
            {Remedy::offer_signature_algorithm, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -sigalgs {sigalg}"},
            {Remedy::offer_alpn, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -alpn {alpn}"},
            {Remedy::use_starttls, "openssl s_client -connect {host}:{port} -servername {name} -starttls {starttls}"},
            {Remedy::send_server_name, "openssl s_client -connect {host}:{port} -servername {name}{upgrade}"},
            {Remedy::use_covered_name, "openssl s_client -connect {host}:{port} -servername {covered} -verify_hostname {covered}{upgrade}"},
            {Remedy::send_client_certificate,
             "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -cert client.pem -key client.key"},
            {Remedy::use_listed_issuer,
             "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -cert client.pem -key client.key -cert_chain "
             "intermediates.pem"},
            {Remedy::match_client_key,
             "# both must print the same\n"
             "openssl x509 -in client.pem -noout -pubkey\n"
             "openssl pkey -in client.key -pubout"},
            {Remedy::renew_client_certificate, "openssl x509 -in client.pem -noout -dates"},
            {Remedy::install_root, "cp root.pem /usr/local/share/ca-certificates/root.crt && update-ca-certificates"},
            {Remedy::trust_proxy_root, "cp proxy-root.pem /usr/local/share/ca-certificates/proxy.crt && update-ca-certificates"},
            {Remedy::update_trust_store, "apt-get install --reinstall ca-certificates && update-ca-certificates"},
            {Remedy::relax_policy,
             "# a file own.cnf for this one program: OPENSSL_CONF=own.cnf program …\n"
             "openssl_conf = init\n"
             "[init]\n"
             "ssl_conf = ssl\n"
             "[ssl]\n"
             "system_default = own\n"
             "[own]\n"
             "MinProtocol = {version}\n"
             "CipherString = DEFAULT:@SECLEVEL=1"},
            {Remedy::shrink_hello, "openssl s_client -connect {host}:{port} -servername {name}{upgrade} -groups X25519:P-256"},
            {Remedy::correct_clock, "timedatectl set-ntp true"},
        },
};

}  // namespace whytls::dialects
