# SPDX-License-Identifier: Apache-2.0
"""A probe that is captured gives the same facts twice: what whytls itself asks is watched, and both reports are laid side by side."""
from __future__ import annotations

import json
import subprocess

from lab import arguments
from lab.bed import Bed
from lab.scenario import Scenario

ROWS = ("healthy/nginx-plain", "healthy/openssl-cbc-only", "healthy/gnutls-dhe-2048", "healthy/nginx-tls12-only",
        "protocol.version-mismatch/nginx-tls13-only-client-12",
        "protocol.sni-unrecognized/nginx-every-name", "protocol.alpn-mismatch/go-client-wants-mqtt", "protocol.not-tls/nginx-http",
        "cipher.weak-dh/openssl-1024", "certificate.expired/openssl-tls12-only", "client-auth.certificate-required/openssl-tls12",
        "client-auth.certificate-required/haproxy-tls12", "protocol.refused-by-alert/alert-40", "network.reset-in-handshake/after-hello",
        "protocol.malformed/suite-not-offered", "protocol.downgrade-detected/canned-sentinel", "healthy/starttls-smtp",
        "network.connection-refused/ipv4")

OFFER = ("offered_versions", "offered_suites", "offered_groups", "offered_signature_algorithms", "offered_alpn", "offered_server_name",
         "offered_size")
ANSWER = ("selected_version", "selected_suite", "secure_renegotiation", "extended_master_secret", "downgrade_sentinel", "dh_bits")
# Behind the ServerHello TLS 1.3 hides what whytls itself has the keys for.
OPEN_ANSWER = ("selected_group", "selected_signature_algorithm", "selected_alpn", "requests_certificate", "request_authorities",
               "client_certificate_sent", "signature_verifies")
ENDING = ("alert", "alert_from", "failed_stage", "failure", "plaintext_protocol", "plaintext_excerpt", "violation", "violation_by")
CHAIN = ("chain_length", "leaf_subject", "leaf_issuer", "leaf_names", "server_key", "link_subject", "must_staple", "valid_from",
         "valid_until")


def values(report: dict, kind: str) -> set[tuple[str, str]]:
    return {(str(fact.get("subject") or ""), json.dumps(fact.get("value"))) for fact in report["evidence"] if fact.get("kind") == kind}


def same_hello(live: dict, watched: list[dict]) -> dict | None:
    """Whytls makes many connections: the one in question is that whose hello is the report's. One that never comes about has none."""
    silent = [r for r in watched if not r["handshake"]["messages"]]
    return next((r for r in watched if r["handshake"]["offered"] == live["handshake"]["offered"]), silent[0] if silent else None)


def compared(live: dict, watched: dict) -> tuple[str, ...]:
    """The kinds that both must state alike, argued for each that is left out."""
    if not watched["handshake"]["messages"]:
        return ENDING  # what was not sent cannot be seen
    kinds = [*OFFER]
    selected = (live["handshake"] or {}).get("selected") or {}
    answered = bool(selected.get("version"))
    if answered:
        # An unanswered hello has no selection; a live report then gives that of the nearest offer that works.
        kinds += ANSWER
        if selected["version"] != "tls1.3":
            kinds += [*OPEN_ANSWER, *CHAIN]
    # Whytls looks to the end of a handshake that the client in question would refuse: on the wire it goes on.
    refusal = live["verdict"]["stage"] in ("certificate", "key-exchange", "server-hello") and answered
    if live["outcome"] == "failed" and not refusal:
        kinds += ENDING
    return tuple(kinds)


def differences(live: dict, watched: dict) -> list[str]:
    out = []
    for kind in compared(live, watched):
        ours, theirs = values(live, kind), values(watched, kind)
        # A live diagnosis repeats and varies: facts about other attempts are stated besides.
        if ours and theirs and not (theirs <= ours):
            out.append(f"{kind}: live {sorted(ours)}, watched {sorted(theirs)}")
        if bool(ours) != bool(theirs) and kind in (*OFFER, *ENDING):
            out.append(f"{kind}: live {sorted(ours)}, watched {sorted(theirs)}")
    selected = live["handshake"].get("selected") or {}
    hidden = selected.get("version") == "tls1.3"
    parts = ["offered"] if watched["handshake"]["messages"] else []
    parts += ["selected", "certificates"] if selected.get("version") and not hidden else []
    for part in parts:
        ours, theirs = live["handshake"].get(part), watched["handshake"].get(part)
        if part == "selected" and theirs["resumed"] is None:
            theirs = {**theirs, "resumed": ours["resumed"]}  # it did not get so far that a resumption would show
        if ours != theirs:
            out.append(f"handshake.{part}: live {ours}, watched {theirs}")

    def alerts(report: dict) -> list[tuple[str, str]]:
        return [(a["from"], a["description"]) for a in report["handshake"]["alerts"]
                if a["description"] != "close_notify" and not a["encrypted"]]
    if live["outcome"] == "failed" and compared(live, watched)[-1] == ENDING[-1] and not hidden and alerts(live) != alerts(watched):
        out.append(f"alerts: live {alerts(live)}, watched {alerts(watched)}")
    return out


def ask(program: str, scenario: Scenario, bed: Bed) -> dict:
    words = [*bed.client_prefix, program, *arguments.of_whytls(scenario, bed)]
    done = subprocess.run(words, capture_output=True, timeout=45, check=False, stdin=subprocess.DEVNULL)
    return json.loads(done.stdout)
