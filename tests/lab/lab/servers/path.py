# SPDX-License-Identifier: Apache-2.0
"""A server behind a router with packet filters, and the names that the client knows it by."""
from __future__ import annotations

import hashlib
import select
import socket
import struct
import threading
from dataclasses import dataclass

from .. import namespaces
from ..bed import Bed, Server
from ..namespaces import ROUTER, SECOND, SERVER, SERVER6
from ..process import run
from ..recipes import HOST

TLSA, CAA = 52, 257

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
    dns: str | None = None  # how the resolver answers: nxdomain, servfail, empty, silent, address, only-addresses
    tlsa: str = ""  # what the resolver says of the server's key: fits, differs; empty: nothing
    caa: str = ""  # the one authority that may issue for lab.test
    trust_ad: bool = False  # the client believes the resolver about DNSSEC
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
        if self.trust_ad:
            route.client.run("echo options trust-ad >> /etc/resolv.conf")
        if self.behind:
            self.behind.start(bed)
        if self.dns:
            Resolver(bed, route.router.process, self.dns, self.zone(bed))
        if self.second:
            other = bed.child()
            other.address, other.port = (SERVER6 if self.second_is_6 else SECOND), bed.port
            self.second.start(other)
        words = [f"iptables {rule}" for rule in self.rules] + [f"ip6tables {rule}" for rule in self.rules6] + [self.script]
        route.router.run("\n".join(words).replace("{port}", str(bed.port)))
        if self.client_script:
            route.client.run(self.client_script)


    def zone(self, bed: Bed) -> dict[tuple[str, int], bytes]:
        out: dict[tuple[str, int], bytes] = {}
        if self.tlsa:
            leaf = bed.pki.certificate(str(getattr(self.behind, "chain")))
            key = run("openssl", "pkey", "-pubin", "-outform", "DER", text=run("openssl", "x509", "-in", leaf, "-noout", "-pubkey"))
            data = hashlib.sha256(key if self.tlsa == "fits" else b"another").digest()
            out[f"_{bed.port}._tcp.{HOST}", TLSA] = b"\3\1\1" + data
        if self.caa:
            out["lab.test", CAA] = b"\0\5issue" + self.caa.encode()
        return out


class Resolver:
    """A DNS server on the router, which gives one kind of answer about addresses, and what records there are of other types."""

    def __init__(self, bed: Bed, process: int, kind: str, zone: dict[tuple[str, int], bytes]) -> None:
        self.kind, self.zone, self.stopped = kind, zone, threading.Event()
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
                    if answer := self.answer(query):
                        self.socket.sendto(answer, peer)
            except (OSError, ValueError):
                return

    def answer(self, query: bytes) -> bytes:
        """RFC 1035 4.1: the question again, a response code, and one record where that is what we give; AD says that it was validated."""
        end = query.index(b"\0", 12) + 5
        question, kind = query[12:end], int.from_bytes(query[end - 4:end - 2], "big")
        if self.kind == "silent" or (self.kind == "only-addresses" and kind not in (1, 28)):
            return b""
        code = {"nxdomain": 3, "servfail": 2}.get(self.kind, 0)
        own = socket.inet_aton(SERVER) if self.kind in ("address", "only-addresses") and kind == 1 else b""
        data = own or self.zone.get((name(question), kind), b"")
        found = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data if data else b""
        return query[:2] + bytes([0x81, 0xa0 | code]) + b"\0\1\0" + bytes([1 if found else 0]) + bytes(4) + question + found


def name(question: bytes) -> str:
    labels, at = [], 0
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode())
        at += 1 + question[at]
    return ".".join(labels).lower()
