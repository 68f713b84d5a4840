# SPDX-License-Identifier: Apache-2.0
"""Both speak, but not the same thing."""
from __future__ import annotations

import os

from .. import hello as tls
from ..hello import Offer
from ..scenario import Scenario, broken
from ..servers.apache import Apache
from ..servers.canned import Canned, EXTENDED_MASTER_SECRET, message, record
from ..servers.fault import Fault, alert, close, corrupt, hang, reset, strip_13, when
from ..servers.gnutls import GnuTLS
from ..servers.golang import Go
from ..servers.haproxy import HAProxy
from ..servers.nginx import Nginx, Vhost
from ..servers.node import Node
from ..servers.openssl import OpenSSL
from ..servers.plain import Plain
from ..servers.stunnel import Stunnel

TLS12_ONLY = "ssl_protocols TLSv1.2;"
TLS13_ONLY = "ssl_protocols TLSv1.3;"
NO_TLS13 = Offer(versions=(0x0303,))
OLD_GROUPS = Offer(groups=(tls.X25519, tls.P256))
NAMES = (Vhost(None, "ssl_reject_handshake on;", name="_", default=True), Vhost("wildcard", name="www.lab.test"))


def offers_13(hello: tls.Hello) -> bool:
    return 0x0304 in hello.versions


def offers_pq(hello: tls.Hello) -> bool:
    return tls.X25519MLKEM768 in hello.groups



