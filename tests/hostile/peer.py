# SPDX-License-Identifier: Apache-2.0
"""What the hostile servers have in common: a listener on loopback, and TLS records and messages written by hand."""
import os
import socket
import struct
import threading
import time


class Server:
    """Gives every connection to `serve(peer)` in a thread of its own, until it is closed."""

    def __init__(self, serve):
        self.serve = serve
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.peers = set()
        self.closed = False
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while not self.closed:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.peers.add(peer)
            threading.Thread(target=self.one, args=(peer,), daemon=True).start()

    def one(self, peer):
        try:
            peer.settimeout(20)
            self.serve(peer)
        except (OSError, ValueError, IndexError, struct.error):
            pass
        finally:
            peer.close()
            self.peers.discard(peer)

    def close(self):
        self.closed = True
        self.listener.close()
        for peer in list(self.peers):
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def exactly(peer, size):
    out = b""
    while len(out) < size:
        got = peer.recv(size - len(out))
        if not got:
            raise OSError("closed")
        out += got
    return out


def hello(peer):
    """The random and the session id of the ClientHello."""
    body = b""
    while len(body) < 4 or len(body) < 4 + int.from_bytes(body[1:4], "big"):
        kind, _, size = struct.unpack(">BHH", exactly(peer, 5))
        fragment = exactly(peer, size)
        if kind == 22:
            body += fragment
    return body[6:38], body[39:39 + body[38]]


def vector(prefix, body):
    return len(body).to_bytes(prefix, "big") + body


def record(kind, body, version=0x0303):
    return b"".join(struct.pack(">BHH", kind, version, len(body[at:at + 16384])) + body[at:at + 16384] for at in range(0, len(body), 16384) or [0])


def message(kind, body):
    return bytes([kind]) + vector(3, body)


def server_hello(session, suite=0x002F, extensions=b"\xff\x01\x00\x01\x00", version=0x0303, random=None):
    body = struct.pack(">H", version) + (random or os.urandom(32)) + vector(1, session) + struct.pack(">HB", suite, 0) + vector(2, extensions)
    return message(2, body)


def certificates(ders):
    return message(11, vector(3, b"".join(vector(3, one) for one in ders)))


def flood(peer, block):
    while True:
        peer.sendall(block)


def drip(peer, block, pause, size=1):
    for at in range(0, len(block), size):
        peer.sendall(block[at:at + size])
        time.sleep(pause)


def hold(peer):
    """Keeps the connection until the client has gone."""
    while peer.recv(4096):
        pass
