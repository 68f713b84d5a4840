# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server

CONFIG = """include /etc/ldap/schema/core.schema
pidfile {folder}/pid
argsfile {folder}/args
modulepath /usr/lib/ldap
moduleload back_mdb
{lines}
database mdb
suffix "dc=lab,dc=test"
rootdn "cn=admin,dc=lab,dc=test"
directory {folder}/db
"""


@dataclass(frozen=True)
class Slapd(Server):
    """OpenLDAP, which Debian builds on GnuTLS."""
    chain: str | None = "good"
    lines: str = ""
    scheme: str = "ldap"
    client_ca: str | None = None
    starttls: str | None = "ldap"
    software = "slapd"

    def start(self, bed: Bed) -> None:
        (bed.folder / "db").mkdir()
        lines = self.lines
        if self.chain:
            chain = bed.pki.chain(self.chain)
            lines += f"\nTLSCertificateFile {chain.file}\nTLSCertificateKeyFile {chain.key}"
        if self.client_ca:
            lines += f"\nTLSCACertificateFile {bed.pki.bundle(self.client_ca)}\nTLSVerifyClient demand"
        conf = bed.write("slapd.conf", CONFIG.format(folder=bed.folder, lines=lines))
        bed.spawn(["slapd", "-d", "256", "-f", conf, "-h", f"{self.scheme}://{bed.address}:{bed.port}/"])
