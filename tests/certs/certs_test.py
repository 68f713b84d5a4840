#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""certs_test.py WHYTLS SCHEMAS: whytls cert beside the tools whose files it reads and whose judgement it foretells."""
import hashlib
import json
import os
import stat
import subprocess
import sys
import unittest

import jsonschema

from support import HOST, Issuers, World, missing, pieces
from lab.process import run

WORLD: World


class Formats(unittest.TestCase):
    """Every format as its own tool makes it: read back, the same certificates come out, the leaf first, and the key is found to belong."""

    @classmethod
    def setUpClass(cls):
        cls.chain = WORLD.pki.chain("good")
        cls.sums = [WORLD.fingerprint("good"), WORLD.fingerprint("int")]

    def reads(self, path, fmt, *words, key=True, sums=None):
        report = WORLD.report(path, "--ca-file", WORLD.root, *words, status=0)
        self.assertEqual(report["files"][0]["format"], fmt)
        rows = [c for c in report["handshake"]["certificates"] if c["place"] != "trust store"]
        self.assertEqual([c["sha256"] for c in rows], sums or self.sums)
        self.assertEqual(rows[0]["role"], "leaf")
        if key:
            self.assertIn(True, [f["value"] for f in report["evidence"] if f["kind"] == "key_belongs"])
        return report

    def test_openssl_pem_with_noise(self):
        text = run("openssl", "x509", "-in", self.chain.leaf, "-text") + b"\nsubject=whatever\r\n" + self.chain.rest.read_bytes() + b"\n-- end --\n"
        self.reads(WORLD.file("noisy.pem", text), "PEM", key=False)

    def test_openssl_der(self):
        self.reads(WORLD.file("one.der", WORLD.der("good")), "DER", self.chain.rest, key=False)
        self.reads(WORLD.file("two.der", WORLD.der("good") + WORLD.der("int")), "DER", key=False)

    def test_openssl_pkcs7(self):
        for form, name in (("pem", "PEM"), ("der", "PKCS #7")):
            path = WORLD.folder / f"bundle-{form}.p7b"
            run("openssl", "crl2pkcs7", "-nocrl", "-certfile", self.chain.file, "-outform", form, "-out", path)
            self.reads(path, name, key=False)

    def test_openssl_pkcs12(self):
        for number, (password, more) in enumerate((("", ()), ("changeit", ()), ("geheim", ()), ("geheim", ("-legacy",)), ("changeit", ("-nomac",)),
                                                   ("changeit", ("-certpbe", "NONE")))):
            path = WORLD.folder / f"store-{number}.p12"
            run("openssl", "pkcs12", "-export", "-in", self.chain.leaf, "-certfile", self.chain.rest, "-inkey", self.chain.key, "-out", path,
                "-passout", f"pass:{password}", *more)
            words = ["--passphrase-file", WORLD.file("password.txt", password + "\n")] if password == "geheim" else []
            self.reads(path, "PKCS #12", *words)

    def test_a_store_that_no_password_opens_is_unusable_input(self):
        path = WORLD.folder / "closed.p12"
        run("openssl", "pkcs12", "-export", "-in", self.chain.file, "-inkey", self.chain.key, "-out", path, "-passout", "pass:geheim")
        report = WORLD.report(path, status=2)
        self.assertEqual(report["verdict"]["cause"], "configuration.file-unreadable")
        WORLD.report(path, "--passphrase-file", WORLD.file("wrong.txt", "falsch\n"), status=2)

    @unittest.skipIf(missing("keytool"), "keytool is not installed")
    def test_keytool_stores(self):
        source = WORLD.pki.p12("good")
        for kind, fmt in (("JKS", "Java keystore (JKS)"), ("PKCS12", "PKCS #12"), ("JCEKS", "Java keystore (JCEKS)")):
            path = WORLD.folder / f"store.{kind.lower()}"
            run("keytool", "-importkeystore", "-srckeystore", source, "-srcstoretype", "PKCS12", "-srcstorepass", "changeit", "-destkeystore", path,
                "-deststoretype", kind, "-deststorepass", "changeit", "-destkeypass", "changeit", "-noprompt")
            report = self.reads(path, fmt, key=kind != "JCEKS")
            self.assertNotIn("verifies", json.dumps(report["findings"]))

    @unittest.skipIf(missing("certtool"), "certtool is not installed")
    def test_gnutls_pkcs12_and_pkcs7(self):
        path = WORLD.folder / "gnutls.p12"
        run("certtool", "--to-p12", "--load-certificate", self.chain.file, "--load-privkey", self.chain.key, "--p12-name", "web", "--password",
            "changeit", "--outder", "--outfile", path)
        self.reads(path, "PKCS #12")
        bundle = WORLD.folder / "gnutls.p7"
        run("certtool", "--p7-generate", "--load-certificate", self.chain.file, "--outder", "--outfile", bundle)
        self.reads(bundle, "PKCS #7", key=False)

    @unittest.skipIf(missing("pk12util", "certutil"), "libnss3-tools is not installed")
    def test_nss_pkcs12(self):
        store, password = WORLD.folder / "nss-export", WORLD.file("nss.txt", "changeit\n")
        store.mkdir()
        run("certutil", "-N", "-d", f"sql:{store}", "--empty-password")
        run("pk12util", "-i", WORLD.pki.p12("good"), "-d", f"sql:{store}", "-w", password)
        path = WORLD.folder / "nss.p12"
        run("pk12util", "-o", path, "-n", "good", "-d", f"sql:{store}", "-w", password)
        self.reads(path, "PKCS #12")

    def test_keys_are_named_and_encrypted_ones_as_such(self):
        words = WORLD.file("geheim.txt", "geheim\n")
        for number, command in enumerate((["pkey", "-aes256"], ["ec", "-aes128"], ["pkcs8", "-topk8", "-v2", "aes-192-cbc"])):
            path = WORLD.folder / f"locked-{number}.key"
            run("openssl", *command, "-in", self.chain.key, "-out", path, "-passout", "pass:geheim")
            report = WORLD.report(path, status=0)
            self.assertIn("encrypted private key", report["files"][0]["holds"])
            self.assertIn("key.encrypted", [f["rule"] for f in report["findings"]])
            self.assertEqual(WORLD.report(self.chain.file, "--key", path, "--ca-file", WORLD.root, status=2)["verdict"]["cause"],
                             "configuration.file-unreadable")
            self.reads(self.chain.file, "PEM", "--key", path, "--passphrase-file", words)
            self.assertNotIn(b"geheim", WORLD.cert(path, "--passphrase-file", words, "--format", "json").stdout)
        for form in ("PEM", "DER"):
            path = WORLD.folder / f"plain-{form}.key"
            run("openssl", "pkey", "-in", self.chain.key, "-outform", form, "-out", path)
            self.assertIn("a private key (ec-secp256r1)", WORLD.report(path, status=0)["files"][0]["holds"])

    def test_requests(self):
        for form in ("PEM", "DER"):
            path = WORLD.folder / f"request-{form}.csr"
            run("openssl", "req", "-new", "-key", self.chain.key, "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-outform", form,
                "-out", path)
            self.assertIn(f"signing request for \"CN={HOST}\" ({HOST})", WORLD.report(path, status=0)["files"][0]["holds"])

    def test_standard_input(self):
        report = WORLD.report("-", "--ca-file", WORLD.root, stdin=self.chain.file.read_bytes(), status=0)
        self.assertEqual(report["handshake"]["certificates"][0]["place"], "standard input:1")


