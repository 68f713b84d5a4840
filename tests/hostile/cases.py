# SPDX-License-Identifier: Apache-2.0
"""The hostile servers. A case is a function that serves one connection; what whytls is told beside the address stands in its row."""
import os
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Callable

from peer import certificates, drip, exactly, flood, hello, hold, message, record, server_hello, vector

# What a terminal would obey: colours, titles, a bell, a carriage return, C1, marks that turn the line, bytes that are no UTF-8.
EVIL = (b"\x1b[31m\x1b]0;owned\x07\r\x00\x08\x7f" + "\u009b2J\u202e\u2066gnp.exe\u200f\u2028\ufeff".encode() + b"\xff\xfe\xc3\x28\xed\xa0\x80")
SPELT = EVIL[:EVIL.index(b"\xff")]  # as UTF-8: libcrypto decodes no certificate of other names
LINE = EVIL.replace(b"\r", b"\x0b")  # for protocols of lines


@dataclass(frozen=True)
class Case:
    name: str
    serve: Callable
    target: str = "127.0.0.1:{port}"
    options: tuple = ()
    environment: dict = field(default_factory=dict)


def after_hello(make):
    """Sends make(session) after the ClientHello and keeps the connection open."""
    def serve(peer):
        _, session = hello(peer)
        peer.sendall(make(session))
        hold(peer)
    return serve


def flight(ders, more=b""):
    """The TLS 1.2 flight of an RSA key exchange: nothing in it is signed or protected."""
    return after_hello(lambda session: record(22, server_hello(session) + certificates(ders) + more + message(14, b"")))


# ---- records and messages without end --------------------------------------------------------------------------------

def endless(block, first=lambda session: b""):
    def serve(peer):
        _, session = hello(peer)
        peer.sendall(first(session))
        flood(peer, block)
    return serve


def hello_first(session):
    return record(22, server_hello(session))


def huge_message(kind, first=lambda session: b""):
    """A message of 2^24 - 1 bytes, whole."""
    def serve(peer):
        _, session = hello(peer)
        peer.sendall(first(session) + record(22, bytes([kind]) + b"\xff\xff\xff"))
        block = record(22, b"\x30" * 16384)
        for _ in range(1024):
            peer.sendall(block)
        hold(peer)
    return serve


