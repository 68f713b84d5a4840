# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from ..bed import Bed, Server
from ..process import run, which

_INITIALISE = threading.Lock()


def initialised(shared: Path) -> Path:
    data = shared / "mariadb"
    with _INITIALISE:
        if not data.exists():
            part = shared / "mariadb.part"
            run(which("mariadb-install-db"), "--no-defaults", f"--datadir={part}", "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=4M", *(["--user=root"] if os.geteuid() == 0 else []))
            os.replace(part, data)
    return data


@dataclass(frozen=True)
class MariaDB(Server):
    chain: str | None = "good"
    options: tuple[str, ...] = ()
    client_ca: str | None = None
    starttls: str | None = "mysql"
    software = "mariadb"

    def start(self, bed: Bed) -> None:
        data = bed.folder / "data"
        run("cp", "-a", initialised(bed.shared), data)
        words: list[str] = ["--no-defaults", f"--datadir={data}", f"--port={bed.port}", f"--bind-address={bed.address}",
            f"--socket={bed.folder}/s",
                            f"--pid-file={bed.folder}/pid", "--skip-log-bin", "--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M",
                            "--performance-schema=off", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"]
        if os.geteuid() == 0:
            words.append("--user=root")
        if self.chain:
            chain = bed.pki.chain(self.chain)
            words += [f"--ssl-cert={chain.file}", f"--ssl-key={chain.key}"]
        if self.client_ca:
            words.append(f"--ssl-ca={bed.pki.bundle(self.client_ca)}")
        bed.spawn(["mariadbd", *words, *self.options], seconds=60)
