# SPDX-License-Identifier: Apache-2.0
"""What one scenario's servers run in: a folder, ports, processes, and the addresses that the client is to use."""
from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from . import namespaces
from .pki import Pki
from .process import Ports, Process, run, which

_CLOCK = threading.Lock()


@dataclass
class Bed:
    folder: Path
    pki: Pki
    ports: Ports
    shared: Path  # kept for the whole run: compiled servers, initialised data folders
    address: str = "127.0.0.1"
    port: int = 0
    prefix: tuple[str, ...] = ()  # before each server command, e.g. `ip netns exec NAME`
    client_prefix: tuple[str, ...] = ()  # the same for the client
    server_namespace: int = 0  # a process in the servers' network namespace; 0: this one's
    client_namespace: int = 0
    beside: "Bed | None" = None  # what runs beside the server in question, and can be stopped before it
    values: dict[str, object] = field(default_factory=dict)  # further words for the scenario's arguments, e.g. the proxy's port
    ends: list[Callable[[], object]] = field(default_factory=list)  # of the whole run
    _closers: list[Callable[[], object]] = field(default_factory=list)
    _children: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.port = self.port or self.ports.take()

    @property
    def bracketed(self) -> str:
        return f"[{self.address}]" if ":" in self.address else self.address

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def spawn(self, command: list[str | Path], port: int | None = None, env: dict[str, str] | None = None, user: str | None = None,
              cwd: Path | None = None, seconds: float = 30) -> Process:
        words = [which(str(command[0])) if "/" not in str(command[0]) else str(command[0]), *map(str, command[1:])]
        process = Process([*self.prefix, *words], self.folder / f"{Path(words[0]).name}.log", cwd or self.folder, env, user)
        self.on_close(process.stop)
        process.await_port(self.address, port or self.port, seconds)
        return process

    def begin_beside(self) -> "Bed":
        self.beside = self.child()
        return self.beside

    def child(self) -> "Bed":
        """A bed for a server behind this one; it is closed with its parent."""
        self._children += 1
        other = Bed(self.folder / f"backend{self._children}", self.pki, self.ports, self.shared, self.address, prefix=self.prefix,
                    server_namespace=self.server_namespace, ends=self.ends)
        self.on_close(other.close)
        return other

    def clock(self) -> Path:
        """A library that moves a program's clock; see clock.c."""
        library = self.shared / "clock.so"
        with _CLOCK:
            if not library.exists():
                run(which("cc"), "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("clock.c"))
        return library

    def server_socket(self, kind: int = socket.SOCK_STREAM) -> socket.socket:
        return namespaces.new_socket(self.server_namespace, self.address, kind)

    def client_socket(self) -> socket.socket:
        return namespaces.new_socket(self.client_namespace, self.address)

    def on_close(self, action: Callable[[], object]) -> None:
        self._closers.append(action)

    def at_the_end(self, action: Callable[[], object]) -> None:
        """Once no scenario is left."""
        self.ends.append(action)

    def close(self) -> None:
        while self._closers:
            self._closers.pop()()


class Server:
    """One misconfigurable server. Subclasses are frozen dataclasses whose fields are what scenarios vary."""
    starttls: str | None = None

    def start(self, bed: Bed) -> None:
        raise NotImplementedError

    @property
    def software(self) -> str:
        return type(self).__name__.lower()


def is_root() -> bool:
    return os.geteuid() == 0
