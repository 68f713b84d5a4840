# SPDX-License-Identifier: Apache-2.0
"""A TLS server for each folder of client_chains, on a port of its own: all are asked for the same name, which therefore cannot tell
them apart. In one thread, since a client has the next one's turn only when its own has ended."""
import select
import socket
import ssl
import threading

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\nyes"


def context_of(folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # weak keys and hashes are served too
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return context


class ChainServers:
    def __init__(self, folders):
        self.ports, self._contexts = {}, {}
        self._stopped = threading.Event()
        for folder in folders:
            listening = socket.create_server(("127.0.0.1", 0), backlog=16)
            self.ports[folder.name] = listening.getsockname()[1]
            self._contexts[listening] = context_of(folder)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()
        for listening in self._contexts:
            listening.close()

    def _serve(self):
        while not self._stopped.is_set():
            for listening in select.select(list(self._contexts), [], [], 0.1)[0]:
                connection, _ = listening.accept()
                threading.Thread(target=self._answer, args=(connection, self._contexts[listening]), daemon=True).start()

    @staticmethod
    def _answer(connection, context):
        connection.settimeout(20)
        try:
            with context.wrap_socket(connection, server_side=True) as tls:
                if tls.recv(4096):
                    tls.sendall(PAGE)
        except OSError:
            pass  # who does not trust the chain says so by an alert
