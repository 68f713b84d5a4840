# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server
from ..process import run, which

SOURCE = Path(__file__).parent / "java" / "Lab.java"
_COMPILE = threading.Lock()


@dataclass(frozen=True)
class Java(Server):
    """JSSE. `settings` are Lab.java's own: protocols, suites, alpn; `system` are properties of the virtual machine."""
    chain: str = "good"
    settings: tuple[tuple[str, str], ...] = ()
    system: tuple[str, ...] = ()
    other_key: str | None = None  # a chain whose key signs in the place of the certificate's own
    client_ca: str | None = None
    software = "java"

    def start(self, bed: Bed) -> None:
        classes = bed.shared / "java"
        with _COMPILE:
            if not (classes / "Lab.class").exists():
                run(which("javac"), "-d", classes, SOURCE)
        chain = bed.pki.chain(self.chain)
        key = bed.pki.chain(self.other_key).key if self.other_key else chain.key
        words = [f"address={bed.address}", f"port={bed.port}", f"cert={chain.file}", f"key={key}",
                 *(f"{name}={value}" for name, value in self.settings)]
        if self.client_ca:
            words.append(f"ca={bed.pki.bundle(self.client_ca)}")
        bed.spawn(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", *self.system, "-cp", classes, "Lab", *words])
