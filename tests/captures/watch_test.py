#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""whytls watch on loopback: a failed handshake becomes a line while it watches, it holds no privilege, it serves its metrics, and it ends at
once when told to. Needs root for the interface; without it only a capture stream on standard input is tried."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from built import refused_hello  # noqa: E402

PROGRAM = sys.argv[1]


def self_signed(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
                    "-subj", "/CN=watched.test", "-addext", "subjectAltName=DNS:localhost", "-days", "3"], cwd=folder, check=True, capture_output=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# Debian's parser, and so Debian's interpreter.
PARSE_OPENMETRICS = """
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    print(family.name, family.type, len(family.samples))
"""


class Server:
    """OpenSSL's, TLS 1.2 with a self-signed certificate: whoever verifies refuses it."""

    def __init__(self, folder):
        self.port = free_port()
        self.process = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", "cert.pem", "-key", "key.pem", "-tls1_2", "-quiet"],
                                        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def refused(self):
        subprocess.run(["curl", "-s", "-m", "5", "--noproxy", "*", f"https://localhost:{self.port}/"], check=False, capture_output=True)

    def close(self):
        self.process.kill()
        self.process.wait()


class Stream(unittest.TestCase):
    def test_a_stream_on_standard_input_is_told_line_by_line(self):
        done = subprocess.run([PROGRAM, "watch", "-", "--format", "jsonl"], input=refused_hello(), capture_output=True, timeout=30, check=False)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([r["verdict"]["cause"] for r in reports], ["protocol.version-mismatch"])
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_what_is_no_capture_is_refused_in_a_sentence(self):
        done = subprocess.run([PROGRAM, "watch", "-"], input=b"GET / HTTP/1.1\r\n\r\n" * 4, capture_output=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_an_interface_that_is_not_there_is_named(self):
        done = subprocess.run([PROGRAM, "watch", "-i", "nowhere0"], capture_output=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"nowhere0", done.stderr)


@unittest.skipUnless(os.geteuid() == 0, "not root: no interface can be opened")
class Interface(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self_signed(self.folder.name)
        self.server = Server(self.folder.name)

    def tearDown(self):
        self.server.close()
        self.folder.cleanup()

    def watch(self, *more):
        process = subprocess.Popen([PROGRAM, "watch", "-i", "lo", *more, "tcp", "port", str(self.server.port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
        reader.start()
        for _ in range(100):  # it is watching once it has confined itself
            if "Seccomp:\t2" in pathlib.Path(f"/proc/{process.pid}/status").read_text():
                break
            time.sleep(0.05)
        return process, lines, reader

    def test_a_failure_is_told_while_it_watches_and_ctrl_c_ends_it(self):
        process, lines, reader = self.watch("--format", "jsonl")
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        self.assertNotIn("Uid:\t0\t", status)
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("CapEff:\t0000000000000000", status)
        self.server.refused()
        for _ in range(120):
            if lines:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        before = time.monotonic()
        self.assertEqual(process.wait(timeout=10), 130)
        self.assertLess(time.monotonic() - before, 5)
        reader.join(timeout=5)
        report = json.loads(lines[0])
        self.assertEqual(report["verdict"]["cause"], "certificate.self-signed")
        self.assertEqual(report["flow"]["server"], f"127.0.0.1:{self.server.port}")
        process.stdout.close()
        process.stderr.close()

    def test_what_proves_a_failure_is_kept_in_a_folder(self):
        folder = pathlib.Path(self.folder.name) / "evidence"
        folder.mkdir()
        folder.chmod(0o777)
        pathlib.Path(self.folder.name).chmod(0o755)
        process, _, reader = self.watch("--evidence", folder)
        self.server.refused()
        for _ in range(100):
            if list(folder.glob("*.pcapng")):
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        reader.join(timeout=5)
        process.stdout.close()
        process.stderr.close()
        files = list(folder.glob("*.pcapng"))
        self.assertEqual(len(files), 1)
        again = subprocess.run([PROGRAM, "pcap", "--format", "jsonl", files[0]], capture_output=True, timeout=30, check=False)
        self.assertEqual(json.loads(again.stdout)["verdict"]["cause"], "certificate.self-signed")

    def test_metrics_are_served(self):
        port = free_port()
        process, _, reader = self.watch("--metrics", f"127.0.0.1:{port}")
        self.server.refused()
        place, page = f"http://127.0.0.1:{port}/metrics", ""
        for _ in range(100):
            with urllib.request.urlopen(place, timeout=5) as answer:
                page = answer.read().decode()
            if 'whytls_failures_total{cause="certificate.self-signed"} 1' in page:
                break
            time.sleep(0.1)
        wanted = urllib.request.Request(place, headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"})
        with urllib.request.urlopen(wanted, timeout=5) as answer:
            self.assertTrue(answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0"))
            openmetrics = answer.read()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
        reader.join(timeout=5)
        process.stdout.close()
        process.stderr.close()
        self.assertIn('whytls_failures_total{cause="certificate.self-signed"} 1', page)
        promtool = subprocess.run(["promtool", "check", "metrics"], input=page.encode(), capture_output=True, timeout=30, check=False)
        self.assertEqual((promtool.returncode, promtool.stdout + promtool.stderr), (0, b""))
        parser = subprocess.run(["/usr/bin/python3", "-c", PARSE_OPENMETRICS], input=openmetrics, capture_output=True, timeout=30, check=False)
        self.assertEqual((parser.returncode, parser.stderr), (0, b""))
        self.assertIn(b"whytls_handshakes counter", parser.stdout)


if __name__ == "__main__":
    if os.environ.get("CI") == "true" and os.geteuid() != 0:
        print("not root: interfaces are not tried")
    unittest.main(argv=sys.argv[:1])
