# SPDX-License-Identifier: Apache-2.0
"""What is right to say of a real client's visit, and what may be left open."""
from __future__ import annotations

# What a watcher of the server's side of things cannot see, or what these clients do not look at.
NOT_HERE = {
    "network.dns-failure": "no packet goes to the server", "network.inconsistent-addresses": "clients go on to the next address",
    "network.rate-limited": "needs a rhythm of connections", "certificate.ct-missing": "no client here wants timestamps",
    "configuration.clock-skew": "the clock of another machine", "configuration.crypto-policy": "the policy of another machine",
    "configuration.trust-store": "the store of another machine", "certificate.revocation-unavailable": "no client here insists",
}


# What a client meets there is another thing than the table's, which speaks of whytls as a client.
REFUSED = {"cipher.no-common-suite", "cipher.no-common-signature-algorithm"}  # by the server, which cannot use such a certificate
OTHERWISE = {
    "certificate.wrong-purpose/openssl-key-usage": REFUSED, "certificate.malformed/openssl-repeated-extension": REFUSED,
    "certificate.weak-signature/openssl-md5-leaf": REFUSED, "certificate.malformed/every-openssl-broken-names": REFUSED,
    "certificate.malformed/every-nginx-broken-names": REFUSED, "certificate.malformed/every-node-broken-names": REFUSED,
    # Its suite is none that Python and Go offer.
    "certificate.malformed/canned-no-der-at-all": {"protocol.malformed"}, "certificate.malformed/canned-cut-short": {"protocol.malformed"},
    # An alert says it literally, and what a plainer offer would get nobody tried; intolerance is named as a doubt.
    "protocol.version-intolerance/alert-70-on-13": {"protocol.version-mismatch"},
    "protocol.refused-by-alert/alert-70": {"protocol.version-mismatch"},
    # The name that the client did not send is not on the wire.
    "protocol.sni-required/nginx-default-certificate": {"certificate.hostname-mismatch"},
    "protocol.sni-required/apache-default-certificate": {"certificate.hostname-mismatch"},
    # These clients do not insist, and what follows is a canned answer's end.
    "protocol.legacy-renegotiation/canned": {"protocol.malformed"},
    # curl has the proxy look up a name that it does not know.
    "certificate.expired/behind-tinyproxy": {"network.proxy-refused"},
    # That a stranger's name gets a certificate of the same issuer only a question shows.
    "network.tls-intercepted/go-one-issuer-for-every-name": {"certificate.untrusted-root"},
}
# What the server would have said to a plain word is not on the wire where nobody says one (docs/judgement.md, Plaintext).
OTHER_CAUSES = {"protocol.starttls-needed": {"protocol.not-tls"}, "protocol.starttls-refused": {"protocol.not-tls"}}
# They change after so many clients.
COUNTED = ("healthy/fault-limited-after-the-first", "protocol.refused-by-alert/alert-then-limited",
           "certificate.self-signed/fault-then-limited-after-3")


def wanted(scenario, client):
    """Causes that are right."""
    out = {scenario.cause} | {cause for cause, _ in scenario.accept} | OTHERWISE.get(scenario.id, set())
    out |= OTHER_CAUSES.get(scenario.cause, set())
    if client.startswith(("go", "java")) and scenario.family == "client-auth":
        out.add("client-auth.certificate-required")  # Go sends no certificate whose issuer is not asked for, and this Java has none
    if client.startswith(("go", "chromium", "firefox")) and scenario.cause == "cipher.weak-dh":
        out.add("cipher.no-common-suite")  # they speak no DHE
    return out


def left_open(report):
    return [each["cause"] for each in report.get("doubts") or []]


def mark(scenario, client, works, reports):
    """right, honest, fine, hidden, aborted, nothing or wrong; and what was said."""
    said = [(r["outcome"], (r["verdict"] or {}).get("cause"), left_open(r)) for r in reports]
    words = "; ".join(f"{o} {c or ''} {'/'.join(l)}".strip() for o, c, l in said) or "no handshake"
    right = wanted(scenario, client)
    named = {c for o, c, _ in said if o == "failed"}
    open_ = [l for o, _, l in said if o == "undetermined"]
    # Behind the handshake a client may not notice that it is refused, or not mind: curl takes an empty answer.
    if scenario.cause is None and not works:
        return "odd", words  # the table speaks of another client
    if scenario.cause is None or (works and scenario.family != "client-auth"):
        return ("wrong" if named or any(open_) else "fine"), words
    if named - right:
        return "wrong", words
    if named:
        return "right", words
    if open_:
        return ("honest" if any(not l or right & set(l) for l in open_) else "wrong"), words
    if works:
        return "fine", words
    # What is weak today may have been good enough for a client that says nothing.
    seen = any(r["handshake"]["certificates"] for r in reports) and scenario.family == "certificate" and ".weak-" not in scenario.cause
    seen = seen and scenario.host is not None  # which name the client wanted is not on the wire
    if any(r["handshake"]["complete"] for r in reports):
        return "hidden", words
    if not reports:
        return "nothing", words
    return ("wrong" if seen else "aborted"), words
