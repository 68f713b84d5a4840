# SPDX-License-Identifier: Apache-2.0
"""The bytes do not arrive. What needs packet filters is in paths.py."""
from __future__ import annotations

from ..hello import Offer
from ..scenario import Scenario, broken
from ..servers.fault import Bucket, Fault, alert, by_turn, close, cut_after, hang, reset, send, trickle, when
from ..servers.golang import Go
from ..servers.nginx import Nginx
from ..servers.openssl import OpenSSL
from ..servers.plain import Nothing

PAUSE = 0.8  # seconds without a connection; a diagnosis on loopback has two in all
BLOCKED = "blocked.lab.test"
OTHER = Offer(name="shop.lab.test")


def blocked(hello: object) -> bool:
    return getattr(hello, "server_name", None) == BLOCKED


ROWS: list[Scenario] = [
    broken("network.connection-refused", "ipv4", Nothing(), host=None, referee="tcp", stage="tcp"),
    broken("network.connection-refused", "by-name-with-connect", Nothing(), referee="tcp", stage="tcp"),
    broken("network.connection-timeout", "full-backlog", Nothing(full=True), "network", host=None, referee="tcp", stage="tcp", slow=True),
    # resets
    broken("network.reset-in-handshake", "after-hello", Fault(reset), "network"),
    broken("network.reset-in-handshake", "before-anything-is-read", Fault(on_connect=reset), "network"),
    broken("network.reset-in-handshake", "after-a-part-of-the-flight", Fault(send(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", reset)),
           "network"),
    # orderly closes
    broken("network.closed-in-handshake", "after-hello", Fault(close)),
    broken("network.closed-in-handshake", "at-once", Fault(on_connect=close)),
    broken("network.closed-in-handshake", "after-a-part-of-the-flight", Fault(send(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"))),
    # silence
    broken("network.handshake-timeout", "silence", Fault(hang), "network", slow=True),
    broken("network.handshake-timeout", "nothing-is-read", Fault(on_connect=lambda visit: visit.wait()), "network", slow=True),
    broken("network.handshake-timeout", "half-a-record", Fault(send(b"\x16\x03\x03\x00\x7a\x02\x00", hang)), "network", slow=True),
    broken("network.handshake-timeout", "a-byte-a-second", Fault(trickle, Nginx()), "network", slow=True),
    broken("network.handshake-timeout", "flight-cut-at-1200", Fault(cut_after(1200), Nginx("large")), "network", slow=True,
           why="whatever the size of the segments: not cured by small ones, so no mtu-blackhole"),
    # rate limits: the lab's own connection came just before the client's
    broken("network.rate-limited", "reset-until-a-pause", Fault(make=lambda: Bucket(PAUSE, reset), behind=Nginx(), visited=1),
           slow=True, referee="none", why="a client that is served after a pause proves nothing; the limiter is a few lines"),
    broken("network.rate-limited", "close-until-a-pause", Fault(make=lambda: Bucket(PAUSE, close), behind=OpenSSL(), visited=1),
           slow=True, referee="none", why="as above"),
    # the rate limit begins while the true cause is looked for
    broken("certificate.self-signed", "fault-then-limited-after-3", Fault(by_turn(3, reset), Nginx("self-signed"))),
    # filters by name
    broken("network.sni-filtered", "reset", Fault(when(blocked, reset), Nginx("wildcard")), "network", host=BLOCKED,
           cure=("--servername", "shop.lab.test")),
    broken("network.sni-filtered", "silence", Fault(when(blocked, hang), Nginx("wildcard")), "network", host=BLOCKED,
           cure=("--servername", "shop.lab.test"), slow=True),
    broken("network.sni-filtered", "reset-before-go", Fault(when(blocked, reset), Go("wildcard")), "network", host=BLOCKED,
           cure=("--servername", "shop.lab.test")),
    # inspecting proxies
    broken("network.tls-intercepted", "fortigate", OpenSSL("fortinet-leaf"), "network"),
    broken("network.tls-intercepted", "go-one-issuer-for-every-name", Go(None, issuer="alien-root"), "network",
           why="a certificate of one issuer and one key for whatever name is asked"),
    broken("protocol.refused-by-alert", "alert-then-limited", Fault(by_turn(6, reset, before=alert(80))), slow=True, referee="openssl",
           why="the limit is a finding, the alert the cause"),
]
