#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""whytls pcap beside tshark on every DTLS and QUIC flow of captures that nobody here wrote. Versions, suites, names, ALPN, JA3, messages,
alerts, closes and whether the handshake was seen to its end agree, or the difference is argued in DIFFERS; what is argued there and agrees
is an error too. Needs the captures of $WHYTLS_SHARED (or ../shared): fails without them in CI, else says so and is skipped."""
import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SHARED = pathlib.Path(os.environ.get("WHYTLS_SHARED", HERE.parents[1].parent / "shared")) / "captures"
VERSIONS = {"TLSv1.2": "tls1.2", "TLSv1.3": "tls1.3", "DTLSv1.0": "dtls1.0", "DTLSv1.2": "dtls1.2", "DTLSv1.3": "dtls1.3",
            "DTLSv0.9(OpenSSL)": "0x0100"}

# (end of the file's name, part of the client's endpoint or "", what) -> why tshark is not followed there.
DIFFERS = {
    ("quic-crypto-packets.pcap", "173.38.117.86:50342", "hello"): "opens under the keys of its own connection id: the hello is authentic",
    ("quic-crypto-packets.pcap", "173.38.117.83:35778", "hello"): "opens under the keys of its own connection id: the hello is authentic",
    ("quic-crypto-packets.pcap", "10.150.34.25:57359", "hello"): "opens under the keys of its own connection id: the hello is authentic",
    ("quic_v2.pcap", "172.16.2.1:49027", "extra"): "a version that tshark does not know; opens with the salt of a draft of version 2",
    ("quic_v2.pcap", "172.16.2.1:47776", "extra"): "a version that tshark does not know; opens with the salt of a draft of version 2",
    ("viber.pcap", "192.168.12.156:40482", "extra"): "a DTLS ClientHello within a TURN Send indication, on a port where tshark does not look",
    ("pcap/dtls.pcap", "127.0.0.1:40983", "messages"): "DTLS 1.3 whose secrets stand in the capture, which tshark 4.0 does not open",
    ("dtls_certificate.pcapng", "", "messages"): "of the server_key_exchange only a first fragment was captured",
    ("google_meet.pcapng", "192.168.88.231", "outcome"): "the capture ends within the server's flight; its only later packet is an acknowledgement",
}


def flows_of(program, path):
    done = subprocess.run([program, "pcap", "--all", "--format", "jsonl", str(path)], capture_output=True, timeout=120, check=False)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"{path}: {done.stderr.decode(errors='replace')}")
    found = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        report = json.loads(line)
        flow = report["flow"]
        if flow["protocol"] != "tls":
            found[(flow["protocol"], bare(flow["client"]), bare(flow["server"]))].append(report)
    return found


def bare(endpoint):
    return endpoint.replace("[", "").replace("]", "")


def messages(reports):
    """In the clear or decrypted, each kind once: tshark counts fragments and copies."""
    return list(dict.fromkeys(f"{m['from'][0]}:{m['type']}" for report in reports for m in report["handshake"]["messages"]
                              if not m["type"].startswith("protected") and m["type"] not in ("alert", "change_cipher_spec", "application_data")))


def differences(expected, reports):
    first = reports[0]["handshake"]
    last = reports[-1]["handshake"]
    selected, offered = last["selected"], first["offered"]
    theirs = (expected["sni"], (expected["alpn"] or {}).get("offered") or [], expected["ja3"])
    mine = (offered.get("server_name") or None, offered.get("alpn") or [], offered.get("ja3") or None)
    retried = any("j" in (report["flow"]["history"] or "") for report in reports)
    # A hello that was asked to come again is told by its last form: JA3 may change with the group.
    if expected["hello_retry_request"] or expected["client_hellos"] > 1:
        theirs, mine = theirs[:2], mine[:2]
    pairs = [
        ("hello", theirs, mine),
        ("messages", [m for m in dict.fromkeys(expected["handshake_messages"])], messages(reports)),
        ("version", VERSIONS.get(expected["selected_version"], expected["selected_version"]), selected.get("version")),
        ("suite", (expected["cipher"] or {}).get("id"), selected.get("suite")),
        ("retry", expected["hello_retry_request"], retried),
        ("alerts", [(a["direction"], a["code"]) for a in expected["alerts"] if not a["encrypted"]],
         [(a["from"], a["code"]) for report in reports for a in report["handshake"]["alerts"] if not a["encrypted"]]),
    ]
    closes = [c for c in (expected.get("quic") or {}).get("connection_close") or [] if c["tls_alert"] is not None]
    if closes:
        pairs.append(("close", [c["tls_alert"] for c in closes][:1], [a["code"] for a in last["alerts"]][:1]))
    out = [(what, a, b) for what, a, b in pairs if a != b]
    if any(what == "hello" for what, _, _ in out):
        out = [each for each in out if each[0] != "messages"]
    if expected["outcome"] == "complete" and last["complete"] is not True and expected["handshake_messages"]:
        out.append(("outcome", "complete", reports[-1]["verdict"]["summary"]))
    if expected["outcome"] == "failed" and last["complete"] is True:
        out.append(("outcome", "failed", "complete"))
    return out


def argued(name, client, what, used):
    for key in DIFFERS:
        if name.endswith(key[0]) and key[1] in client and key[2] == what:
            used.add(key)
            return True
    return False


def judge_file(program, name, flows, used):
    """(flows that agree, what is wrong)"""
    found = flows_of(program, SHARED / name)
    agree, wrong = 0, []
    for expected in flows:
        key = (expected["transport"], expected["client"], expected["server"])
        if key not in found and (key[0], key[2], key[1]) in found and not expected["client_hello"]:
            key = (key[0], key[2], key[1])  # without a hello tshark goes by ports
        reports = found.pop(key, [])
        if not reports:
            if expected["handshake_messages"] or expected["client_hello"]:
                wrong.append(f"{name} {key}: missing: {expected['handshake_messages'][:4]}")
            else:
                agree += 1  # no handshake in it: protected data only, or Google's own
            continue
        left = [d for d in differences(expected, reports) if not argued(name, key[1], d[0], used)]
        agree += not left
        wrong += [f"{name} {key[1]} > {key[2]}: {what}: tshark {a}, whytls {b}" for what, a, b in left]
    wrong += [f"{name} {key}: tshark has no such flow: {messages(reports)}" for key, reports in found.items()
              if messages(reports) and not argued(name, key[1], "extra", used)]
    return agree, wrong


def main():
    if not SHARED.is_dir():
        print(f"the captures are not here ({SHARED}): not compared")
        return 1 if os.environ.get("CI") == "true" else 77
    used, wrong, agree, total = set(), [], 0, 0
    for row in (SHARED / "INDEX.tsv").read_text().splitlines()[1:]:
        columns = row.split("\t")
        flows = [f for f in json.loads((SHARED / columns[10]).read_text())["flows"] if f["transport"] != "tls"]
        if not flows and not any(columns[0].endswith(key[0]) for key in DIFFERS):
            continue
        total += len(flows)
        good, bad = judge_file(sys.argv[1], columns[0], flows, used)
        agree += good
        wrong += bad
    wrong += [f"argued, but not so any more: {key}" for key in DIFFERS.keys() - used]
    print("\n".join(wrong))
    print(f"{total} flows of DTLS and QUIC, {agree} agree or differ as argued, {len(wrong)} faults")
    return 1 if wrong or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