class Verdicts(unittest.TestCase):
    """What is accepted here is accepted by the others, and what is refused is refused, by its name."""
    rows = (  # chain of the lab, cause, asked by host
        ("good", None), ("rsa", None), ("pss", None), ("ed25519", None), ("wildcard", None), ("allowed", None), ("no-eku", None), ("by-root", None),
        ("cross", None), ("extra-root", None), ("expired", "certificate.expired"), ("under-expired", "certificate.expired"),
        ("future", "certificate.not-yet-valid"), ("self-signed", "certificate.self-signed"), ("leaf-only", "certificate.incomplete-chain"),
        ("alien", "certificate.untrusted-root"), ("wrong-host", "certificate.hostname-mismatch"), ("bad-signature", "certificate.bad-signature"),
        ("under-broken", "certificate.bad-signature"), ("under-notca", "certificate.invalid-ca"), ("under-path", "certificate.invalid-ca"),
        ("under-names", "certificate.name-constraint"), ("under-excluded", "certificate.name-constraint"),
        ("eku-client", "certificate.wrong-purpose"), ("under-eku", "certificate.wrong-purpose"), ("critical", "certificate.unknown-critical-extension"),
        ("weak-rsa", "certificate.weak-key"), ("sha1", "certificate.weak-signature"),
    )

    def test_each(self):
        trust = WORLD.file("roots.pem", WORLD.root, WORLD.pki.certificate("root-rsa"))
        for name, cause in self.rows:
            with self.subTest(name):
                chain = WORLD.pki.chain(name)
                report = WORLD.report(chain.file, "--host", HOST, "--key", chain.key, "--ca-file", trust, "--offline", status=1 if cause else 0)
                self.assertEqual(report["verdict"]["cause"], cause)
                self.assertEqual(report["outcome"], "failed" if cause else "ok")

    def test_the_referees_agree(self):
        """Policies differ on weak keys and on what stands out of order: the rest is beyond dispute."""
        for name in ("good", "wildcard", "allowed", "by-root", "expired", "under-expired", "future", "self-signed", "leaf-only", "alien", "bad-signature",
                     "under-broken", "under-notca", "under-path", "critical"):
            with self.subTest(name):
                chain = WORLD.pki.chain(name).file
                ok = WORLD.report(chain, "--ca-file", WORLD.root, "--offline")["outcome"] == "ok"
                opinions = {"openssl": WORLD.openssl_accepts(chain), "java": WORLD.java_accepts(chain)}
                if not missing("certtool"):
                    opinions["gnutls"] = WORLD.gnutls_accepts(chain)
                self.assertEqual(opinions, {who: ok for who in opinions})

    def test_a_time_can_be_given(self):
        report = WORLD.report(WORLD.pki.chain("expired").file, "--ca-file", WORLD.root, "--at", "2020-01-01", status=1)
        self.assertEqual(report["verdict"]["cause"], "certificate.not-yet-valid")

    def test_the_wrong_key_and_the_wrong_order(self):
        chain = WORLD.pki.chain("good")
        report = WORLD.report(chain.file, "--key", WORLD.pki.chain("rsa").key, "--ca-file", WORLD.root, status=1)
        self.assertEqual(report["verdict"]["cause"], "configuration.key-mismatch")
        wrong = WORLD.file("wrong.pem", chain.rest, chain.leaf)
        report = WORLD.report(wrong, "--ca-file", WORLD.root, status=1)
        self.assertEqual(report["verdict"]["cause"], "configuration.key-mismatch")
        self.assertIn("stands first", report["verdict"]["summary"])

    def test_several_certificates_are_reported_each(self):
        both = WORLD.file("both.pem", WORLD.pki.certificate("good"), WORLD.pki.certificate("expired"), WORLD.pki.certificate("int"))
        report = WORLD.report(both, "--ca-file", WORLD.root, status=1)
        self.assertEqual(report["verdict"]["cause"], "certificate.expired")
        self.assertEqual([o["outcome"] for o in report["others"]], ["ok"])
        lines = WORLD.cert(both, "--ca-file", WORLD.root, "--format", "jsonl").stdout.splitlines()
        self.assertEqual([json.loads(line)["outcome"] for line in lines], ["ok", "failed"])

    def test_input_that_cannot_be_used(self):
        for words, cause in ((["/nonexistent"], "configuration.file-missing"), ([WORLD.file("empty.pem")], "configuration.file-missing"),
                             ([WORLD.file("text.txt", "hello\n")], "configuration.file-unreadable"),
                             ([WORLD.pki.chain("good").file, "--ca-file", WORLD.file("none.pem", "no root\n")], "configuration.trust-store"),
                             ([WORLD.pki.chain("good").file, "--key", "/nonexistent"], "configuration.file-missing")):
            self.assertEqual(WORLD.report(*words, status=2)["verdict"]["cause"], cause)
            self.assertEqual(WORLD.cert(*words).stdout, b"", "nothing but a sentence on standard error")
        self.assertEqual(WORLD.cert().returncode, 2)


