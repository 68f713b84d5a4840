# SPDX-License-Identifier: Apache-2.0
"""Runs scenarios side by side and compares what whytls says with what is right."""
from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from . import arguments, referee
from .bed import Bed
from .pki import Pki
from .process import LabError, Missing, Ports
from .scenario import Scenario
from .servers.authority import Authority

LONGEST = 45  # seconds after which a run of whytls is ended


@dataclass
class Result:
    scenario: Scenario
    mark: str  # right, wrong, undetermined, missing, broken (the lab itself failed)
    got: str = ""
    connections: int | None = None
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    command: str = ""


class Lab:
    def __init__(self, whytls: Path | None, keep: bool = False, reports: Path | None = None) -> None:
        self.whytls, self.reports = whytls, reports
        self._folder = None if keep else tempfile.TemporaryDirectory(prefix="whytls-lab-", ignore_cleanup_errors=True)
        self.root = Path(self._folder.name if self._folder else tempfile.mkdtemp(prefix="whytls-lab-"))
        self.root.chmod(0o755)
        self._guard = threading.Lock()
        self._count = itertools.count()
        self.pki, self.ports = Pki(self.root / "pki"), Ports()
        self.shared = self.root / "shared"
        self.shared.mkdir()
        self.ends: list[Callable[[], object]] = []

    def close(self) -> None:
        while self.ends:
            self.ends.pop()()
        if self._folder:
            self._folder.cleanup()

    def play(self, scenario: Scenario) -> Result:
        # a short name: sockets in it must fit into 108 bytes
        bed = Bed(self.root / f"{next(self._count)}-{scenario.name[:16]}", self.pki, self.ports, self.shared, ends=self.ends)
        try:
            for name, text in scenario.files.items():
                bed.write(name, text)
            if "LD_PRELOAD" in scenario.env:
                bed.values["clock"] = bed.clock()
            scenario.server.start(bed)
            return self._ask(scenario, bed) if self.whytls else self._prove(scenario, bed)
        except Missing as missing:
            return Result(scenario, "missing", str(missing))
        except (LabError, OSError, subprocess.SubprocessError) as error:
            return Result(scenario, "broken", f"{type(error).__name__}: {error}")
        finally:
            bed.close()

    def _ask(self, scenario: Scenario, bed: Bed) -> Result:
        words = [*bed.client_prefix, str(self.whytls), *arguments.of_whytls(scenario, bed)]
        environment = {**os.environ, "XDG_CACHE_HOME": str(bed.folder / "cache"),
                       **{k: arguments.fill(v, bed, scenario.host) for k, v in scenario.env.items()}}

        def ask() -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(words, capture_output=True, timeout=LONGEST, env=environment, cwd=bed.folder, check=False,
                                  stdin=subprocess.DEVNULL)
        try:
            if scenario.again and bed.beside:
                ask()
                if scenario.spoil:
                    spoil(bed.folder / "cache")
                else:
                    bed.beside.close()
            begin = time.monotonic()
            done = ask()
        except subprocess.TimeoutExpired:
            return Result(scenario, "wrong", f"did not end within {LONGEST} s", seconds=LONGEST, command=" ".join(words))
        seconds = time.monotonic() - begin
        if self.reports:
            self.reports.mkdir(parents=True, exist_ok=True)
            (self.reports / (scenario.id.replace("/", "_") + ".json")).write_bytes(done.stdout)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            text = (done.stderr or done.stdout).decode(errors="replace").strip()[-300:]
            return Result(scenario, "wrong", f"no JSON, exit {done.returncode}", seconds=seconds, notes=[text], command=" ".join(words))
        facts = {kind: pattern and arguments.fill(pattern, bed, scenario.host) for kind, pattern in scenario.facts.items()}
        result = compare(scenario, report, done.returncode, facts)
        result.seconds, result.command = seconds, " ".join(words)
        if scenario.within and seconds > scenario.within:
            result.mark, result.notes = "wrong", [*result.notes, f"took {seconds:.1f} s, and {scenario.within:.1f} are allowed"]
        if scenario.mends and result.mark == "right":
            self._mend(scenario, bed, report, result)
        return result

    @staticmethod
    def _mend(scenario: Scenario, bed: Bed, report: dict, result: Result) -> None:
        assert isinstance(scenario.server, Authority)
        pems = [fix["snippet"] for fix in report["fixes"] if fix["for"] == "pem"]
        mended = scenario.server.start_mended(bed, pems)
        for client in (referee.openssl, referee.gnutls, referee.go):
            works, words = referee.twice(lambda: client(scenario, mended, (), {}), lambda works, _: works)
            if not works:
                result.mark = "wrong"
                result.notes.append(f"{len(pems)} certificates appended, and {client.__name__} still {referee.reason(words)}")

    def _prove(self, scenario: Scenario, bed: Bed) -> Result:
        begin = time.monotonic()
        mark, got, notes = referee.prove(scenario, bed)
        return Result(scenario, mark, got, seconds=time.monotonic() - begin, notes=notes)


