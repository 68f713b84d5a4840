# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server
from ..recipes import HOST

CONFIG = """daemon off; master_process off; user root; pid {folder}/pid; error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
  access_log off; ssl_protocols TLSv1.2 TLSv1.3; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{servers}
}}
"""
SERVER = """  server {{ {listens} server_name {name};
{lines}
    location / {{ return 200 "lab\\n"; }} }}
"""


@dataclass(frozen=True)
class Vhost:
    """One `server` block; `lines` are directives as written, {word} standing for paths of the lab (see words())."""
    chain: str | None = "good"
    lines: str = ""
    name: str = HOST
    listen: str = "ssl"
    default: bool = False
    extra_chains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Nginx(Server):
    chain: str | None = "good"
    lines: str = ""
    listen: str = "ssl"  # parameters of the listen directive; "" for plaintext
    hosts: tuple[Vhost, ...] = ()  # instead of the single server
    extra_chains: tuple[str, ...] = ()
    ipv6: bool = False
    client_ca: str | None = None
    staple: tuple[str, ...] = ()
    dh: int | None = None
    crl: tuple[str, ...] = ()
    software = "nginx"

    def _words(self, bed: Bed) -> dict[str, object]:
        pki = bed.pki
        return {"client_ca": pki.bundle(self.client_ca) if self.client_ca else "",
            "staple": pki.staple(*self.staple) if self.staple else "",
                "dh": pki.dh(self.dh) if self.dh else "", "crl": pki.crl(*self.crl) if self.crl else "", "folder": bed.folder}

    def _block(self, bed: Bed, host: Vhost) -> str:
        lines = [f"ssl_certificate {bed.pki.chain(c).file}; ssl_certificate_key {bed.pki.chain(c).key};"
                 for c in ((host.chain,) if host.chain else ()) + host.extra_chains]
        text = host.lines
        for word, value in self._words(bed).items():
            text = text.replace("{" + word + "}", str(value))
        options = host.listen + (" default_server" if host.default else "")
        listens = f"listen {bed.bracketed}:{bed.port} {options};" + (f" listen [::1]:{bed.port} {options};" if self.ipv6 else "")
        return SERVER.format(listens=listens, name=host.name, lines="    " + "\n    ".join([*lines, text]))

    def start(self, bed: Bed) -> None:
        hosts = self.hosts or (Vhost(self.chain, self.lines, listen=self.listen, extra_chains=self.extra_chains),)
        conf = bed.write("nginx.conf", CONFIG.format(folder=bed.folder, servers="".join(self._block(bed, h) for h in hosts)))
        bed.spawn(["nginx", "-p", bed.folder, "-c", conf, "-e", bed.folder / "error.log"])
