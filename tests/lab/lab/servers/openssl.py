# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server


@dataclass(frozen=True)
class OpenSSL(Server):
    """`openssl s_server`, which shows faults that no production server lets itself be configured into.
    Words in `args` may name {root}, {client_ca}, {dh1024}, {staple:…}, {chain.…} paths of the lab's certificates."""
    chain: str | None = "good"
    args: tuple[str, ...] = ()
    second: str | None = None  # a certificate of another key type beside the first
    named: str | None = None  # (certificate) for the name www.other.test, the first being the default
    level0: bool = False  # certificates below the security level of the distribution
    staple: tuple[str, ...] = ()
    cipher: str | None = None
    client_ca: str | None = None
    dh: int | None = None
    software = "openssl"

    def start(self, bed: Bed) -> None:
        command: list[object] = ["openssl", "s_server", "-accept", f"{bed.bracketed}:{bed.port}", "-www", "-no_cache"]
        if self.chain:
            chain = bed.pki.chain(self.chain)
            command += ["-cert", chain.leaf, "-key", chain.key]
            if chain.rest.stat().st_size:
                command += ["-cert_chain", chain.rest]
        else:
            command.append("-nocert")
        if self.second:
            chain = bed.pki.chain(self.second)
            command += ["-dcert", chain.leaf, "-dkey", chain.key, "-dcert_chain", chain.rest]
        if self.named:
            chain = bed.pki.chain(self.named)
            command += ["-cert2", chain.leaf, "-key2", chain.key, "-servername", "www.other.test"]
        if self.staple:
            command += ["-status_file", bed.pki.staple(*self.staple)]
        if self.cipher or self.level0:
            command += ["-cipher", (self.cipher or "DEFAULT") + ("@SECLEVEL=0" if self.level0 else "")]
        if self.client_ca:
            command += ["-CAfile", bed.pki.bundle(self.client_ca), "-verify_return_error"]
        if self.dh:
            command += ["-dhparam", bed.pki.dh(self.dh)]
        bed.spawn([*map(str, command), *self.args])
