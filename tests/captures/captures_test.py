#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""whytls pcap beside tshark on captures that nobody here wrote: every flow, its versions, suite, names, alerts, certificates and
fingerprints agree, or the difference is one of those argued in DIFFERS. Needs the captures of $WHYTLS_SHARED (or ../shared)."""
import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SHARED = pathlib.Path(os.environ.get("WHYTLS_SHARED", HERE.parents[1].parent / "shared")) / "captures"
VERSIONS = {"SSLv2": "ssl2", "SSLv3": "ssl3", "TLSv1.0": "tls1.0", "TLSv1.1": "tls1.1", "TLSv1.2": "tls1.2", "TLSv1.3": "tls1.3",
            "DTLSv1.0": "dtls1.0", "DTLSv1.2": "dtls1.2", "DTLSv1.3": "dtls1.3"}


def version(name):
    """tshark's name as the contract spells it; drafts are 0x7fNN."""
    if name and name.startswith("TLSv1.3-draft"):
        return f"0x7f{int(name.removeprefix('TLSv1.3-draft')):02x}"
    return VERSIONS.get(name, name)


def ours(program, path):
    done = subprocess.run([program, "pcap", "--all", "--format", "jsonl", str(path)], capture_output=True, timeout=120, check=False)
    if done.returncode not in (0, 1, 3):
        return None, done.stderr.decode(errors="replace").strip()
    flows = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        report = json.loads(line)
        flow = report["flow"]
        flows[(flow["protocol"], flow["client"].replace("[", "").replace("]", ""), flow["server"].replace("[", "").replace("]", ""))].append(report)
    for each in flows.values():
        each.sort(key=lambda r: r["flow"]["first_packet"])
    return flows, ""


def messages(report):
    """Clear handshake messages in tshark's form, without what only decryption or a gap shows."""
    return [f"{m['from'][0]}:{m['type']}" for m in report["handshake"]["messages"]
            if m["type"] not in ("alert", "change_cipher_spec", "application_data") and not m["type"].startswith("protected")]


def compare(expected, report):
    """(what, theirs, ours) for each disagreement."""
    handshake = report["handshake"]
    selected, offered = handshake["selected"], handshake["offered"]
    out = []

    def same(what, theirs, mine):
        if theirs != mine:
            out.append((what, theirs, mine))

    same("selected version", version(expected["selected_version"]), selected.get("version"))
    same("suite", (expected["cipher"] or {}).get("id"), selected.get("suite"))
    same("server name", expected["sni"], offered.get("server_name") or None)
    same("ALPN offered", (expected["alpn"] or {}).get("offered") or [], offered.get("alpn") or [])
    same("JA3", expected["ja3"], offered.get("ja3") or None)
    same("JA3S", expected["ja3s"], report["flow"].get("ja3s") or None)
    same("alerts", [(a["direction"], a["code"]) for a in expected["alerts"] if not a["encrypted"]],
         [(a["from"], a["code"]) for a in handshake["alerts"] if not a["encrypted"]])
    same("certificates", (expected["certificates"] or {}).get("server_count", 0), len(handshake["certificates"]))
    # What tshark calls unknown or ambiguous may be seen more clearly; what it saw to the end, or never failing, must not fail here.
    if expected["outcome"] == "complete" and report["outcome"] != "ok":
        out.append(("outcome", expected["outcome"], f"{report['outcome']} {report['verdict']['summary']}"))
    if expected["outcome"] in ("unknown", "midstream") and report["outcome"] == "failed":
        out.append(("outcome", f"{expected['outcome']} {expected['failure_class']}", f"failed {report['verdict']['cause']}"))
    if expected["outcome"] == "failed" and report["outcome"] == "ok":
        out.append(("outcome", expected["failure_class"], "ok"))
    same("messages", expected["handshake_messages"], messages(report))
    return out


# Where whytls and tshark differ on one capture, and why tshark is not right there.
DIFFERS = {
    ("ntop_nDPI/tests/cfgs/default/pcap/http_ipv6.pcap", "outcome"):
        "the server warns unrecognized_name, its certificate is for another name, and the client leaves without a word: refused, not served",
    ("ntop_nDPI/tests/cfgs/default/pcap/tls_missing_ch_frag.pcap", "outcome"):
        "a part of the ClientHello is missing; the client's Finished and data are there, so that it was completed",
    ("ntop_nDPI/tests/cfgs/default/pcap/tls_2_reasms.pcapng", "outcome"): "bytes of both sides are missing: whytls does not say that it was completed",
    ("ntop_nDPI/tests/cfgs/default/pcap/google_meet.pcapng", "outcome"): "no packet with a short header of both sides: whytls does not say that it was completed",
    ("ntop_nDPI/tests/cfgs/default/pcap/anyconnect-vpn.pcap", "selected version"): "OpenSSL's version before DTLS 1.0 has no name in the registry",
    ("ntop_nDPI/tests/cfgs/default/pcap/dtls_certificate.pcapng", "messages"): "tshark lists a message of which only the first fragment is there",
    ("FoxIO-LLC_ja4/pcap/chrome-cloudflare-quic-with-secrets.pcapng", "certificates"): "compressed with brotli (RFC 8879), which whytls does not unpack",
}
FRAMED = ("openvpn", "443-opvn")  # TLS in pieces within OpenVPN's own framing, which tshark takes apart and whytls does not


