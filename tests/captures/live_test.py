#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""live_test.py WHYTLS [--all] [--only PATTERN] [--client NAME] [--jobs N] [--verbose] [--keep FOLDER] [--replay FOLDER]

Real clients meet the lab's servers while the interface is watched; from the capture alone `whytls pcap` must name the scenario's cause,
or leave it open honestly, and never name another. Without an option: a row for each cause and each server software, within a minute
or so; with --all every row (ten minutes). --keep keeps the captures, and --replay judges kept ones again. What a capture leaves open is
judged once more with the client's key log, as NAME keys. Chromium and Firefox are visitors where they are named by --client: another
version each month would fail builds in which nothing was changed; so are git and wget. The marks:

right    the cause is named; where TLS 1.2 shows the certificate, or an alert, a choice or TCP says it, nothing else will do
honest   undetermined, and the cause is among what is left open
hidden   the handshake was completed, and what the client then minded went over it encrypted, or not at all
aborted  the client left in the middle without a word, and nothing that could be seen was wrong (Node, of a certificate in TLS 1.3)
fine     the client does not mind, and no failure is claimed
nothing  no TLS was spoken
odd      this client cannot do what a row of a healthy server takes for granted
wrong    another cause is named, or the cause is not among those left open, or there is a failure where there was none"""
from __future__ import annotations

import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]
from lab import scenarios  # noqa: E402
from lab.bed import Bed  # noqa: E402
from lab.process import LabError, Missing  # noqa: E402
from lab.runner import Lab  # noqa: E402
from lab.servers.authority import Authority  # noqa: E402
from lab.servers.public import Public  # noqa: E402
from live import browsers, clients, scenes, twice  # noqa: E402
from live.expected import COUNTED, NOT_HERE, mark  # noqa: E402
from live.tap import Tap, write  # noqa: E402

CLIENTS = ["openssl", "curl", "gnutls-cli", "python", "node", "go", "java"]


def analyse(program, path, trust, keys=None):
    words = ["--ca-file", str(trust)] if trust else []
    words += ["--keylog", str(keys)] if keys else []
    done = subprocess.run([program, "pcap", "--all", "--format", "jsonl", *words, str(path)], capture_output=True, timeout=30, check=False)
    if done.returncode not in (0, 1, 3):
        raise LabError(f"whytls pcap ended with {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def plans(scenario, name):
    """(kind of visit, options of one connection after the other). At TLS 1.2 certificates are visible."""
    yield "", [scenario.args]
    family = scenario.id.split(".")[0]
    if family in ("certificate", "client-auth") or scenario.cause in ("network.tls-intercepted", "configuration.key-mismatch"):
        if not any(word.endswith("-version") for word in scenario.args):
            yield " 1.2", [(*scenario.args, "--max-version", "tls1.2")]
            if name in ("openssl", "node"):
                yield " beside 1.2", [(*scenario.args, "--max-version", "tls1.2"), scenario.args]  # what one hides, the other shows
    elif isinstance(scenario.cure, tuple) and name == "openssl":
        yield " beside", [scenario.cure, scenario.args]  # a client that works beside one that does not
        if scenario.cause == "protocol.version-intolerance":
            yield " dance", [scenario.args, scenario.cure]  # the same client comes again with less


class Visits:
    """Starts a scenario's server, lets clients meet it, and asks whytls about each visit."""

    def __init__(self, program, folder, who, keep, short):
        self.program, self.lab, self.who, self.keep = program, Lab(None), who, keep
        self.short = short  # rows that wait are visited by two clients only
        self.folder = keep or folder
        self.tap = Tap()
        self._guard = threading.Lock()
        self._clients = {"openssl": clients.openssl, "curl": clients.curl, "gnutls-cli": clients.gnutls, "python": clients.python,
                         "node": clients.node, "git": clients.git, "wget": clients.wget}
        if "go" in who:
            self._clients["go"] = clients.Go(folder)
        if "java" in who:
            self._clients["java"] = clients.Java(folder)
        if "chromium" in who:
            self._clients["chromium"] = browsers.Chromium()
        if "firefox" in who:
            self._clients["firefox"] = browsers.Firefox()

    def close(self):
        for client in self._clients.values():
            if hasattr(client, "close"):
                client.close()
        self.tap.close()
        self.lab.close()

    def play(self, number, scenario):
        """Rows (scenario, client, mark, words)."""
        bed = Bed(self.lab.root / f"{number}-{scenario.name[:16]}", self.lab.pki, self.lab.ports, self.lab.shared, ends=self.lab.ends)
        tap = None
        try:
            for name, text in scenario.files.items():
                bed.write(name, text)
            scenario.server.start(bed)
            if bed.client_namespace:
                tap = Tap("c0", bed.client_namespace)
            return list(self._visit(number, scenario, bed, tap or self.tap))
        except Missing as missing:
            return [(scenario, "-", "missing", str(missing))]
        except (LabError, OSError, subprocess.SubprocessError) as error:
            return [(scenario, "-", "broken", f"{type(error).__name__}: {error}")]
        finally:
            bed.close()
            if tap:
                tap.close()

    def _visit(self, number, scenario, bed, tap):
        if self.who == ["twice"]:
            yield self._twice(number, scenario, bed, tap)
            return
        for name in self.who if not self.short or not scenario.slow else ("openssl", "curl"):
            for kind, series in plans(scenario, name):
                try:
                    yield from self._watch(number, scenario, bed, tap, name, kind, series)
                except clients.Unable:
                    continue

    def scenes(self):
        """(name, what is wrong or nothing)"""
        for number, (name, act, server) in enumerate(scenes.SCENES):
            bed = Bed(self.lab.root / f"scene-{number}", self.lab.pki, self.lab.ports, self.lab.shared, ends=self.lab.ends)
            try:
                server.start(bed)
                begin = self.tap.mark(bed.port)
                act(bed)
                self.tap.settle(bed.port)
                path = write(pathlib.Path(self.folder) / f"scene-{number}.pcap", self.tap.packets(bed.port, begin))
                outcomes = [r["outcome"] for r in analyse(self.program, path, None)]
                yield name, "" if set(outcomes) <= {"ok", "aborted"} else f"{outcomes}"
            finally:
                bed.close()

    def _twice(self, number, scenario, bed, tap):
        begin = tap.mark(bed.port)
        live = twice.ask(self.program, scenario, bed)
        tap.settle(bed.port)
        path = write(pathlib.Path(self.folder) / f"{number}-twice.pcap", tap.packets(bed.port, begin))
        trust = bed.pki.bundle(*scenario.trust.split("+")) if scenario.trust else None
        watched = analyse(self.program, path, trust)
        same = twice.same_hello(live, watched)
        wrong = twice.differences(live, same) if same else ["the handshake in question is not in the capture"]
        return scenario, "twice", "wrong" if wrong else "right", "; ".join(wrong) or "the same facts twice"

    def _watch(self, number, scenario, bed, tap, name, kind, series):
        port = bed.values["proxy"] if "--proxy" in scenario.args else bed.port
        begin, works, words = tap.mark(port), True, ""
        keys = bed.folder / f"{name}{kind.replace(' ', '-')}.keys"
        for args in series:
            well, said = self._clients[name](scenario, bed, args, {"SSLKEYLOGFILE": str(keys)})
            works, words = works and well, said if not well else words
        tap.settle(port)
        if not tap.packets(port, begin):
            raise clients.Unable("it does not connect")
        text = getattr(self._clients[name], "keys", "") or (keys.read_text() if keys.exists() else "")
        return self._rows(scenario, bed, name + kind, works, words, tap.packets(port, begin), number, text)

    def _rows(self, scenario, bed, name, works, words, packets, number, keys):
        """And once more with the keys, where the capture alone leaves it open."""
        path = write(pathlib.Path(self.folder) / f"{number}-{name.replace(' ', '-')}.pcap", packets)
        trust = bed.pki.bundle(*scenario.trust.split("+")) if scenario.trust else None
        log = path.with_suffix(".keys")
        log.write_text(keys)
        rows = list(both_ways(self.program, path, trust, scenario, name, works, words))
        if self.keep:
            kept = shutil.copy(trust, path.with_suffix(".pem")) if trust else None
            about = {"id": scenario.id, "name": name, "works": works, "words": words, "trust": str(kept) if kept else None}
            path.with_suffix(".json").write_text(json.dumps(about))
        else:
            path.unlink()
            log.unlink()
        return rows


