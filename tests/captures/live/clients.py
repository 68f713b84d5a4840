# SPDX-License-Identifier: Apache-2.0
"""Real clients under the constraints that a scenario states. Each is a function (scenario, bed, args, env) -> (works, words), like the
lab's referees; what a client cannot be told to do raises Unable."""
from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from lab import arguments, referee
from lab.bed import Bed
from lab.process import run, which
from lab.scenario import Scenario

HERE = Path(__file__).resolve().parent
CURL_FAILS = (4, 5, 6, 7, 28, 35, 51, 56, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91, 97)  # of the connection, not of what is said over it
LONGEST = 8  # seconds for a client that has no deadline of its own
CURL_UPGRADES = {"smtp": "smtp", "imap": "imap", "pop3": "pop3", "ftp": "ftp"}
GNUTLS_UPGRADES = ("smtp", "imap", "pop3", "ftp", "xmpp", "ldap", "postgres", "sieve")
NAMES = {"tls1.0": "TLSv1", "tls1.1": "TLSv1_1", "tls1.2": "TLSv1_2", "tls1.3": "TLSv1_3"}


class Unable(Exception):
    """This client cannot offer what the scenario asks."""


def given(scenario: Scenario, bed: Bed, args: tuple[str, ...], able: str) -> dict[str, str]:
    """The options, if this client can follow each of them; without those that do not touch the handshake."""
    out = {k: arguments.fill(v, bed, scenario.host) for k, v in arguments.options(args).items()}
    for needless in ("--timeout", "--ca-file", "-4", "-6", "--offline", "--max-connections"):
        out.pop(needless, None)
    if missing := set(out) - set(able.split()):
        raise Unable(" ".join(sorted(missing)))
    return out


def upgrade_of(scenario: Scenario, options: dict[str, str]) -> str | None:
    return options.get("--starttls") or (scenario.server.starttls if scenario.cause != "protocol.starttls-needed" else None)


def environment(env: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not any(word in k.lower() for word in ("proxy", "ssl", "_ca_", "extra_ca"))}
    return {**kept, "LC_ALL": "C", **env}


