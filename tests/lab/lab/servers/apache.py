# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server
from ..recipes import HOST

CONFIG = """ServerRoot {folder}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
Mutex file:{folder} default
ErrorLog {folder}/error.log
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
LoadModule ssl_module {modules}/mod_ssl.so
ServerName {host}
User nobody
Group nogroup
Listen {address}:{port}
SSLStaplingCache shmcb:{folder}/stapling(128000)
{blocks}
"""
MODULES = "/usr/lib/apache2/modules"


@dataclass(frozen=True)
class Apache(Server):
    chain: str | None = "good"
    lines: str = ""
    extra_chains: tuple[str, ...] = ()
    client_ca: str | None = None
    dh: int | None = None
    crl: tuple[str, ...] = ()
    more: tuple[tuple[str, str, str], ...] = ()  # further virtual hosts: name, chain, lines
    software = "apache"

    def _block(self, bed: Bed, name: str, chains: tuple[str, ...], lines: str) -> str:
        def certificate(chain: str) -> Path:  # Apache takes DH parameters from the file of the certificate
            file = bed.pki.chain(chain).file
            return bed.write(f"{chain}-dh.pem", file.read_bytes() + bed.pki.dh(self.dh).read_bytes()) if self.dh else file
        files = "\n".join(f"SSLCertificateFile {certificate(c)}\nSSLCertificateKeyFile {bed.pki.chain(c).key}" for c in chains)
        engine = "SSLEngine on" if chains else ""
        words = {"{client_ca}": bed.pki.bundle(self.client_ca) if self.client_ca else "",
                 "{crl}": bed.pki.crl(*self.crl) if self.crl else ""}
        for word, value in words.items():
            lines = lines.replace(word, str(value))
        return f"<VirtualHost {bed.address}:{bed.port}>\nServerName {name}\n{engine}\n{files}\n{lines}\n</VirtualHost>"

    def start(self, bed: Bed) -> None:
        first = ((self.chain,) if self.chain else ()) + self.extra_chains
        blocks = [self._block(bed, HOST, first, self.lines)]
        blocks += [self._block(bed, name, (chain,), lines) for name, chain, lines in self.more]
        conf = bed.write("apache.conf", CONFIG.format(folder=bed.folder, modules=MODULES, host=HOST, address=bed.address, port=bed.port,
                                                      blocks="\n".join(blocks)))
        bed.spawn(["apache2", "-f", conf, "-DFOREGROUND"])
