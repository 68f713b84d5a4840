#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captures cut at every 97th byte, with bits flipped, and joined with another: whytls pcap says what it can and ends with a status of its
own, within seconds and bounded memory. Needs the captures of $WHYTLS_SHARED (or ../shared). `--all` takes every capture and every cut."""
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SHARED = pathlib.Path(os.environ.get("WHYTLS_SHARED", HERE.parents[1].parent / "shared")) / "captures"
STEP, MOST_CUTS, SMALLEST = 97, 6, 60


def bounded():
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def main():
    program, whole = sys.argv[1], "--all" in sys.argv
    if not SHARED.is_dir():
        print(f"the captures are not here ({SHARED}): not damaged")
        return 1 if os.environ.get("CI") == "true" else 77
    rows = [row.split("\t") for row in (SHARED / "INDEX.tsv").read_text().splitlines()[1:]]
    files = [SHARED / row[0] for row in sorted(rows, key=lambda row: int(row[5]))]
    if not whole:
        files = files[:SMALLEST]
    wrong, runs = [], 0
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "damaged"

        def read(data, what):
            nonlocal runs
            runs += 1
            path.write_bytes(data)
            done = subprocess.run([program, "pcap", "--all", "--format", "json", str(path)], capture_output=True, timeout=60, check=False, preexec_fn=bounded)
            if done.returncode not in (0, 1, 2, 3) or b"Sanitizer" in done.stderr or (done.returncode != 2 and not done.stdout):
                wrong.append(f"{what}: status {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")

        for i, file in enumerate(files):
            data = file.read_bytes()
            cuts = list(range(STEP, len(data), STEP))
            for cut in cuts if whole else chance.sample(cuts, min(MOST_CUTS, len(cuts))):
                read(data[:cut], f"{file.name} cut at {cut}")
            flipped = bytearray(data)
            for _ in range(max(3, len(data) // 2000)):
                flipped[chance.randrange(24, len(flipped))] ^= 1 << chance.randrange(8)
            read(bytes(flipped), f"{file.name} with bits flipped")
            other = files[(i * 7 + 3) % len(files)].read_bytes()
            read(data + other, f"{file.name} and another behind it")
    print("\n".join(wrong))
    print(f"{runs} damaged captures of {len(files)} read, {len(wrong)} wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
