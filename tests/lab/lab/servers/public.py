# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server, is_root
from ..process import Missing, which

STORE = "/etc/ssl/certs/ca-certificates.crt"
SCRIPT = f'mount --bind "$0" {STORE} && exec "$@"'


@dataclass(frozen=True)
class Public(Server):
    """A server whose root is a public one for this client: a mount namespace of the client's puts it into the public bundle."""
    behind: Server
    root: str = "root"

    @property
    def software(self) -> str:
        return self.behind.software

    def start(self, bed: Bed) -> None:
        if not is_root():
            raise Missing("a mount namespace needs root")
        bed.client_prefix = (which("unshare"), "--mount", "sh", "-ec", SCRIPT, str(bed.pki.bundle(self.root)))
        self.behind.start(bed)
