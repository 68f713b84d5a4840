// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect openldap;
const Dialect openldap{
    .name = "openldap",
    .title = "OpenLDAP",
    .words = {"openldap", "slapd"},
    .protocols = {"ldap", "ldaps"},
    .spellings =
        {
            {Remedy::serve_full_chain,
             "# the leaf first, then each intermediate\n"
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCertificateFile\n"
             "olcTLSCertificateFile: /etc/ldap/fullchain.pem"},
            {Remedy::renew, "systemctl restart slapd"},
            {Remedy::renew_intermediate,
             "# the leaf first, then the issuer's current intermediate\n"
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCertificateFile\n"
             "olcTLSCertificateFile: /etc/ldap/fullchain.pem"},
            {Remedy::set_certificate,
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCertificateFile\n"
             "olcTLSCertificateFile: /etc/ldap/fullchain.pem\n"
             "-\n"
             "replace: olcTLSCertificateKeyFile\n"
             "olcTLSCertificateKeyFile: /etc/ldap/key.pem"},
            {Remedy::match_key,
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCertificateFile\n"
             "olcTLSCertificateFile: /etc/ldap/fullchain.pem\n"
             "-\n"
             "replace: olcTLSCertificateKeyFile\n"
             "olcTLSCertificateKeyFile: /etc/ldap/key.pem"},
            {Remedy::enable_version,
             "# 3.3 is TLS 1.2\n"
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSProtocolMin\n"
             "olcTLSProtocolMin: 3.3"},
            {Remedy::enable_suite,
             "# Debian's slapd takes a GnuTLS priority string; built with OpenSSL: {suite}\n"
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCipherSuite\n"
             "olcTLSCipherSuite: NORMAL:{suite:gnutls}",
             When::tls12_suite},
            {Remedy::enable_group,
             "# Debian's slapd takes a GnuTLS priority string\n"
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCipherSuite\n"
             "olcTLSCipherSuite: NORMAL:+{group:gnutls}"},
            {Remedy::set_dh_parameters,
             "# openssl dhparam -out /etc/ldap/dh.pem 2048\n"
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSDHParamFile\n"
             "olcTLSDHParamFile: /etc/ldap/dh.pem"},
            {Remedy::offer_starttls,
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCertificateFile\n"
             "olcTLSCertificateFile: /etc/ldap/fullchain.pem\n"
             "-\n"
             "replace: olcTLSCertificateKeyFile\n"
             "olcTLSCertificateKeyFile: /etc/ldap/key.pem"},
            {Remedy::serve_tls,
             "# /etc/default/slapd\n"
             "SLAPD_SERVICES=\"ldap:/// ldaps:/// ldapi:///\""},
            {Remedy::make_client_certificate_optional,
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSVerifyClient\n"
             "olcTLSVerifyClient: try"},
            {Remedy::trust_client_issuer,
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcTLSCACertificateFile\n"
             "olcTLSCACertificateFile: /etc/ldap/client-ca.pem"},
            {Remedy::read_server_log,
             "dn: cn=config\n"
             "changetype: modify\n"
             "replace: olcLogLevel\n"
             "olcLogLevel: conns stats"},
            {Remedy::use_starttls, "ldapsearch -ZZ -H ldap://{name}:{port} -x -b \"\" -s base"},
            {Remedy::fix_file, "slapd -Tt -u -v  # and: the user openldap must be able to read the files"},
            {Remedy::fix_directive, "slaptest -u"},
        },
};

}  // namespace whytls::dialects
