// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect node;
const Dialect node{
    .name = "node",
    .title = "Node.js",
    .words = {"node", "express"},
    .client = true,
    .spellings =
        {
            {Remedy::serve_full_chain, "cert: fs.readFileSync('fullchain.pem'),  // the leaf first, then each intermediate"},
            {Remedy::match_key,
             "cert: fs.readFileSync('fullchain.pem'),  // the leaf first\n"
             "key: fs.readFileSync('key.pem'),         // of that leaf"},
            {Remedy::set_certificate,
             "cert: fs.readFileSync('fullchain.pem'),\n"
             "key: fs.readFileSync('key.pem'),"},
            {Remedy::enable_version, "minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3',"},
            {Remedy::enable_suite, "ciphers: tls.DEFAULT_CIPHERS + ':{suite}',"},
            {Remedy::enable_group, "ecdhCurve: '{groups}',"},
            {Remedy::enable_signature_algorithm, "sigalgs: '{sigalg}',"},
            {Remedy::add_certificate_type,
             "cert: [fs.readFileSync('fullchain.pem'), fs.readFileSync('{other-key}.pem')],\n"
             "key: [fs.readFileSync('key.pem'), fs.readFileSync('{other-key}.key')],"},
            {Remedy::set_dh_parameters, "dhparam: 'auto',"},
            {Remedy::serve_matching_certificate,
             "server.addContext('{name}', {{cert: fs.readFileSync('{name}.pem'), key: fs.readFileSync('{name}.key')});"},
            {Remedy::add_server_name,
             "server.addContext('{name}', {{cert: fs.readFileSync('{name}.pem'), key: fs.readFileSync('{name}.key')});"},
            {Remedy::accept_alpn, "ALPNProtocols: ['h2', 'http/1.1'],"},
            {Remedy::make_client_certificate_optional, "requestCert: true, rejectUnauthorized: false,"},
            {Remedy::trust_client_issuer, "ca: fs.readFileSync('client-ca.pem'),"},
            {Remedy::read_server_log, "server.on('tlsClientError', (error) => console.error(error.code, error.message));"},
            {Remedy::offer_version, "minVersion: '{version}',"},
            {Remedy::offer_suite, "ciphers: tls.DEFAULT_CIPHERS + ':{suite}',"},
            {Remedy::offer_key_type, "ciphers: tls.DEFAULT_CIPHERS + ':{suite}',"},
            {Remedy::offer_group, "ecdhCurve: '{group}',"},
            {Remedy::offer_signature_algorithm, "sigalgs: '{sigalg}',"},
            {Remedy::offer_alpn, "ALPNProtocols: ['{alpn}'],"},
            {Remedy::send_server_name, "servername: '{name}',"},
            {Remedy::use_covered_name, "servername: '{covered}',"},
            {Remedy::send_client_certificate, "cert: fs.readFileSync('client.pem'), key: fs.readFileSync('client.key'),"},
            {Remedy::install_root, "NODE_EXTRA_CA_CERTS=root.pem node program.js"},
            {Remedy::trust_proxy_root, "NODE_EXTRA_CA_CERTS=proxy-root.pem node program.js"},
            {Remedy::shrink_hello, "ecdhCurve: 'X25519:P-256',"},
        },
};

}  // namespace whytls::dialects
