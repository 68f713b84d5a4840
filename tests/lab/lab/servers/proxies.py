# SPDX-License-Identifier: Apache-2.0
"""Proxies on the way: tinyproxy, and small ones for answers that it does not give. {proxy} is the proxy's port; the server
behind is found at the bed's own port, as without a proxy."""
from __future__ import annotations

import socket
from dataclasses import dataclass

from ..bed import Bed, Server
from .fault import Fault, Visit, close, connector, splice

CONFIG = """Port {port}
Listen 127.0.0.1
Timeout 30
LogFile "{folder}/proxy.log"
LogLevel Info
MaxClients 50
{lines}
"""


@dataclass(frozen=True)
class Tinyproxy(Server):
    behind: Server
    lines: str = ""
    software = "tinyproxy"

    def start(self, bed: Bed) -> None:
        self.behind.start(bed)
        port = bed.ports.take()
        bed.values["proxy"] = port
        filters = bed.write("filter", "nothing-matches\n")
        conf = bed.write("tinyproxy.conf", CONFIG.format(port=port, folder=bed.folder, lines=self.lines.replace("{filter}", str(filters))))
        bed.spawn(["tinyproxy", "-d", "-c", conf], port)


def http_connect(status: str, visit: Visit) -> None:
    """Answers CONNECT with a status; 200 leads to the server behind."""
    request = b""
    while b"\r\n\r\n" not in request and (data := visit.socket.recv(4096)):
        request += data
    visit.socket.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
    return splice(visit) if status.startswith("200") else close(visit)


def exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise OSError("the client left")
        data += part
    return data


def socks5(reply: int, visit: Visit) -> None:
    """RFC 1928: no authentication, and a reply code to CONNECT."""
    methods = exactly(visit.socket, exactly(visit.socket, 2)[1])
    visit.socket.sendall(b"\x05\x00" if 0 in methods else b"\x05\xff")
    kind = exactly(visit.socket, 4)[3]
    exactly(visit.socket, {1: 4, 4: 16}.get(kind) or exactly(visit.socket, 1)[0])
    exactly(visit.socket, 2)
    visit.socket.sendall(b"\x05" + bytes([reply]) + b"\x00\x01\0\0\0\0\0\0")
    return splice(visit) if reply == 0 else close(visit)


@dataclass(frozen=True)
class SmallProxy(Server):
    behind: Server
    status: str | None = None  # of HTTP CONNECT
    socks: int | None = None  # reply code of SOCKS 5
    software = "proxy"

    def start(self, bed: Bed) -> None:
        self.behind.start(bed)
        front = bed.child()
        bed.values["proxy"] = front.port

        def talk(visit: Visit) -> None:
            visit.backend = connector(bed)
            visit.seen = b""
            if self.status:
                http_connect(self.status, visit)
            else:
                socks5(self.socks or 0, visit)
        Fault(on_connect=talk).start(front)