VERSION_ROWS: list[Scenario] = [
    broken("protocol.version-mismatch", "nginx-tls12-only-client-13", Nginx(lines=TLS12_ONLY), "client", args=("--min-version", "tls1.3"),
           cure=()),
    broken("protocol.version-mismatch", "nginx-tls13-only-client-12", Nginx(lines=TLS13_ONLY), "client", args=("--max-version", "tls1.2"),
           cure=()),
    broken("protocol.version-mismatch", "apache-tls13-only-client-12", Apache(lines="SSLProtocol TLSv1.3"), "client",
           args=("--max-version", "tls1.2"), cure=()),
    broken("protocol.version-mismatch", "haproxy-tls13-only-client-12", HAProxy(bind="ssl-min-ver TLSv1.3"), "client",
           args=("--max-version", "tls1.2"), cure=()),
    broken("protocol.version-mismatch", "stunnel-tls12-only-client-13", Stunnel(lines="sslVersionMax = TLSv1.2"), "client",
           args=("--min-version", "tls1.3"), cure=()),
    broken("protocol.version-mismatch", "go-tls13-only-client-12", Go(min_version=0x0304), "client", args=("--max-version", "tls1.2"),
           cure=()),
    broken("protocol.version-mismatch", "node-tls13-only-client-12", Node(options=(("minVersion", "TLSv1.3"),)), "client",
           args=("--max-version", "tls1.2"), cure=()),
    broken("protocol.version-mismatch", "gnutls-tls12-only-client-13", GnuTLS(priority="NORMAL:-VERS-TLS1.3"), "client",
           args=("--min-version", "tls1.3"), cure=()),
    broken("protocol.version-mismatch", "nginx-client-at-most-11", Nginx(), "client", args=("--max-version", "tls1.1"), cure=()),
    broken("protocol.version-mismatch", "openssl-tls10-only", OpenSSL("rsa", ("-tls1",), cipher="ALL", level0=True),
           cure=Offer(versions=(0x0301,))),
    broken("protocol.version-mismatch", "openssl-tls11-only", OpenSSL("rsa", ("-tls1_1",), cipher="ALL", level0=True),
           cure=Offer(versions=(0x0302,))),
    broken("protocol.version-mismatch", "gnutls-tls10-only", GnuTLS("rsa", "NORMAL:-VERS-ALL:+VERS-TLS1.0"),
           cure=Offer(versions=(0x0301,))),
    broken("protocol.version-mismatch", "go-tls10-only", Go("rsa", min_version=0x0301, max_version=0x0301), cure=Offer(versions=(0x0301,))),
    broken("protocol.version-mismatch", "nginx-tls10-listed-but-impossible", Nginx("rsa", "ssl_protocols TLSv1;"),
           accept=(("protocol.refused-by-alert", "server"),),
           why="the security level of the distribution leaves nothing below 1.2; offers of 1.3 get alert 70, plainer ones alert 80"),
    broken("protocol.version-mismatch", "apache-tls11-only", Apache("rsa", "SSLProtocol TLSv1.1\nSSLCipherSuite ALL@SECLEVEL=0"),
           cure=Offer(versions=(0x0302,))),
    # an offer of more is refused, instead of being answered with less
    broken("protocol.version-intolerance", "reset-on-13", Fault(when(offers_13, reset), Nginx(lines=TLS12_ONLY)),
           cure=("--max-version", "tls1.2")),
    broken("protocol.version-intolerance", "close-on-13", Fault(when(offers_13, close), Nginx(lines=TLS12_ONLY)),
           cure=("--max-version", "tls1.2")),
    broken("protocol.version-intolerance", "silence-on-13", Fault(when(offers_13, hang), Nginx(lines=TLS12_ONLY)),
           cure=("--max-version", "tls1.2"), slow=True),
    broken("protocol.version-intolerance", "alert-70-on-13", Fault(when(offers_13, alert(70)), OpenSSL(args=("-tls1_2",))),
           cure=("--max-version", "tls1.2")),
    broken("protocol.version-intolerance", "alert-40-on-13", Fault(when(offers_13, alert(40)), Apache(lines="SSLProtocol TLSv1.2")),
           cure=("--max-version", "tls1.2")),
    broken("protocol.fallback-rejected", "nginx", Nginx(), "client", cure=(),
           args=("--max-version", "tls1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:0x5600")),
    broken("protocol.fallback-rejected", "gnutls", GnuTLS(), "client", cure=(),
           args=("--max-version", "tls1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:0x5600")),
    broken("protocol.fallback-rejected", "go", Go(), "client", cure=(),
           args=("--max-version", "tls1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:0x5600")),
    broken("protocol.version-mismatch", "canned-answers-tls10", Canned(version=0x0301, suite=0x002F),
           why="how old servers answer an offer of 1.2: with what they have"),
    broken("protocol.version-mismatch", "canned-answers-ssl3", Canned(version=0x0300, suite=0x002F, extensions=b"\xff\x01\0\1\0")),
    broken("protocol.downgrade-detected", "nginx-13-stripped-on-the-way", Fault(strip_13, Nginx()), "network"),
    broken("protocol.downgrade-detected", "go-13-stripped-on-the-way", Fault(strip_13, Go()), "network"),
    # RFC 8446 4.1.3: a server of 1.3 that answers 1.2 says so in its random
    broken("protocol.downgrade-detected", "canned-sentinel", Canned(random_tail=b"DOWNGRD\x01"), "network"),
    broken("protocol.downgrade-detected", "canned-sentinel-of-11", Canned(version=0x0302, suite=0x002F, random_tail=b"DOWNGRD\x00"),
           "network"),
]

