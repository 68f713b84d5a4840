#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dtls_test.py WHYTLS [--keep FOLDER] [--verbose]

Real DTLS handshakes, by openssl on both sides, watched on loopback: `whytls pcap` names the cause or leaves it open honestly, with the
client's key log it reads what tshark reads, and whatever part of a good handshake a capture misses, no failure is made of it. Without the
right to watch an interface it is skipped, but never in CI."""
from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
from live.tap import Tap, write  # noqa: E402
from quic_test import SKIPPED, Want, analyse, judged, one_sided, parts  # noqa: E402

LONGEST = 8  # seconds for a client
OLD = ("-cipher", "ALL:@SECLEVEL=0")
DEMANDING = ("-dtls1_2", "-Verify", "1", "-verify_return_error", "-CAfile", "root.pem")
# name: the server's options, its certificate, the client's options, what has to be said
CASES = {
    "healthy": (("-dtls1_2",), "good", ("-dtls1_2",), Want("ok")),
    "healthy-small": (("-dtls1_2", "-mtu", "300"), "good", ("-dtls1_2", "-mtu", "300"), Want("ok")),
    "healthy-rsa-key-exchange": (("-dtls1_2",), "rsa", ("-dtls1_2", "-cipher", "AES128-SHA256"), Want("ok")),
    "healthy-old": (("-dtls1", *OLD), "good", ("-dtls1", *OLD), Want("ok")),
    "expired": (("-dtls1_2",), "old", ("-dtls1_2",), Want("failed", "certificate.expired")),
    "untrusted": (("-dtls1_2",), "alien", ("-dtls1_2",), Want("failed", "certificate.incomplete-chain")),
    "suite": (("-dtls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"), "good", ("-dtls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"),
              Want("undetermined", "cipher.no-common-suite")),
    "version": (("-dtls1_2",), "good", ("-dtls1", *OLD), Want("failed", "protocol.version-mismatch")),
    "client-certificate": (DEMANDING, "good", ("-dtls1_2",), Want("failed", "client-auth.certificate-required")),
    "client-certificate-untrusted": (DEMANDING, "good", ("-dtls1_2", "-cert", "alien.pem", "-key", "alien.key"),
                                     Want("failed", "client-auth.unknown-ca")),
}
TYPES = {1: "client_hello", 2: "server_hello", 3: "hello_verify_request", 4: "new_session_ticket", 11: "certificate",
         12: "server_key_exchange", 13: "certificate_request", 14: "server_hello_done", 15: "certificate_verify",
         16: "client_key_exchange", 20: "finished"}


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for authority in ("root", "stranger"):
        openssl(folder, "req", "-x509", *curve, "-keyout", f"{authority}.key", "-out", f"{authority}.pem", "-subj", f"/CN=Lab {authority}")
    (folder / "names").write_text("subjectAltName=DNS:dtls.lab.test\nbasicConstraints=CA:FALSE\n")
    for name, issuer, days, key in (("good", "root", "30", curve), ("rsa", "root", "30", ("-newkey", "rsa:2048", "-nodes")),
                                    ("old", "root", "0", curve), ("alien", "stranger", "30", curve)):
        openssl(folder, "req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial",
                "-days", days, "-out", f"{name}.pem", "-extfile", "names")
    time.sleep(1.1)  # the old one ends with the second in which it was made


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start_server(folder, case, port):
    how, certificate, _, _ = CASES[case]
    command = ["openssl", "s_server", "-4", "-port", str(port), "-cert", f"{certificate}.pem", "-key", f"{certificate}.key", *how]
    with open(folder / f"{case}.server", "wb") as said:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT)
    return server


def start_client(folder, case, port):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "dtls.lab.test", "-verify_return_error", "-CAfile",
               "root.pem", "-keylogfile", f"{case}.keys", *CASES[case][2]]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(folder, case):
    for _ in range(100):
        if b"ACCEPT" in (folder / f"{case}.server").read_bytes():
            return
        time.sleep(0.05)
    raise SystemExit(f"{case}: the server does not start: {(folder / f'{case}.server').read_text()[-300:]}")


def visit(folder):
    """All cases at once: (port, packets) of each."""
    ports = {case: free_port() for case in CASES}
    tap, servers, clients = Tap(), [], []
    try:
        servers = [start_server(folder, case, port) for case, port in ports.items()]
        for case in CASES:
            wait_for(folder, case)
        clients = [start_client(folder, case, port) for case, port in ports.items()]
        time.sleep(1.0)
        for words in (b"hello\n", b"Q\n"):
            for client in clients:
                if client.poll() is None:
                    client.stdin.write(words)
                    client.stdin.flush()
            time.sleep(0.2)
        for client in clients:
            client.wait(LONGEST)
        for port in ports.values():
            tap.settle(port)
        return {case: (port, tap.packets(port)) for case, port in ports.items()}
    finally:
        for process in servers + clients:
            process.kill()
            process.wait()
            process.stdin.close()
        tap.close()


def seen_by_tshark(path, keys, port):
    fields = ["udp.srcport", "dtls.handshake.type", "dtls.alert_message.desc"]
    done = subprocess.run(["tshark", "-r", path, "-d", f"udp.port=={port},dtls", "-o", f"tls.keylog_file:{keys}", "-T", "fields",
                           *(x for f in fields for x in ("-e", f))], capture_output=True, check=True, timeout=60)
    messages, alerts = set(), set()
    for line in done.stdout.decode().splitlines():
        source, types, codes = (line.split("\t") + ["", "", ""])[:3]
        who = "server" if source == str(port) else "client"
        messages |= {(who, TYPES.get(int(each), each)) for each in types.split(",") if each}
        alerts |= {(who, int(each)) for each in codes.split(",") if each}
    return messages, alerts


def seen_by_us(reports):
    messages = {(m["from"], m["type"]) for r in reports for m in r["handshake"]["messages"] if m["type"] in TYPES.values()}
    return messages, {(a["from"], a["code"]) for r in reports for a in r["handshake"]["alerts"]}


def judge(program, folder, seen, verbose):
    wrong = []
    for case, (port, packets) in seen.items():
        want, path, keys = CASES[case][3], folder / f"{case}.pcap", folder / f"{case}.keys"
        write(path, packets)
        bare, _ = analyse(program, path, folder / "root.pem")
        wrong += judged(case, bare, want.outcome, want.cause)
        keys = keys if keys.exists() else None
        opened, _ = analyse(program, path, folder / "root.pem", keys)
        wrong += judged(case + " with its key log", opened, want.outcome, want.cause)
        mine, theirs = seen_by_us(opened), seen_by_tshark(path, keys or os.devnull, port)
        if mine != theirs:
            wrong.append(f"{case}: tshark sees {sorted(theirs[0] - mine[0])} more, and the alerts {sorted(theirs[1])}; "
                         f"we see {sorted(mine[0] - theirs[0])} more, and {sorted(mine[1])}")
        if verbose and bare:
            print(f"{case:30} {bare[-1]['outcome']:13} {bare[-1]['verdict']['summary']}")
    for case in ("healthy", "healthy-small"):
        port, packets = seen[case]
        for name, some in parts(packets) + one_sided(packets, port):
            reports, _ = analyse(program, write(folder / "part.pcap", some), folder / "root.pem")
            wrong += [f"{case}, {name}: {r['outcome']}: {r['verdict'].get('summary')}" for r in reports
                      if r["outcome"] not in ("ok", "undetermined") or r.get("doubts")]
    return wrong


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--keep", type=pathlib.Path)
    options.add_argument("--verbose", action="store_true")
    args = options.parse_args()
    try:
        Tap().close()
    except OSError as error:
        print(f"the loopback interface cannot be watched: {error}")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    if shutil.which("tshark") is None:
        print("tshark is missing: tools/setup test installs it")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    with tempfile.TemporaryDirectory(prefix="whytls-dtls-") as temporary:
        folder = args.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        make_certificates(folder)
        seen = visit(folder)
        wrong = judge(args.program, folder, seen, args.verbose)
    print("\n".join([*wrong, f"{len(seen)} handshakes of DTLS, {len(wrong)} faults"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
