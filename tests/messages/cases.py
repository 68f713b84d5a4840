#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real reports and the cause that was established for each: cases.py WHYTLS [--verbose] [FILE]

Of those that the text alone decides, the right cause (or an alternate) comes first in at least 95 %, and among the first three in all.
On the others no wrong answer is given with confidence, and the right one is among those left open.
The reports are shared/errors/cases-dev.jsonl; they are not part of the project."""
import json
import os
import pathlib
import subprocess
import sys

FIRST_AT_LEAST = 0.95


def shared_file():
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(os.environ.get("WHYTLS_SHARED", root.parent / "shared"))
    return folder / "errors" / "cases-dev.jsonl"


def explain(program, text):
    done = subprocess.run([program, "explain", "--format", "json", "-"], input=text.encode(), capture_output=True, timeout=20)
    if done.returncode not in (0, 3):
        raise SystemExit(f"explain ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)["causes"]


def judge(case, causes):
    right = {case["cause"], *case["alternates"]}
    ranks = [i for i, each in enumerate(causes) if each["cause"] in right]
    place = ranks[0] if ranks else None
    confident = bool(causes) and causes[0]["confidence"] != "possible" and causes[0]["cause"] not in right
    return place, confident


def main():
    arguments = [a for a in sys.argv[1:] if a != "--verbose"]
    verbose = "--verbose" in sys.argv
    path = pathlib.Path(arguments[1]) if len(arguments) > 1 else shared_file()
    if not path.exists():
        print(f"SKIP: {path.name} is not here (set WHYTLS_SHARED)")
        return 1 if os.environ.get("CI") == "true" else 0
    decidable = first = third = open_cases = left_open = wrong = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        causes = explain(arguments[0], case["text"])
        place, confident = judge(case, causes)
        bad = False
        if case["decidable"]:
            decidable += 1
            first += place == 0
            third += place is not None and place < 3
            bad = place != 0
        else:
            open_cases += 1
            left_open += place is not None
            wrong += confident
            bad = place is None or confident
        if bad and verbose:
            shown = ", ".join(f"{c['cause']} ({c['confidence']})" for c in causes[:4])
            print(f"case {case['id']}: expected {case['cause']}, place {place}; got {shown}\n    {case['text'][:150]!r}")
    print(f"decidable: {decidable}, first {first}, among the first three {third}; "
          f"others: {open_cases}, left open {left_open}, wrong with confidence {wrong}")
    good = decidable and first / decidable >= FIRST_AT_LEAST and third == decidable and left_open == open_cases and wrong == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
