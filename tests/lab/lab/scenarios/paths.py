# SPDX-License-Identifier: Apache-2.0
"""What happens on the way: packet filters in a router between two network namespaces, names and resolvers."""
from __future__ import annotations

from ..hello import Offer, X25519
from ..namespaces import SECOND, SERVER, SERVER6
from ..recipes import HOST
from ..scenario import Scenario, broken, healthy
from ..servers.apache import Apache
from ..servers.fault import Fault, pass_on, reset, when
from ..servers.haproxy import HAProxy
from ..servers.nginx import Nginx
from ..servers.openssl import OpenSSL
from ..servers.path import Path
from ..servers.postfix import Postfix

BLOCKED = "blocked.lab.test"
NAMED = ((HOST, SERVER),)
DUAL = ((HOST, SERVER), (HOST, SERVER6))
TWO = ((HOST, SERVER), (HOST, SECOND))
TO_SERVER = "-A FORWARD -p tcp --dport {port}"
TO_CLIENT = "-A FORWARD -p tcp --sport {port}"
ADMIN6 = "-j REJECT --reject-with icmp6-adm-prohibited"
# the router's routes, not its links: a veth drops silently what is larger than its own size
NARROW = "ip route change 10.77.1.0/24 dev c1 mtu lock 1280; ip route change 10.77.2.0/24 dev s1 mtu lock 1280"
SMALL = Offer(groups=(X25519,))


def rejected(how: str) -> Path:
    return Path(Nginx(), (f"{TO_SERVER} -j REJECT --reject-with {how}",), names=NAMED)


REACH: list[Scenario] = [
    broken("network.connection-timeout", "syn-dropped", Path(Nginx(), (f"{TO_SERVER} --syn -j DROP",), names=NAMED), "network",
           referee="tcp", stage="tcp", slow=True),
    broken("network.connection-timeout", "syn-ack-dropped", Path(Nginx(), (f"{TO_CLIENT} --tcp-flags SYN,ACK SYN,ACK -j DROP",),
           names=NAMED),
           "network", referee="tcp", stage="tcp", slow=True),
    broken("network.connection-timeout", "ipv6-syn-dropped", Path(OpenSSL(), rules6=(f"{TO_SERVER} --syn -j DROP",), only6=True,
                                                                    names=((HOST, SERVER6),)), "network", referee="tcp", slow=True),
    *[broken("network.unreachable", f"icmp-{how}", rejected(f"icmp-{how}"), "network", referee="tcp", stage="tcp")
      for how in ("admin-prohibited", "host-unreachable", "net-unreachable", "port-unreachable")],
    broken("network.unreachable", "icmp6-admin-prohibited", Path(OpenSSL(), rules6=(f"{TO_SERVER} {ADMIN6}",), only6=True,
                                                                  names=((HOST, SERVER6),)), "network", referee="tcp"),
    broken("network.unreachable", "no-route", Path(Nginx(), names=NAMED, client_script="ip route del default"), "network", referee="tcp"),
    broken("network.unreachable", "nobody-has-the-address", Path(Nginx(), names=((HOST, "10.77.2.77"),)), "network",
           referee="none", why="the router says so after three seconds without an answer to ARP", slow=True),
    broken("network.connection-refused", "by-a-firewall", Path(Nginx(), (f"{TO_SERVER} -j REJECT --reject-with tcp-reset",), names=NAMED),
           referee="tcp", stage="tcp"),
    broken("network.connection-refused", "ipv6", Path(None, names=((HOST, SERVER6),), only6=True), referee="tcp"),
]

CUTS: list[Scenario] = [
    broken("network.reset-in-handshake", "injected-on-any-data", Path(
        Nginx(), (f"{TO_SERVER} --tcp-flags PSH PSH -j REJECT --reject-with tcp-reset",), names=NAMED), "network"),
    broken("network.handshake-timeout", "injected-on-the-answer", Path(
        Nginx(), (f"{TO_CLIENT} -m length --length 100:65535 -j REJECT --reject-with tcp-reset",), names=NAMED), "network", slow=True,
        why="the server is reset; whether the client hears of it depends on its hello having been acknowledged",
        accept=(("network.reset-in-handshake", "network"),)),
    broken("network.handshake-timeout", "data-dropped", Path(Nginx(), (f"{TO_SERVER} --tcp-flags PSH PSH -j DROP",), names=NAMED),
           "network",
           slow=True),
    broken("network.handshake-timeout", "answers-dropped", Path(Nginx(), (f"{TO_CLIENT} --tcp-flags PSH PSH -j DROP",
                                                                          f"{TO_CLIENT} -m length --length 100:65535 -j DROP"),
                                                                          names=NAMED),
           "network", slow=True),
    broken("network.sni-filtered", "router-resets", Path(
        Nginx("wildcard"), (f"{TO_SERVER} -m string --algo bm --string {BLOCKED} -j REJECT --reject-with tcp-reset",),
        names=((BLOCKED, SERVER),)), "network", host=BLOCKED, cure=("--servername", HOST)),
    broken("network.sni-filtered", "router-drops", Path(
        HAProxy("wildcard"), (f"{TO_SERVER} -m string --algo bm --string {BLOCKED} -j DROP",), names=((BLOCKED, SERVER),)), "network",
        host=BLOCKED, cure=("--servername", HOST), slow=True),
]

