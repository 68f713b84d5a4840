# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server
from ..process import LabError, run, which

SOURCE = Path(__file__).parent / "java" / "Lab.java"
_COMPILE = threading.Lock()
MACHINE = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


class House:
    """One virtual machine in which many servers live: it starts slowly, and each server in it at once. It ends with its input."""
    _of: dict[Path, "House"] = {}
    _guard = threading.Lock()

    def __init__(self, classes: Path) -> None:
        self._lock = threading.Lock()
        with (classes / "house.log").open("ab") as log:
            self._popen = subprocess.Popen([which("java"), *MACHINE, "-cp", str(classes), "Lab"], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)

    @classmethod
    def of(cls, bed: Bed, classes: Path) -> "House":
        with cls._guard:
            if classes not in cls._of:
                house = cls._of[classes] = cls(classes)
                bed.at_the_end(house.close)
            return cls._of[classes]

    def order(self, *words: str) -> None:
        with self._lock:
            assert self._popen.stdin and self._popen.stdout
            self._popen.stdin.write("\t".join(words) + "\n")
            self._popen.stdin.flush()
            answer = self._popen.stdout.readline().strip()
        if answer != "ok":
            raise LabError(f"java: {answer or 'has ended'}")

    def forget(self, port: int) -> None:
        try:
            self.order(f"stop={port}")
        except (LabError, OSError):
            pass  # the machine has ended, and its servers with it

    def close(self) -> None:
        assert self._popen.stdin and self._popen.stdout
        self._popen.stdin.close()
        self._popen.wait(10)
        self._popen.stdout.close()


@dataclass(frozen=True)
class Java(Server):
    """JSSE. `settings` are Lab.java's own: protocols, suites, alpn; `system` are properties of a virtual machine of its own."""
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
        if self.system or bed.prefix:
            bed.spawn(["java", *MACHINE, *self.system, "-cp", classes, "Lab", *words])
            return
        house = House.of(bed, classes)
        house.order(*words)
        bed.on_close(lambda: house.forget(bed.port))
