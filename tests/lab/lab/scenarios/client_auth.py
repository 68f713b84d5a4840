# SPDX-License-Identifier: Apache-2.0
"""The client's certificate does not hold."""
from __future__ import annotations

from ..scenario import Scenario, broken
from ..servers.apache import Apache
from ..servers.gnutls import GnuTLS
from ..servers.golang import Go
from ..servers.haproxy import HAProxy
from ..servers.java import Java
from ..servers.nginx import Nginx
from ..servers.node import Node
from ..servers.openssl import OpenSSL
from ..servers.stunnel import Stunnel

CA = "client-ca"
NGINX_LINES = "ssl_verify_client on; ssl_client_certificate {client_ca};"
APACHE_LINES = "SSLVerifyClient require\nSSLCACertificateFile {client_ca}"
REQUIRE = ("-Verify", "2")


def shows(name: str) -> tuple[str, ...]:
    return ("--cert", f"{{cert:{name}}}", "--key", f"{{key:{name}}}")


NGINX = Nginx(lines=NGINX_LINES, client_ca=CA)
NGINX_12 = Nginx(lines=NGINX_LINES + " ssl_protocols TLSv1.2;", client_ca=CA)
NGINX_ONLY_OTHER = Nginx(lines=NGINX_LINES, client_ca="alien-root")
APACHE = Apache(lines=APACHE_LINES, client_ca=CA)
APACHE_12 = Apache(lines=APACHE_LINES + "\nSSLProtocol TLSv1.2", client_ca=CA)
HAPROXY = HAProxy(bind="verify required", client_ca=CA)
HAPROXY_12 = HAProxy(bind="verify required ssl-max-ver TLSv1.2", client_ca=CA)
OPENSSL = OpenSSL(args=REQUIRE, client_ca=CA)
OPENSSL_12 = OpenSSL(args=(*REQUIRE, "-tls1_2"), client_ca=CA)
GOOD = shows("client")

ROWS: list[Scenario] = [
    *[broken("client-auth.certificate-required", name, server, "client", cure=GOOD) for name, server in {
        "nginx-400": NGINX, "nginx-400-tls12": NGINX_12, "apache-tls13": APACHE, "apache-tls12": APACHE_12, "haproxy-tls13": HAPROXY,
        "haproxy-tls12": HAPROXY_12, "openssl-tls13": OPENSSL, "openssl-tls12": OPENSSL_12, "stunnel": Stunnel(client_ca=CA),
        "go-tls13": Go(client_ca=CA), "go-tls12": Go(client_ca=CA, max_version=0x0303), "node": Node(client_ca=CA),
        "gnutls": GnuTLS(client_ca=CA), "java-tls12": Java(settings=(("protocols", "TLSv1.2"),), client_ca=CA),
        "java-tls13": Java(client_ca=CA),
    }.items()],
    broken("client-auth.certificate-required", "nginx-as-https-url", NGINX, "client", target="https://{host}:{port}", cure=GOOD),
    *[broken("client-auth.unknown-ca", name, server, "client", args=shows("client-alien"), cure=GOOD) for name, server in {
        "nginx": NGINX, "apache-tls13": APACHE, "haproxy-tls12": HAPROXY_12, "openssl-tls13": OPENSSL, "go-tls13": Go(client_ca=CA),
        "node": Node(client_ca=CA), "java-tls12": Java(settings=(("protocols", "TLSv1.2"),), client_ca=CA)}.items()],
    broken("client-auth.unknown-ca", "haproxy-self-signed", HAPROXY, "client", args=shows("client-self"), cure=GOOD),
    *[broken("client-auth.certificate-expired", name, server, "client", args=shows("client-expired"), cure=GOOD) for name, server in {
        "nginx": NGINX, "apache-tls12": APACHE_12, "haproxy-tls13": HAPROXY, "openssl-tls12": OPENSSL_12,
        "go-tls12": Go(client_ca=CA, max_version=0x0303),
    }.items()],
    broken("client-auth.certificate-expired", "haproxy-not-yet-valid", HAPROXY, "client", args=shows("client-future"), cure=GOOD,
           why="not yet valid counts as certificate-expired"),
    broken("client-auth.certificate-revoked", "haproxy", HAProxy(bind="verify required", client_ca=CA, crl=(CA, "client-revoked")),
           "client",
           args=shows("client-revoked"), cure=GOOD),
    broken("client-auth.certificate-revoked", "apache", Apache(
        lines=APACHE_LINES + "\nSSLCARevocationFile {crl}\nSSLCARevocationCheck leaf", client_ca=CA, crl=(CA, "client-revoked")), "client",
        args=shows("client-revoked"), cure=GOOD),
    *[broken("client-auth.certificate-rejected", name, server, "client", args=shows("client-server-only"), cure=GOOD) for name, server in {
        "haproxy-purpose": HAPROXY, "openssl-purpose-tls12": OPENSSL_12, "go-purpose": Go(client_ca=CA),
        "stunnel-purpose": Stunnel(client_ca=CA),
    }.items()],
    broken("client-auth.certificate-rejected", "nginx-revoked-400", Nginx(lines=NGINX_LINES + " ssl_crl {crl};", client_ca=CA,
                                                                          crl=(CA, "client-revoked")), "client",
           args=shows("client-revoked"), cure=GOOD, why="a 400 without a reason, and nothing can be proved offline"),
    broken("client-auth.key-mismatch", "openssl", OPENSSL, "client", args=("--cert", "{cert:client}", "--key", "{key:client-self}"),
           cure=GOOD),
    broken("client-auth.key-mismatch", "nginx-rsa-and-ec", NGINX, "client", args=("--cert", "{cert:client-rsa}", "--key", "{key:client}"),
           cure=GOOD),
]
