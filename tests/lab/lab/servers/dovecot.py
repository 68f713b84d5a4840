# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import dataclass

from ..bed import Bed, Server, is_root
from ..process import Missing

CONFIG = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = {protocol}
ssl = {ssl}
{lines}
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password=x
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
mail_location = maildir:/nonexistent
service imap-login {{
  chroot =
  inet_listener imap {{
    address = {address}
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
{imaps}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    address = {address}
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
"""
WRAPPED = """  inet_listener wrapped {{
    address = {address}
    port = {port}
    ssl = yes
  }}"""


@dataclass(frozen=True)
class Dovecot(Server):
    chain: str | None = "good"
    lines: str = ""
    ssl: str = "yes"
    protocol: str = "imap"  # imap, pop3, or imaps for TLS from the start
    other_key: str | None = None
    client_ca: str | None = None
    dh: int | None = None
    starttls: str | None = "imap"
    software = "dovecot"

    def start(self, bed: Bed) -> None:
        if not is_root():
            raise Missing("dovecot needs root")
        lines = self.lines
        if self.chain:
            chain = bed.pki.chain(self.chain)
            key = bed.pki.chain(self.other_key).key if self.other_key else chain.key
            lines += f"\nssl_cert = <{chain.file}\nssl_key = <{key}"
        if self.client_ca:
            bundle = bed.write("clients.pem", bed.pki.bundle(self.client_ca).read_bytes() + bed.pki.crl(self.client_ca).read_bytes())
            lines += f"\nssl_ca = <{bundle}\nssl_verify_client_cert = yes\nauth_ssl_require_client_cert = yes"
        wrapped = WRAPPED.format(address=bed.address, port=bed.port) if self.protocol == "imaps" else ""
        conf = bed.write("dovecot.conf", CONFIG.format(
            folder=bed.folder, protocol=self.protocol.rstrip("s"), ssl=self.ssl, lines=lines, address=bed.address,
            imap=bed.port if self.protocol == "imap" else 0, pop3=bed.port if self.protocol == "pop3" else 0, imaps=wrapped))
        bed.spawn(["dovecot", "-F", "-c", conf])