def both_ways(program, path, trust, scenario, name, works, words):
    row = judged(program, path, trust, scenario, name, works, words)
    yield row
    log = path.with_suffix(".keys")
    if row[2] in ("honest", "aborted", "hidden") and log.exists() and "HANDSHAKE_TRAFFIC_SECRET" in log.read_text():
        yield judged(program, path, trust, scenario, name + " keys", works, words, log)


def judged(program, path, trust, scenario, name, works, words, keys=None):
    result, said = mark(scenario, name, works, analyse(program, path, trust, keys))
    return scenario, name, result, said + (f"   [client: {words[-160:]!r}]" if result not in ("right", "fine") else "") + f" <{path.name}>"


def replay(program, folder):
    """Judges again what --keep kept."""
    rows = {s.id: s for s in scenarios.all_rows()}
    for about in sorted(folder.glob("*.json"), key=lambda p: int(p.name.split("-")[0])):
        it = json.loads(about.read_text())
        yield from both_ways(program, about.with_suffix(".pcap"), it["trust"], rows[it["id"]], it["name"], it["works"], it["words"])


def chosen(options):
    rows = [s for s in scenarios.all_rows() if s.cause not in NOT_HERE and s.id not in COUNTED and not s.env
            and not isinstance(s.server, (Authority, Public))]
    if options.only:
        rows = [s for s in rows if any(p in s.id or fnmatch.fnmatchcase(s.id, p) for p in options.only)]
    return rows


