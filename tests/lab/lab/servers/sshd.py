# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server, is_root
from ..process import Missing, run


@dataclass(frozen=True)
class Sshd(Server):
    software = "sshd"

    def start(self, bed: Bed) -> None:
        if not is_root():
            raise Missing("sshd needs root")
        Path("/run/sshd").mkdir(exist_ok=True)
        key = bed.folder / "host_key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        conf = bed.write("sshd_config", f"HostKey {key}\nPidFile none\nUsePAM no\nMaxStartups 200\nListenAddress {bed.address}\n")
        bed.spawn(["/usr/sbin/sshd", "-D", "-e", "-p", str(bed.port), "-f", conf])
