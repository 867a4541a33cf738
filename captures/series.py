"""Files that are one stream: a rotated set, or captures that go on where others end.

Joining files of two probes would count packets twice, and an unseen pause would make an old conversation a new one; so
a file is joined to another only where time and name speak for it, and what time cannot tell is not concluded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from cloison.captures.conversations import Conversations
from cloison.captures.frames import Decoder
from cloison.captures.packets import LEDGER
from cloison.flows.table import FlowTable

SECOND = 10**9
_SUFFIXES = re.compile(r"\.(gz|zst|lz4|bz2|xz)$")


@dataclass(frozen=True, slots=True)
class Held:
    """What a file holds: packets, those in no conversation by reason, and the same of what its packets carry."""

    packets: int
    ledger: Mapping[str, int]
    carried: int
    inside: Mapping[str, int]


class Series:
    """The files of one stream in the order of time, and the conversations that go on over them; times in ns."""

    def __init__(self, number: int, conversations: Conversations, decoder: Decoder) -> None:
        self.number = number
        self.conversations = conversations
        self.decoder = decoder
        self.end = 0  # time of the latest packet of the last file
        self._path = ""
        self._begin = 0  # time of the first packet of the last file
        self._sources: list[int] = []
        self._before: list[int] = []  # packets before each file
        self._counted = np.zeros((2, len(LEDGER)), dtype=np.int64)  # of all files but the last
        self._carried = 0
        self._table: FlowTable | None = None

    def goes_on(self, path: str, begin: int, limit: int) -> bool:
        """Return whether a file that begins at a time may be the next one, ``limit`` being the longest inactivity."""
        late = begin - self.end
        if late > limit:
            return False
        # The last packets of a rotated file and the first of the next may lie in disorder. Two captures of the same
        # packets lie in each other whole, however short they are.
        least = min(SECOND, (self.end - self._begin) // 10) if alike(path, self._path) else 0
        return late > 0 or -late < least

    def likeness(self, path: str) -> tuple[bool, int, int]:
        """Return how well a path goes on from the last one, to be compared."""
        same = 0
        for one, other in zip(path, self._path, strict=False):
            if one != other:
                break
            same += 1
        return alike(path, self._path), same, self.end

    def follow(self, source: int, path: str, begin: int) -> None:
        """Begin with a file of the capture, whose first packet has a time."""
        if self._sources and begin - self.end > SECOND:
            self.conversations.resume()
        self._sources.append(source)
        self._before.append(self.conversations.packets)
        self._path, self._begin, self.end = path, begin, begin

    def counted(self) -> Held:
        """Return what the last file holds, which is then left."""
        conversations = self.conversations
        own = conversations.ledger - self._counted
        ledger, inside = ({name: n for name, n in sorted(zip(LEDGER, row, strict=True)) if n} for row in own.tolist())
        held = Held(
            conversations.packets - self._before[-1], ledger, conversations.carried - self._carried, inside
        )  # fmt: skip
        self._counted += own
        self._carried = conversations.carried
        return held

    def rest(self, since: int) -> None:
        """Give up the memory of what cannot go on, if the last packet was before a time."""
        if self._table is None and self.end < since:
            self._table = self._numbered()

    def table(self) -> FlowTable:
        """Return the conversations, each with the file of its first packet and the packet's number there."""
        return self._numbered() if self._table is None else self._table

    def _numbered(self) -> FlowTable:
        table = self.conversations.table(self._sources[0] if self._sources else 0, self.decoder.tunnels.vnis)
        if len(self._sources) < 2:
            return table
        before, sources = np.array(self._before, dtype=np.uint64), np.array(self._sources, dtype=np.uint32)
        of = np.searchsorted(before, table.packet) - 1  # the file that holds a packet has fewer before it
        told = np.maximum(np.searchsorted(before, table.wire_packet) - 1, 0)  # none is told: 0 packets
        return replace(
            table,
            source=sources[of],
            packet=table.packet - before[of],
            wire_source=sources[told],
            wire_packet=np.where(table.wire_packet == 0, table.wire_packet, table.wire_packet - before[told]),
        )


def alike(path: str, other: str) -> bool:
    """Return whether two paths are those of one rotated set: the same but for their digits and their compression."""
    return _shape(path) == _shape(other)


def _shape(path: str) -> tuple[str, str]:
    folder, name = os.path.split(path)
    return folder, re.sub(r"\d+", "", _SUFFIXES.sub("", name))


def next_of(series: Iterable[Series], path: str, begin: int, limit: int) -> Series | None:
    """Return the series in which a file goes on: one of its rotated set, else the only one that is still going on."""
    going = [one for one in series if begin - one.end <= limit]
    fit = [one for one in going if one.goes_on(path, begin, limit)]
    if not fit:
        return None
    best = max(fit, key=lambda one: one.likeness(path))
    return best if best.likeness(path)[0] or len(going) == 1 else None
