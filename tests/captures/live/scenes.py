# SPDX-License-Identifier: Apache-2.0
"""What is no failure though it looks like one: spare connections, scans, health checks."""
from __future__ import annotations

import socket
import ssl
import subprocess
import time
from typing import Callable

from lab import hello
from lab.bed import Bed
from lab.recipes import HOST
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


def monitor(bed: Bed) -> None:
    """It looks when the certificate expires, which it has, and says goodbye."""
    for version in ("-tls1_2", "-tls1_3"):
        subprocess.run(["openssl", "s_client", version, "-servername", HOST, "-connect", f"{bed.address}:{bed.port}"],
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)


def kept_ready(bed: Bed) -> None:
    """A browser's second connection, which has nothing to do until it is closed; the user has accepted the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode, context.maximum_version = False, ssl.CERT_NONE, ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection((bed.address, bed.port), 5) as plain, context.wrap_socket(plain, server_hostname=HOST):
        time.sleep(3.5)


def beside_another(bed: Bed) -> None:
    """The same, gone at once, while the first connection was used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode, context.maximum_version = False, ssl.CERT_NONE, ssl.TLSVersion.TLSv1_2
    for words in (b"GET / HTTP/1.0\r\n\r\n", b""):
        with socket.create_connection((bed.address, bed.port), 5) as plain, context.wrap_socket(plain, server_hostname=HOST) as connection:
            if words:
                connection.sendall(words)
                connection.recv(100)


SCENES: tuple[tuple[str, Callable[[Bed], None], object], ...] = (
    ("a spare connection", spare, Nginx()), ("an unused connection", unused, Nginx()), ("a scan", scan, OpenSSL()),
    ("a health check", health_check, Nginx("alien-root-sent")),
    ("a health check of a self-signed server", health_check, OpenSSL("self-signed")),
    ("a monitor of an expired certificate", monitor, Nginx("expired")),
    ("a connection kept ready", kept_ready, Nginx("expired")), ("a spare one beside one in use", beside_another, Nginx("expired")),
)
