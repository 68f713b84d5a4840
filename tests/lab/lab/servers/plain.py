# SPDX-License-Identifier: Apache-2.0
"""Plaintext services, and the dialogues that lead from them to TLS: small scripts in front of a real TLS server."""
from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Callable

from ..bed import Bed, Server
from .fault import Fault, Visit, close, splice

# (what the client said so far) -> (answer, whether TLS begins after it); None: end of the conversation
Reply = Callable[[bytes], "tuple[bytes, bool] | None"]


@dataclass(frozen=True)
class Script:
    banner: bytes
    reply: Reply
    lines: bool = True  # whether the client speaks in lines


def lines(table: dict[str, bytes], otherwise: bytes, upgrade: str | None = None) -> Reply:
    """Answers by the first word of a line; `upgrade` is the command after which TLS begins."""
    def reply(said: bytes) -> tuple[bytes, bool] | None:
        text = said.decode("latin-1").strip().upper()
        for word, answer in table.items():
            if text.startswith(word) or f" {word}" in f" {text}":
                return answer, upgrade == word
        return otherwise, False
    return reply


HTTP_400 = (b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 11\r\nConnection: close\r\n\r\nBad Request")
XMPP = (b"<?xml version='1.0'?><stream:stream from='shop.lab.test' id='1' xmlns='jabber:client' "
        b"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><stream:features>")
PLAIN_FEATURE = b"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
FAILURE = b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
STARTTLS_FEATURE = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"


def xmpp(offer: bool) -> Script:
    features = STARTTLS_FEATURE if offer else PLAIN_FEATURE
    answer = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" if offer else FAILURE

    def reply(said: bytes) -> tuple[bytes, bool] | None:
        if b"<starttls" in said:
            return answer, offer
        return (XMPP + features + b"</stream:features>", False) if b"<stream:stream" in said else None
    return Script(b"", reply, lines=False)


def rdp(offer: bool) -> Script:
    """MS-RDPBCGR 2.2.1.2: a connection confirm with PROTOCOL_SSL, or the failure SSL_NOT_ALLOWED_BY_SERVER."""
    answer = bytes.fromhex("030000130ed00000123400" + ("0200080001000000" if offer else "0300080002000000"))
    return Script(b"", lambda said: (answer, offer) if said[:1] == b"\x03" else None, lines=False)


SCRIPTS: dict[str, Script] = {
    "http": Script(b"", lambda said: (HTTP_400, False), lines=False),
    "smtp": Script(b"220 mx.lab.test ESMTP ready\r\n", lines(
        {"EHLO": b"250-mx.lab.test\r\n250-STARTTLS\r\n250 8BITMIME\r\n", "STARTTLS": b"220 go ahead\r\n", "QUIT": b"221 bye\r\n"},
        b"500 unrecognized\r\n", "STARTTLS")),
    "smtp-without": Script(b"220 mx.lab.test ESMTP ready\r\n", lines(
        {"EHLO": b"250-mx.lab.test\r\n250 8BITMIME\r\n", "STARTTLS": b"502 not implemented\r\n", "QUIT": b"221 bye\r\n"},
        b"500 unrecognized\r\n")),
    "smtp-later": Script(b"220 mx.lab.test ESMTP ready\r\n", lines(
        {"EHLO": b"250-mx.lab.test\r\n250 STARTTLS\r\n", "STARTTLS": b"454 TLS not available due to local problem\r\n",
        "QUIT": b"221 bye\r\n"},
        b"500 unrecognized\r\n")),
    "ftp": Script(b"220 lab FTP\r\n", lines({"AUTH": b"234 proceed\r\n", "FEAT": b"211-Features\r\n AUTH TLS\r\n211 End\r\n"},
                                            b"530 log in\r\n", "AUTH")),
    "ftp-without": Script(b"220 lab FTP\r\n", lines({"AUTH": b"502 not implemented\r\n", "FEAT": b"211 no features\r\n"},
    b"530 log in\r\n")),
    "nntp": Script(b"200 lab NNTP\r\n", lines({"STARTTLS": b"382 continue\r\n",
    "CAPABILITIES": b"101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n"},
                                              b"500 what\r\n", "STARTTLS")),
    "sieve": Script(b'"IMPLEMENTATION" "lab"\r\n"STARTTLS"\r\nOK "ready"\r\n', lines({"STARTTLS": b'OK "begin"\r\n'}, b'NO "what"\r\n',
    "STARTTLS")),
    "irc": Script(b"", lines({"STARTTLS": b":irc.lab.test 670 * :STARTTLS successful, proceed\r\n",
                              "CAP": b":irc.lab.test CAP * LS :tls\r\n"}, b":irc.lab.test 451 * :not registered\r\n", "STARTTLS")),
    "lmtp": Script(b"220 lab LMTP\r\n", lines({"LHLO": b"250-lab\r\n250 STARTTLS\r\n", "STARTTLS": b"220 go\r\n"}, b"500 what\r\n",
    "STARTTLS")),
    "imap-without": Script(b"* OK lab IMAP4rev1\r\n", lambda said: _imap(said)),
    "pop3-without": Script(b"+OK lab POP3\r\n", lines({"CAPA": b"+OK\r\nUSER\r\n.\r\n", "STLS": b"-ERR no\r\n"}, b"-ERR what\r\n")),
    "xmpp": xmpp(True), "xmpp-without": xmpp(False),
    "rdp": rdp(True), "rdp-without": rdp(False),
    "telnet": Script(b"\xff\xfd\x18\xff\xfd\x20lab login: ", lambda said: (b"Password: ", False)),
    "vnc": Script(b"RFB 003.008\n", lambda said: None, lines=False),
    "memcached": Script(b"", lambda said: (b"ERROR\r\n", False)),
}


def _imap(said: bytes) -> tuple[bytes, bool]:
    tag, _, command = said.partition(b" ")
    if command.strip().upper() == b"CAPABILITY":
        return b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n", False
    return tag + b" BAD what\r\n", False


@dataclass(frozen=True)
class Plain(Server):
    """Speaks one of SCRIPTS; what comes after an upgrade goes to `behind`."""
    script: str
    behind: Server | None = None
    starttls: str | None = None
    software = "plain"

    def start(self, bed: Bed) -> None:
        Fault(on_connect=lambda visit: converse(visit, SCRIPTS[self.script]), behind=self.behind).start(bed)


def converse(visit: Visit, script: Script) -> None:
    visit.socket.sendall(script.banner)
    visit.socket.settimeout(20)
    pending = b""
    while True:
        data = visit.socket.recv(4096)
        if not data:
            return
        pending += data
        while pending:
            end = pending.find(b"\n") + 1 if script.lines else len(pending)
            if script.lines and not end and pending[:1] != b"\x16":
                break
            said, pending = (pending[:end], pending[end:]) if end else (pending, b"")
            answer = script.reply(said)
            if answer is None:
                return close(visit)
            visit.socket.sendall(answer[0])
            if script is SCRIPTS["http"]:
                return close(visit)
            if answer[1]:
                visit.seen = pending
                visit.socket.settimeout(None)
                return splice(visit)


def accepts_nothing(bed: Bed) -> socket.socket:
    """A listener whose queue is full: the kernel drops further SYNs, as a filter would."""
    listening = socket.socket()
    listening.bind((bed.address, bed.port))
    listening.listen(0)
    fillers = []
    for _ in range(3):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex((bed.address, bed.port))
        fillers.append(filler)
    bed.on_close(lambda: [f.close() for f in [*fillers, listening]])
    return listening


@dataclass(frozen=True)
class Nothing(Server):
    """Nobody listens, or nobody accepts."""
    full: bool = False
    software = "none"

    def start(self, bed: Bed) -> None:
        if self.full:
            accepts_nothing(bed)
