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

from cloison.captures.frames import Decoder
from cloison.captures.packets import AT, KEPT, KEY, LINK, PACKET_WIDTH, RECORD, WHAT, WIRE, reason

Array = npt.NDArray[Any]

SEARCHED = tuple(
    reason(name) for name in ("link-type", "ethernet-tunnel", "vlan-depth", "llc", "ethertype", "layer-depth")
)
MOST_PACKETS = 10_000  # of one source
MOST_BYTES = 2048  # of one packet: no encapsulation's headers are longer
RAW = 101  # link type of bare IP


class Finder:
    """Decodes what a decoder left of one source, within its budget of packets; without scapy it does nothing."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder.another()
        self._left = MOST_PACKETS

    def decode(self, window: Array, records: Array, packets: Array) -> Array:
        """Return the packets of records, with those that are found in the place of what was left."""
        if self._left <= 0:
            return packets
        left = np.flatnonzero(packets[:, WHAT] < 0)
        if not len(left):  # the common case, and np.isin is slow to begin
            return packets
        parts = []
        done = 0
        for i in left[np.isin(packets[left, WHAT], SEARCHED)][: self._left].tolist():
            number = int(packets[i, RECORD])
            if i and packets[i - 1, RECORD] == number:
                continue  # the packet around it was found
            self._left -= 1
            found = self._found(window, records[number])
            if len(found) and found[0, WHAT] >= 0:
                found[:, RECORD] = number
                parts += [packets[done:i], found]
                done = i + 1
        return np.concatenate([*parts, packets[done:]]) if parts else packets

    def _found(self, window: Array, record: Array) -> Array:
        """Return the packets of a record in which IP is found."""
        at, kept = int(record[AT]), int(record[KEPT])
        found = _search(int(record[LINK]), window[at : at + min(kept, MOST_BYTES)].tobytes())
        if found is None:
            return np.empty((0, PACKET_WIDTH), dtype=np.int64)
        start, vlan = found
        # What lies before the packet is taken off its lengths; its bytes are read where they lie.
        inner = record.copy()
        inner[AT] += start
        inner[KEPT] -= start
        inner[WIRE] = max(inner[WIRE] - start, 0)
        inner[LINK] = RAW
        ((_, packets),) = self._decoder.decode(window, inner[np.newaxis])
        packets[0, KEY] |= vlan
        return packets.copy()


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
