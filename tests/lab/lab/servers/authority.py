# SPDX-License-Identifier: Apache-2.0
"""The issuer's own services beside a server: where its certificates say that issuers, lists and answers about revocation are."""
from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable

from .. import recipes
from ..bed import Bed, Server
from ..pki import Pki, flipped, to_der
from ..process import run

LIVE = ("good", "revoked", "unknown")  # answers of a real `openssl ocsp`
STATUS = {"malformed": 1, "internal": 2, "later": 3, "unauthorized": 6}  # RFC 6960 4.2.1: answers that need no signature
PAGE = b"<html><body>Welcome! Please log in.</body></html>"
LIST = b"X509 CRL"


@dataclass(frozen=True)
class Reply:
    body: bytes = PAGE
    status: int = 200
    only_post: Reply | None = None  # what a GET gets instead
    silent: bool = False  # nothing is ever said
    drip: bool = False  # a byte each 0.3 s
    location: str = ""
    age: int = 0  # seconds for which a cache on the way has kept it


@dataclass(frozen=True)
class Authority(Server):
    """`ocsp`, `crl`, `root_crl` and `aia` say how each service behaves; see _ocsp, _crl and _aia. Certificates carry OCSP_URL and so on."""
    behind: Server
    ocsp: str = "dead"
    crl: str = "dead"  # of the leaf's issuer
    root_crl: str = "good"  # about the intermediate
    root_ocsp: str = "dead"  # likewise
    aia: str = "dead"
    aia_top: str = "good"  # the issuer's issuer

    @property
    def software(self) -> str:
        return self.behind.software

    def start(self, bed: Bed) -> None:
        beside = bed.begin_beside()
        service = Service(beside.port)
        beside.on_close(service.close)
        responder, dead = beside.ports.take(), beside.ports.take()
        at = {"ROOT_OCSP_URL": ("root-ocsp", self.root_ocsp), "OCSP_URL": ("ocsp", self.ocsp), "ROOT_LIST_URL": ("root-crl", self.root_crl),
              "CRL_URL": ("crl", self.crl), "AIA_URL": ("aia", self.aia), "AIA_TOP_URL": ("top", self.aia_top)}
        urls = {word: f"http://127.0.0.1:{dead if how == 'dead' else service.port}/{path}" for word, (path, how) in at.items()}
        if self.ocsp in LIVE:
            urls["OCSP_URL"] = f"http://127.0.0.1:{responder}"
        nowhere = {"DEAD_URL": dead, "SLOW_URL": service.port, "GARBAGE_URL": service.port}
        urls |= {word: f"http://127.0.0.1:{port}/{word[:-4].lower()}" for word, port in nowhere.items()}
        bed.pki = Pki(bed.folder / "pki", bed.pki, urls)
        chain = str(getattr(self.behind, "chain"))
        leaf = recipes.CHAINS.get(chain, (chain,))[0]
        issuer = recipes.CERTIFICATES[leaf].issuer or leaf
        if self.ocsp in LIVE:
            beside.spawn([*bed.pki.responder(leaf, self.ocsp), "-port", str(responder)], responder)
        else:
            service.add("ocsp", self.ocsp, lambda: self._ocsp(bed, leaf))
        service.add("root-ocsp", self.root_ocsp, lambda: Reply(bed.pki.staple(issuer, self.root_ocsp).read_bytes()))
        for word in ("slow", "garbage"):
            service.add(word, word, lambda how=word: plain(how))
        service.add("crl", self.crl, lambda: self._crl(bed.pki, issuer, leaf, self.crl))
        service.add("root-crl", self.root_crl, lambda: self._crl(bed.pki, "root", issuer, self.root_crl))
        service.add("aia", self.aia, lambda: self._aia(bed.pki, issuer, self.aia, service.port))
        service.add("moved", self.aia, lambda: Reply(to_der(bed.pki.certificate(issuer).read_bytes())))
        above = recipes.CERTIFICATES[issuer].issuer or issuer
        service.add("top", self.aia_top, lambda: self._aia(bed.pki, above, self.aia_top, service.port))
        self.behind.start(bed)

    def start_mended(self, bed: Bed, pems: list[str]) -> Bed:
        """The same server once more, with these certificates behind its own."""
        other = bed.child()
        other.pki = Pki(other.folder / "pki", bed.pki)
        other.pki.appended[str(getattr(self.behind, "chain"))] = "".join(pems).encode()
        self.behind.start(other)
        return other

    def _ocsp(self, bed: Bed, leaf: str) -> Reply:
        if self.ocsp in STATUS:
            return Reply(unsigned(STATUS[self.ocsp]))
        if self.ocsp == "expired":
            past = {"LD_PRELOAD": str(bed.clock()), "LAB_CLOCK_OFFSET": str(-30 * 86400)}
            return Reply(bed.pki.staple(leaf, env=past).read_bytes())
        if self.ocsp == "from-a-cache":
            return Reply(unsigned(STATUS["later"]), age=3 * 86400)
        if self.ocsp == "about-another":
            return Reply(bed.pki.staple("good").read_bytes())
        if self.ocsp.startswith("by-"):  # signed by a certificate of that name
            return Reply(bed.pki.staple(leaf, "good", self.ocsp[3:]).read_bytes())
        if self.ocsp == "post-after-405":
            return Reply(bed.pki.staple(leaf, "revoked").read_bytes(), only_post=Reply(status=405))
        if self.ocsp == "post-after-malformed":
            return Reply(bed.pki.staple(leaf, "revoked").read_bytes(), only_post=Reply(unsigned(STATUS["malformed"])))
        if self.ocsp == "tampered":  # another second in its first time, producedAt
            der = bed.pki.staple(leaf).read_bytes()
            return Reply(flipped(der, len(der) - der.index(b"\x18\x0f") - 15, 1))
        return plain(self.ocsp)

    @staticmethod
    def _crl(pki: Pki, issuer: str, subject: str, how: str) -> Reply:
        if how == "good-pem":
            return Reply(pki.revocation_list(issuer))
        lists: dict[str, Callable[[], bytes]] = {
            "good": lambda: pki.revocation_list(issuer), "revoked": lambda: pki.revocation_list(issuer, subject),
            "stale": lambda: pki.revocation_list(issuer, begin=-30, end=-2), "future": lambda: pki.revocation_list(issuer, begin=2, end=9),
            "of-another": lambda: pki.revocation_list("alien-root"), "tampered": lambda: pki.revocation_list(issuer)}
        if how not in lists:
            return plain(how)
        der = to_der(lists[how](), LIST)
        return Reply(flipped(der, 3) if how == "tampered" else der)

    @staticmethod
    def _aia(pki: Pki, issuer: str, how: str, port: int) -> Reply:
        pem = pki.certificate(issuer)
        if how == "bundle":  # RFC 5280 4.2.2.1: a "certs-only" CMS message is the other form
            return Reply(run("openssl", "crl2pkcs7", "-nocrl", "-certfile", pem, "-outform", "DER"))
        if how.startswith("certificate:"):
            return Reply(to_der(pki.certificate(how.partition(":")[2]).read_bytes()))
        if how == "moved":
            return Reply(status=301, location=f"http://127.0.0.1:{port}/moved")
        return {"good": Reply(to_der(pem.read_bytes())), "pem": Reply(pem.read_bytes())}.get(how) or plain(how)


