#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""live.py WHYTLS [--verbose]: what real clients and servers print about planted faults, and what `whytls explain` says of it.

Each message must leave the planted cause open, and no other may be named with confidence; where a fault lists its cause as plain, the
message says it literally, and the cause must come first. Servers are those of tests/lab; all traffic is on loopback."""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lab"))
from lab.bed import Bed, Server, is_root  # noqa: E402
from lab.pki import Pki  # noqa: E402
from lab.process import Missing, Ports  # noqa: E402
from lab.servers import fault as listener  # noqa: E402
from lab.servers.apache import Apache  # noqa: E402
from lab.servers.dovecot import Dovecot  # noqa: E402
from lab.servers.haproxy import HAProxy  # noqa: E402
from lab.servers.nginx import Nginx, Vhost  # noqa: E402
from lab.servers.openssl import OpenSSL  # noqa: E402
from lab.servers.plain import Nothing, Plain, Script, converse  # noqa: E402
from lab.servers.postfix import Postfix  # noqa: E402
from lab.servers.stunnel import Stunnel  # noqa: E402

LEAST_FAILURES = 60
SINGLE = ("openssl", "curl", "gnutls-cli", "wget", "git")
BATCHED = ("python", "node", "go", "java")
PSQL = ("psql",)


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    server: Server | None
    causes: tuple[str, ...]       # the planted one, and others that it is right to name
    plain: bool = False           # every client says it literally
    host: str = "localhost"
    clients: tuple[str, ...] = SINGLE + BATCHED


def postgres(behind=None):
    """What libpq meets first: it asks for TLS, the answer is one letter, and S leads to the server behind. That needs no database."""
    script = Script(b"", lambda said: (b"S", True) if behind else (b"N", False), lines=False)
    return listener.Fault(on_connect=lambda visit: converse(visit, script), behind=behind)


OLD = ("-tls1_1",)
FAULTS = (
    Fault("expired", OpenSSL("expired"), ("certificate.expired",), True),
    Fault("not yet valid", OpenSSL("future"), ("certificate.not-yet-valid", "configuration.clock-skew", "certificate.expired")),
    Fault("self-signed", OpenSSL("self-signed"), ("certificate.self-signed",)),
    Fault("incomplete chain", OpenSSL("leaf-only"), ("certificate.incomplete-chain",)),
    Fault("untrusted root", OpenSSL("alien-root-sent"), ("certificate.untrusted-root",)),
    Fault("other names", OpenSSL("wrong-host"), ("certificate.hostname-mismatch",), True),
    Fault("issuer is no CA", OpenSSL("under-notca"), ("certificate.invalid-ca", "certificate.untrusted-root", "certificate.wrong-purpose")),
    Fault("name constraint", OpenSSL("under-excluded"), ("certificate.name-constraint", "certificate.untrusted-root")),
    Fault("purpose", OpenSSL("eku-client"), ("certificate.wrong-purpose",)),
    Fault("bad signature", OpenSSL("bad-signature"), ("certificate.bad-signature", "certificate.untrusted-root")),
    Fault("critical extension", OpenSSL("under-critical"), ("certificate.unknown-critical-extension", "certificate.untrusted-root")),
    Fault("http", Plain("http"), ("protocol.not-tls", "configuration.tls-off"), True),
    Fault("smtp", Plain("smtp"), ("protocol.starttls-needed", "protocol.not-tls")),
    Fault("nobody listens", Nothing(), ("network.connection-refused",), True, clients=("curl", "wget", "git", "python", "node", "go", "java")),
    Fault("no such name", None, ("network.dns-failure",), True, host="nowhere.invalid", clients=("curl", "wget", "git", "python", "node", "go", "java")),
    Fault("client certificate, TLS 1.2", OpenSSL(args=("-Verify", "1", "-verify_return_error", "-no_tls1_3"), client_ca="client-ca"),
          ("client-auth.certificate-required",)),
    Fault("client certificate, TLS 1.3", OpenSSL(args=("-Verify", "1", "-verify_return_error"), client_ca="client-ca"),
          ("client-auth.certificate-required",), clients=tuple(c for c in SINGLE + BATCHED if c != "wget")),
    Fault("TLS 1.1 only", OpenSSL("rsa", args=OLD, level0=True), ("protocol.version-mismatch", "configuration.crypto-policy")),
    Fault("no common suite", OpenSSL(cipher="ECDHE-ECDSA-NULL-SHA", level0=True, args=("-tls1_2",)), ("cipher.no-common-suite",)),
    # Java offers ffdhe8192, and fails with one handshake in 256 for a reason of its own (a shared secret that begins with zeros).
    Fault("no common group", OpenSSL(args=("-tls1_3", "-groups", "brainpoolP256r1:ffdhe8192")), ("cipher.no-common-group",),
          clients=tuple(c for c in SINGLE + BATCHED if c != "java")),
    Fault("weak DH", OpenSSL("rsa", cipher="DHE-RSA-AES256-GCM-SHA384", level0=True, dh=1024, args=("-tls1_2",)),
          ("cipher.weak-dh", "cipher.no-common-suite")),
    Fault("name refused", Nginx(hosts=(Vhost(None, "ssl_reject_handshake on;", name="other.test", default=True), Vhost(name="shop.lab.test"))),
          ("protocol.sni-unrecognized",)),
    Fault("libpq, untrusted root", postgres(OpenSSL("alien-root-sent")), ("certificate.untrusted-root",), clients=PSQL),
    Fault("libpq, other names", postgres(OpenSSL("wrong-host")), ("certificate.hostname-mismatch",), True, clients=PSQL),
    Fault("libpq, TLS 1.1 only", postgres(OpenSSL("rsa", args=OLD, level0=True)), ("protocol.version-mismatch", "configuration.crypto-policy"),
          clients=PSQL),
    Fault("libpq, no TLS", postgres(), ("configuration.tls-off", "protocol.starttls-refused"), True, clients=PSQL),
    Fault("libpq, http", Plain("http"), ("protocol.not-tls",), clients=PSQL),
    Fault("libpq, no store", postgres(OpenSSL()), ("configuration.trust-store", "configuration.file-missing"), True, clients=("psql: no store",)),
)


def single(client, host, port, root):
    url = f"https://{host}:{port}/"
    database = f"host={host} port={port} user=who dbname=what gssencmode=disable connect_timeout=8 sslmode=verify-full sslrootcert="
    return {"openssl": ["openssl", "s_client", "-connect", f"{host}:{port}", "-servername", host, "-verify_hostname", host, "-CAfile", root,
                        "-verify_return_error"],
            "curl": ["curl", "-sS", "-m", "8", "--cacert", root, url],
            "gnutls-cli": ["gnutls-cli", "-p", str(port), "--x509cafile", root, host],
            "wget": ["wget", "-nv", "-T", "8", "-t", "1", "-O", "/dev/null", f"--ca-certificate={root}", url],
            "git": ["git", "-c", f"http.sslCAInfo={root}", "ls-remote", url + "x.git"],
            "psql": ["psql", "-w", database + str(root)],
            "psql: no store": ["psql", "-w", database + str(root) + ".nowhere"]}[client]


def environment(**more):
    # Neither this machine's proxies nor its stores.
    kept = {k: v for k, v in os.environ.items() if not any(word in k.lower() for word in ("proxy", "ssl", "_ca_", "extra_ca"))}
    return {**kept, "LC_ALL": "C", "no_proxy": "*", "GIT_TERMINAL_PROMPT": "0", **{k: str(v) for k, v in more.items()}}


def output_of(command, stdin=b"", seconds=20, **more):
    try:
        done = subprocess.run([str(c) for c in command], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                              env=environment(**more))
    except subprocess.TimeoutExpired as ended:
        return None, (ended.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


class Clients:
    """The programs that visit many URLs in one go, built once."""

    def __init__(self, folder, root, pki):
        self.folder, self.root, self.pki = folder, root, pki
        shutil.copy(HERE / "clients/client.go", folder)
        shutil.copy(HERE / "clients/Client.java", folder)

    def build_go(self):
        subprocess.run(["go", "build", "-o", "go-client", "client.go"], cwd=self.folder, check=True, capture_output=True, timeout=120,
                       env=environment(GOFLAGS="-mod=mod", GO111MODULE="off"))

    def build_java(self):
        subprocess.run(["javac", "Client.java"], cwd=self.folder, check=True, capture_output=True, timeout=120)
        for name in ("root", "root-rsa"):
            subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", name, "-file", str(self.pki.certificate(name)), "-keystore",
                            "trust.p12", "-storetype", "PKCS12", "-storepass", "changeit"], cwd=self.folder, check=True, capture_output=True,
                           timeout=120)

    def visit(self, client, urls):
        """What it prints for each URL."""
        command = {"python": [sys.executable, HERE / "clients/client.py"], "node": ["node", HERE / "clients/client.js"],
                   "go": [self.folder / "go-client"],
                   "java": ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", self.folder,
                            f"-Djavax.net.ssl.trustStore={self.folder}/trust.p12", "-Djavax.net.ssl.trustStorePassword=changeit", "Client"]}[client]
        _, text = output_of([*command, *urls], seconds=90, SSL_CERT_FILE=self.root, NODE_EXTRA_CA_CERTS=self.root)
        out = {}
        for part in text.split("=== ")[1:]:
            url, _, words = part.partition("\n")
            out[url] = words
        return out


def start(fault, folder, pki, ports):
    if fault.server is None:
        return None
    bed = Bed(folder / fault.name.replace(" ", "-"), pki, ports, folder / "shared")
    try:
        fault.server.start(bed)
    except Missing as missing:
        bed.close()
        raise SystemExit(f"{missing}: tools/setup test") from missing
    return bed


def visit_all(fault, host, port, root):
    out = []
    for client in (*SINGLE, *PSQL, "psql: no store"):
        if client not in fault.clients:
            continue
        status, text = output_of(single(client, host, port, root))
        fine = status == 0 or "is this a git repository" in text  # git is content with TLS, not with the answer
        out.append((client, None if fine else text))
    return out


def client_messages(folder, pki, ports, pool):
    root = pki.bundle("root", "root-rsa")
    beds = dict(zip(FAULTS, pool.map(lambda fault: start(fault, folder, pki, ports), FAULTS)))
    try:
        clients = Clients(folder, root, pki)
        where = {fault: (fault.host, bed.port if bed else 443) for fault, bed in beds.items()}
        built = [pool.submit(clients.build_go), pool.submit(clients.build_java)]
        # Some servers serve one client at a time: one after another.
        visits = {fault: pool.submit(visit_all, fault, *where[fault], root) for fault in FAULTS}
        for fault, result in visits.items():
            for client, text in result.result():
                yield fault, client, text
        for each in built:
            each.result()
        for client in BATCHED:
            texts = clients.visit(client, [f"https://{h}:{p}/" for f, (h, p) in where.items() if client in f.clients])
            for fault, (host, port) in where.items():
                if client in fault.clients:
                    text = texts.get(f"https://{host}:{port}/", "")
                    yield fault, client, None if text.strip() == "fine" else text
    finally:
        for bed in beds.values():
            if bed:
                bed.close()


# What a server writes when such a client comes: words of s_client or curl, and the causes.
VISITS = (
    ("a client that does not trust it", ["openssl", "s_client", "-no-CAfile", "-no-CApath", "-no-CAstore", "-verify_return_error"],
     ("certificate.untrusted-root", "certificate.incomplete-chain", "certificate.self-signed")),
    ("a client of TLS 1.1", ["openssl", "s_client", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], ("protocol.version-mismatch", "configuration.crypto-policy")),
    ("a client with one suite", ["openssl", "s_client", "-tls1_2", "-cipher", "ECDHE-ECDSA-NULL-SHA@SECLEVEL=0"], ("cipher.no-common-suite",)),
    ("a plaintext client", None, ("protocol.not-tls",)),
)
LOGS = (
    ("nginx", Nginx(), "error.log"),
    ("apache", Apache(lines="LogLevel ssl:info"), "error.log"),
    ("stunnel", Stunnel(lines="sslVersionMin = TLSv1.2"), "stunnel4.log"),
    ("haproxy", HAProxy(), None),
    ("postfix", Postfix(lines="smtpd_tls_security_level = may\nsmtpd_tls_loglevel = 1\nsmtpd_tls_mandatory_protocols = >=TLSv1.2\nsmtpd_tls_protocols = >=TLSv1.2"), "maillog"),
    ("dovecot", Dovecot(protocol="imaps", starttls=None), "dovecot.log"),
)


def server_log(name, server, log, folder, pki, ports):
    """Messages of one server's log, one visit after the other."""
    if log is None:
        return []
    bed = Bed(folder / ("log-" + name), pki, ports, folder / "shared")
    found = []
    try:
        server.start(bed)
        path = bed.folder / log
        for words, command, causes in VISITS:
            before = path.stat().st_size if path.exists() else 0
            if command:
                upgrade = ["-starttls", "smtp"] if name == "postfix" else []
                output_of([*command, "-connect", f"127.0.0.1:{bed.port}", *upgrade], seconds=8)
            elif name == "postfix":
                continue  # plaintext is what it expects
            else:
                output_of(["curl", "-s", "-m", "4", f"http://127.0.0.1:{bed.port}/"], seconds=8)
            for _ in range(40):
                time.sleep(0.05)
                text = path.read_bytes()[before:].decode(errors="replace") if path.exists() else ""
                if "SSL" in text.replace("STARTTLS", "") or "TLS" in text.replace("STARTTLS", "") or "AH0" in text:
                    break
            time.sleep(0.1)
            text = path.read_bytes()[before:].decode(errors="replace") if path.exists() else ""
            found.append((Fault(f"{name}'s log: {words}", None, causes), "log", text))
    finally:
        bed.close()
    return found


