# SPDX-License-Identifier: Apache-2.0
"""The server's issuer is asked: about revocation, and for certificates that are missing. Its services may be slow, wrong or dead.

A handshake of a client that asks nobody works in all the healthy rows, which is what their referee proves; where a row says that the
issuer knows the certificate as good or as revoked, the referee asks too (gnutls-cli --ocsp, s_client -crl_check -crl_download)."""
from __future__ import annotations

from ..scenario import Scenario, broken, healthy
from ..servers.apache import Apache
from ..servers.authority import Authority
from ..servers.gnutls import GnuTLS
from ..servers.golang import Go
from ..servers.haproxy import HAProxy
from ..servers.java import Java
from ..servers.nginx import Nginx
from ..servers.node import Node
from ..servers.openssl import OpenSSL

REVOKED: dict[str, object] = {"detail": {"position": 0}, "stage": "certificate"}
OCSP: dict[str, object] = {"referee": "gnutls", "referee_args": ("--ocsp",)}
CRL: dict[str, object] = {"referee_args": ("-crl_check", "-crl_download")}
NOT_ASKED: dict[str, str | None] = {"revocation_answer": None, "link_revoked": None}
A_ROUND = 2.0 + 1.5  # seconds: what one question may wait, and the rest on a busy machine
BY_OCSP, BY_LIST = "by-ocsp", "by-list"


def facts(answer: str, why: str | None = None) -> dict[str, str | None]:
    return {"revocation_answer": f"^{answer}$", "revocation_why_unknown": why}


BROKEN: list[Scenario] = [
    *[broken("certificate.revoked", f"nginx-by-ocsp-{how}", Authority(Nginx(BY_OCSP), ocsp=how), facts=facts("revoked"), **REVOKED, **OCSP)
      for how in ("post-after-405", "post-after-malformed")],
    *[broken("certificate.revoked", f"{server.software}-by-list", Authority(server, crl="revoked"), facts=facts("revoked"), **REVOKED,
             **CRL) for server in (HAProxy(BY_LIST), GnuTLS(BY_LIST))],
    broken("certificate.revoked", "openssl-by-list-behind-a-dead-responder", Authority(OpenSSL("by-both"), crl="revoked"),
           facts=facts("revoked"), **REVOKED, **CRL),
    broken("certificate.revoked", "nginx-intermediate-by-list", Authority(Nginx("under-listed"), crl="good", root_crl="revoked"),
           detail={"position": 1}, facts=facts("good"), referee_args=("-crl_check_all", "-crl_download")),
    *[broken("certificate.revoked", f"nginx-intermediate-by-ocsp-{chain}", Authority(Nginx(chain), ocsp="good", root_ocsp="revoked"),
             detail={"position": 1}, referee="none", why="gnutls-cli and s_client ask about the leaf alone")
      for chain in ("under-answered", "under-answered-both")],
    broken("certificate.revoked", "nginx-by-ocsp-at-the-third-address", Authority(Nginx("by-ocsp-second"), ocsp="revoked"),
           facts=facts("revoked"), within=A_ROUND, referee="none", why="no client at hand asks a second address", slow=True, **REVOKED),
    broken("certificate.revoked", "nginx-by-list-at-the-third-address", Authority(Nginx("by-list-second"), crl="revoked"),
           facts=facts("revoked"), referee="none", why="as above", **REVOKED),
    broken("certificate.revoked", "nginx-and-the-list-is-stale", Authority(Nginx("by-both"), ocsp="revoked", crl="stale"),
           facts=facts("revoked"), **REVOKED, **OCSP),
    broken("certificate.revoked", "nginx-list-from-the-cache", Authority(Nginx(BY_LIST), crl="revoked"), again=True,
           facts=facts("revoked"), **REVOKED, **CRL),
    broken("certificate.revoked", "nginx-and-its-issuer-is-not-sent", Authority(Nginx("aia-ocsp"), ocsp="revoked", aia="good"),
           facts=facts("revoked"), referee="gnutls", **REVOKED, why="the table's order puts revoked before incomplete-chain"),
    broken("certificate.expired", "nginx-and-its-responder-is-dead", Authority(Nginx("by-ocsp-expired")), detail={"position": 0}),
    broken("certificate.expired", "nginx-and-its-responder-is-cached", Authority(Nginx("by-ocsp-expired"), ocsp="from-a-cache"),
           detail={"position": 0}, why="the Date header alone, three days old, would put the blame on the client's clock"),
]

# Nobody's silence, and nothing that does not hold, is taken for an answer; and no common client minds (RFC 6960 leaves it to them).
UNKNOWN: list[Scenario] = [
    *[healthy(f"nginx-ocsp-{how}", Authority(Nginx(BY_OCSP), ocsp=how), facts=facts("unknown", why))
      for how, why in (("dead", "refused"), ("garbage", "no OCSP response"), ("empty", "no OCSP response"), ("missing", "404"),
                       ("broken", "503"), ("expired", "out of date"), ("by-alien-root", "signer"), ("by-good", "may not sign"),
                       ("later", "tryLater"), ("unauthorized", "unauthorized"), ("internal", "internalError"),
                       ("unknown", "does not know"), ("about-another", "another certificate"), ("tampered", "signature"),
                       ("endless", "longer"))],
    *[healthy(f"nginx-ocsp-{how}", Authority(Nginx(BY_OCSP), ocsp=how), facts=facts("unknown", "time"), within=A_ROUND, slow=True)
      for how in ("slow", "drip")],
    *[healthy(f"nginx-list-{how}", Authority(Nginx(BY_LIST), crl=how), facts=facts("unknown", why))
      for how, why in (("dead", "refused"), ("garbage", "no revocation list"), ("stale", "out of date"), ("future", "from the future"),
                       ("of-another", "another issuer"), ("tampered", "signature"), ("missing", "404"), ("endless", "longer"))],
    healthy("nginx-list-slow", Authority(Nginx(BY_LIST), crl="slow"), facts=facts("unknown", "time"), within=A_ROUND, slow=True),
    healthy("nginx-ocsp-and-list-slow", Authority(Nginx("by-both"), ocsp="slow", crl="slow"), facts=facts("unknown", "time"),
            within=2 * A_ROUND - 1, slow=True),
    healthy("nginx-intermediate-ocsp-dead", Authority(Nginx("under-answered-both"), ocsp="good"), facts=facts("good")),
    healthy("nginx-intermediate-list-dead", Authority(Nginx("under-listed"), crl="good", root_crl="dead"), facts=facts("good")),
]

