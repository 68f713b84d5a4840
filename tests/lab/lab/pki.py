# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates, made by the openssl program the first time that a scenario names them.

A chain is named by its leaf; CHAINS says what the server sends after the leaf where that is not just the intermediate."""
from __future__ import annotations

import base64
import datetime
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import recipes
from .process import run

CONFIG = """[ca]
default_ca = lab
[list]
authorityKeyIdentifier = keyid
[lab]
database = {dir}/index.txt
new_certs_dir = {dir}
rand_serial = yes
unique_subject = no
policy = any
copy_extensions = none
crl_extensions = list
email_in_dn = no
[any]
commonName = optional
organizationName = optional
countryName = optional
"""


def element(der: bytes, at: int) -> int:
    """Where the DER element that begins at that offset ends."""
    length, size = der[at + 1], 2
    if length & 0x80:
        count = length & 0x7F
        length, size = int.from_bytes(der[at + 2:at + 2 + count], "big"), 2 + count
    return at + size + length


def wrapped(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def resigned(der: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The certificate with its signature made anew over what it says now."""
    begin = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    body_end = element(der, begin)
    algorithm_end = element(der, body_end)
    return wrapped(0x30, der[begin:algorithm_end] + wrapped(3, b"\0" + sign(der[begin:body_end])))


@dataclass(frozen=True)
class Chain:
    """What a server is configured with. `file` holds the leaf and all that follows it."""
    name: str
    leaf: Path
    key: Path
    file: Path
    rest: Path  # the certificates after the leaf; empty file if none
    both: Path  # leaf, rest and key in one file


def stamp(days: float) -> str:
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def dismissed(entry: str) -> str:
    """The line of an authority's database about a certificate, once it is revoked."""
    return entry.replace("V\t", "R\t", 1).replace("Z\t\t", "Z\t" + stamp(-1)[2:] + "\t", 1)


def flipped(der: bytes, back: int, bits: int = 0x55) -> bytes:
    """One byte changed, so far from the end."""
    return der[:-back] + bytes([der[-back] ^ bits]) + der[len(der) - back + 1:]


def to_der(pem: bytes, label: bytes = b"CERTIFICATE") -> bytes:
    body = pem.split(b"-----BEGIN " + label + b"-----")[1].split(b"-----END")[0]
    return base64.b64decode(body)


def to_pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


