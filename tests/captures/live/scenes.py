# SPDX-License-Identifier: Apache-2.0
"""What is no failure though it looks like one: spare connections, scans, health checks."""
from __future__ import annotations

import socket
import subprocess
from typing import Callable

from lab import hello
from lab.bed import Bed
from lab.servers.nginx import Nginx
from lab.servers.openssl import OpenSSL


def spare(bed: Bed) -> None:
    """A browser's: a hello, and gone before the answer."""
    with socket.create_connection((bed.address, bed.port), 5) as connection:
        connection.sendall(b"".join(hello.Offer().segments()))


def unused(bed: Bed) -> None:
    """Connected, and closed without a word."""
    socket.create_connection((bed.address, bed.port), 5).close()


def scan(bed: Bed) -> None:
    """The same, ended by a reset."""
    connection = socket.create_connection((bed.address, bed.port), 5)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def health_check(bed: Bed) -> None:
    """A monitor that looks whether TLS is there, trusts nobody and says nothing."""
    for version in ("-tls1_2", "-tls1_3"):
        subprocess.run(["openssl", "s_client", version, "-connect", f"{bed.address}:{bed.port}"], stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=10, check=False)


SCENES: tuple[tuple[str, Callable[[Bed], None], object], ...] = (
    ("a spare connection", spare, Nginx()), ("an unused connection", unused, Nginx()), ("a scan", scan, OpenSSL()),
    ("a health check", health_check, Nginx("alien-root-sent")),
    ("a health check of a self-signed server", health_check, OpenSSL("self-signed")),
)
