"""A firewall of the real kernel in a network namespace, with three sides whose packets are made and seen raw."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from kernel_packets import Packet, frames, marks_in

SIDES = ("lan0", "dmz0", "wan0")
PARTS = ("nft", "iptables-restore", "ip6tables-restore", "iptables-save", "ip6tables-save", "ipset", "ip")
OWN = {"lan0": ("10.1.0.1", "fd00:1::1"), "dmz0": ("10.2.0.1", "fd00:2::1"), "wan0": ("10.3.0.1", "fd00:3::1")}
_CLONE_NEWNET = 0x40000000
_EVERYTHING = 3  # ETH_P_ALL


def missing() -> list[str]:
    """Return what this test needs and is not here."""
    found = [part for part in PARTS if shutil.which(part) is None]
    return found + ([] if os.geteuid() == 0 else ["root"])


def side_of(address: str) -> str:
    """Return the side on which an address lies."""
    third = address.split(".")[1] if "." in address else address.split(":")[1]
    return SIDES[int(third) - 1]


class Lab:
    """The namespaces of one test; a context manager that leaves nothing behind."""

    def __init__(self) -> None:
        self.firewall = f"cloison-f-{os.getpid()}"
        self._sides = {side: f"cloison-{side}-{os.getpid()}" for side in SIDES}
        self._sockets: dict[str, socket.socket] = {}
        self._own: list[socket.socket] = []
        self._hardware: dict[str, bytes] = {}

    def __enter__(self) -> Lab:
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for opened in (*self._sockets.values(), *self._own):
            opened.close()
        for name in (self.firewall, *self._sides.values()):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def run(self, *command: str, text: str = "") -> str:
        """Run a command in the firewall and return what it says."""
        done = subprocess.run(["ip", "netns", "exec", self.firewall, *command], input=text, capture_output=True,
                              text=True, check=False)  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stderr[:2000]}\n{text}"
        return done.stdout

    def _build(self) -> None:
        lines = []
        for name in (self.firewall, *self._sides.values()):
            subprocess.run(["ip", "netns", "add", name], check=True)
        for number, side in enumerate(SIDES, 1):
            peer = self._sides[side]
            lines += [f"link add {side} type veth peer name eth0 netns {peer}", f"link set {side} up",
                      f"addr add 10.{number}.0.1/24 dev {side}", f"-6 addr add fd00:{number}::1/64 dev {side} nodad",
                      f"neigh add 10.{number}.0.254 lladdr 02:00:00:00:00:01 nud permanent dev {side}",
                      f"-6 neigh add fd00:{number}::fe lladdr 02:00:00:00:00:01 nud permanent dev {side}",
                      f"route add 10.{number}.0.0/16 via 10.{number}.0.254 dev {side}",
                      f"route add 10.{number}.0.0/25 via 10.{number}.0.254 dev {side}",
                      f"-6 route add fd00:{number}::/65 via fd00:{number}::fe dev {side}"]  # fmt: skip
        for family in ("4", "6"):
            batch = [line for line in lines if line.startswith("-6 ") == (family == "6")]
            self.run("ip", f"-{family}", "-batch", "-", text="\n".join(line.removeprefix("-6 ") for line in batch))
        for peer in self._sides.values():
            subprocess.run(["ip", "-n", peer, "link", "set", "eth0", "up"], check=True)
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding", "netfilter/nf_conntrack_tcp_be_liberal"):
            self._set(name, "1")
        for name in ("ipv4/conf/all/rp_filter", *(f"ipv4/conf/{side}/rp_filter" for side in SIDES)):
            self._set(name, "0")
        self._open()

    def _set(self, name: str, value: str) -> None:
        self.run("sh", "-c", f"test ! -e /proc/sys/net/{name} || echo {value} > /proc/sys/net/{name}")

    def _open(self) -> None:
        for side, name in self._sides.items():
            self._sockets[side] = _in_namespace(name, lambda: _raw())
        for family, protocols in ((socket.AF_INET, (6, 17, 1)), (socket.AF_INET6, (6, 17, 58))):
            for protocol in protocols:
                self._own.append(_in_namespace(self.firewall, lambda f=family, p=protocol: socket.socket(
                    f, socket.SOCK_RAW, p)))  # fmt: skip
        for opened in self._own:
            opened.setblocking(False)
        text = self.run("ip", "-o", "link")
        for line in text.splitlines():
            side = line.split(": ")[1].split("@")[0]
            if side in SIDES:
                self._hardware[side] = bytes.fromhex(line.split("link/ether ")[1].split()[0].replace(":", ""))

    def send(self, packets: Iterable[tuple[str, Packet]]) -> None:
        """Send packets, each from a side."""
        for side, packet in packets:
            for frame in frames(packet, self._hardware[side]):
                self._sockets[side].send(frame)

    def seen(self, wait: float = 0.1) -> dict[str, set[int]]:
        """Return the marks that arrived at each side since the last call, and at the firewall itself (``""``)."""
        time.sleep(wait)
        found: dict[str, set[int]] = {side: set() for side in (*SIDES, "")}
        for side, opened in [*self._sockets.items(), *(("", item) for item in self._own)]:
            while True:
                try:
                    frame, address = opened.recvfrom(4096)
                except BlockingIOError:
                    break
                if side and address[2] == socket.PACKET_OUTGOING:
                    continue
                if side and not _is_forwarded(frame):
                    continue
                mark = marks_in(frame)
                if mark is not None:
                    found[side].add(mark)
        return found


def _is_forwarded(frame: bytes) -> bool:
    """Say whether the firewall passed a packet on: it took one from its time to live."""
    version = frame[14] >> 4
    return (frame[22] if version == 4 else frame[21]) == 61


def _raw() -> socket.socket:
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
    opened.bind(("eth0", _EVERYTHING))
    opened.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
    opened.setblocking(False)
    return opened


def _in_namespace(name: str, make: object) -> socket.socket:
    """Open a socket in a namespace: it stays there when the thread is back."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as own, Path(f"/run/netns/{name}").open() as there:
        assert libc.setns(there.fileno(), _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            return make()  # type: ignore[operator]
        finally:
            assert libc.setns(own.fileno(), _CLONE_NEWNET) == 0