# The rows of their causes that show most on the wire.
TELLING = ("network.mtu-blackhole/large-to-the-client", "client-auth.unknown-ca/haproxy-tls12",
           "client-auth.certificate-expired/haproxy-tls13",
           "client-auth.certificate-required/openssl-tls13", "network.reset-in-handshake/injected-on-any-data")


def one_of_each(rows):
    """A row for each cause, and for each software that has one of its own."""
    seen, out = set(), []
    for row in sorted(rows, key=lambda s: (s.id not in TELLING, s.slow, s.referee == "none", s.cause is None)):
        for key in (row.cause or row.server.software, row.server.software):
            if key not in seen:
                out.append(row)
                seen |= {row.cause, row.server.software}
                break
    return out


def matrix(rows):
    """Cause by client: how many of each mark."""
    short = {"right": "R", "honest": "h", "hidden": "~", "aborted": "a", "fine": ".", "wrong": "W", "odd": "o",
             "nothing": "n", "broken": "!", "missing": "-"}
    columns = list(dict.fromkeys(name for _, name, _, _ in rows))
    cells = collections.defaultdict(collections.Counter)
    for scenario, name, result, _ in rows:
        cells[scenario.cause or "healthy", name][result] += 1
    print(f"{'':44}" + "".join(f"{c:>13}" for c in columns))
    for cause in sorted({s.cause or "healthy" for s, _, _, _ in rows}):
        line = "".join(f"{' '.join(f'{n}{short[m]}' for m, n in sorted(cells[cause, c].items())):>13}" for c in columns)
        print(f"{cause:44}{line}")
    for c in columns:
        print(c, dict(collections.Counter(result for _, name, result, _ in rows if name == c)))
    print("all", dict(collections.Counter(result for _, _, result, _ in rows)))


def tell(row, verbose):
    scenario, name, result, words = row
    if verbose or result not in ("right", "fine", "honest"):
        print(f"{result:8}{scenario.id:60} {name:14} {words}", flush=True)


def play_all(visits, rows, jobs, verbose):
    out = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        # Those that wait for deadlines first: they sleep beside the others.
        ordered = sorted(rows, key=lambda s: not s.slow)
        for each in pool.map(lambda pair: visits.play(*pair), enumerate(ordered)):
            out += each
            for row in each:
                tell(row, verbose)
    return out


def options_of():
    parser = argparse.ArgumentParser()
    parser.add_argument("whytls")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", action="append")
    parser.add_argument("--client", action="append")
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--replay", type=pathlib.Path)
    return parser.parse_args()


def node_is_there():
    """Node 26 comes from npm, as for tests/lab/run; without a network the visits that need it are left out."""
    lab = HERE.parent / "lab"
    program = lab / "node_modules/node/bin/node"
    if not program.exists() and shutil.which("npm"):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=lab, check=False, timeout=120)
    return program.exists()


def watch_all(options, folder):
    program = str(pathlib.Path(options.whytls).resolve())
    rows = chosen(options)
    short = not options.all and not options.only
    who = [name for name in options.client or CLIENTS if name != "node" or node_is_there()]
    visits = Visits(program, folder, who, options.keep, short)
    try:
        out = play_all(visits, one_of_each(rows) if short else rows, options.jobs, options.verbose)
        if options.only or options.client:
            return out, []
        visits.who = ["twice"]
        out += play_all(visits, [s for s in scenarios.all_rows() if s.id in twice.ROWS], 2, options.verbose)
        return out, [f"{name}: {wrong}" for name, wrong in visits.scenes() if wrong]
    finally:
        visits.close()


def main():
    options, began = options_of(), time.monotonic()
    if os.geteuid() != 0:
        print("watching an interface needs root: not tried")
        return 1 if os.environ.get("CI") == "true" else 77
    if options.replay:
        rows, alarms = list(replay(options.whytls, options.replay)), []
        for row in rows:
            tell(row, options.verbose)
    else:
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="whytls-watched-") as folder:
            os.chmod(folder, 0o755)
            rows, alarms = watch_all(options, pathlib.Path(folder))
    matrix(rows)
    print("\n".join(f"false alarm: {alarm}" for alarm in alarms))
    missing = [words for _, _, result, words in rows if result == "missing" and "npm" not in words]
    print(f"{len(rows)} visits, {time.monotonic() - began:.0f} s", *sorted(set(missing)))
    bad = [row for row in rows if row[2] in ("wrong", "broken")]
    return 1 if bad or alarms or (missing and os.environ.get("CI") == "true") else 0


if __name__ == "__main__":
    sys.exit(main())
