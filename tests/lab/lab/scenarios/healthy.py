# SPDX-License-Identifier: Apache-2.0
"""Nothing is broken, though it may look odd."""
from __future__ import annotations

from ..scenario import Scenario, healthy
from ..servers.apache import Apache
from ..servers.fault import Fault, by_turn, pass_on, reset
from ..servers.gnutls import GnuTLS
from ..servers.golang import Go
from ..servers.haproxy import HAProxy
from ..servers.java import Java
from ..servers.nginx import Nginx, Vhost
from ..servers.node import Node
from ..servers.openssl import OpenSSL
from ..servers.plain import Plain
from ..servers.stunnel import Stunnel
from .client_auth import CA, GOOD, HAPROXY_12, NGINX_LINES, OPENSSL, shows

ROWS: list[Scenario] = [
    healthy("nginx-plain", Nginx()),
    healthy("apache-plain", Apache()),
    healthy("haproxy-plain", HAProxy()),
    healthy("stunnel-plain", Stunnel()),
    healthy("gnutls-plain", GnuTLS()),
    healthy("go-plain", Go()),
    healthy("java-plain", Java()),
    healthy("node-plain", Node()),
    # chains
    healthy("nginx-cross-signed", Nginx("cross")),
    healthy("apache-cross-signed-trusting-the-new-root", Apache("cross"), trust="new-root"),
    healthy("nginx-expired-cross-sign-beside-a-trusted-root", Nginx("cross-expired"), trust="new-root"),
    healthy("openssl-expired-old-root-also-trusted", OpenSSL("cross-expired"), trust="new-root+old-root-expired"),
    healthy("nginx-chain-out-of-order", Nginx("out-of-order")),
    healthy("apache-extra-root", Apache("extra-root")),
    healthy("haproxy-unrelated-certificates-between", HAProxy("extra-unrelated")),
    healthy("openssl-leaf-twice", OpenSSL("leaf-twice")),
    healthy("nginx-long-chain", Nginx("long")),
    healthy("nginx-leaf-issued-by-the-root", Nginx("by-root")),
    healthy("openssl-intermediate-is-the-trusted-one", OpenSSL("good"), trust="int", referee="gnutls",
            why="a trust anchor need not be self-signed (RFC 5280 6.1.1 d); s_client wants -partial_chain"),
    healthy("nginx-self-signed-and-trusted", Nginx("self-signed"), trust="self-signed"),
    healthy("nginx-large-certificate", Nginx("large")),
    healthy("go-huge-certificate", Go("huge")),
    healthy("nginx-name-constraint-kept", Nginx("allowed")),
    healthy("nginx-no-usages-at-all", Nginx("no-eku")),
    healthy("nginx-uncritical-unknown-extension", Nginx("uncritical")),
    healthy("nginx-wildcard", Nginx("wildcard")),
    healthy("nginx-name-in-capitals", Nginx("trailing-case")),
    healthy("nginx-address-in-the-certificate", Nginx("address"), host=None),
    healthy("nginx-must-staple-with-staple", Nginx("must-staple", "ssl_stapling on; ssl_stapling_file {staple};", staple=("must-staple",)),
            referee="gnutls"),
    healthy("openssl-good-staple", OpenSSL("good", staple=("good",))),
    # keys
    healthy("nginx-p384", Nginx("p384")),
    healthy("nginx-p521", Nginx("p521")),
    healthy("openssl-ed25519", OpenSSL("ed25519")),
    healthy("nginx-ed25519", Nginx("ed25519")),
    healthy("openssl-ed448", OpenSSL("ed448"), referee="openssl"),
    healthy("openssl-rsa-pss-key", OpenSSL("pss")),
    healthy("nginx-rsa-pss-signature", Nginx("pss-signed")),
    healthy("apache-rsa-4096", Apache("rsa4096")),
    healthy("nginx-rsa-and-ecdsa", Nginx("good", extra_chains=("rsa",))),
    healthy("nginx-rsa-and-ecdsa-for-an-rsa-client", Nginx("good", extra_chains=("rsa",)),
            args=("--max-version", "tls1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256")),
    healthy("apache-rsa-and-ecdsa", Apache("rsa", extra_chains=("good",))),
    healthy("openssl-rsa-beside-ecdsa", OpenSSL("good", second="rsa")),
    # versions, groups, suites
    healthy("nginx-tls12-only", Nginx(lines="ssl_protocols TLSv1.2;")),
    healthy("nginx-tls13-only", Nginx(lines="ssl_protocols TLSv1.3;")),
    healthy("nginx-hello-retry-p521", Nginx(lines="ssl_protocols TLSv1.3; ssl_ecdh_curve secp521r1;")),
    healthy("go-hello-retry-p384", Go(curves=(24,), min_version=0x0304)),
    healthy("gnutls-hello-retry-p384", GnuTLS(priority="NORMAL:-GROUP-ALL:+GROUP-SECP384R1")),
    healthy("openssl-hello-retry-ffdhe3072", OpenSSL("rsa", ("-groups", "ffdhe3072", "-tls1_3"))),
    # Its secret needs ML-KEM, which libcrypto has from 3.5 on. Before, all behind the ServerHello stays hidden: whether the handshake
    # would have gone on cannot be known, and to say so is the right answer.
    healthy("node-post-quantum", Node(options=(("ecdhCurve", "X25519MLKEM768"), ("minVersion", "TLSv1.3"))), referee="node",
            undetermined="takes X25519MLKEM768 only, whose secret cannot be computed here"),
    healthy("node-post-quantum-preferred", Node(options=(("ecdhCurve", "X25519MLKEM768:X25519"),)), referee="node"),
    healthy("openssl-rsa-key-exchange", OpenSSL("rsa", ("-tls1_2",), cipher="AES128-GCM-SHA256")),
    healthy("openssl-cbc-only", OpenSSL("rsa", ("-tls1_2",), cipher="AES128-SHA")),
    healthy("openssl-chacha-only", OpenSSL("good", ("-tls1_2",), cipher="ECDHE-ECDSA-CHACHA20-POLY1305")),
    healthy("openssl-dhe-2048", OpenSSL("rsa", ("-tls1_2",), cipher="DHE-RSA-AES128-GCM-SHA256", dh=2048)),
    healthy("gnutls-dhe-2048", GnuTLS("rsa", "NORMAL:-VERS-TLS1.3:-KX-ALL:+DHE-RSA")),
    healthy("openssl-no-extended-master-secret", GnuTLS("rsa", "NORMAL:-VERS-TLS1.3:%NO_SESSION_HASH")),
    healthy("java-tls12-only", Java("rsa", (("protocols", "TLSv1.2"),))),
    # application protocols and names
    healthy("nginx-h2", Nginx(listen="ssl http2"), target="https://{host}:{port}"),
    healthy("nginx-alpn-asked", Nginx(listen="ssl http2"), args=("--alpn", "h2,http/1.1")),
    healthy("haproxy-alpn-ignored", HAProxy(), args=("--alpn", "foo")),
    healthy("go-h2", Go(protocols=("h2", "http/1.1")), target="https://{host}:{port}"),
    healthy("nginx-second-host", Nginx(hosts=(Vhost("other-host", name="www.other.test", default=True), Vhost("good")))),
    healthy("nginx-no-name-needed", Nginx(), args=("--no-servername",)),
    healthy("haproxy-strict-sni-known", HAProxy("good", "strict-sni")),
    healthy("openssl-warning-112", OpenSSL("wildcard", named="other-by-root"), host="www.lab.test",
            why="s_server warns of the unknown name and goes on: only a finding"),
    healthy("nginx-ipv4-and-ipv6-on-localhost", Nginx(ipv6=True), host="localhost"),
    # client certificates
    healthy("nginx-optional-client-certificate", Nginx(lines=NGINX_LINES.replace("on;", "optional;"), client_ca=CA)),
    healthy("haproxy-optional-client-certificate", HAProxy(bind="verify optional", client_ca=CA)),
    healthy("openssl-client-certificate-accepted", OPENSSL, args=GOOD),
    healthy("haproxy-rsa-client-certificate-tls12", HAPROXY_12, args=shows("client-rsa")),
    healthy("go-client-certificate-accepted", Go(client_ca=CA), args=GOOD),
    healthy("nginx-client-certificate-needless", Nginx(), args=GOOD),
    # STARTTLS in front of real servers
    *[healthy(f"starttls-{script}", Plain(script, OpenSSL(), starttls=script), args=("--starttls", script),
              referee="none" if script == "rdp" else "openssl", why="s_client does not speak RDP" if script == "rdp" else "")
      for script in ("smtp", "ftp", "nntp", "sieve", "irc", "lmtp", "xmpp", "rdp")],
    # disturbances that must raise no alarm
    healthy("fault-that-passes-everything-on", Fault(pass_on, Nginx())),
    healthy("fault-limited-after-the-first", Fault(by_turn(2, reset), Nginx())),
    healthy("openssl-tls13-client-only", OpenSSL(), args=("--min-version", "tls1.3")),
    healthy("nginx-client-without-post-quantum", Nginx(), args=("--groups", "X25519:P-256")),
]