def run_it(command: list[str], env: dict[str, str]) -> tuple[int | None, str]:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONGEST,
                              env=environment(env), check=False)
    except subprocess.TimeoutExpired as ended:
        return None, (ended.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


OPENSSL_ABLE = ("--servername --no-servername --connect --min-version --max-version --ciphers --groups --sigalgs --alpn --cert --key "
                "--proxy --starttls --at")


def openssl(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    options = given(scenario, bed, args, OPENSSL_ABLE)
    if options.get("--proxy", "http").split(":")[0] not in ("http",):
        raise Unable("--proxy")
    if upgrade_of(scenario, options) == "rdp":
        raise Unable("--starttls rdp")
    if not options.get("--alpn", "").isprintable():
        raise Unable("--alpn")
    words = scenario.referee_args if scenario.referee == "openssl" else ()
    words += ("-keylogfile", env["SSLKEYLOGFILE"]) if "SSLKEYLOGFILE" in env else ()
    return referee.openssl(dataclasses.replace(scenario, referee_args=words), bed, args, env)


def gnutls(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    options = given(scenario, bed, args, "--servername --min-version --max-version --alpn --cert --key --starttls")
    host = arguments.checked_name(scenario, options) or bed.address
    upgrade = upgrade_of(scenario, options)
    if upgrade and upgrade not in GNUTLS_UPGRADES:
        raise Unable(f"--starttls {upgrade}")
    priority = "NORMAL"
    if options.get("--max-version") == "tls1.2":
        priority += ":-VERS-TLS1.3"
    elif "--max-version" in options:
        priority += ":-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0"
    elif options.get("--min-version") == "tls1.3":
        priority += ":-VERS-ALL:+VERS-TLS1.3"
    command = [*bed.client_prefix, "gnutls-cli", "-p", str(bed.port), bed.address, "--sni-hostname", host, "--verify-hostname", host,
               "--priority", priority]
    if trust := referee._trust(scenario, bed, options):
        command += ["--x509cafile", trust]
    for name in options.get("--alpn", "").split(","):
        command += ["--alpn", name] if name else []
    if "--cert" in options:
        command += ["--x509certfile", options["--cert"], "--x509keyfile", options["--key"]]
    command += ["--starttls-proto", upgrade] if upgrade else []
    return referee._talk(command, environment(env), b"Simple Client Mode", request=b"" if upgrade else referee.PAGE)


def curl(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    options = given(scenario, bed, args, "--min-version --max-version --cert --key --starttls --proxy --ciphers --groups")
    upgrade = upgrade_of(scenario, options)
    if upgrade and upgrade not in CURL_UPGRADES:
        raise Unable(f"--starttls {upgrade}")
    address = arguments.bracketed(bed.address)
    host = scenario.host or address
    url = f"{CURL_UPGRADES[upgrade]}://{host}:{bed.port}/" if upgrade else f"https://{host}:{bed.port}/"
    command = [*bed.client_prefix, "curl", "-sS", "-m", "6", url] + (["--ssl-reqd"] if upgrade else [])
    command += ["--resolve", f"{host}:{bed.port}:{address}"] if scenario.host else []
    modern, old = referee._suites(options)
    trust = referee._trust(scenario, bed, options)
    for word, value in (("--cacert", trust), ("--cert", options.get("--cert")), ("--key", options.get("--key")),
                        ("--proxy", options.get("--proxy")), ("--ciphers", ":".join(old)), ("--tls13-ciphers", ":".join(modern)),
                        ("--curves", options.get("--groups", "").replace(",", ":"))):
        command += [word, value] if value else []
    highest = options.get("--max-version", "tls1.2" if old and not modern else "")[3:]
    command += ["--tls-max", highest] if highest else []
    command += ["--tlsv" + options["--min-version"][3:]] if "--min-version" in options else []
    status, words = run_it(command, env)
    return status is not None and status not in CURL_FAILS, words[-400:]


GONE = re.compile(r"certificate|gnutls|\bSSL\b|\bTLS\b|[Hh]andshake|onnect|timed out|reset|refused|ERROR: ")  # before anything was asked


def at_once(scenario: Scenario, bed: Bed, args: tuple[str, ...]) -> tuple[dict[str, str], str, str]:
    """For those that only know https: the options, the address asked for, and the roots."""
    options = given(scenario, bed, args, "--max-version")
    trust = referee._trust(scenario, bed, options)
    if upgrade_of(scenario, options) or not trust or ":" in bed.address or bed.client_prefix:
        raise Unable("no plain https")
    return options, f"https://{scenario.host or bed.address}:{bed.port}/", trust


def git(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    """Debian's is built with GnuTLS."""
    options, url, trust = at_once(scenario, bed, args)
    settings = [f"http.sslCAInfo={trust}", f"http.curloptResolve={scenario.host}:{bed.port}:{bed.address}"]
    if "--max-version" in options:
        raise Unable("--max-version")
    _, words = run_it(["git", *(word for each in settings for word in ("-c", each)), "ls-remote", url],
                      {**env, "HOME": str(bed.folder), "GIT_TERMINAL_PROMPT": "0"})
    return not GONE.search(words), words[-400:]


def wget(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    """With GnuTLS too; it takes names from /etc/hosts alone, so that it gets one of its own."""
    options, url, trust = at_once(scenario, bed, args)
    hosts = bed.write("hosts", f"{bed.address} {scenario.host}\n")
    command = ["wget", "-nv", "-O", os.devnull, "-T", "6", "--tries=1", "--max-redirect=0", f"--ca-certificate={trust}", url]
    command += ["--secure-protocol=TLSv1_2", "--ciphers=NORMAL:-VERS-ALL:+VERS-TLS1.2"] if "--max-version" in options else []
    _, words = run_it(["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts), *command], env)
    return not GONE.search(re.sub(r"ERROR \d+: .*", "", words)), words[-400:]


def python(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    options = given(scenario, bed, args, "--servername --min-version --max-version --alpn --cert --key")
    if upgrade_of(scenario, options):
        raise Unable("--starttls")
    how = {"address": bed.address, "port": bed.port, "name": arguments.checked_name(scenario, options) or bed.address,
           "trust": referee._trust(scenario, bed, options), "min": NAMES.get(options.get("--min-version", "")),
           "max": NAMES.get(options.get("--max-version", "")), "alpn": options.get("--alpn"), "cert": options.get("--cert"),
           "key": options.get("--key"), "ciphers": "DEFAULT@SECLEVEL=0" if options.get("--max-version") in ("tls1.0", "tls1.1") else None}
    _, words = run_it([*bed.client_prefix, sys.executable, str(HERE / "visit.py"), json.dumps(how)], env)
    return "CONNECTION ESTABLISHED" in words, words


def node(scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
    options = given(scenario, bed, args, "--servername --min-version --max-version --groups --alpn --ciphers --sigalgs")
    if upgrade_of(scenario, options):
        raise Unable("--starttls")
    keys = {"NODE_OPTIONS": f"--tls-keylog={env['SSLKEYLOGFILE']}"} if "SSLKEYLOGFILE" in env else {}
    return referee.node(scenario, bed, args, environment({**env, **keys}))


class Go:
    """crypto/tls, compiled once a run, without modules and without a network."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "go-visit"
        run(which("go"), "build", "-o", self._program, HERE / "visit.go",
            env={"GO111MODULE": "off", "GOFLAGS": "", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"})

    def __call__(self, scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
        options = given(scenario, bed, args, "--servername --min-version --max-version --alpn --cert --key")
        if upgrade_of(scenario, options):
            raise Unable("--starttls")
        how = {"Address": bed.address, "Port": bed.port, "Name": arguments.checked_name(scenario, options) or bed.address,
               "Trust": referee._trust(scenario, bed, options) or "", "Min": options.get("--min-version", ""),
               "Max": options.get("--max-version", ""), "Alpn": options.get("--alpn", ""), "Cert": options.get("--cert", ""),
               "Key": options.get("--key", "")}
        _, words = run_it([*bed.client_prefix, str(self._program), json.dumps(how)], env)
        return "CONNECTION ESTABLISHED" in words, words


class Java:
    """One virtual machine for all visits, one after another."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        run(which("javac"), "-d", folder, HERE / "Visit.java")
        self._popen = subprocess.Popen([which("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(folder), "Visit"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                       env=environment({}))

    def __call__(self, scenario: Scenario, bed: Bed, args: tuple[str, ...], env: dict[str, str]) -> tuple[bool, str]:
        options = given(scenario, bed, args, "--servername --min-version --max-version --alpn")
        trust = referee._trust(scenario, bed, options)
        if upgrade_of(scenario, options) or bed.client_prefix or not trust or not options.get("--alpn", "").isprintable():
            raise Unable("what a virtual machine of many visits cannot vary")
        versions = [v for v in ("tls1.2", "tls1.3") if options.get("--min-version", "") <= v <= options.get("--max-version", "tls1.3")]
        if not versions:
            raise Unable("--max-version")
        how = {"address": bed.address, "port": bed.port, "name": arguments.checked_name(scenario, options) or bed.address, "trust": trust,
               "versions": ",".join("TLSv" + v[3:] for v in versions), **({"alpn": options["--alpn"]} if "--alpn" in options else {})}
        with self._lock:
            assert self._popen.stdin and self._popen.stdout
            self._popen.stdin.write("\t".join(f"{k}={v}" for k, v in how.items()) + "\n")
            self._popen.stdin.flush()
            words = self._popen.stdout.readline().strip()
        return words == "CONNECTION ESTABLISHED", words

    def close(self) -> None:
        assert self._popen.stdin and self._popen.stdout
        with contextlib.suppress(OSError):  # it may have ended
            self._popen.stdin.close()
        self._popen.wait(10)
        self._popen.stdout.close()
