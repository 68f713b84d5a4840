# SPDX-License-Identifier: Apache-2.0
"""From a scenario to the words of a command line."""
from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from .bed import Bed
from .scenario import Scenario

WORD = re.compile(r"\{(\w+)(?::([^}]*))?\}")


def fill(text: str, bed: Bed, host: str | None) -> str:
    """Puts the bed's values and the lab's files in the place of {words}."""
    def value(match: re.Match[str]) -> str:
        word, parameter = match.groups()
        pki = bed.pki
        known = {"port": lambda: bed.port, "address": lambda: bracketed(bed.address), "host": lambda: host or bracketed(bed.address),
                 "folder": lambda: bed.folder, "cert": lambda: pki.chain(parameter).file, "key": lambda: pki.chain(parameter).key,
                 "tomorrow": lambda: (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                 "pem": lambda: re.escape(pki.certificate(parameter).read_text().strip()),
                 "bundle": lambda: pki.bundle(*parameter.split("+"))}
        return str(known[word]() if word in known else bed.values[word])
    return WORD.sub(value, text)


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def of_whytls(scenario: Scenario, bed: Bed) -> list[str]:
    words = [fill(scenario.target, bed, scenario.host), "--format", "json"]
    words += [fill(word, bed, scenario.host) for word in scenario.args]
    if scenario.trust and "--ca-file" not in words:
        words += ["--ca-file", str(bed.pki.bundle(*scenario.trust.split("+")))]
    by_url = "://" in scenario.target
    if scenario.server.starttls and "--starttls" not in words and not by_url and scenario.cause != "protocol.starttls-needed":
        words += ["--starttls", scenario.server.starttls]
    resolvable = scenario.host in (None, "localhost") or bool(bed.values.get("resolves"))
    if not resolvable and "--connect" not in words:
        words += ["--connect", f"{bracketed(bed.address)}:{bed.port}"]
    return words


def options(words: tuple[str, ...] | list[str]) -> dict[str, str]:
    """`--name value` pairs; a bare switch has the value ''."""
    out: dict[str, str] = {}
    at = 0
    while at < len(words):
        bare = words[at] in ("--no-servername", "-4", "-6", "--offline")
        out[words[at]] = "" if bare else words[at + 1]
        at += 1 if bare else 2
    return out


def checked_name(scenario: Scenario, given: dict[str, str]) -> str | None:
    return given.get("--servername", scenario.host)