class Pki:
    """With a parent it makes only what names an address of this scenario's own authority, and takes all else from there."""

    def __init__(self, folder: Path, parent: "Pki | None" = None, substitutions: dict[str, str] | None = None) -> None:
        self.folder, self.parent = folder, parent
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._locks: dict[str, threading.RLock] = {}
        self._guard = threading.Lock()
        self.substitutions = substitutions or {}  # text put into extensions, e.g. the address of the OCSP responder
        self.appended: dict[str, bytes] = {}  # chain -> PEM behind it, as somebody advised

    def _lender(self, name: str) -> "Pki | None":
        """The parent where this certificate and its issuers are the same in every scenario."""
        recipe = recipes.CERTIFICATES[name]
        own = any(word in line for word in self.substitutions for line in recipe.extensions)
        return None if own or (recipe.issuer and not self._lender(recipe.issuer)) else self.parent

    def _once(self, path: Path, make: Callable[[Path], object]) -> Path:
        with self._guard:
            lock = self._locks.setdefault(str(path), threading.RLock())
        with lock:
            if not path.exists():
                part = path.with_name(path.name + ".part")
                make(part)
                os.replace(part, path)
        return path

    def key(self, kind: str) -> Path:
        """A private key. `ec:P-256#server` and `ec:P-256#ca` are two keys of one kind."""
        if self.parent:
            return self.parent.key(kind)

        def make(path: Path) -> None:
            algorithm, _, parameter = kind.partition("#")[0].partition(":")
            options = {"ec": ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{parameter}"],
                       "rsa": ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{parameter}"],
                       "pss": ["-algorithm", "RSA-PSS", "-pkeyopt", f"rsa_keygen_bits:{parameter}"],
                       "ed25519": ["-algorithm", "ED25519"], "ed448": ["-algorithm", "ED448"]}[algorithm]
            run("openssl", "genpkey", *options, "-out", path)
        return self._once(self.folder / (kind.replace(":", "-").replace("#", "-") + ".key"), make)

    def certificate(self, name: str) -> Path:
        if lender := self._lender(name):
            return lender.certificate(name)
        return self._once(self.folder / f"{name}.crt", lambda path: self._issue(name, path))

    def _issue(self, name: str, path: Path) -> None:
        recipe = recipes.CERTIFICATES[name]
        work = path.with_name(name + ".d")
        work.mkdir()
        (work / "index.txt").touch()
        (work / "ca.cnf").write_text(CONFIG.format(dir=work))
        sections = "[ext]\n" + "\n".join(recipe.extensions) + "\n"
        for word, value in self.substitutions.items():
            sections = sections.replace(word, value)
        (work / "ext.cnf").write_text(sections)
        key = self.key(recipe.key)
        run("openssl", "req", "-new", "-key", key, "-subj", recipe.subject, "-out", work / "csr", "-config", "/dev/null", "-utf8")
        issuer = (["-selfsign", "-keyfile", key] if recipe.issuer is None else
                  ["-cert", self.certificate(recipe.issuer), "-keyfile", self.key(recipes.CERTIFICATES[recipe.issuer].key)])
        run("openssl", "ca", "-config", work / "ca.cnf", "-in", work / "csr", "-out", work / "crt", *issuer, "-batch", "-notext",
            "-preserveDN", "-md", recipe.digest, "-startdate", stamp(recipe.start), "-enddate", stamp(recipe.end),
            *(["-extfile", work / "ext.cnf", "-extensions", "ext"] if recipe.extensions else []),
            *[part for option in recipe.sigopt for part in ("-sigopt", option)])
        pem = (work / "crt").read_bytes()
        if recipe.patch:
            der = recipe.patch(to_der(pem))
            signer = self.key(recipes.CERTIFICATES[recipe.issuer or name].key)
            pem = to_pem(resigned(der, lambda tbs: run("openssl", "dgst", "-" + recipe.digest, "-sign", signer,
            text=tbs)) if recipe.resign else der)
        path.write_bytes(pem)
        shutil.copy(work / "index.txt", self.folder / f"{name}.index")

    def index(self, name: str) -> str:
        """The line about it in its issuer's database."""
        return self.certificate(name).with_name(f"{name}.index").read_text()

    def bundle(self, *names: str) -> Path:
        """A trust file with these certificates."""
        def make(path: Path) -> None:
            path.write_bytes(b"".join(self.certificate(name).read_bytes() for name in names))
        return self._once(self.folder / ("bundle-" + "+".join(names) + ".pem"), make)

    def chain(self, name: str) -> Chain:
        leaf_name, *rest_names = recipes.CHAINS.get(name, (name, "int"))
        leaf, key = self.certificate(leaf_name), self.key(recipes.CERTIFICATES[leaf_name].key)
        rest = self._once(self.folder / f"{name}.rest.pem",
                          lambda p: p.write_bytes(b"".join(self.certificate(n).read_bytes() for n in rest_names)
                                                  + self.appended.get(name, b"")))
        file = self._once(self.folder / f"{name}.chain.pem", lambda p: p.write_bytes(leaf.read_bytes() + rest.read_bytes()))
        both = self._once(self.folder / f"{name}.both.pem", lambda p: p.write_bytes(file.read_bytes() + key.read_bytes()))
        return Chain(name, leaf, key, file, rest, both)

    def p12(self, name: str, password: str = "changeit") -> Path:
        chain = self.chain(name)
        return self._once(self.folder / f"{name}.p12", lambda path: run(
            "openssl", "pkcs12", "-export", "-in", chain.file, "-inkey", chain.key, "-out", path, "-passout", f"pass:{password}",
            "-name", name))

    def revocation_list(self, issuer: str, *revoked: str, begin: float = -1, end: float = 7) -> bytes:
        """A list of revoked certificates as PEM, valid between these days from now."""
        work = Path(tempfile.mkdtemp(prefix=f"crl-{issuer}-", dir=self.folder))
        (work / "index.txt").write_text("".join(dismissed(self.index(name)) for name in revoked))
        (work / "ca.cnf").write_text(CONFIG.format(dir=work))
        run("openssl", "ca", "-config", work / "ca.cnf", "-gencrl", "-crl_lastupdate", stamp(begin), "-crl_nextupdate", stamp(end),
            "-cert", self.certificate(issuer), "-keyfile", self.key(recipes.CERTIFICATES[issuer].key), "-md", "sha256",
            "-out", work / "crl")
        return (work / "crl").read_bytes()

    def crl(self, issuer: str, *revoked: str) -> Path:
        """A list of revoked certificates, signed by the issuer, with the root's empty list after it."""
        def make(path: Path) -> None:
            above = self.revocation_list(recipes.CERTIFICATES[issuer].issuer or issuer) if issuer != "root" else b""
            path.write_bytes(self.revocation_list(issuer, *revoked) + above)
        return self._once(self.folder / f"{issuer}-{'+'.join(revoked)}.crl", make)

    def responder(self, leaf: str, status: str, signer: str | None = None) -> list[str | Path]:
        """The command of an OCSP responder that knows the leaf as good, as revoked, or not at all."""
        issuer = recipes.CERTIFICATES[leaf].issuer or leaf
        by = signer or issuer
        entry = {"good": self.index, "revoked": lambda name: dismissed(self.index(name)), "unknown": lambda name: ""}[status](leaf)
        index = self.folder / f"{leaf}-{status}.ocsp-index"
        index.write_text(entry)
        return ["openssl", "ocsp", "-index", index, "-CA", self.certificate(issuer), "-rsigner", self.certificate(by), "-rkey",
                self.key(recipes.CERTIFICATES[by].key), "-ndays", "7"]

    def staple(self, leaf: str, status: str = "good", signer: str | None = None, env: dict[str, str] | None = None) -> Path:
        """An OCSP response in DER about the leaf: good, revoked or unknown; signed by its issuer unless told otherwise."""
        def make(path: Path) -> None:
            issuer = recipes.CERTIFICATES[leaf].issuer or leaf
            request = path.with_name(path.name + ".req")
            run("openssl", "ocsp", "-issuer", self.certificate(issuer), "-cert", self.certificate(leaf), "-reqout", request, "-no_nonce")
            run(*self.responder(leaf, status, signer), "-reqin", request, "-respout", path, "-nrequest", "1", env=env)
        return self._once(self.folder / f"{leaf}-{status}-{signer}.ocsp", make)

    def dh(self, bits: int) -> Path:
        """Diffie-Hellman parameters. The 1024-bit prime is that of RFC 2409 6.2, so nobody waits for a search."""
        def make(path: Path) -> None:
            if bits == 1024:
                path.write_text(recipes.OAKLEY_GROUP_2)
            else:
                run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", f"group:ffdhe{bits}", "-out", path)
        return self._once(self.folder / f"dh{bits}.pem", make)
