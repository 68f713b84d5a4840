# SPDX-License-Identifier: Apache-2.0
"""The table, the summary and the JSON file."""
from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from .runner import Result

COLOUR = {"right": "32", "wrong": "31", "undetermined": "33", "missing": "35", "broken": "35"}


def line(result: Result) -> str:
    mark = result.mark
    if sys.stdout.isatty():
        mark = f"\033[{COLOUR[mark]}m{mark:<12}\033[0m"
    count = "" if result.connections is None else str(result.connections)
    text = f"{mark:<12} {result.scenario.id:<66} {result.scenario.expected:<52} {result.got:<52} {count:>3} {result.seconds:6.2f}"
    return text + "".join(f"\n{'':13}{note}" for note in result.notes)


def heading() -> str:
    return f"{'':<12} {'scenario':<66} {'expected':<52} {'got':<52} con      s"


def summary(results: list[Result], seconds: float) -> str:
    count = Counter(result.mark for result in results)
    healthy = sum(1 for r in results if r.scenario.cause is None)
    connections = [r.connections for r in results if r.connections]
    words = [f"{len(results)} scenarios ({len(results) - healthy} broken, {healthy} healthy)"]
    words += [f"{count[mark]} {mark}" for mark in COLOUR if count[mark] or mark in ("right", "wrong")]
    if connections:
        words.append(f"connections {sum(connections) / len(connections):.1f} on average, {max(connections)} at most")
    return ", ".join(words) + f", {seconds:.0f} s"


def misses(results: list[Result]) -> str:
    gone = [r for r in results if r.mark not in ("right", "missing")]
    return "\n".join(["not right:", *(f"  {r.scenario.id}: {r.mark}, expected {r.scenario.expected}, got {r.got}"
                                      + (f"\n      {r.command}" if r.command else "") for r in gone)]) if gone else ""


def dear(results: list[Result]) -> str:
    """Rows beyond the cost that is promised where nothing times out: 12 connections and 2 seconds."""
    over = [r for r in results if r.connections and not r.scenario.slow and (r.connections > 12 or r.seconds > 2)]
    return "\n".join(["dear:", *(f"  {r.scenario.id}: {r.connections} connections, {r.seconds:.2f} s" for r in over)]) if over else ""


def write_json(results: list[Result], path: Path) -> None:
    rows = [{"id": r.scenario.id, "software": r.scenario.server.software, "expected": {
        "outcome": r.scenario.outcome, "cause": r.scenario.cause, "side": r.scenario.side}, "got": r.got, "mark": r.mark,
        "connections": r.connections, "seconds": round(r.seconds, 3), "notes": r.notes} for r in results]
    path.write_text(json.dumps({"schema": "whytls.lab/1", "scenarios": rows}, indent=1) + "\n")
