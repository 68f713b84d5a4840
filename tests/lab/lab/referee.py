# SPDX-License-Identifier: Apache-2.0
"""Proves the table without whytls: a client of another project, with the same constraints, fails where the row says that
something is broken and works where it says that all is well; and where a row has a cure, the cured one works."""
from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable

from . import arguments
from .bed import Bed
from .hello import Offer
from .process import Missing
from .scenario import Scenario

PATIENCE = 4.0  # seconds for a handshake
REFUSALS = ("alert", "errno=", ":error:")  # after what looked like success; once a page has come, only the end of the connection
PAGES = ("400 Bad Request", "No client certificate")
PAGE = b"HEAD / HTTP/1.0\r\nHost: lab\r\n\r\n"
VERSIONS = {"ssl3": "SSLv3", "tls1.0": "TLSv1", "tls1.1": "TLSv1.1", "tls1.2": "TLSv1.2", "tls1.3": "TLSv1.3"}
# What s_client must say about a certificate, so that a row does not fail for another reason than its own.
SAYS = {"certificate.expired": "certificate has expired", "certificate.not-yet-valid": "certificate is not yet valid",
        "certificate.self-signed": "self-signed certificate", "certificate.incomplete-chain": "unable to ",
        "certificate.hostname-mismatch": "mismatch", "certificate.bad-signature": "certificate signature failure",
        "certificate.name-constraint": "permitted subtree violation|excluded subtree violation",
        "certificate.unknown-critical-extension": "unhandled critical extension", "certificate.weak-key": "key too weak",
        "certificate.weak-signature": "too weak", "certificate.revoked": "certificate revoked",
        "protocol.legacy-renegotiation": "unsafe legacy renegotiation"}
TCP_SAYS = {"network.connection-refused": "refused", "network.connection-timeout": "timed out",
            "network.unreachable": "unreachable|No route|Permission|refused"}


def prove(scenario: Scenario, bed: Bed) -> tuple[str, str, list[str]]:
    """A mark, a word and notes."""
    if scenario.referee == "none":
        return "right", f"no referee: {scenario.why}", []
    if scenario.referee == "hello":
        return _prove_by_hello(scenario, bed)
    if scenario.referee == "tcp":
        works, words = _tcp(bed)
        wanted = TCP_SAYS.get(scenario.cause or "", "")
        return ("right" if not works and re.search(wanted, words) else "wrong"), words, []
    client = {"openssl": openssl, "gnutls": gnutls, "node": node, "go": go}[scenario.referee]
    environment = {name: arguments.fill(value, bed, scenario.host) for name, value in scenario.env.items()}
    says = SAYS.get(scenario.cause or "") if scenario.referee == "openssl" else None

    def as_the_table_says(works: bool, words: str) -> bool:
        return works == (scenario.cause is None) and (works or not says or any(part in words for part in says.split("|")))
    works, words = twice(lambda: client(scenario, bed, scenario.args, environment), as_the_table_says)
    first, notes = words, []
    if works != (scenario.cause is None):
        notes.append(f"{'works' if works else 'fails'}: {words}")
    elif not as_the_table_says(works, words):
        notes.append(f"fails for another reason: {words}")
    if isinstance(scenario.cure, Offer) and (kind := answer(bed, scenario.cure)) != "server_hello":
        notes.append(f"the cured hello was answered by {kind}")
    if scenario.cure is not None and not isinstance(scenario.cure, Offer):
        cure = scenario.cure
        cured, words = twice(lambda: client(scenario, bed, cure, {}), lambda works, _: works)
        if not cured:
            notes.append(f"the cure does not help: {words}")
    return ("wrong" if notes else "right"), "works" if works else reason(first), notes


def twice(ask: Callable[[], tuple[bool, str]], right: Callable[[bool, str], bool]) -> tuple[bool, str]:
    """A second time, where the first was not as it should be: on a busy machine an answer may come too late for a client."""
    first = ask()
    return first if right(*first) else ask()


def reason(words: str) -> str:
    """The part of a client's words that says why."""
    for pattern in (r"SSL routines:[^:]*:([^:/]*)", r"verify error:num=\d+:([^/]*)", r"Status: ([^/]*)", r"(errno=\d+)", r":error: (.*)",
        r"\*\*\* (.*)"):
        if found := re.search(pattern, words):
            return "fails: " + found.group(1).strip()[:45]
    return "fails: " + words[-45:].replace("\n", " ")


