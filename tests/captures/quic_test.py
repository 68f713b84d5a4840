#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""quic_test.py WHYTLS [--keep FOLDER] [--verbose]

Real QUIC handshakes, by quic-go on both sides, watched on loopback: from the capture alone, and then with the clients' key logs,
`whytls pcap` names the cause or leaves it open honestly; what the key logs open is what tshark opens; and whatever part of a good
handshake a capture misses, no failure is made of it. Without tcpdump's right to watch it is skipped, but never in CI."""
from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
from live.tap import Tap, write  # noqa: E402

SKIPPED = 77
QUIC_GO = pathlib.Path("/usr/share/gocode/src/github.com/lucas-clemente/quic-go")  # Debian's golang-github-lucas-clemente-quic-go-dev


@dataclasses.dataclass(frozen=True)
class Want:
    """Without and with the key log: the outcome, and the cause that is named or, where none is, has to be among those left open."""
    outcome: str
    cause: str | None = None
    opened_outcome: str = ""
    opened_cause: str | None = None

    def opened(self) -> tuple[str, str | None]:
        return (self.opened_outcome, self.opened_cause) if self.opened_outcome else (self.outcome, self.cause)


def hidden(cause: str) -> Want:
    """Under the handshake's keys; that the capture ends with it leaves all open."""
    return Want("undetermined", None, "failed", cause)


GOOD = ("healthy", "healthy-draft29", "healthy-v2-draft", "healthy-negotiated", "healthy-retry", "healthy-early", "healthy-long-hello",
        "healthy-hello-retry")
WANT = {
    **{name: Want("ok") for name in GOOD},
    "alpn": Want("failed", "protocol.alpn-mismatch"),
    "no-version": Want("failed", "protocol.version-mismatch"),
    "groups": Want("undetermined", "cipher.no-common-group"),
    "unknown-name": Want("undetermined", "protocol.sni-unrecognized"),
    "silent": Want("undetermined", "network.handshake-timeout"),
    "closed": Want("failed", "network.unreachable"),
    "untrusted": hidden("certificate.incomplete-chain"),  # nobody has the issuer, and the leaf stands alone
    "expired": hidden("certificate.expired"), "future": hidden("certificate.not-yet-valid"),
    "other-name": hidden("certificate.hostname-mismatch"), "purpose": hidden("certificate.wrong-purpose"),
    "client-certificate": hidden("client-auth.certificate-required"),
    "client-certificate-untrusted": hidden("client-auth.unknown-ca"),
    "client-certificate-expired": hidden("client-auth.certificate-expired"),
}
# tshark 4.0 does not know that version, and derives no keys after a version negotiation.
TSHARK_CANNOT = ("healthy-v2-draft", "healthy-negotiated")
TYPES = {1: "client_hello", 2: "server_hello", 4: "new_session_ticket", 8: "encrypted_extensions", 11: "certificate",
         13: "certificate_request", 15: "certificate_verify", 20: "finished"}


