# SPDX-License-Identifier: Apache-2.0
"""Chains that hurt: very many, very large, in circles, named by escape sequences, pointing to servers that never answer."""
import os
import random
import ssl
import struct

import der
from cases import EVIL, LINE, SPELT, Case, flight, hold, inside, wide_prime
from peer import Server, drip, flood


def tls_context(folder, label, key, chain, latest=None, alpn=()):
    """A context for a chain whose leaf has `key`."""
    path = os.path.join(folder, label + ".pem")
    with open(path, "w", encoding="ascii") as file:
        file.write("".join(der.pem(one) for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key.path)
    if latest:
        context.maximum_version = latest
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def circle(key, size):
    """Issued by each other: every certificate of one name fits below every one of the other, and all signatures hold."""
    names = der.name(b"A"), der.name(b"B")
    return [der.certificate(names[i % 2], names[1 - i % 2], key, key.public, [der.basic_constraints_ca()], serial=i + 2) for i in range(size)]


class Chains:
    """Certificates made once, and the helpers that some of them point to."""

    def __init__(self, folder):
        self.folder = folder
        self.root_key, self.key = der.Key(folder, "root"), der.Key(folder, "leaf")
        self.root_name = der.name(b"hostile root")
        self.root = der.certificate(self.root_name, self.root_name, self.root_key, self.root_key.public, [der.basic_constraints_ca()])
        self.leaf = self.issue(b"127.0.0.1", [])
        self.helpers, self.steps = [], 0
        self.ca_file = os.path.join(folder, "root.pem")
        with open(self.ca_file, "w", encoding="ascii") as file:
            file.write(der.pem(self.root))

    def issue(self, common_name, extensions, issuer=None, tag=0x0C, public=None):
        san = der.extension("2.5.29.17", der.sequence(der.der(0x87, b"\x7f\0\0\1")))
        return der.certificate(der.name(common_name, tag), issuer or self.root_name, self.root_key, public or self.key.public,
                               extensions or [san], serial=random.randrange(1 << 60))

    def helper(self, serve):
        server = Server(serve)
        self.helpers.append(server)
        return f"http://127.0.0.1:{server.port}/".encode()

    def fetching(self, name, serve, extension=der.ca_issuers):
        """A leaf whose issuer is missing and stands at an address served by `serve(peer, url)`."""
        where = []
        url = self.helper(lambda peer: serve(peer, where[0]))
        where.append(url)
        leaf = self.issue(b"x", [extension(url)], self.missing(0))
        return Case(name, inside(tls_context(self.folder, name, self.key, [leaf]), hold))

    def contexts(self):
        chain = [self.leaf, self.root]
        return (tls_context(self.folder, "h2", self.key, chain, alpn=("h2", "http/1.1")),
                tls_context(self.folder, "plain", self.key, chain, ssl.TLSVersion.TLSv1_2))

    def cases(self):
        trusted = ("--ca-file", self.ca_file)
        evil_san = self.issue(SPELT, [der.dns_names([EVIL, LINE, b"*." + EVIL, b"", b"\0"]), der.ca_issuers(LINE), der.ocsp_responder(LINE)])
        evil_utf8 = self.issue(EVIL, [])
        evil_latin = self.issue(EVIL, [der.extension("2.5.29.30", EVIL), der.extension("2.5.29.15", EVIL)], der.name(EVIL[:-1] if len(EVIL) % 2 else EVIL, 0x1E), 0x14)
        many_names = self.issue(b"many", [der.dns_names(b"a%d.example" % i for i in range(20000))])
        long_name = self.issue(SPELT * 1500, [der.dns_names([EVIL * 1500])])
        unsigned = [der.certificate(der.name(b"%d" % i), der.name(b"%d" % (i + 1)), None, self.key.public, serial=i + 1, signature=b"\1" * 256)
                    for i in range(2000)]
        modulus = random.Random(1).getrandbits(16384) | 1 << 16383 | 1
        wide = [self.issue(b"wide", [], public=der.rsa_public_key(modulus, exponent)) for exponent in (65537, modulus - 2)]
        exchange = message_of_exchange()
        return [
            Case("names-of-escapes", inside(tls_context(self.folder, "san", self.key, [evil_san, self.root]), hold), options=trusted),
            Case("names-of-escapes-in-clear", flight([evil_latin, evil_san])),
            Case("names-of-no-utf8", flight([evil_utf8, self.root])),
            Case("names-20000", flight([many_names, self.root]), options=trusted),
            Case("name-60kB", flight([long_name, self.root]), options=trusted),
            Case("chain-of-2000", flight(unsigned)),
            Case("chain-of-2000-the-same", flight([self.leaf] * 2000)),
            Case("chain-in-circles", flight(circle(self.key, 100))),
            Case("key-16kbit", flight([wide[0], self.root]), options=trusted),
            Case("key-16kbit-exponent-too", flight([wide[1], self.root]), options=trusted),
            Case("prime-16kbit", wide_prime(self.key, self.leaf, 16384)),
            Case("prime-10kbit", wide_prime(self.key, self.leaf, 10000)),
            Case("exchange-of-escapes", flight([self.leaf], exchange)),
            self.fetching("issuer-redirects-for-ever", lambda peer, url: peer.sendall(b"HTTP/1.1 302 " + LINE + b"\r\nLocation: " + url + b"\r\n\r\n")),
            self.fetching("issuer-without-end", lambda peer, _: (peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), flood(peer, b"0" * 65536))),
            self.fetching("issuer-headers-without-end", lambda peer, _: (peer.sendall(b"HTTP/1.1 200 OK\r\n"), flood(peer, b"A: b\r\n" * 999))),
            self.fetching("issuer-byte-a-second", lambda peer, _: drip(peer, b"HTTP/1.1 200 OK\r\n" * 9, 1)),
            self.fetching("issuer-silent", lambda peer, _: hold(peer)),
            self.fetching("issuer-climbs-for-ever", self.another),
            self.fetching("ocsp-silent", lambda peer, _: hold(peer), der.ocsp_responder),
        ]

    def another(self, peer, url):
        """In 1.5 s, the issuer that is missing; its own issuer is missing too, and stands at the same address."""
        peer.recv(4096)
        self.steps += 1
        body = der.certificate(self.missing(self.steps - 1), self.missing(self.steps), self.key, self.key.public,
                               [der.basic_constraints_ca(), der.ca_issuers(url)], serial=self.steps + 1)
        whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        drip(peer, whole, 0.1, len(whole) // 15 + 1)
        if self.steps % 4 == 0:  # as often as whytls asks: the next run begins anew
            self.steps = 0

    @staticmethod
    def missing(step):
        return der.name(b"missing" + SPELT + b"%d" % step)

    def close(self):
        for server in self.helpers:
            server.close()


def message_of_exchange():
    """A ServerKeyExchange nobody asked for, full of lies about its lengths."""
    body = b"\x03\x00\x1d\xff" + EVIL + struct.pack(">HH", 0x0401, 0xFFFF) + EVIL
    return b"\x0c" + len(body).to_bytes(3, "big") + body
