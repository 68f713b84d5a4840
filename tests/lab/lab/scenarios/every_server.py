# SPDX-License-Identifier: Apache-2.0
"""Each fault of a certificate on each of six servers, as one table: what a client sees must not depend on who serves it."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

from ..bed import Server
from ..scenario import Scenario, broken
from ..servers.apache import Apache
from ..servers.authority import Authority
from ..servers.golang import Go
from ..servers.java import Java
from ..servers.nginx import Nginx
from ..servers.node import Node
from ..servers.openssl import OpenSSL
from ..servers.public import Public

YEARS = 3 * 365 * 86400
STAPLES = "-Djdk.tls.server.enableStatusRequestExtension=true"


@dataclass(frozen=True)
class Fault:
    cause: str
    chain: str
    side: str = "server"
    not_on: tuple[str, ...] = ()
    weak: bool = False  # below what this OpenSSL lets a server serve
    row: dict[str, object] = field(default_factory=dict)  # more of the scenario


def ordinary(chain: str, weak: bool = False) -> dict[str, Server]:
    return {"openssl": OpenSSL(chain, level0=weak), "nginx": Nginx(chain, "ssl_ciphers DEFAULT@SECLEVEL=0;" if weak else ""),
            "apache": Apache(chain, "SSLCipherSuite DEFAULT@SECLEVEL=0" if weak else ""), "java": Java(chain), "go": Go(chain),
            "node": Node(chain, (("ciphers", "DEFAULT@SECLEVEL=0"),) if weak else ())}


def stapling(chain: str, status: str) -> dict[str, Server]:
    """With a staple that says so. Apache and Java fetch it themselves, where the leaf says."""
    staple = (chain, status)
    return {"openssl": OpenSSL(chain, staple=staple), "nginx": Nginx(chain, "ssl_stapling on; ssl_stapling_file {staple};", staple=staple),
            "apache": Apache(chain, "SSLUseStapling on"), "java": Java(chain, system=(STAPLES,)), "go": Go(chain, staple=staple),
            "node": Node(chain, staple=staple)}


AT: dict[str, object] = {"stage": "certificate", "detail": {"position": 0}}
ABOVE: dict[str, object] = {"stage": "certificate", "detail": {"position": 1}}
FAULTS = (
    Fault("certificate.expired", "expired", row=AT),
    Fault("certificate.expired", "under-expired", row=ABOVE),
    Fault("certificate.not-yet-valid", "future", row=AT),
    Fault("certificate.self-signed", "self-signed"),
    Fault("certificate.incomplete-chain", "leaf-only"),
    Fault("certificate.untrusted-root", "alien"),
    Fault("certificate.hostname-mismatch", "wrong-host"),
    Fault("certificate.bad-signature", "bad-signature"),
    Fault("certificate.invalid-ca", "under-notca"),
    Fault("certificate.name-constraint", "under-names"),
    Fault("certificate.wrong-purpose", "eku-client"),
    Fault("certificate.unknown-critical-extension", "critical"),
    Fault("certificate.weak-key", "weak-rsa", weak=True),
    Fault("certificate.weak-signature", "sha1", weak=True),
    Fault("certificate.malformed", "broken-names", not_on=("apache",)),  # it reads the names, and does not start
    Fault("certificate.malformed", "version1", not_on=("java",), row={"referee": "gnutls"}),  # Java does not load it
    Fault("certificate.missing-staple", "must-staple", row={"referee": "gnutls"}),
    Fault("network.tls-intercepted", "zscaler-leaf", "network"),
    Fault("configuration.trust-store", "good", "client", row={"args": ("--ca-file", "{folder}/empty.pem"), "files": {"empty.pem": ""},
                                                                "exit": 2, "cure": ()}),
)


def rows_of(fault: Fault) -> list[Scenario]:
    return [broken(fault.cause, f"every-{name}-{fault.chain}", server, fault.side, **fault.row)
            for name, server in ordinary(fault.chain, fault.weak).items() if name not in fault.not_on]


def with_authority(cause: str, name: str, make: Callable[[Server], Server], servers: dict[str, Server], **rest: object) -> list[Scenario]:
    return [broken(cause, f"every-{software}-{name}", make(server), **rest) for software, server in servers.items()]


DISMISSED: dict[str, object] = {"facts": {"revocation_answer": "^revoked$", "revocation_why_unknown": None}, **AT}
REVOCATION: list[Scenario] = [
    *with_authority("certificate.revoked", "by-ocsp", lambda server: Authority(server, ocsp="revoked"), ordinary("by-ocsp"),
                    referee="gnutls", referee_args=("--ocsp",), **DISMISSED),
    *with_authority("certificate.revoked", "by-list", lambda server: Authority(server, crl="revoked"), ordinary("by-list"),
                    referee_args=("-crl_check", "-crl_download"), **DISMISSED),
    *with_authority("certificate.revocation-unavailable", "unknown", lambda server: Authority(server, ocsp="unknown"),
                    stapling("staple-asked", "unknown"), referee="none",
                    why="no client at hand judges a stapled `unknown`; RFC 6960 2.2: it is no confirmation"),
]
TRANSPARENCY = with_authority("certificate.ct-missing", "none", Public, ordinary("good"), trust=None, args=("--client", "chrome"),
                              env={"SSL_CERT_FILE": "{bundle:root}"}, referee="none",
                              why="no client at hand wants timestamps of a root that is not really public")


def with_clock(name: str, server: Server, seconds: int, target: str = "https://{host}:{port}") -> Scenario:
    return broken("configuration.clock-skew", f"every-{name}", server, "client", target=target, cure=(),
                  env={"LD_PRELOAD": "{clock}", "LAB_CLOCK_OFFSET": str(seconds)})


# The server's Date tells; s_server sends none, and a staple that is to come tells as much.
CLOCKS = [with_clock(name, OpenSSL(staple=("good",)) if name == "openssl" else server, -YEARS) for name, server in ordinary("good").items()]
ROWS = [row for fault in FAULTS for row in rows_of(fault)] + REVOCATION + TRANSPARENCY + CLOCKS
