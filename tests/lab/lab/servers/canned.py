# SPDX-License-Identifier: Apache-2.0
"""A TLS 1.2 server's first flight, built byte by byte, for faults that appear there. With RSA key exchange nothing in it is
signed, so it can be sent without any cryptography; the handshake ends when the client has found what is wrong, or later."""
from __future__ import annotations

import os
from dataclasses import dataclass

from ..bed import Bed, Server
from ..hello import pack16, vector
from ..pki import to_der
from .fault import Fault, Visit, hang

EXTENDED_MASTER_SECRET, RENEGOTIATION_INFO = b"\0\x17\0\0", b"\xff\x01\0\1\0"


@dataclass(frozen=True)
class Canned(Server):
    chain: str = "rsa"
    version: int = 0x0303
    suite: int = 0x009C  # RSA_WITH_AES_128_GCM_SHA256
    extensions: bytes = EXTENDED_MASTER_SECRET + RENEGOTIATION_INFO
    random_tail: bytes = b""
    certificate: bytes | None = None  # sent in the place of the leaf
    after_hello: bytes = b""  # records in the place of Certificate and ServerHelloDone
    hello_tail: bytes = b""  # bytes at the end of the ServerHello that do not belong there
    compression: int = 0
    software = "canned"

    def start(self, bed: Bed) -> None:
        flight = self._flight(bed)

        def answer(visit: Visit) -> None:
            if visit.hello is None:
                return
            visit.socket.sendall(flight)
            hang(visit)
        Fault(answer).start(bed)

    def _flight(self, bed: Bed) -> bytes:
        chain = bed.pki.chain(self.chain)
        random = os.urandom(32 - len(self.random_tail)) + self.random_tail
        hello = (pack16([self.version]) + random + b"\0" + pack16([self.suite]) + bytes([self.compression])
                 + vector(2, self.extensions) + self.hello_tail)
        begin = b"-----BEGIN CERTIFICATE-----"
        certificates = [to_der(begin + part) for part in chain.file.read_bytes().split(begin)[1:]]
        if self.certificate is not None:
            certificates[0] = self.certificate
        listed = vector(3, b"".join(vector(3, der) for der in certificates))
        rest = self.after_hello or record(message(11, listed)) + record(message(14, b""))
        return record(message(2, hello)) + rest


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + vector(3, body)


def record(body: bytes, kind: int = 22) -> bytes:
    return bytes([kind]) + b"\x03\x03" + vector(2, body)
