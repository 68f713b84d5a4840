#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_log.py FILE [MEGABYTES] [--dense]: a log as a busy server writes it, the same each time.

Two lines in a hundred are failed handshakes (with --dense: every line has the words of several libraries, which is hard on any engine)."""
import random
import sys

ACCESS = ('{client} - - [21/Nov/2026:{time} +0000] "GET /{word}/{number}.html HTTP/1.1" 200 {number} '
          '"https://www.example.org/{word}" "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"')
FAILURES = (
    '2026/11/21 {time} [info] {pid}#{pid}: *{number} SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) '
    'while SSL handshaking, client: 10.1.2.{low}, server: shop.example.com',
    '2026/11/21 {time} [info] {pid}#{pid}: *{number} SSL_do_handshake() failed (SSL: error:0A000416:SSL routines::sslv3 alert certificate '
    'unknown:SSL alert number 46) while SSL handshaking, client: {client}, server: 0.0.0.0:443',
    'Nov 21 {time} mx postfix/smtpd[{pid}]: warning: TLS library problem: error:0A0000C1:SSL routines::no shared cipher:s.c:{number}:',
    'haproxy[{pid}]: {client}:{number} [21/Nov/2026:{time}.000] fe_https/1: SSL handshake failure',
)
DENSE = ('{time} error: certificate verify failed: unable to get local issuer certificate, SSL alert number {low} handshake failed EOF '
         'x509: certificate signed by unknown authority {client} javax.net.ssl.SSLHandshakeException: Received fatal alert: unknown_ca {number}')


def fields(rng, count):
    second = rng.randrange(10 * 3600)
    return {"client": f"{rng.randrange(1, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}",
            "time": f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}", "word": rng.choice(("cart", "search", "item")),
            "number": rng.randrange(1000, 99999), "low": rng.randrange(1, 255), "pid": 1000 + count % 7}


def lines(megabytes, dense):
    rng = random.Random(1)
    # A block of eight megabytes is made and repeated: what it costs to read does not depend on repetition, what it costs to make does.
    block, size, count = [], 0, 0
    while size < min(megabytes, 8) * 1_000_000:
        form = DENSE if dense else rng.choice(FAILURES) if rng.random() < 0.02 else ACCESS
        block.append(form.format(**fields(rng, count)))
        size += len(block[-1]) + 1
        count += 1
    return ("\n".join(block) + "\n").encode()


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("--")]
    megabytes = int(words[1]) if len(words) > 1 else 1000
    block = lines(megabytes, "--dense" in sys.argv)
    with open(words[0], "wb") as out:
        written = 0
        while written < megabytes * 1_000_000:
            out.write(block)
            written += len(block)


if __name__ == "__main__":
    main()
