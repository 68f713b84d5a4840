# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server


@dataclass(frozen=True)
class Stunnel(Server):
    chain: str = "good"
    lines: str = ""
    client_ca: str | None = None
    behind: Server | None = None
    software = "stunnel"

    def start(self, bed: Bed) -> None:
        chain = bed.pki.chain(self.chain)
        target = "exec = /bin/cat"
        if self.behind:
            backend = bed.child()
            self.behind.start(backend)
            target = f"connect = {backend.address}:{backend.port}"
        lines = self.lines + (f"\nCAfile = {bed.pki.bundle(self.client_ca)}\nverifyChain = yes" if self.client_ca else "")
        conf = bed.write("stunnel.conf", f"foreground = yes\npid =\n[lab]\naccept = {bed.address}:{bed.port}\ncert = {chain.file}\n"
                                         f"key = {chain.key}\n{target}\n{lines}\n")
        bed.spawn(["stunnel4", conf])
