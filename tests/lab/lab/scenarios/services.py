# SPDX-License-Identifier: Apache-2.0
"""Mail, databases, directories and proxies: the same causes behind other protocols."""
from __future__ import annotations

from ..scenario import Scenario, broken, healthy
from ..servers.dovecot import Dovecot
from ..servers.mariadb import MariaDB
from ..servers.nginx import Nginx
from ..servers.openssl import OpenSSL
from ..servers.plain import Nothing
from ..servers.postfix import Postfix
from ..servers.postgres import Postgres
from ..servers.proxies import SmallProxy, Tinyproxy
from ..servers.redis import Redis
from ..servers.slapd import Slapd
from ..servers.sshd import Sshd

CA = "client-ca"
GOOD = ("--cert", "{cert:client}", "--key", "{key:client}")
RSA_128 = "ECDHE-RSA-AES128-GCM-SHA256"
BY_PROXY = ("--proxy", "http://127.0.0.1:{proxy}")
BY_SOCKS = ("--proxy", "socks5://127.0.0.1:{proxy}")

MAIL: list[Scenario] = [
    broken("protocol.starttls-needed", "postfix", Postfix(), "client", cure=("--starttls", "smtp")),
    broken("protocol.starttls-needed", "dovecot-imap", Dovecot(), "client", cure=("--starttls", "imap")),
    broken("protocol.starttls-needed", "dovecot-pop3", Dovecot(protocol="pop3", starttls="pop3"), "client", cure=("--starttls", "pop3")),
    broken("protocol.starttls-refused", "postfix-level-none", Postfix(lines="smtpd_tls_security_level = none")),
    broken("protocol.starttls-refused", "postfix-without-certificate", Postfix(None), why="TLS is switched off silently"),
    broken("protocol.starttls-refused", "postfix-key-of-another-certificate", Postfix(other_key="p384"),
           why="from the wire: no STARTTLS; with its configuration: key-mismatch"),
    broken("protocol.starttls-refused", "dovecot-ssl-no", Dovecot(ssl="no")),
    broken("certificate.expired", "postfix", Postfix("expired"), detail={"position": 0}),
    broken("certificate.expired", "dovecot-imap", Dovecot("expired"), detail={"position": 0}),
    broken("certificate.self-signed", "dovecot-pop3", Dovecot("self-signed", protocol="pop3", starttls="pop3")),
    broken("certificate.hostname-mismatch", "postfix", Postfix("wrong-host")),
    broken("certificate.incomplete-chain", "postfix-wrapped", Postfix("leaf-only", wrapped=True, starttls=None)),
    broken("certificate.incomplete-chain", "dovecot-imaps", Dovecot("leaf-only", protocol="imaps", starttls=None)),
    broken("network.closed-in-handshake", "dovecot-key-of-another-certificate", Dovecot(other_key="p384", protocol="imaps", starttls=None),
           accept=(("network.reset-in-handshake", "network"),), why="it closes without reading: a reset if the hello came first"),
    broken("cipher.no-common-suite", "postfix-client-128", Postfix(
        "rsa", "smtpd_tls_security_level = encrypt\nsmtpd_tls_mandatory_protocols = TLSv1.2\nsmtpd_tls_mandatory_ciphers = high\n"
        "tls_high_cipherlist = ECDHE-RSA-AES256-GCM-SHA384"), "client", args=("--max-version", "tls1.2", "--ciphers", RSA_128), cure=()),
    broken("cipher.certificate-key-type", "postfix-ecdsa-client-rsa", Postfix(), "client",
           args=("--max-version", "tls1.2", "--ciphers", RSA_128), cure=()),
    broken("protocol.version-mismatch", "postfix-tls13-client-12", Postfix(
        lines="smtpd_tls_security_level = encrypt\nsmtpd_tls_mandatory_protocols = >=TLSv1.3"), "client", args=("--max-version", "tls1.2"),
        cure=()),
    broken("protocol.version-mismatch", "dovecot-tls13-client-12", Dovecot(lines="ssl_min_protocol = TLSv1.3"), "client",
           args=("--max-version", "tls1.2"), cure=()),
    broken("client-auth.certificate-required", "postfix-wrapped", Postfix(
        lines="smtpd_tls_security_level = encrypt\nsmtpd_tls_req_ccert = yes", client_ca=CA, wrapped=True, starttls=None), "client",
        cure=GOOD),
    healthy("starttls-postfix", Postfix()),
    healthy("postfix-wrapped", Postfix(wrapped=True, starttls=None)),
    healthy("starttls-dovecot-imap", Dovecot()),
    healthy("starttls-dovecot-pop3", Dovecot(protocol="pop3", starttls="pop3")),
    healthy("dovecot-imaps", Dovecot(protocol="imaps", starttls=None)),
]