def _prove_by_hello(scenario: Scenario, bed: Bed) -> tuple[str, str, list[str]]:
    offer = scenario.offer or Offer(name=scenario.host)
    first = answer(bed, offer)
    notes = [] if (first == "server_hello") == (scenario.cause is None) else [f"the hello was answered by {first}"]
    if isinstance(scenario.cure, Offer):
        cured = answer(bed, scenario.cure)
        if cured != "server_hello":
            notes.append(f"the cured hello was answered by {cured}")
    return ("wrong" if notes else "right"), first, notes


def answer(bed: Bed, offer: Offer, patience: float = 2.0) -> str:
    """The kind of the first thing that comes back."""
    try:
        with bed.client_socket() as connection:
            connection.settimeout(patience)
            connection.connect((bed.address, bed.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for number, segment in enumerate(offer.segments()):
                if number:
                    time.sleep(0.05)
                connection.sendall(segment)
            data = connection.recv(4096)
    except socket.timeout:
        return "silence"
    except OSError as error:
        return os.strerror(error.errno or 0)
    if data[:1] == b"\x16":
        return "server_hello"
    return f"alert {data[6]}" if data[:1] == b"\x15" and len(data) > 6 else "end" if not data else f"{data[:12]!r}"


def _tcp(bed: Bed) -> tuple[bool, str]:
    code = ("import socket,sys\ntry: socket.create_connection((sys.argv[1],int(sys.argv[2])),2); print('connected')\n"
            "except OSError as e: print(type(e).__name__, e)")
    done = subprocess.run([*bed.client_prefix, "python3", "-c", code, bed.address, str(bed.port)], capture_output=True, timeout=20,
        check=False)
    words = done.stdout.decode().strip()
    return words == "connected", words


def _trust(scenario: Scenario, bed: Bed, given: dict[str, str]) -> str | None:
    if "--ca-file" in given:
        return arguments.fill(given["--ca-file"], bed, scenario.host)
    return str(bed.pki.bundle(*scenario.trust.split("+"))) if scenario.trust else None


def _suites(given: dict[str, str]) -> tuple[list[str], list[str]]:
    names = given.get("--ciphers", "").replace(",", ":").split(":") if "--ciphers" in given else []
    return [n for n in names if n.startswith("TLS_")], [n for n in names if not n.startswith(("TLS_", "0x"))]


def openssl(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    given = {k: arguments.fill(v, bed, scenario.host) for k, v in arguments.options(args).items()}
    host = arguments.checked_name(scenario, given)
    where = given.get("--connect") or (f"localhost:{bed.port}" if scenario.host == "localhost" else
                                       f"{arguments.bracketed(bed.address)}:{bed.port}")
    command = [*bed.client_prefix, "openssl", "s_client", "-connect", where, "-brief", "-verify_return_error", "-no-CApath", "-no-CAstore",
               *(["-verify_hostname", host] if host else ["-verify_ip", bed.address])]
    command += scenario.referee_args
    trust = _trust(scenario, bed, given)
    command += ["-CAfile", trust] if trust else ["-no-CAfile"]
    command += ["-noservername"] if host is None or "--no-servername" in given else ["-servername", host]
    modern, old = _suites(given)
    low = given.get("--max-version", "") in ("tls1.0", "tls1.1", "ssl3")
    if old or low:
        command += ["-cipher", ":".join(old or ["DEFAULT"]) + ("@SECLEVEL=0" if low else "")]
    if modern:
        command += ["-ciphersuites", ":".join(modern)]
    for option, word in (("--min-version", "-min_protocol"), ("--max-version", "-max_protocol")):
        if option in given:
            command += [word, VERSIONS[given[option]]]
    if old and not modern and "--max-version" not in given:
        command += ["-max_protocol", "TLSv1.2"]
    if modern and not old and "--min-version" not in given:
        command += ["-min_protocol", "TLSv1.3"]
    if "0x5600" in given.get("--ciphers", ""):
        command.append("-fallback_scsv")
    groups = [g for g in given.get("--groups", "").replace(",", ":").split(":") if g and "MLKEM" not in g]
    for option, word, value in (("--groups", "-groups", ":".join(groups)), ("--sigalgs", "-sigalgs", given.get("--sigalgs", "")),
                                ("--alpn", "-alpn", given.get("--alpn", "")), ("--cert", "-cert", given.get("--cert", "")),
                                ("--key", "-key", given.get("--key", "")), ("--proxy", "-proxy", given.get("--proxy", "").split("//")[-1]),
                                ("--at", "-attime", str(_seconds(given.get("--at"))))):
        if option in given:
            command += [word, value]
    starttls = given.get("--starttls") or (scenario.server.starttls if scenario.cause != "protocol.starttls-needed" else None)
    if starttls:
        command += ["-starttls", starttls] + (["-name", "lab.test"] if starttls in ("smtp", "lmtp") else [])
    if scenario.target.startswith("https") and "--alpn" not in given:
        command += ["-alpn", "h2,http/1.1"]
    return _talk(command, env, b"CONNECTION ESTABLISHED",
                 request=b"" if starttls else PAGE)


def _seconds(text: str | None) -> int:
    if not text:
        return 0
    import datetime
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def _talk(command: list[str], env: dict[str, str], sign: bytes, request: bytes = PAGE) -> tuple[bool, str]:
    """Runs a client, waits for its sign of success, asks for a page and looks whether the server then objects: a TLS 1.3
    server refuses a client certificate only after the client is done."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               bufsize=0, env={**os.environ, **env})
    assert process.stdin and process.stdout
    try:
        text = _read(process.stdout.fileno(), PATIENCE, sign)
        if sign in text:
            try:
                process.stdin.write(request)
            except OSError:
                pass
            text += _read(process.stdout.fileno(), 0.4, b"HTTP/")
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    words = text.decode(errors="replace")
    spoken = "HTTP/" in words or "220 " in words
    cut_off = "CONNECTION CLOSED BY SERVER" in words and not spoken
    before = words.partition("HTTP/")[0]
    bad = sign not in text or cut_off or any(part in before for part in REFUSALS) or any(part in words for part in PAGES)
    return not bad, " / ".join(line.strip() for line in words.splitlines() if line.strip())[-500:]


def _read(descriptor: int, patience: float, until: bytes) -> bytes:
    text, deadline = b"", time.monotonic() + patience
    while until not in text and (left := deadline - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            part = os.read(descriptor, 65536)
            if not part:
                break
            text += part
    return text


def gnutls(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    given = {k: arguments.fill(v, bed, scenario.host) for k, v in arguments.options(args).items()}
    host = arguments.checked_name(scenario, given) or bed.address
    command = [*bed.client_prefix, "gnutls-cli", "-p", str(bed.port), bed.address, "--sni-hostname", host, "--verify-hostname", host,
               *scenario.referee_args]
    trust = _trust(scenario, bed, given)
    if trust:
        command += ["--x509cafile", trust]
    return _talk(command, env, b"Simple Client Mode")


def node(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    import json

    from .servers.node import node_program
    given = {k: arguments.fill(v, bed, scenario.host) for k, v in arguments.options(args).items()}
    trust = _trust(scenario, bed, given)
    settings = {"host": bed.address, "port": bed.port, "servername": arguments.checked_name(scenario, given),
                "minVersion": VERSIONS.get(given.get("--min-version", "")), "maxVersion": VERSIONS.get(given.get("--max-version", "")),
                "ecdhCurve": given.get("--groups"), "ALPNProtocols": given["--alpn"].split(",") if "--alpn" in given else None,
                "ciphers": given.get("--ciphers"), "sigalgs": given.get("--sigalgs")}
    script = Path(__file__).parent / "servers" / "node-client.js"
    words = [*bed.client_prefix, node_program(), str(script), json.dumps({k: v for k, v in settings.items() if v}),
        *([trust] if trust else [])]
    if not Path(words[len(bed.client_prefix)]).exists():
        raise Missing("node is not installed")
    return _talk(words, env, b"CONNECTION ESTABLISHED")


def go(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    import json

    from .servers.golang import program
    given = {k: arguments.fill(v, bed, scenario.host) for k, v in arguments.options(args).items()}
    settings = {"Address": f"{bed.address}:{bed.port}", "ServerName": arguments.checked_name(scenario, given) or bed.address,
                "Trust": _trust(scenario, bed, given)}
    return _talk([*bed.client_prefix, str(program(bed.shared)), "client", json.dumps(settings)], env, b"CONNECTION ESTABLISHED")
