# SPDX-License-Identifier: Apache-2.0
"""Starting and stopping programs; every one is ended by the id of its own process group."""
from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

SBIN = ("/usr/sbin", "/sbin", "/usr/lib/postgresql/15/bin", "/usr/local/sbin")


class LabError(Exception):
    """The lab itself could not do its work: a server did not start, a tool failed."""


class Missing(LabError):
    """Software that this scenario needs is not installed, or a privilege is absent."""


def which(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path=os.pathsep.join(SBIN))
    if not found:
        raise Missing(f"{program} is not installed")
    return found


def run(*command: str | Path, cwd: Path | None = None, text: bytes | None = None, env: dict[str, str] | None = None) -> bytes:
    done = subprocess.run([str(c) for c in command], cwd=cwd, input=text, capture_output=True, timeout=120,
                          env={**os.environ, **(env or {})}, check=False)
    if done.returncode != 0:
        raise LabError(f"{' '.join(map(str, command))}: {(done.stderr or done.stdout).decode(errors='replace')[-800:]}")
    return done.stdout


class Ports:
    """Free ports below the ephemeral range, so that no outgoing connection takes one between choice and use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = random.randrange(20000, 31000)

    def take(self) -> int:
        with self._lock:
            while True:
                self._next = self._next + 1 if self._next < 32000 else 20000
                if self._free(self._next):
                    return self._next

    @staticmethod
    def _free(port: int) -> bool:
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                try:
                    probe.bind((address, port))
                except OSError:
                    return False
        return True


def listens(address: str, port: int, pid: int | str = "self") -> bool:
    """Whether somebody listens there, in the network namespace of that process. Reading the kernel's table
    instead of connecting keeps the readiness check out of rate limits and of servers that serve one client at a time."""
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    own = b"".join(packed[at:at + 4][::-1] for at in range(0, len(packed), 4)).hex().upper()  # words in the host's order
    wanted = {f"{local}:{port:04X}" for local in (own, "0" * 16 + "FFFF0000" + own, "0" * 8, "0" * 32)}
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        if any(fields[1] in wanted and fields[3] == "0A" for fields in map(str.split, lines)):
            return True
    return False


class Process:
    def __init__(self, command: list[str], log: Path, cwd: Path, env: dict[str, str] | None = None, user: str | None = None) -> None:
        self.name = Path(command[0]).name
        self.log = log
        with log.open("ab") as out:
            self._popen = subprocess.Popen(command, cwd=cwd, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True,
                                           env={**os.environ, **(env or {})}, user=user, group=user,
                                           extra_groups=[] if user else None)
        self.pid = self._popen.pid

    def await_port(self, address: str, port: int, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not listens(address, port, self.pid):
            if self._popen.poll() is not None and not listens(address, port):
                raise LabError(f"{self.name} ended with {self._popen.returncode}: {self.tail()}")
            if time.monotonic() > deadline:
                raise LabError(f"{self.name} does not listen on {port}: {self.tail()}")
            time.sleep(0.01)

    def tail(self, size: int = 600) -> str:
        return self.log.read_bytes()[-size:].decode(errors="replace")

    def stop(self) -> None:
        for which_signal, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(self.pid, which_signal)
            except ProcessLookupError:
                break
            try:
                self._popen.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        try:
            os.killpg(self.pid, signal.SIGKILL)  # children that outlive their parent
        except (ProcessLookupError, PermissionError):
            pass
        if self._popen.stdin:
            self._popen.stdin.close()
