"""Rare encapsulations by scapy, where it is installed: what the kernels leave is searched for an IP packet.

scapy is slow (some thousand packets a second) and takes 0.6 s to import: it sees a bounded number of packets, and only
those that may hold IP under something that the kernels do not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from logging import CRITICAL, getLogger
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.layer import PLACE_WIDTH
from cloison.captures.packets import AT, KEPT, KEY, LINK, PACKET_WIDTH, RECORD_WIDTH, WHAT, WIRE, reason
from cloison.flows.compiled import Kernel

Array = npt.NDArray[Any]

SEARCHED = tuple(
    reason(name)
    for name in ("link-type", "mpls", "pppoe", "ethernet-tunnel", "vlan-depth", "llc", "ethertype", "layer-depth")
)
MOST_PACKETS = 10_000  # of one source
MOST_BYTES = 2048  # of one packet: no encapsulation's headers are longer
RAW = 101  # link type of bare IP


class Finder:
    """Decodes what ``parse`` left of one source, within its budget of packets; without scapy it does nothing."""

    def __init__(self, parse: Kernel) -> None:
        self._parse = parse
        self._left = MOST_PACKETS
        self._record = np.zeros((1, RECORD_WIDTH), dtype=np.int64)
        self._packet = np.zeros((1, PACKET_WIDTH), dtype=np.int64)
        self._place = np.zeros(PLACE_WIDTH, dtype=np.int64)

    def decode(self, window: Array, records: Array, number: int, packets: Array) -> None:
        """Replace, in the first ``number`` packets of a batch, those in which an IP packet is found."""
        if self._left <= 0:
            return
        left = np.flatnonzero(packets[:number, WHAT] < 0)
        if not len(left):  # the common case, and np.isin is slow to begin
            return
        for i in left[np.isin(packets[left, WHAT], SEARCHED)][: self._left]:
            self._left -= 1
            at, kept = int(records[i, AT]), int(records[i, KEPT])
            frame = window[at : at + min(kept, MOST_BYTES)].tobytes()
            found = _search(int(records[i, LINK]), frame)
            if found is None:
                continue
            start, vlan = found
            # What lies before the packet is taken off its lengths; its bytes are read where they lie.
            self._record[0] = records[i]
            self._record[0, AT] += start
            self._record[0, KEPT] -= start
            self._record[0, WIRE] = max(self._record[0, WIRE] - start, 0)
            self._record[0, LINK] = RAW
            self._parse(window, self._record, 1, self._packet, self._place)
            if self._packet[0, WHAT] >= 0:
                self._packet[0, KEY] |= vlan
                packets[i] = self._packet[0]


@cache
def _dissectors() -> Mapping[int, Callable[[bytes], Any]]:
    """Return scapy's dissectors by link type, none where it is not installed."""
    getLogger("scapy").setLevel(CRITICAL)  # it says on stderr what it misses, which is of no use here
    try:
        from scapy.config import conf
        from scapy.contrib import mpls  # noqa: F401 - importing layers registers them
        from scapy.layers import all as layers  # noqa: F401
    except (ImportError, OSError):  # not installed, or it cannot set itself up
        return {}
    dissectors: Mapping[int, Callable[[bytes], Any]] = conf.l2types.num2layer
    return dissectors


def _search(link: int, frame: bytes) -> tuple[int, int] | None:
    """Return where the outermost IP packet of a frame begins, and its VLANs as in a key; ``None`` without one."""
    dissector = _dissectors().get(link)
    if dissector is None:
        return None
    try:
        layer = dissector(frame)
        vlans: list[int] = []
        while layer:
            name = type(layer).__name__
            if name in ("IP", "IPv6"):
                # what the layer and those inside it are made of is the end of the frame, padding included
                start = len(frame) - len(layer.original)
                tags = [tag for tag in vlans if tag][:2]
                return start, (tags[0] << 12 if tags else 0) | (tags[1] if len(tags) > 1 else 0)
            if name in ("Dot1Q", "Dot1AD"):
                vlans.append(int(layer.vlan))
            layer = layer.payload
    except Exception:  # a dissector that fails on hostile bytes has found nothing
        return None
    return None
