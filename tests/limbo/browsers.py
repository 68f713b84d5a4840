# SPDX-License-Identifier: Apache-2.0
"""Asks clients that keep their trust in an NSS database: tstclnt (NSS's own verifier), Chromium and Firefox. All roots are in it at
once, since no chain of client_chains leads to another one's root. A browser is started once: a page asks every server."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

END = "-----END CERTIFICATE-----\n"
PAGE = """<script>
const ask = ([name, port]) => fetch(`https://HOST:${port}/`).then(() => [name, true], () => [name, false]);
Promise.all(Object.entries(PORTS).map(ask)).then(answers => fetch('/', {method: 'POST', body: JSON.stringify(answers)}));
</script>"""
QUIET = {"network.dns.forceResolve": "127.0.0.1", "network.captive-portal-service.enabled": False, "services.settings.server": "",
         "network.connectivity-service.enabled": False, "app.normandy.enabled": False, "extensions.update.enabled": False,
         "datareporting.policy.dataSubmissionEnabled": False, "browser.shell.checkDefaultBrowser": False,
         "browser.safebrowsing.malware.enabled": False, "browser.safebrowsing.phishing.enabled": False, "network.lna.enabled": False,
         "dom.security.https_only_mode": False, "dom.security.https_first": False}


def database(folder, chains):
    folder.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True)
    number = 0
    for chain in chains:
        for pem in (chain / "roots.pem").read_text().split(END)[:-1]:
            number += 1
            subprocess.run(["certutil", "-A", "-d", f"sql:{folder}", "-n", f"root{number}", "-t", "C,,", "-a"], input=pem + END, text=True,
                           check=True, capture_output=True)


def nss(chains, ports, host):
    out = {}
    with tempfile.TemporaryDirectory() as home:
        store = pathlib.Path(home) / "db"
        database(store, chains)
        for name, port in ports.items():
            done = subprocess.run(["tstclnt", "-h", "127.0.0.1", "-p", str(port), "-a", host, "-d", f"sql:{store}", "-Q"],
                                  capture_output=True, text=True, timeout=30, check=False, stdin=subprocess.DEVNULL)
            out[name] = (done.returncode == 0, (done.stderr + done.stdout).strip().splitlines()[-1:])
    return out


class Collector:
    """Serves the page, and takes what it has found out."""

    def __init__(self, ports, host):
        self.answers = {}
        self.done = threading.Event()
        page = PAGE.replace("HOST", host).replace("PORTS", json.dumps(ports)).encode()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.reply(page if self.path == "/" else b"")

            def do_POST(self):
                collector.answers = dict(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.reply(b"")
                collector.done.set()

            def reply(self, body):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def browse(command, home, ports, host):
    collector = Collector(ports, host)
    process = subprocess.Popen([*command, collector.url], env={**os.environ, "HOME": home}, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        collector.done.wait(60)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        collector.close()
    if not collector.done.is_set():
        raise RuntimeError(f"{command[0]} gave no answer")
    return {name: (yes, []) for name, yes in collector.answers.items()}


def chromium(chains, ports, host):
    home = tempfile.mkdtemp()
    try:
        database(pathlib.Path(home) / ".pki" / "nssdb", chains)
        return browse(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                       "--disable-background-networking", "--disable-web-security", "--disable-features=LocalNetworkAccessChecks",
                       f"--explicitly-allowed-ports={','.join(map(str, ports.values()))}", f"--user-data-dir={home}/profile",
                       f"--host-resolver-rules=MAP {host} 127.0.0.1"], home, ports, host)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def firefox(chains, ports, host):
    home = tempfile.mkdtemp()
    try:
        profile = pathlib.Path(home) / "profile"
        database(profile, chains)
        (profile / "user.js").write_text("".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in QUIET.items()))
        return browse(["firefox-esr", "--headless", "--no-remote", "--profile", str(profile)], home, ports, host)
    finally:
        shutil.rmtree(home, ignore_errors=True)
