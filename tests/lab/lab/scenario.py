# SPDX-License-Identifier: Apache-2.0
"""A scenario is one row: a server with one fault (or none), how whytls is asked, and the answer that is right."""
from __future__ import annotations

from dataclasses import dataclass, field

from .bed import Server
from .hello import Offer
from .recipes import HOST

# How a row is proved before whytls is asked: by a TLS client of another project under the same constraints, or by a bare hello.
CLIENTS = ("openssl", "gnutls", "node", "go", "hello", "tcp", "none")


@dataclass(frozen=True)
class Scenario:
    cause: str | None  # None: the handshake works
    name: str
    server: Server
    side: str | None = "server"
    args: tuple[str, ...] = ()  # {root}, {cert:NAME}, {key:NAME}, {bundle:A+B} and the bed's values stand for files
    host: str | None = HOST  # the name asked for; None: the address itself
    target: str = "{host}:{port}"
    trust: str | None = "root+root-rsa"  # --ca-file
    detail: dict[str, object] = field(default_factory=dict)
    stage: str | None = None
    cure: tuple[str, ...] | Offer | None = None  # the minimal pair: with these the same server serves
    referee: str = "openssl"
    referee_args: tuple[str, ...] = ()  # further words for it
    offer: Offer | None = None  # for referee "hello"
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # written into {folder}
    slow: bool = False  # waits for deadlines more than it computes
    why: str = ""  # which clause of the order of judgement decides, or why no referee can be asked
    accept: tuple[tuple[str, str], ...] = ()  # further (cause, side) pairs that are right too; `why` says for which reason
    exit: int | None = None
    confidence: str | None = None  # demanded only where the specification demands it
    facts: dict[str, str | None] = field(default_factory=dict)  # kind of evidence -> pattern for its value; None: it is not there
    finds: dict[str, str] = field(default_factory=dict)  # rule of a finding -> its severity
    mends: bool = False  # the certificates that the fixes hand over, put behind the server's own, make other clients content
    within: float | None = None  # seconds that whytls may take
    again: bool = False  # judged is the second run, before which the servers beside the server in question are stopped …
    spoil: bool = False  # … or, these going on, the files of the cache are spoilt
    undetermined: str | None = None  # `undetermined` is right too where the summary matches this

    @property
    def id(self) -> str:
        return f"{self.cause or 'healthy'}/{self.name}"

    @property
    def family(self) -> str:
        return self.id.partition("/")[0].partition(".")[0]

    @property
    def outcome(self) -> str:
        return "failed" if self.cause else "ok"

    @property
    def expected(self) -> str:
        return f"{self.cause} ({self.side})" if self.cause else "ok"


def healthy(name: str, server: Server, **rest: object) -> Scenario:
    return Scenario(None, name, server, side=None, **rest)  # type: ignore[arg-type]


def broken(cause: str, name: str, server: Server, side: str = "server", **rest: object) -> Scenario:
    return Scenario(cause, name, server, side=side, **rest)  # type: ignore[arg-type]