SIZES: list[Scenario] = [
    broken("network.mtu-blackhole", "large-to-the-server", Path(Nginx(), (f"{TO_SERVER} -m length --length 1300:65535 -j DROP",),
           names=NAMED),
           "network", referee="hello", cure=SMALL, slow=True),
    broken("network.mtu-blackhole", "large-to-the-client", Path(
        Nginx("large"), (f"{TO_CLIENT} -m length --length 1300:65535 -j DROP",), names=NAMED), "network", slow=True),
    broken("network.mtu-blackhole", "narrow-link-without-icmp", Path(
        Nginx("large"), ("-A OUTPUT -p icmp -j DROP",), script=NARROW, names=NAMED), "network", slow=True),
    broken("network.mtu-blackhole", "narrow-link-tls12-server", Path(
        Apache("large", "SSLProtocol TLSv1.2"), (f"{TO_CLIENT} -m length --length 700:65535 -j DROP",), names=NAMED), "network", slow=True),
    broken("protocol.hello-intolerance", "server-reads-one-segment", Path(
        Fault(when(lambda hello: True, pass_on), Nginx(), one_read=True, incomplete=reset), names=NAMED), detail={"trigger": "size"},
        referee="hello", cure=SMALL, why="a hello of two segments: cured by a smaller one"),
]

ADDRESSES: list[Scenario] = [
    broken("network.inconsistent-addresses", "ipv6-dropped", Path(Nginx(), rules6=("-A FORWARD -p tcp --syn -j DROP",), names=DUAL),
           referee="none",
           why="other clients go on to the next address", slow=True),
    broken("network.inconsistent-addresses", "ipv6-prohibited", Path(Nginx(), rules6=(f"-A FORWARD -p tcp {ADMIN6}",), names=DUAL),
           referee="none",
           why="other clients go on to the next address"),
    broken("network.inconsistent-addresses", "ipv6-refused", Path(Nginx(), names=DUAL), referee="none",
           why="other clients go on to the next address"),
    broken("network.inconsistent-addresses", "ipv6-has-an-expired-certificate", Path(
        Nginx(), second=OpenSSL("expired"), second_is_6=True, names=DUAL), referee="none", why="one address is good, the other not"),
    broken("network.inconsistent-addresses", "second-address-dropped", Path(
        Nginx(), (f"-A FORWARD -p tcp -d {SECOND} --syn -j DROP",), names=TWO), referee="none", why="as above", slow=True),
    broken("network.inconsistent-addresses", "second-address-self-signed", Path(
        Nginx(), second=Nginx("self-signed"), names=TWO), referee="none", why="one of two backends"),
    healthy("no-ipv6-on-this-machine", Path(Nginx(), names=DUAL, client_script="ip -6 route flush table main; ip -6 addr flush dev c0"),
            why="this machine's own lack of IPv6 never counts"),
    healthy("two-addresses", Path(Nginx(), second=OpenSSL(), names=TWO)),
    healthy("ipv4-and-ipv6", Path(Nginx(), second=Nginx(), second_is_6=True, names=DUAL)),
    healthy("behind-a-router", Path(Nginx("large"), names=NAMED)),
    healthy("ipv6-only", Path(OpenSSL(), only6=True, names=((HOST, SERVER6),))),
    healthy("narrow-link-with-icmp", Path(Nginx("large"), script=NARROW, names=NAMED)),
]

NAMES: list[Scenario] = [
    broken("network.dns-failure", "nxdomain", Path(Nginx(), dns="nxdomain"), "client", referee="none", stage="dns",
           why="the lab's own resolver says so"),
    broken("network.dns-failure", "servfail", Path(Nginx(), dns="servfail"), "client", referee="none", stage="dns",
           why="the lab's own resolver says so", slow=True),
    broken("network.dns-failure", "no-address", Path(Nginx(), dns="empty"), "client", referee="none", stage="dns",
           why="the lab's own resolver says so"),
    broken("network.dns-failure", "silent-resolver", Path(Nginx(), dns="silent"), "client", referee="none", stage="dns",
           why="the lab's own resolver says nothing", slow=True),
    healthy("name-from-a-resolver", Path(Nginx(), dns="address")),
]

FITS: dict[str, str | None] = {"tlsa_records": "3 1 1", "tlsa_matches": "True", "tlsa_validated": "True"}
DIFFERS = {**FITS, "tlsa_matches": "False"}
# What DNS says of certificates decides nothing for a client that does not ask for DANE.
RECORDS: list[Scenario] = [
    healthy("dns-names-the-servers-key", Path(Nginx(), dns="address", tlsa="fits", trust_ad=True), facts=FITS),
    healthy("dns-names-another-key", Path(Nginx(), dns="address", tlsa="differs", trust_ad=True), facts=DIFFERS,
            finds={"dane.mismatch": "error"}),
    healthy("dns-names-another-key-to-who-cannot-validate", Path(Nginx(), dns="address", tlsa="differs"),
            facts={**DIFFERS, "tlsa_validated": "False"}, finds={"dane.mismatch": "warning"}),
    healthy("dns-names-another-key-of-a-mail-server", Path(Postfix("good"), dns="address", tlsa="differs", trust_ad=True),
            args=("--starttls", "smtp"), facts=DIFFERS, finds={"dane.mismatch": "error"}),
    broken("certificate.self-signed", "nginx-and-dns-names-its-key", Path(Nginx("self-signed"), dns="address", tlsa="fits", trust_ad=True),
           facts=FITS, finds={"dane.match": "note"}),
    healthy("dns-names-another-key-offline", Path(Nginx(), dns="address", tlsa="differs", trust_ad=True), args=("--offline",),
            facts={"tlsa_records": None}),
    healthy("dns-silent-about-certificates", Path(Nginx(), dns="only-addresses"), facts={"tlsa_records": None}, within=1.0),
    healthy("dns-lets-another-authority-issue", Path(Nginx(), dns="address", caa="ca.example"), facts={"caa_records": "ca.example",
                                                                                                     "caa_allows": None}),
]
ROWS = REACH + CUTS + SIZES + ADDRESSES + NAMES + RECORDS
