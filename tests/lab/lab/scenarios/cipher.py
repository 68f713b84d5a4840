# SPDX-License-Identifier: Apache-2.0
"""No algorithm in common."""
from __future__ import annotations

from ..hello import Offer
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

MAX12 = ("--max-version", "tls1.2")
TLS12 = "ssl_protocols TLSv1.2;"
ECDSA_128, ECDSA_256 = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
RSA_128, RSA_256 = "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"
KEY_TYPE = (("cipher.certificate-key-type", "server"),)


def old(*suites: int) -> Offer:
    return Offer(versions=(0x0303,), suites=suites)


def wants(*suites: str) -> tuple[str, ...]:
    return (*MAX12, "--ciphers", ":".join(suites))


SUITE_ROWS: list[Scenario] = [
    broken("cipher.no-common-suite", "nginx-client-128-server-256", Nginx("rsa", f"{TLS12} ssl_ciphers {RSA_256};"), "client",
           args=wants(RSA_128), cure=()),
    broken("cipher.no-common-suite", "apache-client-128-server-256", Apache("rsa", f"SSLProtocol TLSv1.2\nSSLCipherSuite {RSA_256}"),
           "client",
           args=wants(RSA_128), cure=()),
    broken("cipher.no-common-suite", "haproxy-client-cbc-server-gcm", HAProxy("rsa", f"ciphers {RSA_128}:{RSA_256}"), "client",
           args=wants("ECDHE-RSA-AES128-SHA"), cure=()),
    broken("cipher.no-common-suite", "nginx-both-versions-client-12-one-suite", Nginx("rsa", f"ssl_ciphers {RSA_256};"), "client",
           args=wants("AES128-SHA"), cure=(), why="the version is common, the suite is not"),
    broken("cipher.no-common-suite", "stunnel", Stunnel("rsa", f"sslVersionMax = TLSv1.2\nciphers = {RSA_256}"), "client",
           args=wants("AES128-GCM-SHA256"), cure=()),
    broken("cipher.no-common-suite", "gnutls", GnuTLS("rsa", "NORMAL:-VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM"), "client",
           args=wants(RSA_128), cure=()),
    broken("cipher.no-common-suite", "java", Java("rsa", (("protocols", "TLSv1.2"), ("suites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"))),
           "client", args=wants(RSA_128), cure=()),
    broken("cipher.no-common-suite", "go", Go("rsa", suites=(0xC030,), max_version=0x0303), "client", args=wants(RSA_128), cure=()),
    broken("cipher.no-common-suite", "openssl-tls13-suites", OpenSSL("good", ("-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384")),
           "client",
           args=("--min-version", "tls1.3", "--ciphers", "TLS_AES_128_GCM_SHA256"), cure=()),
    broken("cipher.no-common-suite", "openssl-camellia-only", OpenSSL("rsa", ("-tls1_2",), cipher="ECDHE-RSA-CAMELLIA256-SHA384"),
           cure=old(0xC077)),
    broken("cipher.no-common-suite", "openssl-null-only", OpenSSL("rsa", ("-tls1_2",), cipher="NULL-SHA256", level0=True),
           cure=old(0x003B)),
    broken("cipher.no-common-suite", "openssl-anonymous-only", OpenSSL(None, ("-tls1_2",), cipher="AECDH-AES128-SHA:ADH-AES128-SHA",
           level0=True), cure=old(0xC018),
           why="no certificate at all"),
    broken("cipher.no-common-suite", "gnutls-anonymous-only", GnuTLS(None, "NORMAL:-VERS-TLS1.3:-KX-ALL:+ANON-ECDH"), cure=old(0xC018),
           why="no certificate at all"),
    broken("cipher.no-common-suite", "nginx-dhe-without-parameters", Nginx("rsa", f"{TLS12} ssl_ciphers DHE-RSA-AES128-GCM-SHA256;"),
           why="only DHE left, and no parameters"),
    broken("cipher.no-common-suite", "haproxy-dhe-without-parameters",
           HAProxy("rsa", "ssl-max-ver TLSv1.2 ciphers DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"),
           why="only DHE left, and no parameters"),
    broken("cipher.no-common-suite", "gnutls-ccm-8-only", GnuTLS("rsa", "NORMAL:-VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM-8"),
           cure=old(0xC0A0)),
    # no client at all is served: as with DHE, the wire shows a version in common and no suite that is accepted
    broken("cipher.no-common-suite", "nginx-rsa-certificate-ecdsa-suites", Nginx("rsa", f"{TLS12} ssl_ciphers {ECDSA_128}:{ECDSA_256};"),
           accept=KEY_TYPE),
    broken("cipher.no-common-suite", "openssl-ecdsa-certificate-rsa-suites", OpenSSL("good", ("-tls1_2",), cipher=f"{RSA_128}:{RSA_256}"),
           accept=KEY_TYPE),
    # the type of the certificate's key
    broken("cipher.certificate-key-type", "nginx-ecdsa-server-rsa-client", Nginx("good", TLS12), "client", args=wants(RSA_128), cure=()),
    broken("cipher.certificate-key-type", "apache-ecdsa-server-rsa-client", Apache("good", "SSLProtocol TLSv1.2"), "client",
           args=wants(RSA_128, "AES128-SHA"), cure=()),
    broken("cipher.certificate-key-type", "haproxy-rsa-server-ecdsa-client", HAProxy("rsa"), "client", args=wants(ECDSA_128), cure=()),
    broken("cipher.certificate-key-type", "gnutls-rsa-server-ecdsa-client", GnuTLS("rsa", "NORMAL"), "client", args=wants(ECDSA_128),
           cure=()),
    broken("cipher.certificate-key-type", "go-rsa-server-ecdsa-client", Go("rsa"), "client", args=wants(ECDSA_128), cure=()),
    broken("cipher.certificate-key-type", "java-ecdsa-server-rsa-client", Java("good"), "client", args=wants(RSA_128), cure=()),
    broken("cipher.certificate-key-type", "openssl-ed25519-old-client", OpenSSL("ed25519"), "client",
           args=("--sigalgs", "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256"), cure=(),
           why="an Ed25519 key without an EdDSA scheme"),
    broken("cipher.certificate-key-type", "nginx-ed25519-tls13-old-client", Nginx("ed25519", "ssl_protocols TLSv1.3;"), "client",
           args=("--sigalgs", "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256"), cure=()),
    broken("cipher.certificate-key-type", "nginx-p384-client-p256", Nginx("p384", TLS12), "client",
           args=(*wants(ECDSA_128), "--groups", "P-256"), cure=(), why="a P-384 key for a P-256-only client"),
    broken("cipher.certificate-key-type", "go-p384-client-p256-scheme", Go("p384", min_version=0x0304), "client",
           args=("--sigalgs", "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256"), cure=(), why="its curve"),
]