def spoil(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    if not files:
        raise LabError("nothing was kept in the cache")
    for path in files:
        data = path.read_bytes()
        path.write_bytes(data[:8] + b"x" * (len(data) - 8))  # still as young as its first eight bytes say


def compare(scenario: Scenario, report: dict, code: int, facts: dict[str, str | None]) -> Result:
    verdict = report.get("verdict") or {}
    cause, side, outcome = verdict.get("cause"), verdict.get("side"), report.get("outcome")
    got = f"{cause} ({side})" if cause else str(outcome)
    connections = report.get("connections")
    wrong: list[str] = []

    def expect(what: str, wanted: object, found: object) -> None:
        if not same(wanted, found):
            wrong.append(f"{what} {found!r} instead of {wanted!r}")
    expect("outcome", scenario.outcome, outcome)
    if (cause, side) not in scenario.accept:
        expect("cause", scenario.cause, cause)
        expect("side", scenario.side, side)
    if scenario.cause == cause:
        for key, wanted in scenario.detail.items():
            expect(f"detail.{key}", wanted, (verdict.get("detail") or {}).get(key))
        if scenario.stage:
            expect("stage", scenario.stage, verdict.get("stage"))
        if scenario.confidence:
            expect("confidence", scenario.confidence, verdict.get("confidence"))
    exits = scenario.exit if scenario.exit is not None else (1 if scenario.cause else 0)
    if outcome != "undetermined":
        expect("exit", exits, code)
    for kind, pattern in facts.items():
        found = [str(fact.get("value")) for fact in report.get("evidence") or [] if fact.get("kind") == kind]
        if (pattern is None and found) or (pattern is not None and not any(re.search(pattern, value) for value in found)):
            wrong.append(f"evidence {kind} {found!r} instead of {pattern!r}")
    found_rules = {finding.get("rule"): finding.get("severity") for finding in report.get("findings") or []}
    for rule, severity in scenario.finds.items():
        expect(f"finding {rule}", severity, found_rules.get(rule))
    if outcome == "undetermined" and scenario.undetermined and re.search(scenario.undetermined, verdict.get("summary") or ""):
        wrong = []
    mark = "right" if not wrong else "undetermined" if outcome == "undetermined" else "wrong"
    return Result(scenario, mark, got, connections, notes=wrong if mark == "wrong" else [])


def same(wanted: object, found: object) -> bool:
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted.lower() == found.lower()
    return wanted == found


def run_all(lab: Lab, scenarios: list[Scenario], jobs: int, tell: Callable[[Result], None]) -> list[Result]:
    """Rows that wait for deadlines have workers of their own: they sleep, and would keep the others from the cores."""
    results: dict[str, Result] = {}
    guard = threading.Lock()

    def play(scenario: Scenario) -> None:
        result = lab.play(scenario)
        with guard:
            results[scenario.id] = result
            tell(result)
    slow = [s for s in scenarios if s.slow]
    fast = [s for s in scenarios if not s.slow]
    with ThreadPoolExecutor(max_workers=max(1, jobs * 2)) as sleepers, ThreadPoolExecutor(max_workers=max(1, jobs)) as workers:
        waiting = [sleepers.submit(play, s) for s in slow] + [workers.submit(play, s) for s in fast]
        try:
            for one in waiting:
                one.result()
        except KeyboardInterrupt:
            for one in waiting:
                one.cancel()
            raise
    return [results[s.id] for s in scenarios]
