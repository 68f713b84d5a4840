// SPDX-License-Identifier: Apache-2.0
// A comment of main.cf stands on a line of its own.
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect postfix;
const Dialect postfix{
    .name = "postfix",
    .title = "Postfix",
    .words = {"postfix"},
    .protocols = {"smtp", "lmtp", "smtps", "submissions"},
    .spellings =
        {
            {Remedy::serve_full_chain,
             "# the key first, then the leaf, then each intermediate\n"
             "smtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/fullchain.pem"},
            {Remedy::renew, "postfix reload"},
            {Remedy::renew_intermediate,
             "# the key first, then the leaf, then the issuer's current intermediate\n"
             "smtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/fullchain.pem"},
            {Remedy::set_certificate,
             "# the key first\n"
             "smtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/fullchain.pem"},
            {Remedy::match_key,
             "# the key first, and of that leaf\n"
             "smtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/fullchain.pem"},
            {Remedy::enable_version,
             "smtpd_tls_protocols = >=TLSv1.2\n"
             "smtpd_tls_mandatory_protocols = >=TLSv1.2"},
            {Remedy::enable_suite,
             "# and take {suite} out of smtpd_tls_exclude_ciphers and smtpd_tls_mandatory_exclude_ciphers\n"
             "smtpd_tls_ciphers = medium\n"
             "smtpd_tls_mandatory_ciphers = medium"},
            {Remedy::enable_group, "tls_eecdh_auto_curves = X25519 prime256v1 secp384r1"},
            {Remedy::add_certificate_type,
             "# a second pair after the present one, each with its key first\n"
             "smtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/fullchain.pem, /etc/postfix/{other-key}.key, "
             "/etc/postfix/{other-key}.pem"},
            {Remedy::set_dh_parameters,
             "# openssl dhparam -out /etc/postfix/dh2048.pem 2048\n"
             "smtpd_tls_dh1024_param_file = /etc/postfix/dh2048.pem"},
            {Remedy::serve_matching_certificate,
             "# in /etc/postfix/sni: {name} /etc/postfix/{name}.key, /etc/postfix/{name}.pem; then postmap -F hash:/etc/postfix/sni\n"
             "tls_server_sni_maps = hash:/etc/postfix/sni"},
            {Remedy::add_server_name,
             "# in /etc/postfix/sni: {name} /etc/postfix/{name}.key, /etc/postfix/{name}.pem; then postmap -F hash:/etc/postfix/sni\n"
             "tls_server_sni_maps = hash:/etc/postfix/sni"},
            {Remedy::offer_starttls,
             "smtpd_tls_security_level = may\n"
             "smtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/fullchain.pem"},
            {Remedy::serve_tls,
             "# in master.cf\n"
             "submissions inet n - y - - smtpd\n"
             "  -o smtpd_tls_wrappermode=yes"},
            {Remedy::make_client_certificate_optional,
             "smtpd_tls_req_ccert = no\n"
             "smtpd_tls_ask_ccert = yes"},
            {Remedy::trust_client_issuer, "smtpd_tls_CAfile = /etc/postfix/client-ca.pem"},
            {Remedy::read_server_log, "smtpd_tls_loglevel = 1"},
            {Remedy::send_proxy_protocol,
             "# where no proxy stands in front\n"
             "smtpd_upstream_proxy_protocol ="},
            {Remedy::fix_file,
             "# postfix check does not look at TLS: restart, then read the log\n"
             "postfix reload && journalctl -u postfix@- -n 50"},
            {Remedy::fix_directive, "postconf -n | grep tls"},
        },
};

}  // namespace whytls::dialects