KNOWN: list[Scenario] = [
    healthy("nginx-intermediate-ocsp-good", Authority(Nginx("under-answered-both"), ocsp="good", root_ocsp="good"), facts=facts("good")),
    healthy("nginx-ocsp-good", Authority(Nginx(BY_OCSP), ocsp="good"), facts=facts("good"), **OCSP),
    healthy("apache-ocsp-good", Authority(Apache(BY_OCSP), ocsp="good"), facts=facts("good"), **OCSP),
    healthy("nginx-ocsp-by-a-delegate", Authority(Nginx(BY_OCSP), ocsp="by-responder"), facts=facts("good"), **OCSP),
    healthy("nginx-ocsp-dead-and-list-good", Authority(Nginx("by-both"), crl="good"), facts=facts("good"), **CRL),
    healthy("nginx-list-good", Authority(Nginx(BY_LIST), crl="good"), facts=facts("good"), **CRL),
    healthy("go-list-in-pem", Authority(Go(BY_LIST), crl="good-pem"), facts=facts("good"),
            why="RFC 5280 4.2.1.13 wants DER; its signature holds all the same"),
    healthy("nginx-both-lists-good", Authority(Nginx("under-listed"), crl="good"), facts=facts("good"), **CRL),
    healthy("nginx-ocsp-from-the-cache", Authority(Nginx(BY_OCSP), ocsp="good"), facts=facts("good"), again=True, **OCSP),
    healthy("nginx-list-from-the-cache", Authority(Nginx(BY_LIST), crl="good"), facts=facts("good"), again=True, **CRL),
    healthy("nginx-list-in-a-spoilt-cache", Authority(Nginx(BY_LIST), crl="good"), facts=facts("good"), again=True, spoil=True),
    healthy("nginx-revoked-but-offline", Authority(Nginx(BY_OCSP), ocsp="revoked"), args=("--offline",), facts=NOT_ASKED),
    healthy("nginx-revoked-but-another-day", Authority(Nginx(BY_OCSP), ocsp="revoked"), args=("--at", "{tomorrow}"), facts=NOT_ASKED),
]

FOUND: dict[str, str | None] = {"issuer_found": "^(?i:aia)", "issuer_found_pem": "^{pem:int-aia}\\s*$"}
NOT_FOUND: dict[str, str | None] = {"issuer_found": None, "issuer_found_pem": None}

MISSING: list[Scenario] = [
    *[broken("certificate.incomplete-chain", f"{server.software}-found-by-aia", Authority(server, aia="good"), facts=FOUND,
             detail={"position": 1}, confidence="certain", mends=True)
      for server in (OpenSSL("aia"), Nginx("aia"), Apache("aia"), Go("aia"), Node("aia"), Java("aia"))],
    *[broken("certificate.incomplete-chain", f"nginx-found-by-aia-{how}", Authority(Nginx("aia"), aia=how), facts=FOUND,
             confidence="certain") for how in ("pem", "bundle", "moved")],
    broken("certificate.incomplete-chain", "nginx-found-by-aia-after-ldap", Authority(Nginx("aia-ldap"), aia="good"), facts=FOUND,
           confidence="certain"),
    broken("certificate.incomplete-chain", "nginx-found-by-aia-two-deep", Authority(Nginx("aia-deep"), aia="good"),
           facts={"issuer_found": "^(?i:aia)", "issuer_found_pem": "^{pem:int-aia-below}"}, confidence="certain"),
    broken("certificate.incomplete-chain", "nginx-found-by-aia-and-what-is-above", Authority(Nginx("aia-deep"), aia="good"),
           facts=FOUND, confidence="certain", mends=True, why="as before; the second certificate is handed over too"),
    broken("certificate.incomplete-chain", "nginx-found-by-aia-from-the-cache", Authority(Nginx("aia"), aia="good"), facts=FOUND,
           again=True, confidence="certain"),
    *[broken("certificate.incomplete-chain", f"nginx-aia-{how.replace(':', '-')}", Authority(Nginx("aia"), aia=how), facts=NOT_FOUND)
      for how in ("dead", "garbage", "empty", "missing", "endless", "certificate:alien-int", "certificate:int-aia-namesake")],
    *[broken("certificate.incomplete-chain", f"nginx-aia-{how}", Authority(Nginx("aia"), aia=how), facts=NOT_FOUND, within=A_ROUND,
             slow=True) for how in ("slow", "drip")],
    broken("certificate.incomplete-chain", "nginx-aia-offline", Authority(Nginx("aia"), aia="good"), args=("--offline",),
           facts=NOT_FOUND),
]
ROWS = BROKEN + UNKNOWN + KNOWN + MISSING
