#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""forms.py WHYTLS SCHEMAS: the outward forms of `whytls explain` for messages and logs: JSON under its schemas, exit codes, packed and
growing logs, and that nothing of a hostile text reaches a terminal or a shell."""
import gzip
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

WHYTLS, SCHEMAS = sys.argv[1:3]
LINE = ("2026/11/21 {time} [info] 7#7: *1 SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL "
        "handshaking, client: {client}, server: shop.example.com\n")
TEXTS = ("error:0A000410:SSL routines::sslv3 alert handshake failure", "alert 48", "0x80090326", "-9807", "x509: certificate has expired",
         "curl: (60) SSL certificate problem: unable to get local issuer certificate", "nginx: [emerg] cannot load certificate \"/a/b.pem\": "
         "BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory)")


def run(*arguments, text=None):
    data = text if isinstance(text, bytes) else (text or "").encode()
    return subprocess.run([WHYTLS, "explain", *arguments], input=data, capture_output=True, timeout=30, check=False)


def valid(name, document):
    schema = json.loads(pathlib.Path(SCHEMAS, name + ".schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(document)


def log(count=20):
    return "".join(LINE.format(time=f"{i % 10:02}:10:11", client=f"192.0.2.{i + 1}") for i in range(count))


class Messages(unittest.TestCase):
    def test_every_text_is_valid_json_of_one_document_or_line(self):
        for text in TEXTS:
            for form in ("json", "jsonl"):
                done = run("--format", form, text.replace("-9807", " -9807"))
                self.assertEqual(done.returncode, 0, text)
                valid("explain-1", json.loads(done.stdout))
            self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_text_and_standard_input_say_the_same(self):
        self.assertEqual(run(TEXTS[0]).stdout, run("-", text=TEXTS[0]).stdout)

    def test_what_is_no_message_ends_with_3_and_says_nothing_of_causes(self):
        done = run("--format", "json", "the cat sat on the mat")
        self.assertEqual((done.returncode, json.loads(done.stdout)["causes"]), (3, []))
        self.assertEqual(run("the cat sat on the mat").returncode, 3)

    def test_an_alert_by_number_or_name(self):
        self.assertEqual(run("--alert", "40").stdout, run("alert 40").stdout)
        self.assertIn(b"protocol.alpn-mismatch", run("--alert", "no_application_protocol").stdout)
        self.assertEqual(run("--alert", "39").returncode, 3)

    def test_the_deciding_line_has_host_port_and_upgrade(self):
        for text, line in (("curl: (35) error:0A00010B:SSL routines::wrong version number in connection to mail.example.com:587",
                            "whytls mail.example.com:587 --starttls smtp"),
                           ("Get \"https://a.example.com:8443/x\": x509: certificate signed by unknown authority", "whytls a.example.com:8443")):
            self.assertEqual(json.loads(run("--format", "json", "-", text=text).stdout)["next"], line)

    def test_no_text_can_smuggle_words_into_the_line(self):
        for host in ("a.example.com;id", "$(id).example.com", "-oProxyCommand.example.com", "`id`.example.com", "a.example.com' --x"):
            shown = json.loads(run("--format", "json", "-", text=f"x509: certificate has expired https://{host}:443/ ").stdout)["next"] or ""
            self.assertFalse(set(";$`()'\"|&<>") & set(shown), shown)
            self.assertNotIn(" -o", shown)

    def test_nothing_of_a_hostile_text_reaches_the_terminal(self):
        hostile = b"\x1b[2J\x1b]0;owned\x07\xe2\x80\xae curl: (60) SSL certificate problem: \x1b[31mcertificate has expired\x9b5n https://a.example.com/\x00"
        for arguments in (("-",), ("--format", "json", "-"), ("--log", "-"), ("--log", "--format", "jsonl", "-")):
            out = run(*arguments, text=hostile).stdout.decode()
            self.assertFalse([c for c in out if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e")], arguments)


class Logs(unittest.TestCase):
    def test_groups_networks_hours_and_names(self):
        done = run("--log", "--format", "json", "-", text="noise\n" + log())
        document = json.loads(done.stdout)
        valid("log-1", document)
        self.assertEqual((done.returncode, document["lines"], document["failures"]), (0, 21, 20))
        group = document["groups"][0]
        self.assertEqual(group["causes"][0]["cause"], "protocol.version-mismatch")
        self.assertEqual(group["networks"], [{"network": "192.0.2.0/24", "count": 20}])
        self.assertEqual(group["names"], [{"name": "shop.example.com", "count": 20}])
        self.assertEqual((group["clients"], len(group["hours"])), (20, 10))
        self.assertIn("all from 192.0.2.0/24", " ".join(run("--log", "-", text=log()).stdout.decode().split()))

    def test_every_failure_is_a_line_for_other_tools(self):
        lines = run("--log", "--format", "jsonl", "-", text=log(3)).stdout.splitlines()
        for line in lines:
            valid("event-1", json.loads(line))
        self.assertEqual([json.loads(line)["client"] for line in lines], ["192.0.2.1", "192.0.2.2", "192.0.2.3"])

    def test_a_log_without_failures_ends_with_3_a_missing_one_with_2(self):
        self.assertEqual(run("--log", "-", text="all is well\n").returncode, 3)
        self.assertEqual(run("--log", "/nonexistent/log").returncode, 2)

    def test_packed_logs_are_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            plain, packed = pathlib.Path(folder, "log"), pathlib.Path(folder, "log.gz")
            plain.write_text(log(), encoding="utf-8")
            packed.write_bytes(gzip.compress(log().encode()))
            subprocess.run(["zstd", "-q", "-f", str(plain), "-o", str(plain) + ".zst"], check=True)
            texts = [run("--log", str(path)).stdout for path in (plain, packed, str(plain) + ".zst")]
            self.assertEqual(len(set(texts)), 1)
            self.assertEqual(json.loads(run("--log", "--format", "json", str(plain), str(packed)).stdout)["failures"], 40)
            packed.write_bytes(gzip.compress(log(200).encode())[:-40])
            self.assertEqual(run("--log", str(packed)).returncode, 2)

    def test_a_growing_and_replaced_log_is_followed(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "log")
            path.write_text(log(1), encoding="utf-8")
            child = subprocess.Popen([WHYTLS, "explain", "--follow", "--format", "jsonl", str(path)], stdout=subprocess.PIPE, text=True)
            try:
                seen = [json.loads(child.stdout.readline())["client"]]
                with path.open("a", encoding="utf-8") as out:
                    out.write(LINE.format(time="10:00:00", client="192.0.2.77"))
                seen.append(json.loads(child.stdout.readline())["client"])
                other = pathlib.Path(folder, "new")
                other.write_text(LINE.format(time="11:00:00", client="192.0.2.88"), encoding="utf-8")
                os.replace(other, path)
                seen.append(json.loads(child.stdout.readline())["client"])
            finally:
                began = time.monotonic()
                child.send_signal(signal.SIGINT)
                status = child.wait(10)
                child.stdout.close()
            self.assertEqual(seen, ["192.0.2.1", "192.0.2.77", "192.0.2.88"])
            self.assertLess(time.monotonic() - began, 1.5)
            self.assertIn(status, (0, 130))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