class Fix(unittest.TestCase):
    """The fix is tried: what --fix writes goes onto servers, and the clients that failed connect."""

    def fixed(self, name, *inputs, words=(), status=None):
        out = WORLD.folder / f"fixed-{name}.pem"
        before = [hashlib.sha256(p.read_bytes()).hexdigest() for p in inputs]
        report = WORLD.report(*inputs, "--ca-file", WORLD.root, "--fix", out, *words, status=status)
        self.assertEqual([hashlib.sha256(p.read_bytes()).hexdigest() for p in inputs], before, "an input was changed")
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o644)
        self.assertNotIn("PRIVATE", out.read_text())
        self.assertEqual(report["bundle"]["written"], str(out))
        return out, report

    def works_for_all(self, bundle, key, servers=("openssl",)):
        for server in servers:
            process, port = WORLD.serve(server, bundle, key)
            try:
                for client in ("openssl", "gnutls", "java", "go"):
                    if client == "gnutls" and missing("gnutls-cli"):
                        continue
                    self.assertTrue(WORLD.connects(client, port), f"{client} at {server}")
            finally:
                process.stop()

    def test_a_missing_intermediate_comes_from_the_address_in_the_certificate(self):
        chain, issuer = WORLD.pki.chain("aia"), WORLD.der("int-aia")
        pem = WORLD.pki.certificate("int-aia")
        p7 = run("openssl", "crl2pkcs7", "-nocrl", "-certfile", pem, "-outform", "der")
        process, port = WORLD.serve("openssl", chain.leaf, chain.key)
        try:
            for client in ("openssl", "gnutls", "java", "go"):
                self.assertFalse(WORLD.connects(client, port), f"{client} needs no fix")
        finally:
            process.stop()
        for number, answer in enumerate((issuer, pem.read_bytes(), p7)):
            Issuers.answers["/issuer"] = answer
            bundle, report = self.fixed(f"aia-{number}", chain.leaf, status=1)
            self.assertEqual(report["verdict"]["cause"], "certificate.incomplete-chain")
            self.assertTrue(report["bundle"]["holds"])
            self.assertIn(WORLD.fingerprint("int-aia"), json.dumps(report["findings"]))
            self.assertEqual(pieces(bundle.read_text()), pieces(chain.leaf.read_text() + pem.read_text()))
        self.works_for_all(bundle, chain.key, ("openssl", "java", "go"))

    def test_offline_and_useless_answers_fill_no_gap(self):
        chain = WORLD.pki.chain("aia")
        Issuers.answers["/issuer"] = WORLD.der("int-aia")
        _, report = self.fixed("offline", chain.leaf, words=("--offline",), status=1)
        self.assertFalse(report["bundle"]["holds"])
        for answer in (b"", b"<html>", WORLD.der("int"), b"\x30\x82" * 1000):
            Issuers.answers["/issuer"] = answer
            _, report = self.fixed("useless", chain.leaf, status=1)
            self.assertFalse(report["bundle"]["holds"])

    def test_order_repetitions_and_strangers(self):
        chain = WORLD.pki.chain("good")
        alien = WORLD.pki.certificate("alien-int")
        for name, parts in (("order", (chain.rest, chain.leaf)), ("mess", (chain.leaf, WORLD.root, alien, chain.rest, chain.rest, chain.leaf)),
                            ("noise", (b"# mine\n", chain.leaf, b"\nand its issuer:\r\n", chain.rest)), ("key", (chain.key, chain.leaf, chain.rest))):
            bundle, report = self.fixed(name, WORLD.file(f"{name}.pem", *parts))
            self.assertTrue(report["bundle"]["holds"], name)
            self.assertEqual(bundle.read_text(), chain.leaf.read_text() + chain.rest.read_text(), name)
        self.works_for_all(bundle, chain.key)

    def test_an_expired_intermediate_is_replaced(self):
        """As in September 2021: the expired cross-sign is dropped, the trusted root's own path is kept."""
        cross = WORLD.pki.chain("cross-expired")
        new_root = WORLD.pki.certificate("new-root")
        out = WORLD.folder / "fixed-cross.pem"
        WORLD.report(cross.file, "--ca-file", new_root, "--fix", out)
        self.assertEqual(out.read_text(), cross.leaf.read_text() + WORLD.pki.certificate("new-int").read_text())

    def test_from_other_files_and_formats(self):
        chain = WORLD.pki.chain("good")
        wrong = WORLD.file("site.pem", chain.leaf, WORLD.pki.certificate("alien-int"))
        bundle, report = self.fixed("spare", wrong, WORLD.pki.certificate("int"), status=1)
        self.assertTrue(report["bundle"]["holds"])
        self.works_for_all(bundle, chain.key)
        bundle, report = self.fixed("p12", WORLD.pki.p12("good"), status=0)
        self.assertEqual(pieces(bundle.read_text()), pieces(chain.file.read_text()))

    def test_what_was_read_is_never_written_to(self):
        chain = WORLD.pki.chain("good")
        copy = WORLD.file("copy.pem", chain.file)
        link = WORLD.folder / "link.pem"
        os.symlink(copy, link)
        for target in (copy, link, WORLD.folder, "/dev/null"):
            self.assertEqual(WORLD.cert(copy, "--fix", target).returncode, 2, target)
        key = WORLD.file("copy.key", chain.key)
        self.assertEqual(WORLD.cert(copy, "--key", key, "--fix", key).returncode, 2)
        self.assertEqual(copy.read_bytes(), chain.file.read_bytes())
        self.assertEqual(key.read_bytes(), chain.key.read_bytes())

    def test_what_cannot_be_mended_is_said(self):
        bundle, report = self.fixed("expired", WORLD.pki.chain("expired").file, status=1)
        self.assertFalse(report["bundle"]["holds"])
        self.assertIn(b"would still refuse it", WORLD.cert(WORLD.pki.chain("expired").file, "--ca-file", WORLD.root, "--fix", bundle).stdout.replace(b"\n             ", b" "))


