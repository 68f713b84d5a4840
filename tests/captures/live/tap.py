# SPDX-License-Identifier: Apache-2.0
"""Watches an interface and keeps packets by port: a pcap of any visit can be written afterwards, with nothing of the others in it."""
from __future__ import annotations

import collections
import ctypes
import select
import socket
import struct
import threading
import time
from pathlib import Path

ETH_ALL, OUTGOING, TIMESTAMP = 3, 4, 35  # ETH_P_ALL, PACKET_OUTGOING, SO_TIMESTAMPNS
BUFFER_FORCE, BUFFER = 33, 64 << 20  # SO_RCVBUFFORCE
NEW_NETWORK = 0x40000000
ETHERNET, LONGEST = 1, 262144
ICMP, UNREACHABLE = 1, 3
ANY = 0  # the port under which an interface of a namespace of our own keeps everything, ICMP too


def packet_socket(interface: str, process: int) -> socket.socket:
    """In that process's network namespace: a socket belongs to where it was made."""
    made: list[socket.socket] = []

    def make() -> None:
        if process:
            with open(f"/proc/{process}/ns/net", "rb") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), NEW_NETWORK) != 0:
                    return
        one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
        one.setsockopt(socket.SOL_SOCKET, BUFFER_FORCE, BUFFER)
        one.setsockopt(socket.SOL_SOCKET, TIMESTAMP, 1)
        one.bind((interface, 0))
        made.append(one)
    thread = threading.Thread(target=make)  # the change of namespace ends with it
    thread.start()
    thread.join()
    if not made:
        raise OSError(f"{interface} cannot be watched")
    return made[0]


def ports_of(frame: bytes) -> tuple[int, ...]:
    if frame[12:14] == b"\x08\x00" and len(frame) >= 34:
        at, protocol = 14 + (frame[14] & 15) * 4, frame[23]
        if protocol == ICMP and len(frame) > at + 36 and frame[at] == UNREACHABLE:  # those of the packet that it quotes
            return ports_of(frame[:14] + frame[at + 8:])
    elif frame[12:14] == b"\x86\xdd" and len(frame) >= 54:
        at, protocol = 54, frame[20]
    else:
        return ()
    return struct.unpack(">HH", frame[at:at + 4]) if protocol in (6, 17) and len(frame) >= at + 4 else ()


class Tap:
    def __init__(self, interface: str = "lo", process: int = 0) -> None:
        self.everything = interface != "lo"
        self._socket = packet_socket(interface, process)
        self._kept: dict[int, list[tuple[int, bytes]]] = collections.defaultdict(list)
        self._latest: dict[int, float] = {}
        self._idle = 0.0  # when nothing was waiting to be read
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._stopped.is_set():
            if not select.select([self._socket], [], [], 0.01)[0]:
                self._idle = time.monotonic()
                continue
            try:
                frame, extra, _, where = self._socket.recvmsg(LONGEST, 64)
            except OSError:
                return  # the interface went with its namespace
            if not self.everything and where[2] == OUTGOING:
                continue  # on loopback each packet passes twice
            seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16]) if extra else divmod(time.time_ns(), 10**9)
            for port in ({ANY} if self.everything else set(ports_of(frame))):
                self._kept[port].append((seconds * 10**9 + nanoseconds, frame))
                self._latest[port] = time.monotonic()

    def mark(self, port: int) -> int:
        """Where a visit begins."""
        return len(self._kept[ANY if self.everything else port])

    def settle(self, port: int, quiet: float = 0.03, longest: float = 3.0) -> None:
        """Until all is read and nothing more comes: the last packets of a connection pass after the client has ended."""
        port, begin = ANY if self.everything else port, time.monotonic()
        while time.monotonic() < begin + longest:
            time.sleep(0.01)
            if self._idle > begin + quiet and self._idle > self._latest.get(port, 0.0) + quiet:
                return

    def packets(self, port: int, begin: int = 0) -> list[tuple[int, bytes]]:
        return self._kept[ANY if self.everything else port][begin:]

    def close(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._socket.close()


def write(path: Path, packets: list[tuple[int, bytes]]) -> Path:
    """A pcap file with nanoseconds."""
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, LONGEST, ETHERNET))
        for at, frame in packets:
            out.write(struct.pack("<IIII", at // 10**9, at % 10**9, len(frame), len(frame)) + frame)
    return path
