# SPDX-License-Identifier: Apache-2.0
"""Chromium and Firefox as clients, each one process for all visits, driven through what it offers for it: Chromium's DevTools over a
pipe, Firefox's Marionette. They make spare connections, try again with less, and show a page about what is wrong with a certificate."""
from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from lab.bed import Bed
from lab.process import LabError, which
from lab.scenario import Scenario

from .clients import Unable, given

sys.path.append(str(Path(__file__).resolve().parents[2] / "limbo"))
from browsers import QUIET  # noqa: E402

END = "-----END CERTIFICATE-----\n"
TRUST = "root+root-rsa"  # of nearly all scenarios; a browser's is fixed at its start
LONGEST = 9.0
# What fails before a page could come; what else the browser minds went over an established connection.
FAILS = ("net::ERR_CERT_", "net::ERR_TLS13_", "net::ERR_SSL_", "net::ERR_CONNECTION_", "net::ERR_TIMED_OUT", "net::ERR_ADDRESS_",
         "net::ERR_BAD_SSL_", "net::ERR_TUNNEL", "net::ERR_PROXY", "net::ERR_ECH", "net::ERR_EARLY_DATA")
# It remembers what staples say of a certificate, whoever shows it next.
FRESH = "Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB).clearOCSPCache();"


def url_of(scenario: Scenario, bed: Bed, args: tuple[str, ...]) -> tuple[str, str]:
    """And the highest version."""
    options = given(scenario, bed, args, "--max-version")
    highest = options.get("--max-version", "tls1.3")
    alone = bed.address != "127.0.0.1" or bed.client_prefix or bed.values.get("proxy")
    if scenario.server.starttls or scenario.trust != TRUST or alone or highest not in ("tls1.2", "tls1.3"):
        raise Unable("what a browser cannot be told")
    return f"https://{scenario.host or bed.address}:{bed.port}/", highest


def database(folder: Path, pem: str) -> None:
    folder.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True)
    for number, root in enumerate(pem.split(END)[:-1]):
        subprocess.run(["certutil", "-A", "-d", f"sql:{folder}", "-n", f"root{number}", "-t", "C,,", "-a"], input=root + END, text=True,
                       check=True, capture_output=True)


def started(command: list[str], home: str, **more: object) -> subprocess.Popen:
    keys = {"SSLKEYLOGFILE": f"{home}/keys.log"}
    kept = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    return subprocess.Popen(command, env={**kept, "HOME": home, **keys}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            stdin=subprocess.DEVNULL, start_new_session=True, **more)  # type: ignore[call-overload]


def ended(process: subprocess.Popen) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(8)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 9)  # its children
    process.wait()


