# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server, is_root
from ..process import Missing, run

_INITIALISE = threading.Lock()
USER = "postgres"


def program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        raise Missing("postgresql is not installed")
    return str(found[-1])


def as_user(*command: str | Path) -> list[str | Path]:
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]


def initialised(shared: Path) -> Path:
    """A data folder, made once and copied by every scenario."""
    data = shared / "postgres"
    with _INITIALISE:
        if not data.exists():
            part = shared / "postgres.part"
            part.mkdir(mode=0o700)
            shutil.chown(part, USER, USER)
            run(*as_user(program("initdb"), "-D", part, "--no-sync", "--auth=trust", "--locale=C", "-E", "UTF8"), cwd=Path("/"))
            os.replace(part, data)
    return data


@dataclass(frozen=True)
class Postgres(Server):
    chain: str | None = "good"  # None: ssl = off
    lines: str = ""
    client_ca: str | None = None
    starttls: str | None = "postgres"
    software = "postgres"

    def start(self, bed: Bed) -> None:
        if not is_root():
            raise Missing("postgresql needs root, to become the user postgres")
        data = bed.folder / "data"
        run("cp", "-a", initialised(bed.shared), data)
        settings = [f"port = {bed.port}", f"listen_addresses = '{bed.address}'", "unix_socket_directories = ''", "fsync = off",
                    "max_connections = 20", "shared_buffers = 1MB", self.lines]
        if self.chain:
            chain = bed.pki.chain(self.chain)
            for source, name in ((chain.file, "server.crt"), (chain.key, "server.key")):
                shutil.copy(source, data / name)
                shutil.chown(data / name, USER, USER)
                (data / name).chmod(0o600)
            settings += ["ssl = on"]
        if self.client_ca:
            shutil.copy(bed.pki.bundle(self.client_ca), data / "root.crt")
            settings.append("ssl_ca_file = 'root.crt'")
        with (data / "postgresql.conf").open("a") as conf:
            conf.write("\n" + "\n".join(settings) + "\n")
        bed.spawn(as_user(program("postgres"), "-D", data), cwd=data)
