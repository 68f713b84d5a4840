# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server

CONFIG = """global
  ssl-server-verify none
{globals}
defaults
  timeout client 30s
  timeout server 30s
  timeout connect 5s
frontend lab
  mode {mode}
  bind {address}:{port} {bind}
{lines}
  {serve}
{tail}
"""


@dataclass(frozen=True)
class HAProxy(Server):
    chain: str | None = "good"
    bind: str = ""  # further words of the bind line
    lines: str = ""  # further lines of the frontend
    globals: str = ""
    client_ca: str | None = None
    crl: tuple[str, ...] = ()
    behind: Server | None = None  # a TCP backend instead of a fixed answer
    software = "haproxy"

    def start(self, bed: Bed) -> None:
        words = self.bind
        if self.client_ca:
            words += f" ca-file {bed.pki.bundle(self.client_ca)}"
        if self.crl:
            words += f" crl-file {bed.pki.crl(*self.crl)}"
        ssl = f"ssl crt {bed.pki.chain(self.chain).both} {words}" if self.chain else words
        mode, serve, tail = "http", 'http-request return status 200 content-type text/plain string "lab"', ""
        if self.behind:
            backend = bed.child()
            self.behind.start(backend)
            mode, serve, tail = "tcp", "default_backend real", f"backend real\n  mode tcp\n  server one {backend.address}:{backend.port}"
        conf = bed.write("haproxy.cfg", CONFIG.format(globals=self.globals, mode=mode, address=bed.address, port=bed.port, bind=ssl,
                                                      lines=self.lines, serve=serve, tail=tail))
        bed.spawn(["haproxy", "-db", "-q", "-f", conf])