PLAIN_ROWS: list[Scenario] = [
    broken("protocol.not-tls", "nginx-http", Nginx(None, listen=""), detail={"protocol": "http"}),
    broken("protocol.not-tls", "apache-http", Apache(None), detail={"protocol": "http"}),
    broken("protocol.not-tls", "haproxy-http", HAProxy(None), detail={"protocol": "http"}),
    broken("protocol.not-tls", "http-as-https-url", Nginx(None, listen=""), target="https://{host}:{port}", detail={"protocol": "http"}),
    broken("protocol.not-tls", "nginx-expects-proxy-protocol", Nginx(listen="ssl proxy_protocol")),
    broken("protocol.not-tls", "haproxy-expects-proxy-protocol", HAProxy(bind="accept-proxy")),
    broken("protocol.not-tls", "haproxy-tls-in-tls", HAProxy(behind=Nginx()), target="https://{host}:{port}", referee="none",
           why="the outer handshake works; only the answer to a request shows that the inner server wants TLS again"),
    broken("protocol.not-tls", "vnc", Plain("vnc")),
    broken("protocol.not-tls", "telnet", Plain("telnet")),
    broken("protocol.starttls-needed", "smtp-script", Plain("smtp", OpenSSL(), starttls="smtp"), "client", cure=("--starttls", "smtp")),
    broken("protocol.starttls-needed", "ftp-script", Plain("ftp", OpenSSL(), starttls="ftp"), "client", cure=("--starttls", "ftp")),
    broken("protocol.starttls-needed", "nntp-script", Plain("nntp", Nginx(), starttls="nntp"), "client", cure=("--starttls", "nntp")),
    broken("protocol.starttls-needed", "sieve-script", Plain("sieve", GnuTLS(), starttls="sieve"), "client", cure=("--starttls", "sieve")),
    broken("protocol.starttls-refused", "smtp-not-offered", Plain("smtp-without"), args=("--starttls", "smtp"), stage="starttls"),
    broken("protocol.starttls-refused", "smtp-454", Plain("smtp-later"), args=("--starttls", "smtp"), stage="starttls"),
    broken("protocol.starttls-refused", "ftp-without", Plain("ftp-without"), args=("--starttls", "ftp")),
    broken("protocol.starttls-refused", "imap-without", Plain("imap-without"), args=("--starttls", "imap")),
    broken("protocol.starttls-refused", "pop3-without", Plain("pop3-without"), args=("--starttls", "pop3")),
    broken("protocol.starttls-refused", "xmpp-without", Plain("xmpp-without"), args=("--starttls", "xmpp")),
    broken("protocol.starttls-refused", "rdp-without", Plain("rdp-without"), args=("--starttls", "rdp"), referee="none",
           why="s_client does not speak RDP"),
]