def large_certificate(size):
    """One certificate that is `size` random bytes, in a message whose lengths are right."""
    junk = os.urandom(4096) * (size // 4096)
    return flight([junk])


def slow(make, pause, size=1):
    def serve(peer):
        _, session = hello(peer)
        drip(peer, make(session), pause, size)
    return serve


def random_bytes(peer):
    hello(peer)
    flood(peer, os.urandom(65536))


def growing_fragments(peer):
    """Messages in records of one byte each."""
    _, session = hello(peer)
    body = server_hello(session) + message(11, vector(3, vector(3, b"\x30" * 60000)))
    peer.sendall(b"".join(record(22, bytes([one])) for one in body))
    hold(peer)


# ---- absurd values ---------------------------------------------------------------------------------------------------

def retry_request(extensions):
    magic = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    return lambda session: record(22, server_hello(session, 0x1301, extensions, random=magic))


def retry_loop(peer):
    """Asks for another group again and again."""
    groups = (23, 24, 25, 256, 257, 29)
    for turn in range(1000):
        _, session = hello(peer)
        key_share = struct.pack(">HHH", 51, 2, groups[turn % len(groups)])
        peer.sendall(retry_request(b"\x00\x2b\x00\x02\x03\x04" + key_share)(session))


def cookie(size):
    body = vector(2, b"\xaa" * size)
    return after_hello(retry_request(b"\x00\x2b\x00\x02\x03\x04" + struct.pack(">HH", 44, len(body)) + body))


def all_unknown(session):
    extensions = b"".join(struct.pack(">HH", kind, len(EVIL)) + EVIL for kind in range(0x8000, 0x8100))
    alpn = vector(2, vector(2, vector(1, EVIL)))
    return record(22, server_hello(session, 0xEEEE, b"\x00\x10" + alpn + extensions, 0x5B1B))


def lying_lengths(session):
    inner = struct.pack(">H", 0x0303) + bytes(32) + b"\xff" + session
    return record(22, message(2, inner)) + record(22, message(2, inner + struct.pack(">HBH", 0xC02F, 0, 0xFFFF))) * 3


def alerts(level, description, body=b""):
    return after_hello(lambda session: record(21, bytes([level, description]) + body))


def certificate_request(session):
    authorities = b"".join(vector(2, b"\x30\x82" + EVIL * 4) for _ in range(250))
    body = vector(1, bytes(range(255))) + vector(2, bytes(range(254)) * 200) + vector(2, authorities)
    return record(22, server_hello(session) + certificates([b"\x30\x03" + EVIL]) + message(13, body) + message(14, b""))


def wide_prime(key, leaf, bits):
    """DHE with a prime of 16 kbit, signed as it should be."""
    prime = vector(2, b"\xff" * (bits // 8))
    params = prime + vector(2, b"\x02") + vector(2, b"\x7f" * (bits // 8))

    def serve(peer):
        random, session = hello(peer)
        own = os.urandom(32)
        signature = key.sign(random + own + params)
        exchange = message(12, params + b"\x04\x01" + vector(2, signature))
        peer.sendall(record(22, server_hello(session, 0x009E, random=own) + certificates([leaf]) + exchange + message(14, b"")))
        hold(peer)
    return serve


def ssl2(peer):
    hello(peer)
    body = b"\x04\x00\x01\x00\x02" + struct.pack(">HHH", 0x7000, 0x0FFF, 0x1000) + EVIL * 100
    flood(peer, struct.pack(">H", 0x8000 | len(body)) + body)


# ---- banners, dialogues, proxies -------------------------------------------------------------------------------------

def greeting(text, then=hold):
    def serve(peer):
        peer.sendall(text)
        then(peer)
    return serve


def talk(opening, answers):
    """A dialogue of lines: every line gets the next answer, the last one for ever."""
    def serve(peer):
        peer.sendall(opening)
        turn = 0
        while peer.recv(4096):
            peer.sendall(answers[min(turn, len(answers) - 1)])
            turn += 1
    return serve


def on_request(text, then=hold):
    def serve(peer):
        peer.recv(4096)
        peer.sendall(text)
        then(peer)
    return serve


def forever(block):
    return lambda peer: flood(peer, block)


def socks(peer):
    exactly(peer, 2)
    peer.recv(255)
    peer.sendall(b"\x05\x02")
    peer.recv(600)
    peer.sendall(b"\x01\x00")
    peer.recv(600)
    peer.sendall(b"\x05" + b"\x5b\x00\x03\xff" + EVIL * 9)
    hold(peer)


def inside(context, serve):
    """A whole handshake by Python's ssl, then `serve` within it."""
    def outer(peer):
        with context.wrap_socket(peer, server_side=True) as tls:
            serve(tls)
    return outer


def web(answer):
    def serve(tls):
        tls.recv(4096)
        answer(tls)
    return serve


def frame(kind, flags, stream, body):
    return vector(3, body) + struct.pack(">BBI", kind, flags, stream) + body


SETTINGS = frame(4, 0, 0, b"")
HEADER = b"\x00" + b"\x06server" + b"\x7f\x80\x01" + EVIL  # HPACK: a literal whose length is a lie


def renegotiate(tls):
    """Application data that never ends, slowly."""
    while True:
        tls.sendall(EVIL)
        time.sleep(0.05)


def static_cases():
    hole = ("--starttls", "smtp")
    smtp = "220 ok\r\n".encode()
    return [
        Case("silence", hold),
        Case("application-data-without-end", endless(record(23, EVIL * 300))),
        Case("handshake-message-without-end", endless(record(22, b"\x0b\xff\xff\xff" + b"\0" * 16000))),
        Case("hello-requests-without-end", endless(record(22, message(0, b"") * 4000))),
        Case("server-hellos-without-end", endless(record(22, server_hello(b"")))),
        Case("certificates-without-end", endless(record(22, certificates([b"\x30" * 15000])), hello_first)),
        Case("certificate-message-16MB", huge_message(11, hello_first)),
        Case("server-hello-16MB", huge_message(2)),
        Case("certificate-of-4MB", large_certificate(4 << 20)),
        Case("certificate-of-1000kB", large_certificate(1000 << 10)),
        Case("empty-handshake-records", endless(record(22, b"") * 1000)),
        Case("empty-application-records", endless(record(23, b"") * 1000)),
        Case("warning-alerts", endless(record(21, b"\x01\x70") * 1000)),
        Case("warnings-then-slowly", slow(lambda session: record(21, b"\x01\x70") * 1000, 0.2, 7)),
        Case("change-cipher-specs", endless(record(20, b"\x01") * 1000)),
        Case("records-of-one-byte", growing_fragments),
        Case("byte-a-second", slow(hello_first, 1)),
        Case("certificate-in-drips", slow(lambda session: hello_first(session) + record(22, certificates([b"\x30" * 60000])), 0.05, 16)),
        Case("random-bytes", random_bytes),
        Case("record-length-65535", after_hello(lambda session: b"\x16\x03\x03\xff\xff" + EVIL * 3000)),
        Case("alert-nobody-knows", alerts(2, 200)),
        Case("alert-level-nobody-knows", alerts(77, 77)),
        Case("alert-too-long", alerts(2, 40, EVIL * 10)),
        Case("empty-alert", after_hello(lambda session: record(21, b""))),
        Case("content-type-nobody-knows", endless(record(99, EVIL))),
        Case("server-hello-all-unknown", after_hello(all_unknown)),
        Case("server-hello-lying-lengths", after_hello(lying_lengths)),
        Case("retry-loop", retry_loop),
        Case("retry-cookie-60kB", cookie(60000)),
        Case("retry-cookie-empty", cookie(0)),
        Case("certificate-request-of-escapes", after_hello(certificate_request)),
        Case("compressed-certificate-bomb", after_hello(
            lambda session: hello_first(session) + record(22, message(25, b"\x00\x02\xff\xff\xff" + vector(3, b"\0" * 60000)))),
            options=("--client", "chrome")),
        Case("stapled-answer-of-junk", flight([b"\x30\x00"], message(22, b"\x01" + vector(3, EVIL * 9000)))),
        Case("ssl2-without-end", ssl2),
        Case("banner-of-escapes", greeting(b"220 " + EVIL * 20 + b"\r\n")),
        Case("banner-ssh-escapes", greeting(b"SSH-2.0-" + LINE * 4 + b"\r\n")),
        Case("banner-mysql-escapes", greeting(vector(1, b"\x0a" + LINE.replace(b"\0", b"") + b"\0" + b"\x01" * 60)[:1] + b"\0\0\0\x0a5.7" + LINE)),
        Case("banner-without-end", greeting(b"", forever(b"220-" + EVIL + b"\r\n"))),
        Case("http-of-escapes", on_request(b"HTTP/1.1 400 " + LINE + b"\r\nServer: " + LINE + b"\r\nLocation: " + LINE + b"\r\n\r\n<h1>" + EVIL)),
        Case("smtp-banner-without-end", greeting(b"", forever(b"220-" + LINE * 10 + b"\r\n")), options=hole),
        Case("smtp-line-without-end", greeting(b"220 ", forever(LINE * 100)), options=hole),
        Case("smtp-escapes-no-starttls", talk(b"220 " + LINE + b"\r\n", [b"250-" + LINE + b"\r\n250 " + LINE + b"\r\n", b"502 " + LINE + b"\r\n"]),
             options=hole),
        Case("smtp-escapes-refused", talk(smtp, [b"250 STARTTLS\r\n", b"454 " + LINE + b"\r\n"]), options=hole),
        Case("smtp-ehlo-without-end", greeting(smtp, lambda peer: (peer.recv(99), flood(peer, b"250-" + LINE + b"\r\n"))), options=hole),
        Case("smtp-byte-a-second", greeting(b"", lambda peer: drip(peer, b"220 " + LINE * 9, 1)), options=hole),
        Case("imap-escapes", talk(b"* OK " + LINE + b"\r\n", [b"* CAPABILITY " + LINE + b"\r\na1 BAD " + LINE + b"\r\n"]), options=("--starttls", "imap")),
        Case("ldap-absurd-length", talk(b"", [b"\x30\x84\xff\xff\xff\xff" + EVIL * 50]), options=("--starttls", "ldap")),
        Case("postgres-absurd", talk(b"", [b"E" + b"\xff\xff\xff\xff" + LINE]), options=("--starttls", "postgres")),
        Case("mysql-absurd", greeting(b"\xff\xff\xff\x00\x0a" + LINE * 50), options=("--starttls", "mysql")),
        Case("rdp-absurd", talk(b"", [b"\x03\x00\xff\xff" + EVIL * 5]), options=("--starttls", "rdp")),
        Case("xmpp-without-end", on_request(b"<stream:stream xmlns='" + LINE, forever(b"<a>" * 1000)), options=("--starttls", "xmpp")),
        Case("proxy-headers-without-end", on_request(b"HTTP/1.1 200 OK\r\n", forever(b"X-A: " + b"a" * 1000 + b"\r\n")),
             "192.0.2.1:443", ("--proxy", "http://127.0.0.1:{port}")),
        Case("proxy-escapes", on_request(b"HTTP/1.1 407 " + LINE + b"\r\nProxy-Authenticate: " + LINE + b"\r\nServer: " + LINE + b"\r\n\r\n"),
             "192.0.2.1:443", ("--proxy", "http://127.0.0.1:{port}")),
        Case("proxy-byte-a-second", on_request(b"HTTP/1.1 ", lambda peer: drip(peer, b"200 " + b"a" * 99, 1)),
             "192.0.2.1:443", ("--proxy", "http://127.0.0.1:{port}")),
        Case("socks-absurd", socks, "192.0.2.1:443", ("--proxy", "socks5://127.0.0.1:{port}")),
    ]


def web_cases(context, plain, trusted):
    """What comes after a handshake that worked. `context` speaks h2 and http/1.1, `plain` has no ALPN and no more than TLS 1.2."""
    https = "https://127.0.0.1:{port}"
    header = b"HTTP/1.1 200 " + LINE + b"\r\nServer: " + LINE + b"\r\nDate: " + LINE + b"\r\n"
    return [
        Case("http-server-header-of-escapes", inside(plain, web(lambda tls: tls.sendall(header + b"\r\n"))), https, trusted),
        Case("http-headers-without-end", inside(plain, web(lambda tls: flood(tls, header))), https, trusted),
        Case("http-page-without-end", inside(plain, web(lambda tls: (tls.sendall(b"HTTP/1.1 400 no\r\n\r\n"), flood(tls, EVIL * 300)))), https, trusted),
        Case("http-byte-a-second", inside(plain, web(lambda tls: drip(tls, header, 1))), https, trusted),
        Case("data-before-the-request", inside(plain, forever(EVIL * 300)), https, trusted),
        Case("data-after-the-handshake", inside(plain, renegotiate), options=trusted),
        Case("h2-frames-without-end", inside(context, forever(frame(6, 0, 0, b"12345678") * 500)), https, trusted),
        Case("h2-settings-without-end", inside(context, forever(SETTINGS * 500)), https, trusted),
        Case("h2-continuations-without-end",
             inside(context, web(lambda tls: (tls.sendall(SETTINGS + frame(1, 0, 1, HEADER)), flood(tls, frame(9, 0, 1, b"\x00" * 16000))))), https, trusted),
        Case("h2-headers-of-lies", inside(context, web(lambda tls: (tls.sendall(SETTINGS + frame(1, 4, 1, HEADER * 9)), hold(tls)))), https, trusted),
        Case("h2-goaway-of-escapes",
             inside(context, web(lambda tls: (tls.sendall(SETTINGS + frame(7, 0, 0, b"\0" * 4 + b"\0\0\0\x0d" + EVIL)), hold(tls)))), https, trusted),
        Case("h2-frame-16MB", inside(context, web(lambda tls: (tls.sendall(SETTINGS + b"\xff\xff\xff\x00\x00\x00\x00\x00\x01"), flood(tls, EVIL * 300)))), https, trusted),
    ]