def broken_setups(folder, pki, port):
    """Programs that are given files which do not fit: (fault, who, command)."""
    good, other = pki.chain("good"), pki.chain("other-host")
    missing = folder / "nowhere.pem"
    mismatch = Fault("key of another certificate", None, ("configuration.key-mismatch",), True)
    absent = Fault("file that is not there", None, ("configuration.file-missing", "configuration.file-unreadable"))
    store = Fault("trust store that is not there", None, ("configuration.trust-store", "configuration.file-missing"))
    site = "server { listen 127.0.0.1:1 ssl; ssl_certificate %s; ssl_certificate_key %s; }"
    conf = "daemon off; pid /dev/null; error_log stderr; events {} http { access_log off; %s }"

    def nginx(name, cert, key):
        path = folder / f"{name}.conf"
        path.write_text(conf % (site % (cert, key)))
        return ["nginx", "-t", "-e", "stderr", "-c", path]

    def haproxy(name, file):
        path = folder / f"{name}.cfg"
        path.write_text(f"defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\nfrontend f\n bind 127.0.0.1:1 ssl crt {file}\n")
        return ["haproxy", "-c", "-f", path]

    both = folder / "mismatched.pem"
    both.write_bytes(good.file.read_bytes() + other.key.read_bytes())
    load = "import ssl,sys; ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(sys.argv[1], sys.argv[2])"
    node = "require('tls').createSecureContext({cert: require('fs').readFileSync(process.argv[1]), key: require('fs').readFileSync(process.argv[2])})"
    return (
        (mismatch, "nginx", nginx("m", good.file, other.key)), (absent, "nginx", nginx("a", missing, good.key)),
        (mismatch, "haproxy", haproxy("m", both)), (absent, "haproxy", haproxy("a", missing)),
        (mismatch, "openssl", ["openssl", "s_server", "-accept", "127.0.0.1:1", "-cert", good.leaf, "-key", other.key]),
        (absent, "openssl", ["openssl", "s_server", "-accept", "127.0.0.1:1", "-cert", missing, "-key", good.key]),
        (mismatch, "python", [sys.executable, "-c", load, good.file, other.key]), (mismatch, "node", ["node", "-e", node, good.file, other.key]),
        (mismatch, "curl: files", ["curl", "-sS", "--cert", good.file, "--key", other.key, f"https://127.0.0.1:{port}/"]),
        (store, "curl", ["curl", "-sS", "--cacert", missing, f"https://127.0.0.1:{port}/"]),
    )


