# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import argparse
import fnmatch
import os
import signal
import sys
import time
from pathlib import Path

from . import report, runner, scenarios
from .scenario import Scenario

PROJECT = Path(__file__).resolve().parents[3]


def chosen(options: argparse.Namespace) -> list[Scenario]:
    rows = scenarios.all_rows()
    if options.family:
        rows = [s for s in rows if s.family in options.family]
    if options.software:
        rows = [s for s in rows if s.server.software in options.software]
    if options.only:
        rows = [s for s in rows if any(p in s.id or fnmatch.fnmatchcase(s.id, p) for p in options.only)]
    return rows


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/lab/run", description="asks whytls about real servers, each broken in one way")
    parser.add_argument("--only", metavar="PATTERN", action="append", help="scenarios whose id contains this, or matches it with * and ?")
    parser.add_argument("--family", metavar="NAME", action="append", help="network, protocol, cipher, certificate, client-auth, "
                        "configuration or healthy")
    parser.add_argument("--software", metavar="NAME", action="append", help="only rows with this server, e.g. nginx")
    parser.add_argument("--list", action="store_true", help="names the scenarios and what is expected")
    parser.add_argument("--whytls", type=Path, default=PROJECT / "build" / "whytls")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes the results there too")
    parser.add_argument("--reports", type=Path, metavar="FOLDER", help="keeps what whytls said of each scenario there")
    parser.add_argument("--referee", action="store_true", help="asks other TLS clients instead: do the broken fail and the healthy work?")
    parser.add_argument("--misses", action="store_true", help="prints only the rows that are not right")
    parser.add_argument("--keep", action="store_true", help="keeps the folder with the servers' files and logs")
    return parser.parse_args()


def verdict(results: list[runner.Result]) -> int:
    missing = [r for r in results if r.mark == "missing"]
    if missing:
        what = "; ".join(sorted({r.got for r in missing}))
        print(f"{len(missing)} scenarios were not run: {what}", file=sys.stderr)
    in_ci = os.environ.get("CI", "").lower() in ("true", "1")
    return 1 if any(r.mark not in ("right", "missing") for r in results) or (missing and in_ci) else 0


def main() -> int:
    options = parse()
    rows = chosen(options)
    if options.list:
        for row in rows:
            print(f"{row.id:<66} {row.expected:<52} {row.server.software}")
        print(f"{len(rows)} scenarios, {sum(1 for r in rows if r.cause)} broken, {sum(1 for r in rows if not r.cause)} healthy",
            file=sys.stderr)
        return 0
    if not rows:
        print("no scenario matches", file=sys.stderr)
        return 2
    whytls = None if options.referee else options.whytls.resolve()
    if whytls and not whytls.exists():
        print(f"{whytls} does not exist: build it first, or use --whytls or --referee", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the servers are stopped then too
    lab = runner.Lab(whytls, options.keep, options.reports)
    begin = time.monotonic()
    try:
        print(report.heading())
        results = runner.run_all(lab, rows, options.jobs,
                                 lambda r: None if options.misses and r.mark == "right" else print(report.line(r), flush=True))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    finally:
        if options.keep:
            print(f"kept: {lab.root}", file=sys.stderr)
        lab.close()
    for part in (report.misses(results), report.dear(results)):
        print(part, end="\n" if part else "")
    print(report.summary(results, time.monotonic() - begin))
    if options.json:
        report.write_json(results, options.json)
    return verdict(results)


if __name__ == "__main__":
    sys.exit(main())
