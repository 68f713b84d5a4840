# SPDX-License-Identifier: Apache-2.0
"""The server's certificate does not hold."""
from __future__ import annotations

from ..scenario import Scenario, broken, healthy
from ..servers.apache import Apache
from ..servers.gnutls import GnuTLS
from ..servers.haproxy import HAProxy
from ..servers.nginx import Nginx, Vhost
from ..servers.openssl import OpenSSL
from ..servers.stunnel import Stunnel

ROWS: list[Scenario] = [
    # expired: any link
    broken("certificate.expired", "haproxy-leaf-rsa", HAProxy("expired-rsa"), detail={"position": 0}),
    broken("certificate.expired", "gnutls-intermediate", GnuTLS("under-expired"), detail={"position": 1}),
    broken("certificate.expired", "openssl-tls12-only", OpenSSL("expired", ("-no_tls1_3",)), detail={"position": 0}),
    broken("certificate.expired", "nginx-and-wrong-host", Nginx("expired"), host="other.lab.test", referee="gnutls",
           why="the table's order puts expired before hostname-mismatch"),
    broken("certificate.expired", "nginx-at-a-later-day", Nginx("good"), args=("--at", "2099-01-01T00:00:00Z"),
           why="--at states the time, and switches clock-skew off"),
    broken("certificate.not-yet-valid", "openssl-intermediate", OpenSSL("under-future"), detail={"position": 1}),
    # self-signed
    broken("certificate.self-signed", "apache-rsa", Apache("self-signed-rsa")),
    broken("certificate.self-signed", "gnutls", GnuTLS("self-signed")),
    broken("certificate.self-signed", "stunnel-other-name", Stunnel("self-signed-other"),
           why="the table's order puts self-signed before hostname-mismatch"),
    # incomplete chain
    broken("certificate.incomplete-chain", "apache-leaf-only-rsa", Apache("leaf-only-rsa")),
    broken("certificate.incomplete-chain", "haproxy-leaf-only", HAProxy("leaf-only")),
    broken("certificate.incomplete-chain", "openssl-wrong-intermediate", OpenSSL("wrong-next")),
    broken("certificate.incomplete-chain", "nginx-root-but-no-intermediate", Nginx("wrong-next-root")),
    # untrusted root
    broken("certificate.untrusted-root", "apache-private-root-sent", Apache("alien-root-sent")),
    broken("certificate.untrusted-root", "haproxy-private-root-sent", HAProxy("alien-root-sent")),
    broken("certificate.untrusted-root", "nginx-root-not-in-file", Nginx("rsa"), trust="root"),
    broken("certificate.untrusted-root", "openssl-reissued-authority", OpenSSL("rekeyed-ids"),
           why="a re-keyed issuer whose key identifiers differ"),
    # host name
    broken("certificate.hostname-mismatch", "haproxy-other-name", HAProxy("wrong-host")),
    broken("certificate.hostname-mismatch", "gnutls-other-name", GnuTLS("wrong-host")),
    broken("certificate.hostname-mismatch", "apache-default-host", Apache("wrong-host", more=(("www.lab.test", "wildcard", ""),)),
           host="unknown.lab.test"),
    broken("certificate.hostname-mismatch", "nginx-wildcard-one-label", Nginx("wildcard"), host="a.b.lab.test"),
    broken("certificate.hostname-mismatch", "nginx-wildcard-parent", Nginx("wildcard"), host="lab.test"),
    broken("certificate.hostname-mismatch", "nginx-common-name-only", Nginx("cn-only"), referee="go",
           why="current clients do not fall back to the common name; s_client and Node still do"),
    broken("certificate.hostname-mismatch", "nginx-asked-by-address", Nginx("names-only"), host=None),
    broken("certificate.hostname-mismatch", "openssl-other-address", OpenSSL("wrong-address"), host=None),
    broken("certificate.hostname-mismatch", "nginx-name-in-second-host",
           Nginx(hosts=(Vhost("wrong-host", default=True, name="www.other.test"), Vhost("wildcard", name="www.lab.test"))),
           host="api.lab.test"),
    # signatures
    broken("certificate.bad-signature", "openssl-rekeyed-issuer", OpenSSL("rekeyed")),
    broken("certificate.bad-signature", "haproxy-intermediate", HAProxy("under-broken"), detail={"position": 1}),
    # issuers
    broken("certificate.invalid-ca", "openssl-no-cert-sign", OpenSSL("under-nosign")),
    broken("certificate.invalid-ca", "apache-path-length", Apache("under-path")),
    broken("certificate.invalid-ca", "gnutls-issued-by-a-leaf", GnuTLS("by-leaf")),
    broken("certificate.name-constraint", "openssl-excluded", OpenSSL("under-excluded")),
    # purpose
    broken("certificate.wrong-purpose", "apache-code-signing", Apache("eku-code")),
    broken("certificate.wrong-purpose", "haproxy-issuer-for-mail", HAProxy("under-eku"), detail={"position": 1}),
    broken("certificate.wrong-purpose", "openssl-key-usage", OpenSSL("usage-agree"), referee="gnutls"),
    broken("certificate.unknown-critical-extension", "openssl-intermediate", OpenSSL("under-critical"), detail={"position": 1}),
    # strength
    broken("certificate.weak-key", "gnutls-intermediate-1024", GnuTLS("under-weak"), detail={"position": 1}),
    broken("certificate.weak-signature", "openssl-md5-leaf", OpenSSL("md5", level0=True)),
    broken("certificate.weak-signature", "openssl-sha1-intermediate", OpenSSL("under-sha1", level0=True), detail={"position": 1}),
    # malformed
    broken("certificate.malformed", "openssl-repeated-extension", OpenSSL("twice"), referee="go"),
    # revocation and staples
    broken("certificate.revoked", "openssl-stapled", OpenSSL("good", staple=("good", "revoked")), referee="gnutls"),
    broken("certificate.revoked", "nginx-stapled", Nginx("good", "ssl_stapling on; ssl_stapling_file {staple};",
           staple=("good", "revoked")),
           referee="gnutls"),
    broken("certificate.missing-staple", "apache-tls12", Apache("must-staple", "SSLProtocol TLSv1.2"), referee="gnutls"),
    *[broken("certificate.missing-staple", f"nginx-asked-as-{client}", Nginx("must-staple"), args=("--client", client), referee="gnutls")
      for client in ("gnutls-3.7", "wget", "git", "firefox", "gnutls")],
    *[healthy(f"must-staple-without-one-asked-as-{client}", Nginx("must-staple"), args=("--client", client), facts={"must_staple": "True"})
      for client in ("chrome", "curl", "openssl-3.0", "go-1.19", "java-17", "node-20", "openssl")],
    broken("certificate.revocation-unavailable", "nginx-staple-by-a-stranger",
           Nginx("must-staple", "ssl_stapling on; ssl_stapling_file {staple};", staple=("must-staple", "good", "alien-root")),
           referee="gnutls"),
    broken("certificate.revocation-unavailable", "openssl-staple-says-unknown",
           OpenSSL("must-staple", staple=("must-staple", "unknown")), referee="none",
           why="no client at hand judges a stapled `unknown`; RFC 6960 2.2: it is no confirmation"),
]