def unsigned(status: int) -> bytes:
    """An OCSPResponse without responseBytes."""
    return bytes([0x30, 3, 10, 1, status])


def plain(how: str) -> Reply:
    """What any service may do."""
    return {"slow": Reply(silent=True), "drip": Reply(drip=True), "garbage": Reply(), "empty": Reply(b""), "missing": Reply(status=404),
            "broken": Reply(status=503), "endless": Reply(bytes(20 << 20))}[how]


class Service:
    """An HTTP server whose paths each give one reply."""

    def __init__(self, port: int) -> None:
        self.port, self.replies = port, dict[str, Reply]()
        self._stopped = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service._answer(self)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                service._answer(self)

            def log_message(self, *_: object) -> None:
                pass
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.05), daemon=True)
        self._thread.start()

    def add(self, path: str, how: str, make: Callable[[], Reply]) -> None:
        if how != "dead":
            self.replies[path] = make()

    def close(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, visit: BaseHTTPRequestHandler) -> None:
        reply = self.replies.get(visit.path.split("/")[1], Reply(status=404))
        if visit.command == "GET" and reply.only_post:
            reply = reply.only_post
        if reply.silent:
            self._stopped.wait(20)
            return
        try:
            self._send(visit, reply)
        except OSError:
            pass  # who asked has gone

    def _send(self, visit: BaseHTTPRequestHandler, reply: Reply) -> None:
        visit.send_response_only(reply.status)
        visit.send_header("Date", visit.date_time_string(int(time.time()) - reply.age))
        visit.send_header("Age", str(reply.age))
        visit.send_header("Content-Length", str(len(reply.body)))
        if reply.location:
            visit.send_header("Location", reply.location)
        visit.end_headers()
        for at in range(0, len(reply.body), 1 if reply.drip else max(1, len(reply.body))):
            visit.wfile.write(reply.body[at:at + 1] if reply.drip else reply.body)
            if reply.drip and self._stopped.wait(0.3):
                return
