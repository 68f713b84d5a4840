# SPDX-License-Identifier: Apache-2.0
"""The machine itself is set up wrong: the server's key, the client's trust store, policy or clock."""
from __future__ import annotations

from ..scenario import Scenario, broken, healthy
from ..servers.apache import Apache
from ..servers.gnutls import GnuTLS
from ..servers.golang import Go
from ..servers.java import Java
from ..servers.nginx import Nginx

TLS12 = "ssl_protocols TLSv1.2;"
YEARS = str(3 * 365 * 86400)
OPENSSL = ("--client", "openssl")
GNUTLS = ("--client", "gnutls")


def policy(*lines: str) -> dict[str, str]:
    head = ("openssl_conf = init", "[init]", "ssl_conf = ssl", "[ssl]", "system_default = default", "[default]")
    return {"openssl.cnf": "\n".join([*head, *lines]) + "\n"}


POLICY_ENV = {"OPENSSL_CONF": "{folder}/openssl.cnf"}
GNUTLS_ENV = {"GNUTLS_SYSTEM_PRIORITY_FILE": "{folder}/gnutls.conf"}


def clock(seconds: str) -> dict[str, str]:
    return {"LD_PRELOAD": "{clock}", "LAB_CLOCK_OFFSET": seconds}


ROWS: list[Scenario] = [
    # the handshake's signature fails under the leaf's key
    broken("configuration.key-mismatch", "go-tls13", Go(other_key="must-staple")),
    broken("configuration.key-mismatch", "go-tls12", Go(other_key="must-staple", max_version=0x0303)),
    broken("configuration.key-mismatch", "go-rsa-tls13", Go("rsa", other_key="self-signed-rsa")),
    broken("configuration.key-mismatch", "java-tls12", Java(other_key="must-staple", settings=(("protocols", "TLSv1.2"),))),
    broken("configuration.key-mismatch", "java-rsa-tls13", Java("rsa", other_key="self-signed-rsa")),
    # the trust store that was named cannot be used: wrong usage, and still a verdict
    broken("configuration.trust-store", "ca-file-missing", Nginx(), "client", args=("--ca-file", "{folder}/no-such-file.pem"), exit=2,
           cure=()),
    broken("configuration.trust-store", "ca-file-is-no-pem", Nginx(), "client", args=("--ca-file", "{folder}/text.pem"),
           files={"text.pem": "this is no certificate\n"}, exit=2, cure=()),
    # the policy of the library on this machine, asked for as the client
    broken("configuration.crypto-policy", "openssl-minimum-13-server-12", Nginx(lines=TLS12), "client", args=OPENSSL, env=POLICY_ENV,
           files=policy("MinProtocol = TLSv1.3"), cure=()),
    broken("configuration.crypto-policy", "openssl-suites", Apache("rsa",
           "SSLProtocol TLSv1.2\nSSLCipherSuite ECDHE-RSA-AES128-GCM-SHA256"),
           "client", args=OPENSSL, env=POLICY_ENV,
           files=policy("CipherString = ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"), cure=()),
    broken("configuration.crypto-policy", "openssl-security-level-3-rsa-2048", Nginx("rsa"), "client", args=OPENSSL, env=POLICY_ENV,
           files=policy("CipherString = DEFAULT@SECLEVEL=3"), cure=()),
    broken("configuration.crypto-policy", "openssl-groups", Nginx(lines="ssl_protocols TLSv1.3; ssl_ecdh_curve X25519;"), "client",
           args=OPENSSL,
           env=POLICY_ENV, files=policy("Groups = secp384r1"), cure=()),
    broken("configuration.crypto-policy", "gnutls-version-disabled", Nginx(lines=TLS12), "client", args=GNUTLS, env=GNUTLS_ENV,
           files={"gnutls.conf": "[overrides]\ndisabled-version = tls1.2\n"}, referee="gnutls", cure=()),
    broken("configuration.crypto-policy", "gnutls-cipher-disabled", GnuTLS("rsa", "NORMAL:-CIPHER-ALL:+AES-256-GCM"), "client", args=GNUTLS,
           env=GNUTLS_ENV, files={"gnutls.conf": "[overrides]\ntls-disabled-cipher = AES-256-GCM\n"}, referee="gnutls", cure=()),
    healthy("policy-does-not-touch-the-default-client", Nginx(lines=TLS12), env=POLICY_ENV, files=policy("MinProtocol = TLSv1.3"),
            referee="none", why="the default client is not this machine's OpenSSL: only a finding"),
    healthy("client-openssl", Nginx(), args=OPENSSL),
    healthy("client-gnutls", Nginx(), args=GNUTLS, referee="gnutls"),
    # this machine's clock
    broken("configuration.clock-skew", "nginx-three-years-ahead", Nginx("good", "ssl_stapling on; ssl_stapling_file {staple};",
           staple=("good",)),
           "client", target="https://{host}:{port}", env=clock(YEARS), cure=()),
]
