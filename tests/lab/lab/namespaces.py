# SPDX-License-Identifier: Apache-2.0
"""A path of three network namespaces of our own: client - router - server. Packet filters are set in the router only, and
all of it vanishes with the processes that hold it, which end when the lab's end of their pipe is closed."""
from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from pathlib import Path

from .process import LabError, Missing, which

CLIENT, SERVER, SECOND = "10.77.1.2", "10.77.2.2", "10.77.2.3"
CLIENT6, SERVER6 = "fd77:1::2", "fd77:2::2"
ROUTER = "10.77.1.1"
CLONE_NEWNET = 0x40000000

# gso_max_segs: without it the kernel hands several segments as one packet through a veth, and a filter by length sees
# sizes that no wire has.
QUICK6 = "sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0"  # no second of waiting for an address
WIRES = """
ip link add c0 type veth peer name c1
ip link add s0 type veth peer name s1
for link in c0 c1 s0 s1; do ip link set $link gso_max_segs 1 gro_max_size 1500 2>/dev/null || ip link set $link gso_max_segs 1; done
ip link set c0 netns {client}
ip link set s0 netns {server}
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip addr add 10.77.1.1/24 dev c1; ip -6 addr add fd77:1::1/64 dev c1 nodad; ip link set c1 up
ip addr add 10.77.2.1/24 dev s1; ip -6 addr add fd77:2::1/64 dev s1 nodad; ip link set s1 up
"""
END = """
ip link set lo up; ip link set {link} up
for address in {addresses}; do ip addr add $address dev {link}; done
ip -6 addr add {address6}/64 dev {link} nodad
ip route add default via {gateway}; ip -6 route add default via {gateway6}
"""


def new_socket(process: int, address: str, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A socket of that process's network namespace, usable from here: a socket belongs to where it was made."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if not process:
        return socket.socket(family, kind)
    made: list[socket.socket] = []

    def enter() -> None:  # the change of namespace ends with this thread
        with open(f"/proc/{process}/ns/net", "rb") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) == 0:
                made.append(socket.socket(family, kind))
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if not made:
        raise LabError("the namespace cannot be entered")
    return made[0]


class Namespace:
    def __init__(self, mounts: bool = False) -> None:
        options = ["--net", *(["--mount"] if mounts else [])]
        self._holder = subprocess.Popen([which("unshare"), *options, "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.process = self._holder.pid
        self.prefix = (which("nsenter"), "-t", str(self.process), *(["-m"] if mounts else []), "-n", "--")
        self._await()

    def _await(self) -> None:
        """unshare becomes cat once the namespace exists."""
        for _ in range(500):
            if self._holder.poll() is not None:
                raise Missing("network namespaces are not allowed here")
            if Path(f"/proc/{self.process}/comm").read_text().strip() == "cat":
                return
            threading.Event().wait(0.005)
        raise LabError("the namespace does not come up")

    def run(self, script: str) -> None:
        done = subprocess.run([*self.prefix, "sh", "-ec", script], capture_output=True, timeout=30, check=False)
        if done.returncode:
            raise LabError(f"in a namespace: {done.stderr.decode(errors='replace')[-400:]}")

    def close(self) -> None:
        assert self._holder.stdin
        self._holder.stdin.close()
        self._holder.wait(5)


class Route:
    """The three namespaces, wired."""

    def __init__(self, folder: Path, hosts: str, resolver: str) -> None:
        if os.geteuid() != 0:
            raise Missing("network namespaces need root")
        which("iptables")
        self.client = Namespace(mounts=True)
        self.router, self.server = Namespace(), Namespace()
        for one in (self.client, self.router, self.server):
            one.run(QUICK6)
        self.router.run(WIRES.format(client=self.client.process, server=self.server.process))
        self.client.run(END.format(link="c0", addresses=f"{CLIENT}/24", address6=CLIENT6, gateway=ROUTER, gateway6="fd77:1::1"))
        self.server.run(END.format(link="s0", addresses=f"{SERVER}/24 {SECOND}/24", address6=SERVER6, gateway="10.77.2.1",
            gateway6="fd77:2::1"))
        (folder / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n" + hosts)
        (folder / "resolv.conf").write_text(f"nameserver {resolver}\noptions timeout:1 attempts:2\n")
        self.client.run(f"mount --bind {folder}/hosts /etc/hosts; mount --bind {folder}/resolv.conf /etc/resolv.conf")

    def close(self) -> None:
        for one in (self.client, self.router, self.server):
            one.close()