NAME_ROWS: list[Scenario] = [
    broken("protocol.sni-required", "nginx-reject-default", Nginx(hosts=NAMES), "client", host="www.lab.test", args=("--no-servername",),
           cure=()),
    broken("protocol.sni-required", "haproxy-strict-sni", HAProxy("wildcard", "strict-sni"), "client", args=("--no-servername",), cure=()),
    broken("protocol.sni-required", "go-no-default", Go(names=(("shop.lab.test", "good"),)), "client", args=("--no-servername",), cure=()),
    broken("protocol.sni-required", "nginx-default-certificate", Nginx(hosts=(
        Vhost("other-host", name="www.other.test", default=True), Vhost("good"))), "client", args=("--no-servername",), cure=(),
        why="by certificate: no name was sent, and a name cures it"),
    broken("protocol.sni-required", "apache-default-certificate", Apache("other-host", more=(("www.lab.test", "wildcard", ""),)), "client",
           host="www.lab.test", args=("--no-servername",), cure=()),
    broken("protocol.sni-required", "alert-109-without-name", Fault(when(lambda h: not h.server_name, alert(109)), Nginx()), "client",
           args=("--no-servername",), cure=(), why="alert 109 too"),
    broken("protocol.sni-unrecognized", "nginx-reject-handshake", Nginx(hosts=NAMES), host="api.lab.test",
           cure=("--servername", "www.lab.test")),
    broken("protocol.sni-unrecognized", "haproxy-strict-sni", HAProxy("good", "strict-sni"), host="api.lab.test",
           cure=("--servername", "shop.lab.test")),
    broken("protocol.sni-unrecognized", "go-unknown-name", Go(names=(("shop.lab.test", "good"), ("", "good"))), host="api.lab.test",
           cure=("--servername", "shop.lab.test")),
    broken("protocol.sni-unrecognized", "node-callback", Node("good", strict_names=True, named=(("shop.lab.test", "good"),)),
           host="api.lab.test", cure=("--servername", "shop.lab.test")),
    broken("protocol.sni-unrecognized", "openssl-fatal", OpenSSL("wildcard", ("-servername_fatal",), named="other-by-root"),
           host="www.lab.test",
           cure=("--servername", "www.other.test")),
    broken("protocol.sni-unrecognized", "gnutls-fatal", GnuTLS("wildcard", args=("--sni-hostname", "www.lab.test", "--sni-hostname-fatal")),
           host="api.lab.test", cure=("--servername", "www.lab.test")),
    broken("protocol.sni-unrecognized", "nginx-every-name", Nginx(None, "ssl_reject_handshake on;"),
           why="a fatal 112 in answer to a name, even if no other is known to work"),
    broken("protocol.alpn-mismatch", "nginx-client-wants-mqtt", Nginx(listen="ssl http2"), "client", args=("--alpn", "mqtt"), cure=()),
    broken("protocol.alpn-mismatch", "go-client-wants-mqtt", Go(protocols=("h2",)), "client", args=("--alpn", "mqtt"), cure=()),
    *[broken("protocol.alpn-mismatch", f"{name}-scanner-offers-uninitialised-bytes", server, "client",
             args=("--alpn", os.fsdecode(b"\x90\x83\x01\xf3\xff,\x7f\x1b[31m")), cure=(),
             detail={"client": ["\\x90\\x83\\x01\\xf3\\xff", "\\x7f\\x1b[31m"]},
             why="a mass scanner's own fault, which it reports as connect-error: the bytes are shown, and harmlessly")
      for name, server in {"nginx": Nginx(listen="ssl http2"), "go": Go(protocols=("h2", "http/1.1"))}.items()],
    broken("protocol.alpn-mismatch", "gnutls-client-wants-mqtt", GnuTLS(args=("--alpn", "h2", "--alpn-fatal")), "client",
           args=("--alpn", "mqtt"), cure=()),
    broken("protocol.alpn-mismatch", "node-client-wants-mqtt", Node(options=(("ALPNProtocols", ["http/1.1"]),)), "client",
           args=("--alpn", "mqtt"), cure=()),
    broken("protocol.alpn-mismatch", "go-server-has-only-mqtt", Go(protocols=("mqtt",)), target="https://{host}:{port}",
           why="the default client of https offers h2 and http/1.1, and fails"),
]

