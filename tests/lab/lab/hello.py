# SPDX-License-Identifier: Apache-2.0
"""A ClientHello, read (for the fault servers) and built (for the referee)."""
from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field

SERVER_NAME, STATUS_REQUEST, GROUPS, SIGNATURES, ALPN, PADDING, EMS, TICKET = 0, 5, 10, 13, 16, 21, 23, 35
VERSIONS, PSK_MODES, KEY_SHARE, RENEGOTIATION = 43, 45, 51, 0xFF01
X25519, P256, X25519MLKEM768 = 0x001D, 0x0017, 0x11EC


def is_grease(value: int) -> bool:
    """RFC 8701 2: 0x0A0A, 0x1A1A, … 0xFAFA."""
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


@dataclass
class Hello:
    raw: bytes  # all that was read, records and all
    legacy_version: int = 0
    suites: list[int] = field(default_factory=list)
    extensions: dict[int, bytes] = field(default_factory=dict)
    first_read: int = 0  # bytes that came with the first read
    records: int = 0

    @property
    def size(self) -> int:
        return len(self.raw)

    @property
    def server_name(self) -> str | None:
        data = self.extensions.get(SERVER_NAME)
        return data[5:].decode("ascii", "replace") if data and len(data) > 5 else None

    @property
    def versions(self) -> list[int]:
        data = self.extensions.get(VERSIONS)
        return list(struct.unpack(f">{data[0] // 2}H", data[1:1 + data[0]])) if data else [self.legacy_version]

    @property
    def groups(self) -> list[int]:
        data = self.extensions.get(GROUPS, b"\0\0")
        return list(struct.unpack(f">{(len(data) - 2) // 2}H", data[2:]))

    @property
    def alpn(self) -> list[bytes]:
        data, names = self.extensions.get(ALPN, b"\0\0")[2:], []
        while data:
            names.append(data[1:1 + data[0]])
            data = data[1 + data[0]:]
        return names

    @property
    def grease(self) -> bool:
        return any(is_grease(v) for v in [*self.suites, *self.extensions, *self.groups])


def complete(data: bytes) -> bool:
    """Whether the records so far hold a whole handshake message."""
    body = payload(data)
    return len(body) >= 4 and len(body) >= 4 + int.from_bytes(body[1:4], "big")


def payload(data: bytes) -> bytes:
    body, at = b"", 0
    while at + 5 <= len(data) and data[at] == 22:
        length = int.from_bytes(data[at + 3:at + 5], "big")
        body += data[at + 5:at + 5 + length]
        at += 5 + length
    return body


def parse(data: bytes, first_read: int) -> Hello | None:
    """None where it is no complete ClientHello."""
    if not data or data[0] != 22 or not complete(data):
        return None
    body, hello = payload(data)[4:], Hello(data, first_read=first_read)
    at = 0
    while at + 5 <= len(data):
        hello.records += 1
        at += 5 + int.from_bytes(data[at + 3:at + 5], "big")
    hello.legacy_version = int.from_bytes(body[:2], "big")
    at = 35 + body[34]
    length = int.from_bytes(body[at:at + 2], "big")
    hello.suites = list(struct.unpack(f">{length // 2}H", body[at + 2:at + 2 + length]))
    at += 2 + length
    at += 1 + body[at]
    rest = body[at + 2:]
    while len(rest) >= 4:
        kind, length = struct.unpack(">HH", rest[:4])
        hello.extensions[kind] = rest[4:4 + length]
        rest = rest[4 + length:]
    return hello


def vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width, "big") + data


def pack16(values: list[int]) -> bytes:
    return struct.pack(f">{len(values)}H", *values)


SUITES = [0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F, 0xC009, 0xC013, 0xC00A, 0xC014,
          0x009C, 0x009D, 0x003C, 0x002F, 0x0035]
SCHEMES = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603, 0x0806, 0x0601, 0x0807, 0x0809, 0x080A, 0x080B]


@dataclass(frozen=True)
class Offer:
    """A hello for the referee. The default one resembles that of a current client, post-quantum share and all."""
    name: str | None = "shop.lab.test"
    versions: tuple[int, ...] = (0x0304, 0x0303)
    suites: tuple[int, ...] = tuple(SUITES)
    groups: tuple[int, ...] = (X25519MLKEM768, X25519, P256, 0x18, 0x19)
    alpn: tuple[str, ...] = ()
    schemes: tuple[int, ...] = tuple(SCHEMES)
    without: tuple[int, ...] = ()
    grease: bool = False
    pad_to: int = 0  # bytes of the whole record
    split: tuple[str, int] | None = None  # ("segments" | "records", at byte)

    def _extensions(self) -> list[tuple[int, bytes]]:
        shares = b"".join(struct.pack(">H", g) + vector(2, os.urandom({X25519MLKEM768: 1216}.get(g, 32)))
                          for g in self.groups if g in (X25519MLKEM768, X25519))
        out = [(SERVER_NAME, vector(2, b"\0" + vector(2, self.name.encode())))] if self.name else []
        grease = [0x1A1A] if self.grease else []
        out += [(EMS, b""), (RENEGOTIATION, b"\0"), (GROUPS, vector(2, pack16([*grease, *self.groups]))), (11, b"\1\0"),
                (SIGNATURES, vector(2, pack16([*self.schemes]))), (STATUS_REQUEST, b"\1\0\0\0\0"), (TICKET, b"")]
        if self.alpn:
            out.append((ALPN, vector(2, b"".join(vector(1, a.encode()) for a in self.alpn))))
        if 0x0304 in self.versions:
            out += [(VERSIONS, vector(1, pack16([*grease, *self.versions]))), (PSK_MODES, b"\1\1"), (KEY_SHARE, vector(2, shares))]
        if self.grease:
            out.insert(0, (0x2A2A, b""))
        return [(kind, data) for kind, data in out if kind not in self.without]

    def segments(self) -> list[bytes]:
        """The bytes to send, one item a segment."""
        extensions = b"".join(pack16([kind]) + vector(2, data) for kind, data in self._extensions())
        suites = [0x3A3A, *self.suites] if self.grease else [s for s in self.suites if s >> 8 != 0x13 or 0x0304 in self.versions]
        head = pack16([min(max(self.versions), 0x0303)]) + os.urandom(32) + vector(1, os.urandom(32)) + vector(2, pack16(suites)) + b"\1\0"
        short = self.pad_to - (len(head) + len(extensions) + 2 + 9 + 4)
        if short > 0:
            extensions += pack16([PADDING]) + vector(2, bytes(short))
        message = b"\1" + vector(3, head + vector(2, extensions))
        if self.split and self.split[0] == "records":
            at = self.split[1]
            return [b"\x16\x03\x01" + vector(2, message[:at]) + b"\x16\x03\x01" + vector(2, message[at:])]
        record = b"\x16\x03\x01" + vector(2, message)
        return [record[:self.split[1]], record[self.split[1]:]] if self.split else [record]
