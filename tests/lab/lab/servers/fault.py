# SPDX-License-Identifier: Apache-2.0
"""Faults that no server software shows by configuration: a listener that reads the ClientHello and decides. What it lets
pass goes to a real server behind it, byte by byte."""
from __future__ import annotations

import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import Callable

from .. import hello as tls
from ..bed import Bed, Server

Action = Callable[["Visit"], None]


@dataclass
class Visit:
    """One connection."""
    socket: socket.socket
    backend: Callable[[], socket.socket] | None  # connects to the server behind
    number: int  # counted from 0
    stop: threading.Event
    hello: tls.Hello | None = None
    seen: bytes = b""

    def wait(self, seconds: float = 60) -> None:
        self.stop.wait(seconds)


def reset(visit: Visit) -> None:
    """Reads what is there and answers with a reset."""
    visit.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.socket.close()


def close(visit: Visit) -> None:
    visit.socket.shutdown(socket.SHUT_WR)
    visit.socket.settimeout(1)
    try:
        while visit.socket.recv(4096):
            pass
    except OSError:
        pass


def hang(visit: Visit) -> None:
    """Reads on and says nothing, until the client leaves."""
    while not visit.stop.is_set():
        if select.select([visit.socket], [], [], 0.2)[0] and not visit.socket.recv(4096):
            return


def send(data: bytes, then: Action = close) -> Action:
    def act(visit: Visit) -> None:
        visit.socket.sendall(data)
        then(visit)
    return act


def alert(number: int, then: Action = close) -> Action:
    return send(b"\x15\x03\x03\0\2\2" + bytes([number]), then)


def warn_then(number: int, then: Action) -> Action:
    """A warning alert, and then something else."""
    def act(visit: Visit) -> None:
        visit.socket.sendall(b"\x15\x03\x03\0\2\1" + bytes([number]))
        then(visit)
    return act


def splice(visit: Visit, change: Callable[[bytes, int], bytes | None] | None = None) -> None:
    """Forwards both ways. `change` sees the server's bytes and their offset; None ends the connection by silence."""
    assert visit.backend
    with visit.backend() as far:
        far.sendall(visit.seen)
        offset, ends = 0, [visit.socket, far]
        while ends and not visit.stop.is_set():
            for ready in select.select(ends, [], [], 0.2)[0]:
                other = far if ready is visit.socket else visit.socket
                try:
                    data = ready.recv(65536)
                except ConnectionResetError:
                    return reset(visit)
                if not data:
                    if ready is visit.socket:
                        return
                    ends.remove(far)
                    other.shutdown(socket.SHUT_WR)
                    continue
                if ready is far and change:
                    changed = change(data, offset)
                    offset += len(data)
                    if changed is None:
                        return hang(visit)
                    data = changed
                try:
                    other.sendall(data)
                except OSError:
                    return


def pass_on(visit: Visit) -> None:
    splice(visit)


def strip_13(visit: Visit) -> None:
    """An attacker's change: TLS 1.3 (0x0304) leaves supported_versions, and 1.2 stands there twice."""
    if visit.hello and tls.VERSIONS in visit.hello.extensions:
        before = visit.hello.extensions[tls.VERSIONS]
        visit.seen = visit.seen.replace(before, before.replace(b"\x03\x04", b"\x03\x03"))
    splice(visit)


def cut_after(limit: int) -> Action:
    """The server's bytes stop after so many, and the connection stays open."""
    def act(visit: Visit) -> None:
        left = [limit]

        def change(data: bytes, _: int) -> bytes | None:
            if left[0] <= 0:
                return None
            part = data[:left[0]]
            left[0] -= len(part)
            return part
        splice(visit, change)
    return act


def corrupt(at: int) -> Action:
    """One byte of the server's stream is flipped on the way."""
    def act(visit: Visit) -> None:
        def change(data: bytes, offset: int) -> bytes:
            if offset <= at < offset + len(data):
                data = data[:at - offset] + bytes([data[at - offset] ^ 0x41]) + data[at - offset + 1:]
            return data
        splice(visit, change)
    return act


