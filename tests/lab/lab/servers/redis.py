# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server


@dataclass(frozen=True)
class Redis(Server):
    chain: str | None = None  # with a certificate it speaks TLS, else plaintext
    options: tuple[str, ...] = ()
    client_ca: str | None = None
    software = "redis"

    def start(self, bed: Bed) -> None:
        words: list[object] = ["redis-server", "--bind", bed.address, "--save", "", "--daemonize", "no"]
        if self.chain:
            chain = bed.pki.chain(self.chain)
            words += ["--port", 0, "--tls-port", bed.port, "--tls-cert-file", chain.file, "--tls-key-file", chain.key,
                      "--tls-auth-clients", "yes" if self.client_ca else "no",
                      "--tls-ca-cert-file", bed.pki.bundle(self.client_ca or "root")]
        else:
            words += ["--port", bed.port]
        bed.spawn([*map(str, words), *self.options])