class _Chromium:
    """One process; its highest version is set at the start."""

    def __init__(self, trust: str, highest: str) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="whytls-chromium-", ignore_cleanup_errors=True)
        home = self._home.name
        self.keys = Path(home) / "keys.log"
        database(Path(home) / ".pki" / "nssdb", trust)
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        command = [which("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-features=LocalNetworkAccessChecks",
                   f"--user-data-dir={home}/profile",
                   "--host-resolver-rules=MAP * 127.0.0.1", f"--ssl-version-max={highest}", "--remote-debugging-pipe"]
        self._process = started(["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *command], home,
                                pass_fds=(theirs_in, theirs_out))
        os.close(theirs_in)
        os.close(theirs_out)
        self._guard, self._changed = threading.Lock(), threading.Condition()
        self._next, self._answers = 0, {}
        threading.Thread(target=self._read, daemon=True).start()
        self._ask("Browser.getVersion", seconds=60)

    def _read(self) -> None:
        rest = b""
        while piece := os.read(self._in, 1 << 16):
            *whole, rest = (rest + piece).split(b"\0")
            for each in map(json.loads, whole):
                if "id" in each:
                    with self._changed:
                        self._answers[each["id"]] = each
                        self._changed.notify_all()

    def _ask(self, method: str, session: str | None = None, seconds: float = 20, **words: object) -> dict | None:
        with self._guard:
            self._next += 1
            number = self._next
            message = {"id": number, "method": method, "params": words, **({"sessionId": session} if session else {})}
            os.write(self._out, json.dumps(message).encode() + b"\0")
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._answers, seconds):
                return None
            answer = self._answers.pop(number)
        if "error" in answer:
            raise LabError(f"chromium: {method}: {answer['error']}")
        return answer["result"]

    def visit(self, url: str) -> tuple[bool, str]:
        context = (self._ask("Target.createBrowserContext") or {})["browserContextId"]
        try:
            target = (self._ask("Target.createTarget", url="about:blank", browserContextId=context) or {})["targetId"]
            session = (self._ask("Target.attachToTarget", targetId=target, flatten=True) or {})["sessionId"]
            answer = self._ask("Page.navigate", session, LONGEST, url=url)
        finally:
            self._ask("Target.disposeBrowserContext", browserContextId=context)
        words = "no answer" if answer is None else answer.get("errorText", "")
        return answer is not None and not words.startswith(FAILS), words

    def close(self) -> None:
        os.close(self._out)
        ended(self._process)
        self._home.cleanup()


class Chromium:
    """A process for each highest version."""

    def __init__(self) -> None:
        self._lock, self._made = threading.Lock(), {}

    def __call__(self, scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
        url, highest = url_of(scenario, bed, args)
        with self._lock:
            if highest not in self._made:
                self._made[highest] = _Chromium(bed.pki.bundle(*TRUST.split("+")).read_text(), highest)
        return self._made[highest].visit(url)

    @property
    def keys(self) -> str:
        return "".join(each.keys.read_text() for each in self._made.values() if each.keys.exists())

    def close(self) -> None:
        for each in self._made.values():
            each.close()


class Firefox:
    """One visit after another."""

    def __init__(self) -> None:
        self._lock, self._socket, self._next, self._rest = threading.Lock(), None, 0, b""

    def _start(self, trust: str) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="whytls-firefox-", ignore_cleanup_errors=True)
        profile = Path(self._home.name) / "profile"
        database(profile, trust)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        wishes = {**QUIET, "marionette.port": port, "security.default_personal_cert": "Select Automatically", "network.proxy.type": 0,
                  "network.http.speculative-parallel-limit": 6, "network.stricttransportsecurity.preloadlist": False}
        (profile / "user.js").write_text("".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in wishes.items()))
        self._process = started([which("firefox-esr"), "--headless", "--no-remote", "--marionette", "--remote-allow-system-access",
                                 "--profile", str(profile)], self._home.name)
        deadline = time.monotonic() + 90
        while self._socket is None:
            try:
                self._socket = socket.create_connection(("127.0.0.1", port), 60)
            except OSError as error:
                if time.monotonic() > deadline:
                    raise LabError("firefox does not listen") from error
                time.sleep(0.3)
        self._hear()
        self._ask("WebDriver:NewSession", acceptInsecureCerts=False, timeouts={"pageLoad": int(LONGEST * 1000)})

    def _hear(self) -> object:
        assert self._socket
        while b":" not in self._rest or len(self._rest) < int(self._rest.split(b":", 1)[0]) + self._rest.index(b":") + 1:
            if not (piece := self._socket.recv(1 << 16)):
                raise LabError("firefox has gone")
            self._rest += piece
        length, rest = self._rest.split(b":", 1)
        self._rest = rest[int(length):]
        return json.loads(rest[:int(length)])

    def _ask(self, name: str, **words: object) -> dict:
        assert self._socket
        self._next += 1
        text = json.dumps([0, self._next, name, words]).encode()
        self._socket.sendall(str(len(text)).encode() + b":" + text)
        while True:
            answer = self._hear()
            if isinstance(answer, list) and answer[1] == self._next:
                return {"error": f"{answer[2]['error']}: {answer[2]['message']}"} if answer[2] else answer[3] or {}

    def _in_browser(self, script: str) -> None:
        self._ask("Marionette:SetContext", value="chrome")
        said = self._ask("WebDriver:ExecuteScript", script=script, args=[])
        self._ask("Marionette:SetContext", value="content")
        if "error" in said:
            raise LabError(f"firefox: {said['error']}")

    def __call__(self, scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
        url, highest = url_of(scenario, bed, args)
        with self._lock:
            if self._socket is None:
                self._start(bed.pki.bundle(*TRUST.split("+")).read_text())
            self._in_browser(FRESH + f"Services.prefs.setIntPref('security.tls.version.max', {3 if highest == 'tls1.2' else 4});")
            said = str(self._ask("WebDriver:Navigate", url=url).get("error", ""))
            self._ask("WebDriver:Navigate", url="about:blank")
            self._in_browser("Services.obs.notifyObservers(null, 'net:cancel-all-connections');")
        return not said, said

    @property
    def keys(self) -> str:
        log = Path(self._home.name) / "keys.log" if self._socket else None
        return log.read_text() if log and log.exists() else ""

    def close(self) -> None:
        if self._socket is None:
            return
        self._socket.close()
        ended(self._process)
        self._home.cleanup()
