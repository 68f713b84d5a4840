# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server


@dataclass(frozen=True)
class GnuTLS(Server):
    chain: str | None = "good"
    priority: str = "NORMAL"
    args: tuple[str, ...] = ()
    client_ca: str | None = None  # a certificate is demanded
    staple: tuple[str, ...] = ()
    dh: int | None = None
    psk: bool = False
    software = "gnutls"

    def start(self, bed: Bed) -> None:
        command: list[object] = ["gnutls-serv", "--http", "--nodb", "--quiet", "--port", bed.port, "--priority", self.priority]
        if self.chain:
            chain = bed.pki.chain(self.chain)
            command += ["--x509certfile", chain.file, "--x509keyfile", chain.key]
        if self.client_ca:
            command += ["--x509cafile", bed.pki.bundle(self.client_ca), "--require-client-cert", "--verify-client-cert"]
        else:
            command += ["--disable-client-cert"]
        if self.staple:
            command += ["--ocsp-response", bed.pki.staple(*self.staple)]
        if self.dh:
            command += ["--dhparams", bed.pki.dh(self.dh)]
        if self.psk:
            command += ["--pskpasswd", bed.write("psk.txt", "robot:0123456789abcdef0123456789abcdef\n")]
        bed.spawn([*map(str, command), *self.args])
