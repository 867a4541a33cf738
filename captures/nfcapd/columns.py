"""Records of an nfcapd block by column: each field of all records at once, from where the walk found it.

A field that a record does not have is read in the zeros before the block. Real ends: the source before translation,
the target after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.nfcapd import places as place
from cloison.captures.packets import ICMP, ICMPV6, TCP, UDP
from cloison.captures.records import (
    BACK_BYTES,
    BACK_PACKETS,
    BYTES,
    FIRST,
    FLAGS,
    LAST,
    NUMBER,
    PACKETS,
    PROTOCOL,
    SOURCE_HI,
    SOURCE_LO,
    SOURCE_PORT,
    TARGET_HI,
    TARGET_LO,
    TARGET_PORT,
    TELLS,
    VLANS,
    VNI,
    batch_of,
)
from cloison.flows.table import ANSWERED, INITIATOR_AB, INITIATOR_BA, REFUSED_AB

Array = npt.NDArray[Any]

MOST = 1 << 62  # of a count: more is not believed
LATEST = 9_200_000_000_000  # ms: no time is believed to be later (the year 2261)
MAPPED = 0xFFFF << 32
PORTED = np.zeros(256, dtype=bool)
PORTED[[TCP, UDP, 33, 132, 136]] = True  # DCCP, SCTP, UDP-Lite
# NSEL's events (Cisco's NetFlow implementation guide for the ASA): created, deleted, updated; denied. Its source is
# the initiator of what was created (IANA's elements 231 and 232).
CREATED, DELETED, DENIED, UPDATED = 1, 2, 3, 5
ACL_DENY, ACL_DROP = 129, 130  # forwarding status (RFC 7270, section 4.12)
INITIATOR, REVERSE_INITIATOR = 1, 2  # biflowDirection (RFC 5103, section 6.3)
EVENT_FLAG, SAMPLED_FLAG, ANONYMISED_FLAG = 1, 2, 4  # of records of type 11
OLD_SAMPLED_FLAG = 128

Get = Callable[[int, int], Array]  # (place, offset) -> int64 of each record
Has = Callable[[int], Array]  # (place) -> whether each record has it


@dataclass(frozen=True, slots=True)
class Decoded:
    """Records by column, ``POINT`` and ``SAMPLED`` not set; beside them what the file's reader makes these of.

    ``exporter``: number of the exporter in the file; ``who``: its row of what is known of exporters, 0 none; ``rate``:
    its sampling rate, 0 not known; ``direction``: 0 ingress, 1 egress, -1 not told; ``vrf``: 0 not
    told; masks: counts were scaled, addresses were anonymised, the counts of the target come from out counters, the
    record is of an event of a firewall or of a translation, it is of a translation without a target, it has no
    addresses.
    """

    batch: Array
    exporter: Array
    who: Array
    rate: Array
    direction: Array
    vrf: Array
    scaled: Array
    anonymised: Array
    back: Array
    event: Array
    binding: Array
    bare: Array


class Columns:
    """The numbers of a room (``blocks``), at any place, in the byte order of its file."""

    def __init__(self, room: Array, little: bool) -> None:
        order = "<" if little else ">"
        self._views = {
            size: np.ndarray((len(room) - size + 1,), dtype=f"{order}u{size}", buffer=room.data, strides=(1,))
            for size in (1, 2, 4, 8)
        }

    def decode(self, places: Array, there: int) -> Decoded:
        """Return the records of which the walk noted ``places`` (int64[PLACES, records]), and which places any has."""
        number = places.shape[1]
        nothing = np.zeros(number, dtype=np.int64)

        def has(row: int) -> Array:
            found: Array = (places[row] if there >> row & 1 else nothing) != 0
            return found

        def get(size: int) -> Get:
            view = self._views[size]

            def column(row: int, offset: int) -> Array:
                if not there >> row & 1:
                    return nothing
                found: Array = view[places[row] + offset]
                return (np.minimum(found, np.uint64(MOST)) if size == 8 else found).astype(np.int64)

            return column

        byte, half, word, long = (get(size) for size in (1, 2, 4, 8))
        batch = batch_of(number)
        batch[NUMBER] = places[place.ORDER] + 1
        protocol = byte(place.GENERIC, 44) | byte(place.COMMON, 22)
        batch[PROTOCOL] = protocol
        self._ends(places, there, batch)
        event = has(place.NSEL) | has(place.NEL) | has(place.OLD_NEL)
        self._times(batch, half, word, long)
        batch[PACKETS] = long(place.GENERIC, 24) + word(place.PACKETS4, 0) + long(place.PACKETS8, 0)
        batch[BYTES] = long(place.GENERIC, 32) + word(place.BYTES4, 0) + long(place.BYTES8, 0)
        batch[BACK_PACKETS] = (
            long(place.COUNTS, 8) + word(place.OLD_OUT_PACKETS4, 0) + long(place.OLD_OUT_PACKETS8, 0)
        )  # fmt: skip
        batch[BACK_BYTES] = long(place.COUNTS, 16) + word(place.OLD_OUT_BYTES4, 0) + long(place.OLD_OUT_BYTES8, 0)
        back = (batch[BACK_PACKETS] > 0) | (batch[BACK_BYTES] > 0)
        self._ports(batch, has, half)
        flags = byte(place.GENERIC, 45) | byte(place.COMMON, 21)
        batch[FLAGS] = np.where((protocol == TCP) & (flags != 0), flags, -1)
        self._tags(batch, half, word, long)
        batch[TELLS] = _tells(byte, has, back)
        old_exporter, old_flags = self._common(places, there)
        return Decoded(
            batch,
            exporter=half(place.RECORD, 8) + old_exporter,
            who=places[place.WHO],
            rate=places[place.RATE],
            direction=np.where(
                has(place.MISC), byte(place.MISC, 10), np.where(has(place.OLD_MISC), byte(place.OLD_MISC, 1), -1)
            ),
            vrf=word(place.VRF, 4) + word(place.OLD_NEL, 8),
            scaled=(byte(place.RECORD, 10) & SAMPLED_FLAG != 0) | (old_flags & OLD_SAMPLED_FLAG != 0),
            anonymised=byte(place.RECORD, 10) & ANONYMISED_FLAG != 0,
            back=back & ~event,
            event=event,
            binding=(has(place.NEL) | has(place.OLD_NEL)) & _no_address(batch[TARGET_HI], batch[TARGET_LO]),
            bare=~has(place.V4) & ~has(place.V6),
        )

    def _common(self, places: Array, there: int) -> tuple[Array, Array]:
        """Return exporters' numbers and flags of records of 1.6: of type 1 a byte each, of type 10 two."""
        at = places[place.COMMON]
        if not there >> place.COMMON & 1:
            return at, at
        byte, half = self._views[1], self._views[2]
        new = half[at] == place.V2
        exporter = np.where(new, half[at + 28], byte[at + 5])
        flags = np.where(new, half[at + 4], byte[at + 4])
        return exporter.astype(np.int64), flags.astype(np.int64)

    def _ends(self, places: Array, there: int, batch: Array) -> None:
        word, long = self._views[4], self._views[8]
        for high, low, before4, before6, after4, after6 in (
            (SOURCE_HI, SOURCE_LO, 0, 0, None, None),
            (TARGET_HI, TARGET_LO, 4, 16, 4, 16),
        ):
            if there >> place.V6 & 1:
                batch[high] = long[places[place.V6] + before6].astype(np.int64)
                batch[low] = long[places[place.V6] + before6 + 8].astype(np.int64)
            if there >> place.V4 & 1:
                _write4(batch, high, low, places[place.V4] != 0, word[places[place.V4] + before4])
            if after6 is not None and there >> place.XLATE6 & 1:
                found = long[places[place.XLATE6] + after6].astype(np.int64)
                rest = long[places[place.XLATE6] + after6 + 8].astype(np.int64)
                told = (found != 0) | (rest != 0)
                batch[high] = np.where(told, found, batch[high])
                batch[low] = np.where(told, rest, batch[low])
            if after4 is not None and there >> place.XLATE4 & 1:
                value = word[places[place.XLATE4] + after4]
                _write4(batch, high, low, value != 0, value)

    def _times(self, batch: Array, half: Get, word: Get, long: Get) -> None:
        """Write first and last in ns: an event has its own time, and what has none the time that it was received."""
        first = long(place.GENERIC, 0) + word(place.COMMON, 12) * 1000 + half(place.COMMON, 8)
        last = long(place.GENERIC, 8) + word(place.COMMON, 16) * 1000 + half(place.COMMON, 10)
        event = np.maximum(long(place.NSEL, 0), long(place.NEL, 0))
        received = np.maximum(long(place.GENERIC, 16), long(place.OLD_RECEIVED, 0))
        first = np.where(first == 0, np.where(event == 0, np.where(last == 0, received, last), event), first)
        last = np.maximum(np.maximum(last, event), first)
        batch[FIRST] = np.minimum(first, LATEST) * 1_000_000
        batch[LAST] = np.minimum(last, LATEST) * 1_000_000

    def _ports(self, batch: Array, has: Has, half: Get) -> None:
        protocol = batch[PROTOCOL]
        control = (protocol == ICMP) | (protocol == ICMPV6)
        ported = PORTED[protocol]
        source = half(place.GENERIC, 40) + half(place.COMMON, 24)
        target = half(place.GENERIC, 42) + half(place.COMMON, 26)
        if has(place.NSEL).any():  # 1.6 keeps type and code of an event with its event
            old = has(place.NSEL) & has(place.COMMON) & control
            target = np.where(old, half(place.NSEL, 12), target)
        after = half(place.XLATE_PORTS, 2)
        target = np.where(ported & (after != 0), after, target)
        batch[SOURCE_PORT] = np.where(ported, source, 0)
        batch[TARGET_PORT] = np.where(ported | control, target, 0)

    def _tags(self, batch: Array, half: Get, word: Get, long: Get) -> None:
        """Write VLANs, those on the way in before those on the way out, and the VXLAN's number."""
        way_in = (word(place.VLAN, 0) | half(place.OLD_VLAN, 0)) & 0xFFF
        way_out = (word(place.VLAN, 4) | half(place.OLD_VLAN, 2)) & 0xFFF
        outer, inner = half(place.LAYER2, 0) & 0xFFF, half(place.LAYER2, 2) & 0xFFF
        alone = np.where(way_in != 0, way_in, way_out) << 12
        batch[VLANS] = np.where(outer != 0, outer << 12 | inner, alone)
        segment = long(place.LAYER2, 16)  # RFC 7365's identifier under a byte of type, where that was kept
        batch[VNI] = np.where(segment != 0, segment & 0xFFFFFF, -1)


