# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server
from ..process import Missing

HERE = Path(__file__).parent
OWN = HERE.parents[1] / "node_modules" / "node" / "bin" / "node"


def node_program() -> str:
    """Node 26, whose OpenSSL 3.5 has post-quantum groups; Debian's does not."""
    if not OWN.exists():
        raise Missing("Node 26 (npm package `node`) is not installed")
    return str(OWN)


@dataclass(frozen=True)
class Node(Server):
    chain: str = "good"
    options: tuple[tuple[str, object], ...] = ()  # of tls.createServer: minVersion, ecdhCurve, ALPNProtocols …
    client_ca: str | None = None
    named: tuple[tuple[str, str], ...] = ()  # (server name, chain)
    staple: tuple[str, ...] = ()
    strict_names: bool = False  # an unknown name is an error in the SNI callback
    software = "node"

    def start(self, bed: Bed) -> None:
        chain = bed.pki.chain(self.chain)
        settings: dict[str, object] = {"address": bed.address, "port": bed.port, "cert": str(chain.file), "key": str(chain.key),
                                       "options": dict(self.options), "strict": self.strict_names,
                                       "named": {n: [str(bed.pki.chain(c).file), str(bed.pki.chain(c).key)] for n, c in self.named}}
        if self.client_ca:
            settings["ca"] = str(bed.pki.bundle(self.client_ca))
        if self.staple:
            settings["staple"] = str(bed.pki.staple(*self.staple))
        bed.spawn([node_program(), HERE / "node-server.js", json.dumps(settings)])
