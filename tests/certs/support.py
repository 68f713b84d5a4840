# SPDX-License-Identifier: Apache-2.0
"""What the tests of `whytls cert` share: the lab's certificates and processes, the program under test, and other projects' opinions."""
from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "lab"))
sys.dont_write_bytecode = True

import jsonschema  # noqa: E402

from lab.pki import Pki  # noqa: E402
from lab.process import Ports, Process, run  # noqa: E402
from lab.recipes import HOST  # noqa: E402
from lab.servers.golang import program as go_program  # noqa: E402

__all__ = ["HOST", "World", "missing"]


def missing(*programs: str) -> str:
    """The first of these that is not installed; on CI nothing may be missing."""
    absent = [p for p in programs if not shutil.which(p)]
    if absent and os.environ.get("CI") == "true":
        raise AssertionError(f"{absent[0]} is not installed")
    return absent[0] if absent else ""


class Java:
    """One virtual machine for all questions."""

    def __init__(self, folder: Path) -> None:
        run("javac", "-d", folder, HERE / "Referee.java")
        self._process = subprocess.Popen(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(folder), "Referee"],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, *words: object) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write("\t".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Issuers(http.server.BaseHTTPRequestHandler):
    """Serves what `answers` has for a path, as an AIA address does."""
    answers: dict[str, bytes] = {}

    def do_GET(self) -> None:  # noqa: N802
        body = self.answers.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


class World:
    """A folder with everything in it; ended with close()."""

    def __init__(self, whytls: str, schemas: str) -> None:
        self.whytls, self.folder = whytls, Path(tempfile.mkdtemp(prefix="whytls-certs-"))
        self.schemas = {name: json.loads((Path(schemas) / f"{name}-1.schema.json").read_text()) for name in ("report", "folder")}
        self.pki = Pki(self.folder / "pki")
        self.ports = Ports()
        self.root = self.pki.certificate("root")
        self.aia = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuers)
        threading.Thread(target=self.aia.serve_forever, daemon=True).start()
        self.pki.substitutions["AIA_URL"] = f"http://127.0.0.1:{self.aia.server_address[1]}/issuer"
        self.java = Java(self.folder)
        self.home = self.folder / "home"
        self.home.mkdir()

    def close(self) -> None:
        self.java.close()
        self.aia.shutdown()
        self.aia.server_close()
        shutil.rmtree(self.folder)

    def environment(self, **more: object) -> dict[str, str]:
        """This machine without its own settings, and nothing kept from an earlier run: what a test names is all there is."""
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
        return {**kept, "HOME": str(self.home), "LC_ALL": "C.UTF-8",
                "XDG_CACHE_HOME": tempfile.mkdtemp(dir=self.folder), **{k: str(v) for k, v in more.items()}}

    def cert(self, *words: object, stdin: bytes | None = None, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        return subprocess.run([self.whytls, "cert", *map(str, words)], input=stdin, capture_output=True, timeout=30,
                              env=env or self.environment(), check=False)

    def report(self, *words: object, status: int | None = None, stdin: bytes | None = None, env: dict[str, str] | None = None) -> dict:
        """The JSON report, valid under its schema."""
        done = self.cert(*words, "--format", "json", stdin=stdin, env=env)
        assert status is None or done.returncode == status, f"{words}: {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}"
        document = json.loads(done.stdout)
        jsonschema.Draft7Validator(self.schemas["report"]).validate(document)
        return document

    def file(self, name: str, *parts: object) -> Path:
        """A file of these parts: bytes, text, or paths whose contents are meant."""
        path = self.folder / name
        path.write_bytes(b"".join(p.read_bytes() if isinstance(p, Path) else p if isinstance(p, bytes) else str(p).encode() for p in parts))
        return path

    def der(self, name: str) -> bytes:
        return run("openssl", "x509", "-in", self.pki.certificate(name), "-outform", "der")

    def fingerprint(self, name: str) -> str:
        return hashlib.sha256(self.der(name)).hexdigest()

    # ---- other projects' opinions of a chain file
    def openssl_accepts(self, chain: Path, host: str | None = None) -> bool:
        leaf, *rest = pieces(chain.read_text())
        untrusted = self.file("referee-untrusted.pem", *rest)
        words = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", str(self.root), "-purpose", "sslserver"]
        words += ["-untrusted", str(untrusted)] if rest else []
        words += ["-verify_hostname", host] if host else []
        return subprocess.run([*words, str(self.file("referee-leaf.pem", leaf))], capture_output=True, check=False).returncode == 0

    def gnutls_accepts(self, chain: Path, host: str | None = None) -> bool:
        words = ["certtool", "--verify", "--load-ca-certificate", str(self.root), "--infile", str(chain)]
        words += ["--verify-hostname", host, "--verify-purpose", "1.3.6.1.5.5.7.3.1"] if host else []
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def java_accepts(self, chain: Path) -> bool:
        return self.java.ask("path", self.root, chain) == "yes"

    # ---- servers with a bundle, and clients
    def serve(self, kind: str, bundle: Path, key: Path) -> tuple[Process, int]:
        port = self.ports.take()
        if kind == "openssl":
            leaf, *rest = pieces(bundle.read_text())
            command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-cert", str(self.file(f"s{port}.pem", leaf)), "-key", str(key)]
            command += ["-cert_chain", str(self.file(f"s{port}-rest.pem", *rest))] if rest else []
        elif kind == "go":
            command = [str(go_program(self.folder)), "server", json.dumps({"Address": f"127.0.0.1:{port}", "MinVersion": 0x0303, "Cert": str(bundle), "Key": str(key)})]
        else:
            classes = self.folder / "lab-java"
            if not classes.exists():
                run("javac", "-d", classes, HERE.parent / "lab" / "lab" / "servers" / "java" / "Lab.java")
            command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(classes), "Lab", "address=127.0.0.1", f"port={port}", f"cert={bundle}", f"key={key}"]
        process = Process(command, self.folder / f"{kind}-{port}.log", self.folder)
        process.await_port("127.0.0.1", port)
        return process, port

    def connects(self, client: str, port: int) -> bool:
        if client == "java":
            return self.java.ask("connect", self.root, HOST, port) == "yes"
        words = {
            "openssl": ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-brief", "-verify_return_error", "-no-CApath", "-no-CAstore",
                        "-CAfile", str(self.root), "-servername", HOST, "-verify_hostname", HOST],
            "gnutls": ["gnutls-cli", "-p", str(port), "127.0.0.1", "--sni-hostname", HOST, "--verify-hostname", HOST, "--x509cafile", str(self.root)],
            "go": [str(go_program(self.folder)), "client", json.dumps({"Address": f"127.0.0.1:{port}", "ServerName": HOST, "Trust": str(self.root)})],
        }[client]
        done = subprocess.run(words, input=b"", capture_output=True, timeout=20, check=False)
        said = done.stdout + done.stderr
        marks = {"openssl": b"CONNECTION ESTABLISHED", "gnutls": b"Simple Client Mode", "go": b"CONNECTION ESTABLISHED"}
        return marks[client] in said


def pieces(text: str) -> list[str]:
    """The certificates of a PEM text, each by itself."""
    end = "-----END CERTIFICATE-----\n"
    return [part[part.index("-----BEGIN"):] + end for part in text.split(end)[:-1]]