class Stores(unittest.TestCase):
    """The table, beside stores that their own tools made."""

    def table(self, chain, **environment):
        report = WORLD.report(chain, "--offline", env=WORLD.environment(**environment))
        return {(row["who"], row["path"].split(" (")[0]): row for row in report["stores"]}

    def state(self, who, path, chain=None, **environment):
        return self.table(chain or WORLD.pki.chain("good").file, **environment)[who, str(path)]["state"]

    def test_openssl_by_variable(self):
        for trust, wanted in ((WORLD.root, "present"), (WORLD.pki.certificate("alien-root"), "absent"), ("/nonexistent/x.pem", "unreadable")):
            self.assertEqual(self.state("OpenSSL", trust, SSL_CERT_FILE=trust), wanted)
        refused = WORLD.folder / "refused.pem"
        run("openssl", "x509", "-in", WORLD.root, "-addreject", "serverAuth", "-trustout", "-out", refused)
        self.assertEqual(self.state("OpenSSL", refused, SSL_CERT_FILE=refused), "distrusted")
        folder = WORLD.folder / "hashed"
        folder.mkdir()
        (folder / "root.pem").write_bytes(WORLD.root.read_bytes())
        self.assertEqual(self.state("OpenSSL", folder, SSL_CERT_DIR=folder), "unreadable")
        run("openssl", "rehash", folder)
        self.assertEqual(self.state("OpenSSL", folder, SSL_CERT_DIR=folder), "present")

    @unittest.skipIf(missing("certutil"), "libnss3-tools is not installed")
    def test_nss_databases(self):
        for folder, who in ((".pki/nssdb", "NSS of the user (Chromium)"), (".mozilla/firefox/x1.default", "Firefox")):
            store = WORLD.home / folder
            store.mkdir(parents=True)
            run("certutil", "-N", "-d", f"sql:{store}", "--empty-password")
            self.assertEqual(self.state(who, store), "absent")
            run("certutil", "-A", "-d", f"sql:{store}", "-n", "lab", "-t", "C,,", "-i", WORLD.root)
            self.assertEqual(self.state(who, store), "present")
            for flags in ("p,p,p", ",,"):
                run("certutil", "-M", "-d", f"sql:{store}", "-n", "lab", "-t", flags)
                self.assertEqual(self.state(who, store), "distrusted")
        # Intermediates that a browser once saw fill gaps.
        run("certutil", "-A", "-d", f"sql:{store}", "-n", "int", "-t", ",,", "-i", WORLD.pki.certificate("int"))
        report = WORLD.report(WORLD.pki.chain("leaf-only").leaf, "--ca-file", WORLD.root, "--offline", status=1)
        self.assertTrue(report["bundle"]["holds"])
        self.assertIn("Firefox", report["verdict"]["detail"]["found"])

    @unittest.skipIf(missing("keytool"), "keytool is not installed")
    def test_java_stores(self):
        for kind in ("JKS", "PKCS12"):
            home = WORLD.folder / f"java-{kind}"
            store = home / "lib" / "security" / "cacerts"
            store.parent.mkdir(parents=True)
            (store.parent / "java.security").write_text("# what makes it a Java\n")
            run("keytool", "-importcert", "-noprompt", "-alias", "lab", "-file", WORLD.root, "-keystore", store, "-storetype", kind, "-storepass", "changeit")
            self.assertEqual(self.state("Java", store, JAVA_HOME=home), "present")
            (store.parent / "blocked.certs").write_text("Algorithm=SHA-256\n" + WORLD.fingerprint("root") + "\n")
            self.assertEqual(self.state("Java", store, JAVA_HOME=home), "distrusted")

    @unittest.skipIf(missing("node"), "node is not installed")
    def test_node(self):
        table = self.table(WORLD.pki.chain("good").file, NODE_EXTRA_CA_CERTS=WORLD.root)
        self.assertEqual(table["Node.js", str(WORLD.root)]["state"], "present")
        built_in = [row for (who, _), row in table.items() if who == "Node.js, built in"]
        self.assertEqual([row["state"] for row in built_in], ["absent"])
        one = WORLD.file("node-root.pem", run("node", "-p", "require('tls').rootCertificates.find(c => new (require('crypto').X509Certificate)(c).validTo > '' && new Date(new (require('crypto').X509Certificate)(c).validTo) > new Date())"))
        built_in = [row for (who, _), row in self.table(one).items() if who == "Node.js, built in"]
        self.assertEqual([row["state"] for row in built_in], ["present"])

    def test_built_in_lists_of_nss_and_p11_kit(self):
        """A root of Mozilla's list is there, the lab's is not."""
        public = "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt"
        if not os.path.exists(public):
            self.assertNotEqual(os.environ.get("CI"), "true", "ca-certificates is not installed")
            self.skipTest("ca-certificates is not installed")
        for chain, wanted in ((public, "present"), (WORLD.pki.chain("good").file, "absent")):
            rows = [row["state"] for (who, _), row in self.table(chain).items() if who in ("NSS, built in", "p11-kit")]
            self.assertTrue(rows or os.environ.get("CI") != "true", "neither is installed")
            self.assertEqual(rows, [wanted] * len(rows))

    def test_it_is_left_out_where_a_store_is_given(self):
        self.assertNotIn("stores", WORLD.report(WORLD.pki.chain("good").file, "--ca-file", WORLD.root))


