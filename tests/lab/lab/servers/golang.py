# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server
from ..process import run, which

SOURCE = Path(__file__).parent / "go" / "lab.go"
_BUILD = threading.Lock()


def program(shared: Path) -> Path:
    """The Go server and client, compiled once a run without modules and without a network."""
    out = shared / "go-lab"
    with _BUILD:
        if not out.exists():
            run(which("go"), "build", "-o", out, SOURCE, env={"GO111MODULE": "off", "GOFLAGS": "", "CGO_ENABLED": "0",
                "GOTOOLCHAIN": "local"})
    return out


@dataclass(frozen=True)
class Go(Server):
    chain: str | None = "good"
    other_key: str | None = None  # a chain whose key is used instead of the certificate's own
    client_ca: str | None = None
    issuer: str | None = None  # mints a certificate for any name
    names: tuple[tuple[str, str], ...] | None = None
    min_version: int = 0x0303
    max_version: int = 0
    suites: tuple[int, ...] = ()
    curves: tuple[int, ...] = ()
    protocols: tuple[str, ...] = ()
    refuse_all: bool = False
    staple: tuple[str, ...] = ()
    software = "go"

    def start(self, bed: Bed) -> None:
        settings: dict[str, object] = {"Address": f"{bed.address}:{bed.port}", "MinVersion": self.min_version,
            "MaxVersion": self.max_version,
                                       "Suites": list(self.suites) or None, "Curves": list(self.curves) or None,
                                       "Protocols": list(self.protocols) or None, "RefuseAll": self.refuse_all}
        if self.chain:
            chain = bed.pki.chain(self.chain)
            settings.update(Cert=str(chain.file), Key=str(chain.key))
        if self.other_key:
            settings["OtherKey"] = str(bed.pki.chain(self.other_key).key)
        if self.staple:
            settings["Staple"] = str(bed.pki.staple(*self.staple))
        if self.client_ca:
            settings["ClientCA"] = str(bed.pki.bundle(self.client_ca))
        if self.issuer:
            issuer = bed.pki.chain(self.issuer)
            settings.update(IssuerCert=str(issuer.leaf), IssuerKey=str(issuer.key))
        if self.names is not None:
            settings["Names"] = {n: [str(bed.pki.chain(c).file), str(bed.pki.chain(c).key)] for n, c in self.names}
        bed.spawn([program(bed.shared), "server", json.dumps(settings)])