GROUP_ROWS: list[Scenario] = [
    broken("cipher.no-common-group", "nginx-tls13-server-p521", Nginx(lines="ssl_protocols TLSv1.3; ssl_ecdh_curve secp521r1;"), "client",
           args=("--groups", "X25519"), cure=()),
    broken("cipher.no-common-group", "nginx-tls12-server-p384", Nginx(lines=f"{TLS12} ssl_ecdh_curve secp384r1;"), "client",
           args=(*wants(ECDSA_128), "--groups", "X25519:P-256"), cure=()),
    broken("cipher.no-common-group", "openssl-tls13-server-x25519", OpenSSL("rsa", ("-tls1_3", "-groups", "X25519")), "client",
           args=("--groups", "P-256:P-384"), cure=()),
    broken("cipher.no-common-group", "haproxy-tls12-server-p521", HAProxy("rsa", f"ssl-max-ver TLSv1.2 curves P-521 ciphers {RSA_128}"),
           "client",
           args=(*wants(RSA_128), "--groups", "P-256"), cure=()),
    broken("cipher.no-common-group", "go-server-p521", Go(curves=(25,)), "client", args=("--groups", "X25519:P-256", "--min-version",
           "tls1.3"), cure=()),
    broken("cipher.no-common-group", "gnutls-server-p384", GnuTLS(priority="NORMAL:-GROUP-ALL:+GROUP-SECP384R1"), "client",
           args=("--groups", "X25519", "--min-version", "tls1.3"), cure=()),
    broken("cipher.no-common-group", "java-server-p521", Java("rsa", system=("-Djdk.tls.namedGroups=secp521r1",)), "client",
           args=("--groups", "X25519", "--min-version", "tls1.3"), cure=()),
    broken("cipher.no-common-group", "node-post-quantum-only", Node(options=(("ecdhCurve", "X25519MLKEM768"), ("minVersion", "TLSv1.3"))),
           "client",
           args=("--groups", "X25519:P-256"), cure=(), referee="node"),
    broken("cipher.no-common-group", "nginx-brainpool-only", Nginx("rsa",
           f"{TLS12} ssl_ecdh_curve brainpoolP384r1; ssl_ciphers {RSA_128};"),
           referee="hello", cure=Offer(groups=(0x1B,), versions=(0x0303,))),
    broken("cipher.no-common-group", "openssl-x448-only-tls13", OpenSSL("rsa", ("-tls1_3", "-groups", "X448")), referee="hello"),
    broken("cipher.no-common-group", "openssl-ffdhe8192-only-tls13", OpenSSL("rsa", ("-tls1_3", "-groups", "ffdhe8192")), referee="hello"),
    broken("cipher.no-common-group", "node-p256-mlkem-only", Node(options=(("ecdhCurve", "SecP384r1MLKEM1024"), ("minVersion", "TLSv1.3"))),
           referee="openssl"),
]

