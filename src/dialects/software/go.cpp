// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect go;
const Dialect go{
    .name = "go",
    .title = "Go",
    .words = {"go "},
    .client = true,
    .spellings =
        {
            {Remedy::serve_full_chain,
             "cert, err := tls.LoadX509KeyPair(\"fullchain.pem\", \"key.pem\")  // the leaf first, then each intermediate"},
            {Remedy::match_key, "cert, err := tls.LoadX509KeyPair(\"fullchain.pem\", \"key.pem\")  // the key of the first certificate"},
            {Remedy::set_certificate, "cert, err := tls.LoadX509KeyPair(\"fullchain.pem\", \"key.pem\")"},
            {Remedy::enable_version, "MinVersion: tls.VersionTLS12, MaxVersion: 0,"},
            {Remedy::enable_suite, "CipherSuites: nil,  // the defaults; else with tls.{suite:iana} in it", When::tls12_suite},
            {Remedy::enable_group, "CurvePreferences: nil,  // the defaults; else with {group:go} in it"},
            {Remedy::add_certificate_type, "Certificates: []tls.Certificate{{present, {other-key}},"},
            {Remedy::serve_matching_certificate,
             "Certificates: []tls.Certificate{{present, another},  // chosen by name: one must cover {name}"},
            {Remedy::add_server_name, "Certificates: []tls.Certificate{{present, another},  // chosen by name: one must cover {name}"},
            {Remedy::accept_alpn, "NextProtos: []string{{\"h2\", \"http/1.1\"},"},
            {Remedy::make_client_certificate_optional, "ClientAuth: tls.VerifyClientCertIfGiven,"},
            {Remedy::trust_client_issuer, "ClientCAs: pool,  // with the issuer of the client's certificate"},
            {Remedy::read_server_log, "http.Server{{ErrorLog: log.Default()}  // \"TLS handshake error from …\""},
            {Remedy::offer_version, "MinVersion: {version:go},"},
            {Remedy::offer_suite, "CipherSuites: []uint16{{tls.{suite:iana}},  // RSA key exchange needs GODEBUG=tlsrsakex=1 from 1.22 on",
             When::tls12_suite},
            {Remedy::offer_key_type, "CipherSuites: []uint16{{tls.{suite:iana}},", When::tls12_suite},
            {Remedy::offer_group, "CurvePreferences: []tls.CurveID{{{group:go}},"},
            {Remedy::offer_alpn, "NextProtos: []string{{\"{alpn}\"},"},
            {Remedy::send_server_name, "ServerName: \"{name}\","},
            {Remedy::use_covered_name, "ServerName: \"{covered}\","},
            {Remedy::send_client_certificate,
             "cert, err := tls.LoadX509KeyPair(\"client.pem\", \"client.key\")  // then config.Certificates = append(config.Certificates, "
             "cert)"},
            {Remedy::install_root, "pool.AppendCertsFromPEM(root)  // then RootCAs: pool; or SSL_CERT_FILE=root.pem"},
            {Remedy::shrink_hello, "CurvePreferences: []tls.CurveID{{tls.X25519, tls.CurveP256},  // or GODEBUG=tlsmlkem=0"},
        },
};

}  // namespace whytls::dialects
