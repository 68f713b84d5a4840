# SPDX-License-Identifier: Apache-2.0
"""Captures made of bytes, for the tests of whytls pcap and watch."""
import socket
import struct


def pcap_of(packets):
    """Linux cooked is not needed: raw IP (LINKTYPE 101)."""
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
    for i, packet in enumerate(packets):
        out += struct.pack("<IIII", 1700000000 + i // 1000, (i % 1000) * 1000, len(packet), len(packet)) + packet
    return out


def segment(source, destination, ports, seq, ack, flags, payload=b""):
    tcp = struct.pack("!HHIIBBHHH", *ports, seq, ack, 5 << 4, flags, 65535, 0, 0) + payload
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, socket.inet_aton(source), socket.inet_aton(destination)) + tcp


def refused_hello():
    """A ClientHello and an alert protocol_version."""
    body = b"\x03\x01" + bytes(32) + b"\x00" + b"\x00\x02\x00\x2f" + b"\x01\x00"
    hello = b"\x16\x03\x01" + struct.pack("!H", len(body) + 4) + b"\x01" + struct.pack("!I", len(body))[1:] + body
    a, b = ("10.0.0.7", "10.0.0.1")
    to, back = (40000, 443), (443, 40000)
    return pcap_of([segment(a, b, to, 1, 0, 2), segment(b, a, back, 1, 2, 0x12), segment(a, b, to, 2, 2, 0x10), segment(a, b, to, 2, 2, 0x18, hello),
                    segment(b, a, back, 2, 2 + len(hello), 0x18, b"\x15\x03\x01\x00\x02\x02\x46"), segment(b, a, back, 9, 2 + len(hello), 0x11)])


def talk(port, turns):
    """One connection: turns of ("c" or "s", bytes)."""
    a, b = ("10.0.0.7", "10.0.0.1")
    to, back = (40000, port), (port, 40000)
    out = [segment(a, b, to, 1, 0, 2), segment(b, a, back, 1, 2, 0x12), segment(a, b, to, 2, 2, 0x10)]
    client = server = 2
    for who, words in turns:
        if who == "c":
            out.append(segment(a, b, to, client, server, 0x18, words))
            client += len(words)
        else:
            out.append(segment(b, a, back, server, client, 0x18, words))
            server += len(words)
    return pcap_of([*out, segment(a, b, to, client, server, 0x11), segment(b, a, back, server, client + 1, 0x11)])
