# SPDX-License-Identifier: Apache-2.0
"""A server behind a router with packet filters, and the names that the client knows it by."""
from __future__ import annotations

import select
import socket
import threading
from dataclasses import dataclass

from .. import namespaces
from ..bed import Bed, Server
from ..namespaces import ROUTER, SECOND, SERVER, SERVER6


@dataclass(frozen=True)
class Path(Server):
    """`rules` and `rules6` are arguments of iptables and ip6tables in the router; {port} is the server's."""
    behind: Server | None = None
    rules: tuple[str, ...] = ()
    rules6: tuple[str, ...] = ()
    script: str = ""  # further commands in the router
    client_script: str = ""
    names: tuple[tuple[str, str], ...] = ()  # (name, address) in the client's hosts file
    second: Server | None = None  # a server on the second address, or on the IPv6 one if `second_is_6`
    second_is_6: bool = False
    dns: str | None = None  # how the resolver answers: nxdomain, servfail, empty, silent, address
    only6: bool = False
    software = "path"

    def start(self, bed: Bed) -> None:
        route = namespaces.Route(bed.folder, "".join(f"{address} {name}\n" for name, address in self.names), ROUTER)
        bed.on_close(route.close)
        bed.server_namespace, bed.client_namespace = route.server.process, route.client.process
        bed.prefix, bed.client_prefix = route.server.prefix, route.client.prefix
        bed.address = SERVER6 if self.only6 else SERVER
        if self.names or self.dns:
            bed.values["resolves"] = True
        if self.dns:
            Resolver(bed, route.router.process, self.dns)
        if self.behind:
            self.behind.start(bed)
        if self.second:
            other = bed.child()
            other.address, other.port = (SERVER6 if self.second_is_6 else SECOND), bed.port
            self.second.start(other)
        words = [f"iptables {rule}" for rule in self.rules] + [f"ip6tables {rule}" for rule in self.rules6] + [self.script]
        route.router.run("\n".join(words).replace("{port}", str(bed.port)))
        if self.client_script:
            route.client.run(self.client_script)


class Resolver:
    """A DNS server on the router, which gives one kind of answer."""

    def __init__(self, bed: Bed, process: int, kind: str) -> None:
        self.kind, self.stopped = kind, threading.Event()
        self.socket = namespaces.new_socket(process, ROUTER, socket.SOCK_DGRAM)
        self.socket.bind((ROUTER, 53))
        bed.on_close(self.stop)
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()
        self.socket.close()

    def _serve(self) -> None:
        while not self.stopped.is_set():
            try:
                if select.select([self.socket], [], [], 0.2)[0]:
                    query, peer = self.socket.recvfrom(4096)
                    if self.kind != "silent":
                        self.socket.sendto(self.answer(query), peer)
            except (OSError, ValueError):
                return

    def answer(self, query: bytes) -> bytes:
        """RFC 1035 4.1: the question again, a response code, and one address where that is what we give."""
        end = query.index(b"\0", 12) + 5
        question, wants_a = query[12:end], query[end - 4:end - 2] == b"\0\1"
        code = {"nxdomain": 3, "servfail": 2}.get(self.kind, 0)
        found = b""
        if self.kind == "address" and wants_a:
            found = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(SERVER)
        return query[:2] + bytes([0x81, 0x80 | code]) + b"\0\1\0" + bytes([1 if found else 0]) + bytes(4) + question + found