def replaced(der, old, new):
    assert len(old) == len(new) and der.count(old) >= 1
    return der.replace(old, new)


class Harmless(unittest.TestCase):
    """Names with escape sequences, NULs, marks of direction and no UTF-8 come out harmless in every format."""

    def test_names(self):
        place = b"shop.lab.test"
        for hostile in (b"\x1b[31m.lab.te", b"a\0.lab.testxx", "‮gpj.exe.la".encode(), b"\xff\xfe\xc0\x80.lab.tes", b"\x9b31m\x07\x08.test", b"a\nb\r.lab.tesx"):
            der = replaced(WORLD.der("good"), place, hostile[:13].ljust(13, b"x"))
            path = WORLD.file("hostile.der", der)
            for words in (("--format", "text"), ("--format", "json"), ("--format", "jsonl"), ("--format", "text", "--color", "always")):
                done = WORLD.cert(path, WORLD.pki.certificate("int"), "--ca-file", WORLD.root, "--host", HOST, *words)
                self.assertEqual(done.returncode, 1, done.stderr)
                text = (done.stdout + done.stderr).decode("utf-8")  # no UTF-8 would raise
                if words[-1] == "always":
                    text = text.replace("\x1b[0m", "").replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[1;31m", "").replace("\x1b[1;32m", "").replace("\x1b[1;33m", "")
                bad = [c for c in text if (ord(c) < 32 and c != "\n") or ord(c) == 127 or 0x80 <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E or 0x200B <= ord(c) <= 0x200F]
                self.assertEqual(bad, [], words)

    def test_names_of_files_and_entries(self):
        odd = WORLD.folder / "a\x1b[31m\nb.pem"
        odd.write_bytes(WORLD.pki.chain("good").file.read_bytes())
        for fmt in ("text", "json", "jsonl"):
            self.assertNotIn(b"\x1b", WORLD.cert(odd, "--ca-file", WORLD.root, "--format", fmt).stdout)


class Folders(unittest.TestCase):
    def test_dates_of_all(self):
        folder = WORLD.folder / "many"
        folder.mkdir()
        for name in ("good", "expired", "future", "int"):
            (folder / f"{name}.pem").write_bytes(WORLD.pki.certificate(name).read_bytes())
        done = WORLD.cert(folder, "--format", "json")
        document = json.loads(done.stdout)
        jsonschema.Draft7Validator(WORLD.schemas["folder"]).validate(document)
        self.assertEqual(done.returncode, 1)
        self.assertEqual([(e["state"], os.path.basename(e["path"])) for e in document["entries"]], [("expired", "expired.pem"), ("not-yet-valid", "future.pem")])
        lines = [json.loads(line) for line in WORLD.cert(folder, "--format", "jsonl").stdout.splitlines()]
        for line in lines:
            jsonschema.Draft7Validator(WORLD.schemas["folder"]).validate(line)
        self.assertEqual(len(lines), 3)
        for name in ("expired", "future"):
            (folder / f"{name}.pem").unlink()
        self.assertEqual(WORLD.cert(folder).returncode, 0)
        self.assertEqual(WORLD.cert(folder, WORLD.root).returncode, 2, "folders and files together")
        self.assertEqual(WORLD.cert(folder, "--fix", WORLD.folder / "x.pem").returncode, 2)


def main():
    global WORLD
    if len(sys.argv) < 3:
        print("usage: certs_test.py WHYTLS SCHEMAS [TEST…]", file=sys.stderr)
        return 2
    WORLD = World(*sys.argv[1:3])
    try:
        program = unittest.main(argv=[sys.argv[0], *sys.argv[3:]], exit=False, verbosity=1)
    finally:
        WORLD.close()
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