HELLO_ROWS: list[Scenario] = [
    broken("protocol.hello-intolerance", "reset-over-512-bytes", Fault(when(lambda h: h.size > 512, reset), Nginx()),
           detail={"trigger": "size"},
           referee="hello", cure=Offer(groups=(tls.X25519,))),
    broken("protocol.hello-intolerance", "silence-over-1400-bytes", Fault(when(lambda h: h.size > 1400, hang), Nginx()),
           detail={"trigger": "size"}, referee="hello", cure=OLD_GROUPS, slow=True),
    broken("protocol.hello-intolerance", "alert-over-1400-bytes", Fault(when(lambda h: h.size > 1400, alert(50)), Apache()),
           detail={"trigger": "size"}, referee="hello", cure=OLD_GROUPS),
    broken("protocol.hello-intolerance", "reset-on-post-quantum-group", Fault(when(offers_pq, reset), Nginx()), referee="hello",
           cure=OLD_GROUPS,
           offer=Offer()),
    broken("protocol.hello-intolerance", "alert-47-on-post-quantum-group", Fault(when(offers_pq, alert(47)), Go()), referee="hello",
           cure=OLD_GROUPS),
    broken("protocol.hello-intolerance", "reset-on-alpn", Fault(when(lambda h: bool(h.alpn), reset), Nginx()),
           target="https://{host}:{port}",
           cure=(), referee="hello", offer=Offer(alpn=("h2", "http/1.1"))),
    broken("protocol.hello-intolerance", "reset-on-every-name", Fault(when(lambda h: h.server_name is not None, reset), Nginx()),
           cure=("--no-servername",), why="fails with every name and works with none"),
    broken("protocol.hello-intolerance", "alert-on-status-request", Fault(when(lambda h: tls.STATUS_REQUEST in h.extensions, alert(40)),
           Nginx()),
           referee="hello", cure=Offer(without=(tls.STATUS_REQUEST,))),
    broken("protocol.hello-intolerance", "reset-on-extended-master-secret", Fault(when(lambda h: tls.EMS in h.extensions, reset), Nginx()),
           referee="hello", cure=Offer(without=(tls.EMS,))),
    broken("protocol.hello-intolerance", "close-on-session-ticket", Fault(when(lambda h: tls.TICKET in h.extensions, close), GnuTLS()),
           referee="hello", cure=Offer(without=(tls.TICKET,))),
    broken("protocol.hello-intolerance", "chrome-reset-on-grease", Fault(when(lambda h: h.grease, reset), Nginx()),
           args=("--client", "chrome"),
           referee="hello", offer=Offer(grease=True), cure=Offer()),
    broken("protocol.hello-intolerance", "chrome-alert-on-grease", Fault(when(lambda h: h.grease, alert(47)), Go()),
           args=("--client", "chrome"),
           referee="hello", offer=Offer(grease=True), cure=Offer()),
    # secure renegotiation
    broken("protocol.legacy-renegotiation", "gnutls", GnuTLS("rsa", "NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION")),
    broken("protocol.legacy-renegotiation", "canned", Canned(extensions=EXTENDED_MASTER_SECRET)),
    # every offer is refused
    broken("protocol.refused-by-alert", "alert-40", Fault(alert(40))),
    broken("protocol.refused-by-alert", "alert-80", Fault(alert(80))),
    broken("protocol.refused-by-alert", "alert-70", Fault(alert(70)),
           why="every version is refused, so the alert is not about the version"),
    broken("protocol.refused-by-alert", "go-configuration-callback", Go(refuse_all=True)),
    broken("protocol.refused-by-alert", "nginx-certificate-by-variable", Nginx(
        None, "ssl_certificate {folder}/$ssl_server_name.pem; ssl_certificate_key {folder}/$ssl_server_name.key;")),
    broken("protocol.required-extension-missing", "alert-109", Fault(alert(109))),
    # the protocol is broken
    broken("protocol.malformed", "suite-not-offered", Canned(suite=0x0001)),
    broken("protocol.malformed", "trailing-bytes-in-server-hello", Canned(hello_tail=b"\0\1\2\3")),
    broken("protocol.malformed", "compression-chosen", Canned(compression=1)),
    broken("protocol.malformed", "unexpected-finished", Canned(after_hello=record(message(20, bytes(12))))),
    broken("protocol.malformed", "extension-not-offered",
           Canned(extensions=EXTENDED_MASTER_SECRET + b"\xff\x01\0\1\0" + b"\x56\x78\0\2ab")),
    broken("protocol.malformed", "record-corrupted-13", Fault(corrupt(200), Nginx(lines=TLS13_ONLY))),
    broken("protocol.malformed", "certificate-cut-short", Canned(after_hello=record(message(11, b"\0\x10\0\0\x0f\xfd" + bytes(20))))),
    broken("protocol.malformed", "garbage-after-server-hello", Canned(after_hello=b"\x99\x88\x77\x66\x55\x44\x33\x22")),
    broken("certificate.malformed", "canned-no-der-at-all", Canned(certificate=b"this is no certificate")),
    broken("certificate.malformed", "canned-cut-short", Canned(certificate=bytes.fromhex("3082020a308201b0a003020102"))),
]
ROWS = VERSION_ROWS + PLAIN_ROWS + NAME_ROWS + HELLO_ROWS