DATABASES: list[Scenario] = [
    broken("protocol.starttls-needed", "postgres", Postgres(), "client", cure=("--starttls", "postgres")),
    broken("protocol.starttls-needed", "mariadb", MariaDB(), "client", cure=("--starttls", "mysql")),
    broken("protocol.starttls-needed", "slapd", Slapd(), "client", cure=("--starttls", "ldap")),
    broken("protocol.starttls-refused", "postgres-ssl-off", Postgres(None)),
    broken("protocol.starttls-refused", "mariadb-without-certificate", MariaDB(None)),
    broken("protocol.starttls-refused", "slapd-without-certificate", Slapd(None)),
    broken("protocol.not-tls", "mariadb-without-certificate", MariaDB(None, starttls=None), detail={"protocol": "mysql"}),
    broken("protocol.not-tls", "postgres-ssl-off", Postgres(None, starttls=None), detail={"protocol": "postgres"}),
    broken("protocol.not-tls", "redis", Redis(), detail={"protocol": "redis"}, slow=True),
    broken("protocol.not-tls", "sshd", Sshd(), detail={"protocol": "ssh"}),
    broken("certificate.expired", "postgres", Postgres("expired"), detail={"position": 0}),
    broken("certificate.expired", "mariadb", MariaDB("expired")),
    broken("certificate.self-signed", "postgres", Postgres("self-signed")),
    broken("certificate.self-signed", "mariadb", MariaDB("self-signed")),
    broken("certificate.hostname-mismatch", "slapd", Slapd("wrong-host")),
    broken("certificate.incomplete-chain", "postgres", Postgres("leaf-only")),
    broken("certificate.untrusted-root", "slapd", Slapd("alien", scheme="ldaps", starttls=None)),
    broken("certificate.not-yet-valid", "redis", Redis("future")),
    broken("cipher.certificate-key-type", "postgres-rsa-client-ecdsa", Postgres("rsa"), "client",
           args=("--max-version", "tls1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"), cure=()),
    broken("cipher.no-common-suite", "postgres-client-aes128-sha", Postgres("rsa", "ssl_ciphers = 'ECDHE-RSA-AES256-GCM-SHA384'"), "client",
           args=("--max-version", "tls1.2", "--ciphers", "AES128-SHA"), cure=()),
    broken("cipher.no-common-suite", "mariadb-client-128", MariaDB("rsa", ("--ssl-cipher=ECDHE-RSA-AES256-GCM-SHA384",)), "client",
           args=("--max-version", "tls1.2", "--ciphers", RSA_128), cure=()),
    broken("protocol.version-mismatch", "postgres-tls13-client-12", Postgres(lines="ssl_min_protocol_version = 'TLSv1.3'"), "client",
           args=("--max-version", "tls1.2"), cure=()),
    broken("protocol.version-mismatch", "mariadb-tls13-client-12", MariaDB(options=("--tls-version=TLSv1.3",)), "client",
           args=("--max-version", "tls1.2"), cure=()),
    broken("protocol.version-mismatch", "redis-tls12-client-13", Redis("good", ("--tls-protocols", "TLSv1.2")), "client",
           args=("--min-version", "tls1.3"), cure=()),
    broken("client-auth.certificate-required", "redis", Redis("good", client_ca=CA), "client", cure=GOOD),
    broken("client-auth.certificate-required", "slapd", Slapd(scheme="ldaps", client_ca=CA, starttls=None), "client", cure=GOOD),
    broken("cipher.no-common-group", "postgres-p384-client-x25519", Postgres("rsa", "ssl_ecdh_curve = 'secp384r1'"), "client",
           args=("--min-version", "tls1.3", "--groups", "X25519"), cure=()),
    healthy("starttls-postgres", Postgres()),
    healthy("starttls-mariadb", MariaDB()),
    healthy("starttls-slapd", Slapd()),
    healthy("slapd-ldaps", Slapd(scheme="ldaps", starttls=None)),
    healthy("redis-tls", Redis("good")),
]

PROXIES: list[Scenario] = [
    broken("network.proxy-refused", "tinyproxy-wants-a-password", Tinyproxy(Nginx(), "BasicAuth robot secret"), "network", args=BY_PROXY,
           detail={"status": 407}, stage="proxy"),
    broken("network.proxy-refused", "tinyproxy-filter", Tinyproxy(Nginx(), 'Filter "{filter}"\nFilterDefaultDeny Yes'), "network",
           args=BY_PROXY,
           detail={"status": 403}),
    broken("network.proxy-refused", "tinyproxy-port-not-allowed", Tinyproxy(Nginx(), "ConnectPort 443"), "network", args=BY_PROXY,
           detail={"status": 403}),
    broken("network.proxy-refused", "tinyproxy-nothing-behind", Tinyproxy(Nothing()), "network", args=BY_PROXY),
    broken("network.proxy-refused", "http-502", SmallProxy(Nginx(), "502 Bad Gateway"), "network", args=BY_PROXY, detail={"status": 502}),
    broken("network.proxy-refused", "http-504", SmallProxy(Nginx(), "504 Gateway Timeout"), "network", args=BY_PROXY,
           detail={"status": 504, "inner": "network.connection-timeout"}),
    broken("network.proxy-refused", "socks-not-allowed", SmallProxy(Nginx(), socks=2), "network", args=BY_SOCKS, referee="none",
           why="s_client does not speak SOCKS"),
    broken("network.proxy-refused", "by-environment", SmallProxy(Nginx(), "403 Forbidden"), "network",
           env={"https_proxy": "http://127.0.0.1:{proxy}", "no_proxy": ""}, target="https://{host}:{port}", detail={"status": 403},
           referee="none", why="s_client reads https_proxy only with -proxy"),
    broken("certificate.expired", "behind-tinyproxy", Tinyproxy(Nginx("expired")), args=BY_PROXY, detail={"position": 0}),
    broken("certificate.self-signed", "behind-socks", SmallProxy(OpenSSL("self-signed"), socks=0), args=BY_SOCKS, referee="none",
           why="s_client does not speak SOCKS"),
    healthy("tinyproxy-connect", Tinyproxy(Nginx()), args=BY_PROXY),
    healthy("socks5", SmallProxy(Nginx(), socks=0), args=BY_SOCKS, referee="none", why="s_client does not speak SOCKS"),
    healthy("http-proxy-by-environment", SmallProxy(Nginx(), "200 go"), env={"https_proxy": "http://127.0.0.1:{proxy}", "no_proxy": ""},
            target="https://{host}:{port}", referee="none", why="s_client reads https_proxy only with -proxy"),
]
ROWS = MAIL + DATABASES + PROXIES
