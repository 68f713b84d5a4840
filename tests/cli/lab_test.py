#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lab_test.py WHYTLS: every fault that the program's own lab shows is diagnosed as the cause whose id it has."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

WHYTLS = ""
# What the exit status says where the verdict is right but the options are unusable (the contract, exit codes).
UNUSABLE = {"configuration.trust-store"}


def surroundings(folder: str) -> dict[str, str]:
    unwanted = re.compile(r"WHYTLS_.*|(HTTPS|ALL|NO)_PROXY|OPENSSL_CONF", re.IGNORECASE)
    kept = {name: value for name, value in os.environ.items() if not unwanted.fullmatch(name)}
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": folder, "XDG_CONFIG_HOME": "", "TMPDIR": folder}


class Lab(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory(prefix="whytls-lab-test-")
        self.addCleanup(work.cleanup)
        self.folder = work.name

    def run_lab(self, *arguments):
        return subprocess.run([WHYTLS, "lab", *arguments], capture_output=True, text=True, env=surroundings(self.folder), cwd=self.folder,
                              timeout=60, check=False)

    def start(self, *arguments):
        process = subprocess.Popen([WHYTLS, "lab", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=surroundings(self.folder), cwd=self.folder)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        text = ""
        while "Ctrl-C" not in text:
            line = process.stdout.readline()
            self.assertTrue(line, "the lab ended before it began")
            text += line
        return process, text

    def shown(self):
        listed = self.run_lab("--list").stdout.split("not shown here")
        self.assertEqual(len(listed), 2)
        return [re.findall(r"^  ([a-z-]+\.[a-z0-9-]+)$", part, re.MULTILINE) for part in listed]

    def test_every_cause_is_shown_or_said_not_to_be(self):
        shown, absent = self.shown()
        known = subprocess.run([WHYTLS, "explain", "--list"], capture_output=True, text=True, check=True).stdout
        causes = set(re.findall(r"^  ([a-z-]+\.[a-z0-9-]+)$", known, re.MULTILINE))
        self.assertEqual(set(shown) | set(absent), causes)
        self.assertFalse(set(shown) & set(absent))
        self.assertGreaterEqual(len(shown), 40)

    def test_every_fault_is_diagnosed_as_the_cause_that_it_shows(self):
        def diagnose(fault):
            return fault, self.run_lab(fault, "--try", "--format", "json")

        with ThreadPoolExecutor(4) as pool:
            for fault, out in pool.map(diagnose, self.shown()[0]):
                with self.subTest(fault):
                    report = json.loads(out.stdout)
                    self.assertEqual(report["verdict"]["cause"], fault, report["verdict"])
                    self.assertEqual(out.returncode, 2 if fault in UNUSABLE else 1)
        self.assertEqual(os.listdir(self.folder), [], "temporary files were left")

    def test_the_printed_line_shows_the_cause_as_often_as_one_likes(self):
        process, text = self.start("certificate.expired")
        line = re.search(r"try: +whytls (.*)", text).group(1).split()
        for _ in range(2):
            out = subprocess.run([WHYTLS, *line, "--format", "json"], capture_output=True, text=True, env=surroundings(self.folder), check=False)
            self.assertEqual(json.loads(out.stdout)["verdict"]["cause"], "certificate.expired")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(5), 0)

    def test_ends_within_a_second_and_leaves_nothing(self):
        for which in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(which):
                process, text = self.start("network.handshake-timeout")
                port = re.search(r"127\.0\.0\.1:(\d+)", text).group(1)
                busy = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{port}"], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.addCleanup(lambda peer=busy: (peer.kill(), peer.communicate()))
                time.sleep(0.3)
                began = time.monotonic()
                process.send_signal(which)
                self.assertEqual(process.wait(5), 0)
                self.assertLess(time.monotonic() - began, 1.0)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_hangup_and_an_impatient_second_interruption_leave_nothing_either(self):
        process, _ = self.start("certificate.expired")
        self.assertTrue(os.listdir(self.folder))
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.wait(5), -signal.SIGHUP)
        self.assertEqual(os.listdir(self.folder), [])
        process, _ = self.start("certificate.expired")
        process.send_signal(signal.SIGSTOP)  # so that both are there before it can end in order
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        process.wait(5)
        self.assertEqual(os.listdir(self.folder), [])

    def test_wrong_usage_is_one_sentence(self):
        rows = [([], "needs the id"), (["certificate.expird"], "did you mean certificate.expired?"), (["nothing"], "lab --list"),
                (["network.mtu-blackhole"], "packet filters"), (["certificate.expired", "--port", "0"], "no port"),
                (["certificate.expired", "certificate.revoked"], "one cause")]
        for arguments, words in rows:
            with self.subTest(arguments):
                out = self.run_lab(*arguments)
                self.assertEqual((out.returncode, out.stdout), (2, ""))
                self.assertIn(words, out.stderr)
                self.assertEqual(out.stderr.count("\n"), 1)

    def test_a_port_may_be_asked_for_and_a_taken_one_is_said(self):
        _, text = self.start("protocol.not-tls")
        port = re.search(r"127\.0\.0\.1:(\d+)", text).group(1)
        out = self.run_lab("protocol.not-tls", "--port", port)
        self.assertEqual(out.returncode, 4)
        self.assertIn("127.0.0.1:" + port, out.stderr)


if __name__ == "__main__":
    WHYTLS = os.path.abspath(sys.argv[1])
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