def _write4(batch: Array, high: int, low: int, told: Array, value: Array) -> None:
    batch[high] = np.where(told, 0, batch[high])
    batch[low] = np.where(told, value.astype(np.int64) | MAPPED, batch[low])


def _no_address(high: Array, low: Array) -> Array:
    found: Array = (high == 0) & ((low == 0) | (low == MAPPED))
    return found


def _tells(byte: Get, has: Has, back: Array) -> Array:
    way = byte(place.BIFLOW, 12)
    told = np.where(way == INITIATOR, INITIATOR_AB, 0) | np.where(way == REVERSE_INITIATOR, INITIATOR_BA, 0)
    status = byte(place.GENERIC, 46) | byte(place.COMMON, 20)
    told |= np.where((status == ACL_DENY) | (status == ACL_DROP), REFUSED_AB, 0)
    if has(place.NSEL).any():
        event = np.where(has(place.NSEL), byte(place.NSEL, 14), 0)
        told |= np.where((event == CREATED) | (event == DELETED) | (event == UPDATED), INITIATOR_AB, 0)
        told |= np.where(event == DENIED, REFUSED_AB, 0)
        told |= np.where(has(place.NSEL) & back, ANSWERED, 0)  # it counts bytes, and often no packets
    found: Array = told.astype(np.int64)
    return found