def trickle(visit: Visit) -> None:
    """A byte a second of the real server's answer."""
    def change(data: bytes, _: int) -> bytes | None:
        for byte in data:
            if visit.stop.wait(1):
                return None
            try:
                visit.socket.sendall(bytes([byte]))
            except OSError:
                return None
        return b""
    splice(visit, change)


def when(condition: Callable[[tls.Hello], bool], action: Action, otherwise: Action = pass_on) -> Action:
    def act(visit: Visit) -> None:
        (action if visit.hello and condition(visit.hello) else otherwise)(visit)
    return act


def by_turn(first: int, then: Action, before: Action = pass_on) -> Action:
    """The first connections are treated in one way, all later ones in another."""
    return lambda visit: (before if visit.number < first else then)(visit)


class Bucket:
    """Serves one connection, and the next only after a pause without any: what a per-address limit looks like."""

    def __init__(self, pause: float, over: Action) -> None:
        self.pause, self.over, self.last = pause, over, 0.0

    def __call__(self, visit: Visit) -> None:
        now, last = time.monotonic(), self.last
        self.last = now
        (pass_on if now - last >= self.pause else self.over)(visit)


@dataclass(frozen=True)
class Fault(Server):
    action: Action | None = None
    behind: Server | None = None
    on_connect: Action | None = None  # acts before anything is read
    make: Callable[[], Action] | None = None  # where the action keeps state: one for each start
    visited: int = 0  # connections that came before the client
    one_read: bool = False  # what the first read gives is all there is
    incomplete: Action | None = None  # what then happens to a hello that came in parts
    software = "fault"

    def start(self, bed: Bed) -> None:
        backend: Callable[[], socket.socket] | None = None
        if self.behind:
            below = bed.child()
            self.behind.start(below)
            backend = connector(below)
        listener = Listener(bed, self, backend)
        bed.on_close(listener.stop)
        for _ in range(self.visited):
            with socket.create_connection((bed.address, bed.port), 5) as visitor:
                visitor.sendall(b"".join(tls.Offer(groups=(tls.X25519,)).segments()))
                visitor.settimeout(2)
                try:
                    visitor.recv(1)
                except OSError:
                    pass


def connector(bed: Bed) -> Callable[[], socket.socket]:
    def connect() -> socket.socket:
        far = bed.server_socket()
        far.settimeout(5)
        far.connect((bed.address, bed.port))
        far.settimeout(None)
        return far
    return connect


class Listener:
    def __init__(self, bed: Bed, fault: Fault, backend: Callable[[], socket.socket] | None) -> None:
        self.fault, self.backend, self.action = fault, backend, fault.make() if fault.make else fault.action
        self.stopped = threading.Event()
        self.listening = bed.server_socket()
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listening.bind((bed.address, bed.port))
        self.listening.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()
        self.listening.close()

    def _accept(self) -> None:
        number = 0
        while not self.stopped.is_set():
            try:
                if not select.select([self.listening], [], [], 0.2)[0]:
                    continue
                connection, _ = self.listening.accept()
            except (OSError, ValueError):
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            visit = Visit(connection, self.backend, number, self.stopped)
            number += 1
            threading.Thread(target=self._serve, args=(visit,), daemon=True).start()

    def _serve(self, visit: Visit) -> None:
        with visit.socket:
            try:
                if self.fault.on_connect:
                    return self.fault.on_connect(visit)
                self._read(visit)
                assert self.action
                (self.action if visit.hello else self.fault.incomplete or self.action)(visit)
            except OSError:
                pass

    def _read(self, visit: Visit) -> None:
        visit.socket.settimeout(20)
        # what fits into one segment is what a server sees that reads once
        limit = visit.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) if self.fault.one_read else 65536
        first = visit.seen = visit.socket.recv(limit)
        while visit.seen[:1] == b"\x16" and not self.fault.one_read and not tls.complete(visit.seen):
            more = visit.socket.recv(65536)
            if not more:
                break
            visit.seen += more
        visit.socket.settimeout(None)
        visit.hello = tls.parse(visit.seen, len(first))
