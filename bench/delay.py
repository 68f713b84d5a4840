#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench/delay.py PORT [--one-way 0.025]: a TCP relay to 127.0.0.1:PORT that behaves like a path of that delay; prints its own port.

The set-up of the connection counts too, as well as a program without privileges can make it: the client's connect() returns at once, so its
first bytes wait for the round trip that a handshake of TCP would have taken, and the server sees the connection as late as it would then.
Resets are passed on as resets. Not emulated: a refused connection, bandwidth, loss."""
import argparse
import queue
import signal
import socket
import struct
import threading
import time

RESET = struct.pack("ii", 1, 0)


class Delay:
    def __init__(self, port, one_way):
        self.port, self.one_way = port, one_way
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.one, args=(peer, time.monotonic()), daemon=True).start()

    def one(self, peer, begun):
        """SYN, SYN-ACK and ACK take three ways; the client's own data follow its ACK at once."""
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        established = begun + 2 * self.one_way
        time.sleep(max(0, begun + 3 * self.one_way - time.monotonic()))
        try:
            server = socket.create_connection(("127.0.0.1", self.port), 10)
        except OSError:
            return abort(peer)
        server.settimeout(None)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self.carry, args=(server, peer, 0), daemon=True)
        back.start()
        self.carry(peer, server, established)
        back.join()
        peer.close()
        server.close()

    def carry(self, source, sink, not_before):
        """Everything from one end to the other, each piece when it would have arrived."""
        line = queue.SimpleQueue()
        sender = threading.Thread(target=deliver, args=(line, sink), daemon=True)
        sender.start()
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = None
            line.put((max(time.monotonic(), not_before) + self.one_way, data))
            if not data:
                break
        sender.join()

    def close(self):
        self.listener.close()


def abort(peer):
    try:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        peer.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    peer.close()


def deliver(line, sink):
    """Pieces at their times; b"" is the end in order, None a reset."""
    while True:
        due, data = line.get()
        time.sleep(max(0, due - time.monotonic()))
        try:
            if data is None:
                return abort(sink)
            if not data:
                return sink.shutdown(socket.SHUT_WR)
            sink.sendall(data)
        except OSError:
            return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int)
    parser.add_argument("--one-way", type=float, default=0.025, help="seconds")
    options = parser.parse_args()
    print(Delay(options.port, options.one_way).address, flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