def analyse(program, path, root, keys=None):
    """Reports, and what was said on standard error."""
    command = [program, "pcap", "--all", "--format", "jsonl", "--ca-file", str(root), *(["--keylog", str(keys)] if keys else []), str(path)]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"{path.name}: whytls pcap ended with {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def visit(folder, keep):
    """Compiles the program, runs it under watch, and writes a capture for each case."""
    program = folder / "quic"
    settings = {"GO111MODULE": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOPATH": "/usr/share/gocode", "CGO_ENABLED": "0"}
    environment = {**os.environ, **settings}
    subprocess.run(["go", "build", "-o", program, HERE / "live" / "quic.go"], env=environment, check=True)
    tap = Tap()
    try:
        done = subprocess.run([program, keep], stdout=subprocess.PIPE, check=True, timeout=60)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        for result in results:
            tap.settle(result["port"])
            result["packets"] = tap.packets(result["port"])
            result["path"] = write(keep / f"{result['case']}.pcap", result["packets"])
    finally:
        tap.close()
    return sorted(results, key=lambda each: each["case"])


def judged(case, reports, outcome, cause):
    """What is wrong with the last report, or nothing."""
    if not reports:
        return [f"{case}: no handshake"]
    report = reports[-1]
    named = (report["verdict"] or {}).get("cause")
    left_open = [each["cause"] for each in report.get("doubts") or []]
    if report["outcome"] != outcome or (outcome == "failed" and named != cause):
        return [f"{case}: {report['outcome']} {named or left_open}, expected {outcome} {cause}"]
    if outcome == "undetermined" and cause and cause not in left_open:
        return [f"{case}: {cause} is not left open: {left_open}"]
    if outcome == "undetermined" and report["verdict"]["stage"] == "established":
        return [f"{case}: nothing is established where nobody knows how it ended"]
    return []


def seen_by_tshark(path, keys, port):
    """Handshake messages of each side, and the alerts of CONNECTION_CLOSE."""
    fields = ["udp.srcport", "tls.handshake.type", "quic.cc.error_code.tls_alert"]
    done = subprocess.run(["tshark", "-r", path, "-o", f"tls.keylog_file:{keys}", "-T", "fields", *(x for f in fields for x in ("-e", f))],
                          capture_output=True, check=True, timeout=60)
    messages, alerts = set(), set()
    for line in done.stdout.decode().splitlines():
        source, types, codes = (line.split("\t") + ["", "", ""])[:3]
        who = "server" if source.split(",")[0] == str(port) else "client"
        messages |= {(who, TYPES.get(int(each), each)) for each in types.split(",") if each}
        alerts |= {(who, int(each, 0)) for each in codes.split(",") if each}
    return messages, alerts


def seen_by_us(reports):
    messages = {(m["from"], m["type"]) for r in reports for m in r["handshake"]["messages"] if m["type"] in TYPES.values()}
    return messages, {(a["from"], a["code"]) for r in reports for a in r["handshake"]["alerts"]}


def parts(packets):
    """Captures that miss something of a good handshake: (name, packets)."""
    out = [("backwards from the fourth", packets[:3] + packets[3:][::-1]), ("every packet twice", [p for p in packets for _ in (0, 1)])]
    for i in range(len(packets)):
        out += [(f"without packet {i + 1}", packets[:i] + packets[i + 1:]), (f"the first {i + 1}", packets[:i + 1]),
                (f"from packet {i + 1}", packets[i:])]
        times = [at for at, _ in packets]
        swapped = packets[:i] + packets[i:i + 2][::-1] + packets[i + 2:]
        out.append((f"packet {i + 1} late", [(at, frame) for at, (_, frame) in zip(times, swapped)]))
    return out


def one_sided(packets, port):
    from_server = [p for p in packets if port == int.from_bytes(p[1][34:36], "big")]
    return [("the client alone", [p for p in packets if p not in from_server]), ("the server alone", from_server)]


def judge_parts(program, result, keep):
    """Nothing that a capture misses of a good handshake is a failure."""
    wrong, cut = [], keep / "part.pcap"
    for name, packets in parts(result["packets"]) + one_sided(result["packets"], result["port"]):
        reports, _ = analyse(program, write(cut, packets), keep / "root.pem")
        wrong += [f"{result['case']}, {name}: {r['outcome']} {r['verdict'].get('cause')}: {r['verdict'].get('summary')}" for r in reports
                  if r["outcome"] not in ("ok", "undetermined") or r.get("doubts")]
    return wrong


def judge_secrets(program, results, keep):
    """A key log of something else, or a damaged one, is told, and takes nothing away."""
    healthy, other = results["healthy"], keep / "other.keys"
    plain, _ = analyse(program, healthy["path"], keep / "root.pem")
    expected = [r["outcome"] for r in plain]
    wrong = []
    keys = (keep / "healthy.keys").read_text()
    damaged = "\n".join(line[:-8] + "01234567" for line in keys.splitlines()) + "\n"
    another = (keep / "healthy-retry.keys").read_text()
    for name, text, words in (("of another connection", another, "opened 0 of 1 handshakes: none of them"),
                              ("damaged", damaged, "secrets there that open nothing"), ("no key log", "hello\nworld\n", "holds no secret")):
        other.write_text(text)
        reports, said = analyse(program, healthy["path"], keep / "root.pem", other)
        if words not in said or [r["outcome"] for r in reports] != expected:
            wrong.append(f"key log {name}: {[r['outcome'] for r in reports]}, {said.strip()!r}")
    inside = keep / "inside.pcapng"
    subprocess.run(["editcap", "--inject-secrets", f"tls,{keep / 'expired.keys'}", results["expired"]["path"], inside], check=True)
    reports, said = analyse(program, inside, keep / "root.pem")
    return wrong + judged("secrets in the capture", reports, "failed", "certificate.expired") + ([f"needless: {said}"] if said else [])


def judge_silence(program, results, keep):
    """Where the capture goes on and the connection does not, its last word closed it: what may have been the reason is left open."""
    wrong = []
    for case, cause in (("expired", "certificate.expired"), ("client-certificate", "client-auth.certificate-required"), ("healthy", None)):
        packets = results[case]["packets"]
        later = (packets[-1][0] + 3 * 10**9, results["healthy-retry"]["packets"][-1][1])  # of a connection that nobody knows
        reports, _ = analyse(program, write(keep / "later.pcap", packets + [later]), keep / "root.pem")
        wrong += judged(f"{case}, then silence", reports, "undetermined" if cause else "ok", cause)
    return wrong


def judge(program, results, keep, verbose):
    wrong = []
    for case, result in results.items():
        want, keys = WANT[case], keep / f"{case}.keys"
        bare, _ = analyse(program, result["path"], keep / "root.pem")
        opened, _ = analyse(program, result["path"], keep / "root.pem", keys)
        wrong += judged(case, bare, want.outcome, want.cause) + judged(case + " with its key log", opened, *want.opened())
        mine, theirs = seen_by_us(opened), seen_by_tshark(result["path"], keys, result["port"])
        if case not in TSHARK_CANNOT and mine != theirs:
            wrong.append(f"{case}: tshark sees {sorted(theirs[0] - mine[0])} more, and the alerts {sorted(theirs[1])}; "
                         f"we see {sorted(mine[0] - theirs[0])} more, and {sorted(mine[1])}")
        if verbose:
            print(f"{case:30} {bare[-1]['outcome']:13} {opened[-1]['verdict']['summary']}  [{result['client']}]")
    for case in ("healthy", "healthy-retry", "healthy-hello-retry", "healthy-long-hello"):
        wrong += judge_parts(program, results[case], keep)
    return wrong + judge_silence(program, results, keep) + judge_secrets(program, results, keep)


def unable():
    """Why these handshakes cannot be watched here."""
    missing = [name for name in ("go", "tshark", "editcap") if shutil.which(name) is None]
    if not QUIC_GO.is_dir():
        missing.append("golang-github-lucas-clemente-quic-go-dev")
    if missing:
        return f"{', '.join(missing)} missing: tools/setup test installs it"
    try:
        Tap().close()
    except OSError as error:
        return f"the loopback interface cannot be watched: {error}"
    return ""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--keep", type=pathlib.Path)
    options.add_argument("--verbose", action="store_true")
    args = options.parse_args()
    if why := unable():
        print(why)
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    with tempfile.TemporaryDirectory(prefix="whytls-quic-") as temporary:
        folder = pathlib.Path(temporary)
        keep = args.keep or folder
        keep.mkdir(exist_ok=True)
        results = {each["case"]: each for each in visit(folder, keep)}
        wrong = judge(args.program, results, keep, args.verbose) + [f"{case}: not played" for case in WANT.keys() - results.keys()]
    print("\n".join([*wrong, f"{len(results)} handshakes of QUIC, {len(wrong)} faults"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
