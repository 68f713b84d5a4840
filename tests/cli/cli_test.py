#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cli_test.py WHYTLS SCHEMAS: the program as scripts and people meet it: exit status, streams, files, signals."""
import json
import os
import pty
import select
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import jsonschema

WHYTLS = ""
SCHEMAS = ""
WORK = ""


def certificate(name: str) -> tuple[str, str]:
    cert, key = (os.path.join(WORK, f"{name}.{end}") for end in ("pem", "key"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
                    "-days", "30", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    return cert, key


class Server:
    """Listens on loopback and treats each connection as `serve` says, until it is closed."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.serve = serve
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(peer,), daemon=True).start()

    def one(self, peer):
        try:
            self.serve(peer)
        except OSError:
            pass
        finally:
            peer.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def tls(cert: str, key: str):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def serve(peer):
        with context.wrap_socket(peer, server_side=True) as stream:
            stream.recv(1024)
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    return serve


def silent(peer):
    peer.recv(65536)
    time.sleep(20)


def run(*arguments, env=None, cwd=None, timeout=30, stdin=None):
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("WHYTLS_") and k not in ("NO_COLOR", "HTTPS_PROXY", "https_proxy")}
    surroundings.update({"LC_ALL": "C.UTF-8", "TERM": "xterm", "HOME": WORK, "XDG_CONFIG_HOME": ""})
    surroundings.update(env or {})
    return subprocess.run([WHYTLS, *arguments], capture_output=True, text=True, env=surroundings, cwd=cwd or WORK, timeout=timeout, stdin=stdin,
                          check=False)


class Help(unittest.TestCase):
    def test_no_arguments_print_the_short_help_and_mean_wrong_usage(self):
        out = run()
        self.assertEqual((out.returncode, out.stdout), (2, ""))
        self.assertIn("usage: whytls TARGET", out.stderr)

    def test_help_goes_to_standard_output(self):
        for arguments in (["-h"], ["--help"], ["explain", "-h"], ["diagnose", "--help"], ["--version"]):
            out = run(*arguments)
            self.assertEqual((out.returncode, out.stderr), (0, ""), arguments)
            self.assertTrue(out.stdout)

    def test_short_help_beside_a_target_lists_the_options(self):
        self.assertIn("--servername NAME", run("example.com", "-h").stdout)
        self.assertNotIn("--servername NAME", run("-h").stdout)

    def test_long_help_begins_with_examples(self):
        out = run("--help").stdout
        self.assertLess(out.index("Examples:"), out.index("--servername NAME"))


class WrongUsage(unittest.TestCase):
    def test_is_one_sentence_on_standard_error_and_exit_two(self):
        rows = [(["a", "b"], "one target"), (["--servername", "x"], "target is missing"), (["h:99999"], "1 to 65535"), (["http://h"], "plaintext"),
                (["h", "--strattls", "smtp"], "did you mean --starttls?"), (["h", "--format", "sarif"], "there are html, json, jsonl, junit, prometheus, text"),
                (["h", "--ciphers", "AES128-SHAX"], "did you mean AES128-SHA"), (["h", "--client", "nobody"], "nobody"),
                (["h", "--min-version", "tls1.3", "--max-version", "tls1.2"], "nothing is left"), (["explain"], "needs the id"),
                (["explain", "--list", "--format", "html"], "there are text, json and jsonl"),
                (["explain", "certificate.expird"], "did you mean certificate.expired?")]
        for arguments, words in rows:
            with self.subTest(arguments):
                out = run(*arguments)
                self.assertEqual(out.returncode, 2, out.stderr)
                self.assertEqual(out.stdout, "")
                self.assertIn(words, out.stderr)
                self.assertEqual(out.stderr.count("\n"), 1)

    def test_a_ca_file_that_cannot_be_used_is_wrong_usage_and_json_still_names_the_cause(self):
        server = Server(silent)
        empty = os.path.join(WORK, "empty.pem")
        open(empty, "w", encoding="ascii").close()
        for path in (empty, os.path.join(WORK, "absent.pem")):
            out = run(f"127.0.0.1:{server.port}", "--ca-file", path)
            self.assertEqual(out.returncode, 2)
            self.assertIn(path, out.stderr)
            self.assertIn("configuration.trust-store", out.stderr)
        out = run(f"127.0.0.1:{server.port}", "--ca-file", empty, "--format", "json")
        self.assertEqual(out.returncode, 2)
        document = json.loads(out.stdout)
        self.assertEqual((document["outcome"], document["verdict"]["cause"]), ("failed", "configuration.trust-store"))
        server.close()


class Diagnose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cert, cls.key = certificate("localhost")
        cls.server = Server(tls(cls.cert, cls.key))
        cls.target = f"localhost:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def works(self, *more, **kwargs):
        return run(self.target, "-4", "--ca-file", self.cert, *more, **kwargs)

    def test_a_server_that_works_is_exit_zero_and_one_short_answer(self):
        out = self.works()
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertTrue(out.stdout.startswith(f"✓ {self.target} works: TLS 1.3"), out.stdout)

    def test_a_named_cause_is_exit_one(self):
        out = run(self.target, "-4")
        self.assertEqual((out.returncode, out.stderr), (1, ""))
        self.assertIn("certificate.self-signed", out.stdout)

    def test_json_is_valid_under_its_schema(self):
        with open(os.path.join(SCHEMAS, "report-1.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        for arguments in ([], ["--max-version", "tls1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256"], ["--at", "2099-01-01"]):
            out = self.works("--format", "json", *arguments)
            document = json.loads(out.stdout)
            jsonschema.Draft7Validator(schema).validate(document)
            self.assertEqual(document["outcome"], "failed" if arguments else "ok")
            self.assertTrue(document["handshake"]["offered"]["suites"])

    def test_a_line_of_jsonl_is_one_document(self):
        out = self.works("--format", "jsonl")
        self.assertEqual(out.stdout.count("\n"), 1)
        self.assertEqual(json.loads(out.stdout)["schema"], "whytls.report/1")

    def test_the_certificate_covers_the_name_that_the_user_gave(self):
        out = self.works("--servername", "other.example")
        self.assertEqual(out.returncode, 1)
        self.assertIn("certificate.hostname-mismatch", out.stdout)

    def test_connect_goes_elsewhere_under_the_same_name(self):
        out = run("localhost:1", "--connect", f"127.0.0.1:{self.server.port}", "--ca-file", self.cert)
        self.assertEqual(out.returncode, 0, out.stdout)

    def test_a_refused_connection_has_its_cause(self):
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        out = run(f"127.0.0.1:{port}")
        self.assertEqual(out.returncode, 1)
        self.assertIn("network.connection-refused", out.stdout)

    def test_the_file_is_replaced_whole_and_keeps_its_mode(self):
        path = os.path.join(WORK, "result.json")
        with open(path, "w", encoding="ascii") as file:
            file.write("old")
        os.chmod(path, 0o640)
        out = self.works("--format", "json", "-o", path)
        self.assertEqual((out.returncode, out.stdout), (0, ""))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["outcome"], "ok")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)
        self.assertEqual([name for name in os.listdir(WORK) if name.startswith("result.json.")], [])

    def test_what_cannot_be_written_is_exit_four(self):
        out = self.works("-o", os.path.join(WORK, "absent", "result"))
        self.assertEqual(out.returncode, 4)
        self.assertIn("cannot be written", out.stderr)
        with open("/dev/full", "w", encoding="ascii") as full:
            process = subprocess.run([WHYTLS, self.target, "-4"], stdout=full, stderr=subprocess.PIPE, check=False, timeout=30)
        self.assertEqual(process.returncode, 4)

    def test_a_reader_that_goes_away_is_no_error(self):
        reader, writer = os.pipe()
        os.close(reader)
        process = subprocess.run([WHYTLS, "explain", "--list"], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=30)
        os.close(writer)
        self.assertEqual((process.returncode, process.stderr), (0, b""))

    def test_colour_only_where_it_is_wanted(self):
        self.assertNotIn("\x1b", self.works().stdout)
        self.assertIn("\x1b", self.works("--color", "always").stdout)
        self.assertIn("\x1b", self.works("--color", "always", env={"NO_COLOR": "1"}).stdout)

    def test_a_terminal_gets_colour_and_progress_unless_told_otherwise(self):
        def on_terminal(**env):
            leader, follower = pty.openpty()
            process = subprocess.Popen([WHYTLS, self.target, "-4", "--ca-file", self.cert], stdout=follower, stderr=follower,
                                       env={"LC_ALL": "C.UTF-8", "TERM": "xterm", "HOME": WORK, "PATH": os.environ["PATH"], **env})
            os.close(follower)
            text = b""
            while select.select([leader], [], [], 20)[0]:
                try:
                    piece = os.read(leader, 65536)
                except OSError:
                    break
                if not piece:
                    break
                text += piece
            os.close(leader)
            self.assertEqual(process.wait(20), 0)
            return text.decode()

        self.assertIn("\x1b[1;32m✓", on_terminal())
        self.assertIn("connecting to", on_terminal())
        self.assertIn("connection", on_terminal())
        self.assertNotIn("\x1b[1;32m", on_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b", on_terminal(TERM="dumb"))

    def test_quiet_is_the_verdict_alone(self):
        out = run(self.target, "-4", "--quiet")
        self.assertEqual(out.returncode, 1)
        self.assertLessEqual(out.stdout.count("\n"), 3)

    def test_ascii_where_the_locale_has_no_more(self):
        out = run(self.target, "-4", env={"LC_ALL": "C"})
        self.assertTrue(out.stdout.isascii())

    def test_the_environment_gives_way_to_the_command_line(self):
        self.assertEqual(run(self.target, "-4", env={"WHYTLS_CA_FILE": self.cert}).returncode, 0)
        self.assertEqual(run(self.target, "-4", "--ca-file", self.cert, env={"WHYTLS_CA_FILE": "/absent"}).returncode, 0)
        self.assertEqual(run(self.target, "-4", env={"WHYTLS_TIMEOUT": "soon"}).returncode, 2)

    def test_settings_files_come_after_the_environment(self):
        home = tempfile.mkdtemp(dir=WORK)
        os.makedirs(os.path.join(home, "whytls"))
        with open(os.path.join(home, "whytls", "whytls.conf"), "w", encoding="ascii") as file:
            file.write(f"ca-file = {self.cert}\n")
        self.assertEqual(run(self.target, "-4", env={"XDG_CONFIG_HOME": home}).returncode, 0)
        self.assertEqual(run(self.target, "-4", env={"XDG_CONFIG_HOME": home, "WHYTLS_CA_FILE": "/absent"}).returncode, 2)


class Interruption(unittest.TestCase):
    def test_says_within_a_second_what_was_found(self):
        server = Server(silent)
        process = subprocess.Popen([WHYTLS, f"127.0.0.1:{server.port}", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.7)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10)
        self.assertLess(time.monotonic() - begun, 1.0)
        self.assertEqual(process.returncode, 130)
        self.assertTrue(json.loads(out)["interrupted"])
        server.close()


class Explain(unittest.TestCase):
    def test_every_cause_has_a_page_to_read(self):
        listed = json.loads(run("explain", "--list", "--format", "json").stdout)
        with open(os.path.join(SCHEMAS, "explain-1.schema.json"), encoding="utf-8") as file:
            jsonschema.Draft7Validator(json.load(file)).validate(listed)
        self.assertTrue(listed["causes"])
        for cause in listed["causes"]:
            out = run("explain", cause["cause"])
            self.assertEqual(out.returncode, 0)
            self.assertTrue(out.stdout.startswith(cause["cause"] + "\n"))
            self.assertNotIn("evidence fires", out.stdout)
            self.assertTrue(all(len(line) <= 80 or "http" in line or line.startswith("    ") for line in out.stdout.splitlines()), cause["cause"])

    def test_a_text_that_is_no_id_is_exit_three(self):
        self.assertEqual(run("explain", "something went wrong here").returncode, 3)


if __name__ == "__main__":
    WHYTLS, SCHEMAS = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
    with tempfile.TemporaryDirectory() as WORK:
        unittest.main(verbosity=1)