def explain(program, text):
    done = subprocess.run([program, "explain", "--format", "json", "-"], input=text.encode(), capture_output=True, timeout=20)
    if done.returncode not in (0, 3):
        raise SystemExit(f"explain ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)["causes"]


def verdict(fault, who, causes):
    """What is wrong with the explanation, or nothing."""
    ids = [each["cause"] for each in causes]
    if not set(fault.causes) & set(ids):
        return "the planted cause is not among those left open"
    if ids[0] not in fault.causes and causes[0]["confidence"] != "possible":
        return "another cause is named with confidence"
    # git with GnuTLS and curl with its own files tell that something is wrong, and not what.
    tells = fault.plain and who not in ("git", "curl: files")
    return "the planted cause is not the first" if tells and ids[0] not in fault.causes else None


def all_messages(folder):
    pki, ports = Pki(folder / "pki"), Ports()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        logs = [pool.submit(server_log, *row, folder, pki, ports) for row in LOGS if is_root() or row[0] not in ("postfix", "dovecot")]
        healthy = start(Fault("healthy", OpenSSL(), ()), folder, pki, ports)
        try:
            setups = [(fault, who, pool.submit(output_of, command)) for fault, who, command in broken_setups(folder, pki, healthy.port)]
            yield from client_messages(folder, pki, ports, pool)
            for fault, who, result in setups:
                yield fault, who, result.result()[1]
        finally:
            healthy.close()
        for each in logs:
            yield from each.result()


def main():
    program, verbose = str(pathlib.Path(sys.argv[1]).resolve()), "--verbose" in sys.argv
    began = time.monotonic()
    failures, wrong, silent = 0, [], 0
    with tempfile.TemporaryDirectory(prefix="whytls-live-") as folder:
        os.chmod(folder, 0o755)
        for fault, who, text in all_messages(pathlib.Path(folder)):
            if text is None:
                silent += 1  # this client does not mind
                continue
            failures += 1
            causes = explain(program, text)
            problem = verdict(fault, who, causes)
            if problem:
                wrong.append(f"{fault.name}, {who}: {problem}; got {[(c['cause'], c['confidence']) for c in causes[:4]]}\n    {text[-700:]!r}")
            elif verbose:
                print(f"{fault.name}, {who}: {causes[0]['cause']} ({causes[0]['confidence']})")
    print("\n".join(wrong))
    print(f"{failures} failures provoked, {silent} clients did not mind, {len(wrong)} explained wrongly, {time.monotonic() - began:.0f} s")
    return 1 if wrong or failures < LEAST_FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