def once(names):
    """Without repetitions: tshark lists each fragment and each retransmission of DTLS and QUIC."""
    names = [n.replace("c:sslv2-1", "c:client_hello") for n in names]
    return [n for i, n in enumerate(names) if n not in names[max(0, i - 4):i]]


def within(part, whole):
    rest = iter(whole)
    return all(each in rest for each in part)


def ascii_only(names):
    return ["".join(c for c in n.replace("\\x", "\ufffd") if c.isascii()) for n in names if n]


def argued(name, expected, what, theirs, mine):
    """Why whytls is right although tshark says something else; empty: it is not known to be."""
    if (name, what) in DIFFERS:
        return DIFFERS[name, what]
    if any(word in name for word in FRAMED):
        return "within OpenVPN's framing"
    if what == "messages" and within(once(theirs), once(mine)):
        return "tshark joins no segments out of order, nor fragments, unless told to"
    if what == "messages" and within(once([n for n in theirs if not n.endswith(":finished")]), once(mine)):
        return "a suite without encryption: whytls looks at nothing behind the change_cipher_spec"
    if not theirs and mine:
        return "tshark did not put this together"
    if what == "ALPN offered" and not set("".join(ascii_only(theirs))) - set("".join(n for n in mine)):
        return "names that are no UTF-8, or empty"
    if what == "JA3" and not expected["client_hello"].get("sslv2_format") and "tls_cipher_lens" in name:
        return "a ClientHello with lengths that contradict one another"
    return ""


def main():
    program = sys.argv[1]
    if not SHARED.is_dir():
        print(f"the captures are not here ({SHARED}): not compared")
        return 1 if os.environ.get("CI") == "true" else 77
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    counts = collections.Counter()
    lines, unexplained = [], []
    for row in (SHARED / "INDEX.tsv").read_text().splitlines()[1:]:
        name, reference = row.split("\t")[0], row.split("\t")[10]
        if only and only not in name:
            continue
        found, why = ours(program, SHARED / name)
        theirs = json.loads((SHARED / reference).read_text())["flows"]
        if found is None:
            counts["unread"] += 1
            unexplained.append(f"{name}: {why}")
            continue
        for expected in theirs:
            key = (expected["transport"], expected["client"], expected["server"])
            if key not in found and (key[0], key[2], key[1]) in found:
                counts["roles reversed"] += 1
                lines.append(f"{name} {key}: client and server the other way round ({expected['client_known_by']})")
                continue
            reports = found.get(key, [])
            if not reports:
                counts["missing " + key[0]] += 1
                # Without a hello it is a guess that this is TLS; what tshark takes out of other framing is not looked for.
                if expected["handshake_messages"] and not any(word in name for word in FRAMED + ("rdpeudp2",)):
                    unexplained.append(f"{name} {key}: flow missing: {expected['handshake_messages'][:4]} {expected['failure_class']}")
                continue
            report = reports.pop(0)
            counts["flows"] += 1
            differences = compare(expected, report)
            counts["agree" if not differences else "differ"] += 1
            for what, a, b in differences:
                why = argued(name, expected, what, a, b)
                counts[("argued: " + why) if why else ("differs: " + key[0] + " " + what)] += 1
                if not why:
                    unexplained.append(f"{name} {key[1]} > {key[2]}: {what}: tshark {a}, whytls {b}")
        for key, left in found.items():
            for report in left:
                if report["handshake"]["messages"] or report["outcome"] == "failed":
                    counts["extra " + key[0]] += 1
                    lines.append(f"{name} {key}: a flow that tshark does not have: {messages(report)[:4]} {report['outcome']}")
    if only:
        print("\n".join(lines))
    print("\n".join(unexplained))
    for what, count in sorted(counts.items()):
        print(f"{count:6} {what}")
    print(f"{counts['flows']} flows, {counts['agree']} agree with tshark in everything, {len(unexplained)} differ without a reason")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
