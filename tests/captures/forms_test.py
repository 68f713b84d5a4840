#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""whytls pcap as a script meets it: forms and their schemas, exit statuses, packed and piped and damaged input, the capture for a ticket."""
import gzip
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from built import refused_hello, talk  # noqa: E402

PROGRAM = sys.argv[1]
VALIDATE = HERE.parents[1] / "docs/schema/validate.py"


class Forms(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name) / "one.pcap"
        self.path.write_bytes(refused_hello())

    def tearDown(self):
        self.folder.cleanup()

    def pcap(self, *arguments, stdin=b"", status=1):
        done = subprocess.run([PROGRAM, "pcap", *map(str, arguments)], input=stdin, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr.decode(errors="replace"))
        return done

    def cause_of(self, *arguments, stdin=b""):
        report = json.loads(self.pcap("--format", "json", *arguments, stdin=stdin).stdout)
        return [h["verdict"]["cause"] for h in report["handshakes"]]

    def test_the_cause_is_named_and_the_status_says_so(self):
        self.assertEqual(self.cause_of(self.path), ["protocol.version-mismatch"])

    def test_an_upgrade_that_is_refused_is_a_failure_before_any_hello(self):
        mail = [("s", b"220 mail ESMTP\r\n"), ("c", b"EHLO me\r\n"), ("s", b"250-mail\r\n250 STARTTLS\r\n"), ("c", b"STARTTLS\r\n")]
        self.path.write_bytes(talk(25, [*mail, ("s", b"454 4.7.0 TLS not available\r\n"), ("c", b"QUIT\r\n"), ("s", b"221 bye\r\n")]))
        report = json.loads(self.pcap("--format", "json", self.path).stdout)["handshakes"][0]
        self.assertEqual((report["outcome"], report["flow"]["upgrade"]), ("failed", "smtp"))
        verdict = report["verdict"]
        self.assertEqual((verdict["cause"], verdict["stage"], verdict["side"]), ("protocol.starttls-refused", "starttls", "server"))
        self.assertEqual(verdict["detail"]["words"], "454 4.7.0 TLS not available")
        self.assertIn("454 4.7.0", self.pcap(self.path).stdout.decode())

    def test_a_proxy_that_refuses_is_named_and_a_page_that_is_refused_is_nothing(self):
        answer = ("s", b"HTTP/1.1 403 Forbidden\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\n\r\n")
        self.path.write_bytes(talk(3128, [("c", b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n"), answer]))
        report = json.loads(self.pcap("--format", "json", self.path).stdout)["handshakes"][0]
        self.assertEqual((report["verdict"]["cause"], report["verdict"]["stage"]), ("network.proxy-refused", "proxy"))
        self.assertEqual(report["verdict"]["detail"]["status"], 403)
        self.path.write_bytes(talk(3128, [("c", b"GET http://shop.example/ HTTP/1.1\r\n\r\n"), answer]))
        done = subprocess.run([PROGRAM, "pcap", "--format", "json", self.path], capture_output=True, timeout=60, check=False)
        self.assertEqual(json.loads(done.stdout)["handshakes"], [])

    def test_a_captured_client_asks_again(self):
        """A server that says protocol_version to everybody; what the client in question offers is what the capture shows."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def refuse():
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:
                    return
                with visitor:
                    visitor.recv(4096)
                    visitor.sendall(bytes.fromhex("15030300020246"))
        threading.Thread(target=refuse, daemon=True).start()
        place = f"127.0.0.1:{server.getsockname()[1]}"
        seen = json.loads(self.pcap("--format", "json", self.path).stdout)["handshakes"][0]["handshake"]["offered"]
        for name in (f"pcap:{self.path}", f"pcap:{self.path}#1"):
            done = subprocess.run([PROGRAM, place, "--client", name, "--format", "json"], capture_output=True, timeout=60, check=False)
            offered = json.loads(done.stdout)["handshake"]["offered"]
            self.assertEqual((offered["ja3"], offered["ja4"]), (seen["ja3"], seen["ja4"]))
        done = subprocess.run([PROGRAM, place, "--client", f"pcap:{self.path}#7"], capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"a ClientHello of TLS over TCP was expected in flow 7, and there is none", done.stderr)
        done = subprocess.run([PROGRAM, place, "--client", "pcap:/nowhere"], capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)

    def test_every_form_is_what_it_says(self):
        for name in ("json", "jsonl"):
            out = self.pcap("--format", name, self.path).stdout
            schema = "capture-1" if name == "json" else "report-1"
            file = pathlib.Path(self.folder.name) / f"out.{name}"
            file.write_bytes(out)
            subprocess.run([sys.executable, VALIDATE, HERE.parents[1] / f"docs/schema/{schema}.schema.json", file], check=True)
        self.assertTrue(self.pcap("--format", "html", self.path).stdout.lower().startswith(b"<!doctype html>"))
        suites = xml.etree.ElementTree.fromstring(self.pcap("--format", "junit", self.path).stdout)
        self.assertIsNotNone(suites.find(".//failure"))
        self.assertIn(b"protocol.version-mismatch", self.pcap(self.path).stdout)

    def test_packed_and_piped_it_is_the_same(self):
        packed = self.path.with_suffix(".gz")
        packed.write_bytes(gzip.compress(self.path.read_bytes()))
        self.assertEqual(self.cause_of(packed), ["protocol.version-mismatch"])
        self.assertEqual(self.cause_of("-", stdin=self.path.read_bytes()), ["protocol.version-mismatch"])

    def test_what_stands_before_damage_is_told(self):
        self.path.write_bytes(self.path.read_bytes()[:-7])
        report = json.loads(self.pcap("--format", "json", self.path).stdout)
        self.assertEqual([h["verdict"]["cause"] for h in report["handshakes"]], ["protocol.version-mismatch"])
        self.assertEqual(len(report["damage"]), 1)

    def test_what_is_no_capture_is_refused_in_a_sentence(self):
        self.path.write_bytes(b"-----BEGIN CERTIFICATE-----\n" * 3)
        self.assertEqual(len(self.pcap(self.path, status=2).stderr.splitlines()), 1)
        self.pcap(self.path.with_name("nowhere"), status=2)
        self.pcap(status=2)
        self.pcap("--anonymize", self.path, status=2)
        self.pcap("--format", "prometheus", self.path, status=2)

    def test_the_capture_for_a_ticket_shows_the_same_and_names_nobody(self):
        for source, stdin in ((self.path, b""), ("-", self.path.read_bytes())):
            ticket = pathlib.Path(self.folder.name) / "ticket.pcapng"
            self.pcap(source, "--write", ticket, "--anonymize", stdin=stdin)
            self.assertEqual(self.cause_of(ticket), ["protocol.version-mismatch"])
            for address in (bytes([10, 0, 0, 7]), bytes([10, 0, 0, 1])):
                self.assertIn(address, self.path.read_bytes())
            flow = json.loads(self.pcap("--format", "jsonl", ticket).stdout)["flow"]
            self.assertNotEqual(flow["client"], "10.0.0.7:40000")

    def test_one_connection_alone_is_shown(self):
        self.assertEqual(self.cause_of("--flow", "1", self.path), ["protocol.version-mismatch"])
        self.assertEqual(self.cause_of("--flow", "2", self.path), [])
        self.pcap("--flow", "x", self.path, status=2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