SIGNATURE_ROWS: list[Scenario] = [
    broken("cipher.no-common-signature-algorithm", "openssl-tls13-pss-sha512-wanted", OpenSSL("rsa",
           ("-tls1_3", "-sigalgs", "rsa_pss_rsae_sha256")),
           "client", args=("--sigalgs", "rsa_pss_rsae_sha512"), cure=()),
    broken("cipher.no-common-signature-algorithm", "openssl-tls12-sha512-wanted", OpenSSL("rsa", ("-tls1_2", "-sigalgs", "RSA+SHA256")),
           "client", args=("--max-version", "tls1.2", "--sigalgs", "rsa_pkcs1_sha512", "--ciphers", RSA_128), cure=()),
    broken("cipher.no-common-signature-algorithm", "nginx-pkcs1-only-client", Nginx("rsa", "ssl_protocols TLSv1.3;"), "client",
           args=("--sigalgs", "rsa_pkcs1_sha256", "--min-version", "tls1.3"), cure=(), why="type offered, but not the padding"),
    broken("cipher.no-common-signature-algorithm", "gnutls-server-sha512", GnuTLS("rsa",
           "NORMAL:-SIGN-ALL:+SIGN-RSA-SHA512:+SIGN-RSA-PSS-RSAE-SHA512"),
           "client", args=("--sigalgs", "rsa_pss_rsae_sha256:rsa_pkcs1_sha256"), cure=()),
    broken("cipher.no-common-signature-algorithm", "apache-server-sha512", Apache(
        "rsa", "SSLProtocol TLSv1.2\nSSLOpenSSLConfCmd SignatureAlgorithms RSA+SHA512"), "client",
        args=("--max-version", "tls1.2", "--sigalgs", "rsa_pkcs1_sha256", "--ciphers", RSA_128), cure=()),
    broken("cipher.no-common-signature-algorithm", "openssl-server-sha1-only", OpenSSL(
        "rsa", ("-tls1_2", "-sigalgs", "RSA+SHA1"), cipher="ECDHE-RSA-AES128-GCM-SHA256", level0=True)),
    broken("cipher.no-common-signature-algorithm", "openssl-server-sha224-only", OpenSSL(
        "rsa", ("-tls1_2", "-sigalgs", "RSA+SHA224"), cipher="ECDHE-RSA-AES128-GCM-SHA256", level0=True), referee="hello",
        cure=Offer(versions=(0x0303,), schemes=(0x0301,))),
]

OTHER_ROWS: list[Scenario] = [
    broken("cipher.psk-required", "openssl-tls12", OpenSSL(None, ("-tls1_2", "-psk", "0123456789abcdef"), cipher="PSK"), cure=old(0x00A8)),
    broken("cipher.psk-required", "gnutls-tls12", GnuTLS(None, "NORMAL:-VERS-TLS1.3:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK", psk=True),
           cure=old(0x00A8)),
    broken("cipher.weak-dh", "openssl-1024", OpenSSL("rsa", ("-tls1_2",), cipher="DHE-RSA-AES128-GCM-SHA256", level0=True, dh=1024)),
    broken("cipher.weak-dh", "nginx-1024", Nginx("rsa", f"{TLS12} ssl_ciphers DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0; ssl_dhparam {{dh}};",
           dh=1024)),
    broken("cipher.weak-dh", "apache-1024", Apache(
        "rsa", "SSLProtocol TLSv1.2\nSSLCipherSuite DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", dh=1024)),
    broken("cipher.weak-dh", "java-1024", Java("rsa", (("protocols", "TLSv1.2"), ("suites", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")),
                                               ("-Djdk.tls.ephemeralDHKeySize=1024", "-Djdk.tls.namedGroups=secp256r1"))),
]
ROWS = SUITE_ROWS + GROUP_ROWS + SIGNATURE_ROWS + OTHER_ROWS
