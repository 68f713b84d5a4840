#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What who_accepts() says of kinds of client, beside what these clients say themselves, on chains where they differ.

Referees: openssl verify, certtool, Go's crypto/x509 and Java's trust manager judge files; curl, Python in its strict mode, gnutls-cli,
NSS's tstclnt and, where they are installed, Chromium and Firefox connect to servers.
Usage: clients_test.py PROGRAM (client_chains). A referee that is not installed is skipped; under CI=true that is a failure, but for the
browsers: another version each month would fail builds in which nothing was changed.
"""
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

import browsers
from chain_servers import ChainServers

HERE = pathlib.Path(__file__).resolve().parent
HOST = "www.example.com"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)


def openssl(folder):
    rest = ["-untrusted", str(folder / "rest.pem")] if (folder / "rest.pem").stat().st_size else []
    done = run("openssl", "verify", "-purpose", "sslserver", "-verify_hostname", HOST, "-auth_level", "2", "-no-CApath", "-no-CAstore",
               "-CAfile", str(folder / "roots.pem"), *rest, str(folder / "leaf.pem"))
    return done.returncode == 0, done.stderr.strip().splitlines()[:2]


def gnutls(folder):
    done = run("certtool", "--verify", "--load-ca-certificate", str(folder / "roots.pem"), "--verify-hostname", HOST,
               "--verify-purpose", "1.3.6.1.5.5.7.3.1", "--infile", str(folder / "chain.pem"))
    return done.returncode == 0, done.stdout.strip().splitlines()[-2:]


def of_all(done):
    """The lines "NAME yes" and "NAME no: why" of the programs that judge all folders at once."""
    if done.returncode != 0:
        sys.exit(f"a referee failed: {done.stderr}")
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {name: (answer == "yes", [answer]) for name, answer in lines}


def go(root):
    with tempfile.TemporaryDirectory() as cache:
        env = {**os.environ, "GOCACHE": cache, "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}
        return of_all(subprocess.run(["go", "run", str(HERE / "referee.go"), str(root), HOST], capture_output=True, text=True,
                                     timeout=240, check=False, env=env))


def java(root):
    return of_all(run("java", "--add-exports", "java.base/sun.security.util=ALL-UNNAMED", str(HERE / "Referee.java"), str(root), HOST))


def each(judge):
    return lambda root: {folder.name: judge(folder) for folder in sorted(root.iterdir())}


def curl(chains, ports, host):
    out = {}
    for chain in chains:
        done = run("curl", "-sS", "-o", os.devnull, "--cacert", str(chain / "roots.pem"), "--connect-to",
                   f"::127.0.0.1:{ports[chain.name]}", f"https://{host}/")
        out[chain.name] = (done.returncode == 0, done.stderr.strip().splitlines()[:1])
    return out


def gnutls_cli(chains, ports, host):
    out = {}
    for chain in chains:
        done = run("gnutls-cli", "-p", str(ports[chain.name]), "127.0.0.1", "--sni-hostname", host, "--verify-hostname", host,
                   "--x509cafile", str(chain / "roots.pem"))
        out[chain.name] = (done.returncode == 0, done.stdout.strip().splitlines()[-1:])
    return out


def connecting(client):
    def judge(root):
        chains = sorted(root.iterdir())
        with ChainServers(chains) as servers:
            return client(chains, servers.ports, HOST)
    return judge


def python_strict(chains, ports, host):
    """As Python 3.13 and later set OpenSSL up."""
    out = {}
    for chain in chains:
        context = ssl.create_default_context(cafile=chain / "roots.pem")
        context.verify_flags |= ssl.VERIFY_X509_STRICT | 0x80000  # X509_V_FLAG_PARTIAL_CHAIN
        try:
            with socket.create_connection(("127.0.0.1", ports[chain.name]), 20) as connection:
                context.wrap_socket(connection, server_hostname=host).close()
            out[chain.name] = (True, [])
        except OSError as error:
            out[chain.name] = (False, [str(error)])
    return out


REFEREES = [
    ("openssl", "openssl", each(openssl)),
    ("gnutls", "certtool", each(gnutls)),
    ("go", "go", go),
    ("java", "java", java),
    ("openssl-strict", "python3", connecting(python_strict)),
    ("curl", "curl", connecting(curl)),
    ("gnutls", "gnutls-cli", connecting(gnutls_cli)),
    ("nss", "tstclnt", connecting(browsers.nss)),
    ("chrome", "chromium", connecting(browsers.chromium)),
    ("firefox", "firefox-esr", connecting(browsers.firefox)),
]
BROWSERS = ("chrome", "firefox")
# What a handshake decides is nothing that can be seen by who only reads files.
OF_HANDSHAKES = {"openssl": ("p224",), "certtool": ("p224", "must-staple", "key-usage-of-leaf"), "go": ("p224",), "java": ("p224",)}


def compare(kind, program, verdicts, ours):
    """How many differ; where we say unknown, versions of that kind differ."""
    wrong = 0
    for name, answers in ours.items():
        if name in OF_HANDSHAKES.get(program, ()):
            continue
        accepts, words = verdicts[name]
        if answers[kind] in ("unknown", "yes" if accepts else "no"):
            continue
        wrong += 1
        print(f"DIFFER {kind} {name}: we say {answers[kind]}, it says {words}")
    return wrong


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        told = subprocess.run([sys.argv[1], folder], capture_output=True, text=True, check=True, timeout=120).stdout
        ours = {line.split()[0]: dict(pair.split("=") for pair in line.split()[1:]) for line in told.splitlines()}
        wrong = 0
        for kind, program, referee in REFEREES:
            if shutil.which(program) is None:
                print(f"{program} is not here")
                wrong += os.environ.get("CI") == "true" and kind not in BROWSERS
                continue
            found = compare(kind, program, referee(root), ours)
            print(f"{kind} ({program}): {len(ours) - found} of {len(ours)} agree", flush=True)
            wrong += found
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
