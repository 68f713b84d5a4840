# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import shutil
from dataclasses import dataclass

from ..bed import Bed, Server, is_root
from ..process import Missing, which

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = shop.lab.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
alias_maps =
local_recipient_maps =
proxy_read_maps =
alias_database =
smtpd_tls_session_cache_database =
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
{lines}
"""
MASTER = """{address}:{port} inet n - n - - smtpd{options}
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix(Server):
    """smtpd with STARTTLS, or with TLS from the start (`wrapped`)."""
    chain: str | None = "good"
    lines: str = "smtpd_tls_security_level = may"
    wrapped: bool = False
    other_key: str | None = None
    client_ca: str | None = None
    starttls: str | None = "smtp"
    software = "postfix"

    def start(self, bed: Bed) -> None:
        if not is_root():
            raise Missing("postfix needs root")
        which("postfix")
        for name in ("spool", "data", "etc"):
            (bed.folder / name).mkdir(exist_ok=True)
        shutil.chown(bed.folder / "data", "postfix")
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "public", "maildrop",
            "pid", "saved", "trace"):
            (bed.folder / "spool" / name).mkdir(exist_ok=True)
            if name != "pid":
                shutil.chown(bed.folder / "spool" / name, "postfix", "postdrop" if name in ("public", "maildrop") else None)
        lines = self.lines
        if self.chain:
            chain = bed.pki.chain(self.chain)
            key = bed.pki.chain(self.other_key).key if self.other_key else chain.key
            lines += f"\nsmtpd_tls_cert_file = {chain.file}\nsmtpd_tls_key_file = {key}"
        if self.client_ca:
            lines += f"\nsmtpd_tls_CAfile = {bed.pki.bundle(self.client_ca)}"
        (bed.folder / "etc" / "main.cf").write_text(MAIN.format(folder=bed.folder, lines=lines))
        (bed.folder / "etc" / "master.cf").write_text(MASTER.format(
            address=bed.address, port=bed.port, options=" -o smtpd_tls_wrappermode=yes" if self.wrapped else ""))
        bed.spawn(["/usr/lib/postfix/sbin/master", "-d", "-c", bed.folder / "etc"])
