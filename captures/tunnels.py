"""The tunnels of one source: what is around a conversation, numbered as it is met, in bounded memory.

A tunnel is a layer between two ends, whichever of them sends, with what tells it from another one between them: the
virtual network, a key, the VLANs and the tunnel around it.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.counting import mixed
from cloison.captures.layer import MARK, VNI
from cloison.captures.packets import SOURCE_HI, SOURCE_LO, TARGET_HI, TARGET_LO
from cloison.flows.compiled import Int
from cloison.flows.table import Tunnel

Array = npt.NDArray[Any]

MOST_TUNNELS = 1 << 16  # of one source: what more of them carry is counted, not judged

# Words of a tunnel: the lower and the upper end, what kind it is (layer << 48 | 1 + the tunnel around it << 24 | VLANs
# around it), what marks it (1 + VNI << 33 | 1 + key).
LOW_HI, LOW_LO, HIGH_HI, HIGH_LO, KIND, MARKED = range(6)
TUNNEL_WIDTH = 6

USED, SEED = range(2)  # words of the state
_UNSIGNED = (1 << 64) - 1


class Tunnels:
    """What the kernel writes of tunnels; ``layers`` are the names of the layers by their number, from 1."""

    def __init__(self, layers: tuple[str, ...]) -> None:
        self._layers = layers
        self.rows = np.zeros((MOST_TUNNELS, TUNNEL_WIDTH), dtype=np.int64)
        self.slots = np.zeros(2 * MOST_TUNNELS, dtype=np.int32)
        # A seed that a capture cannot know, as for conversations.
        self.state = np.array([0, int.from_bytes(os.urandom(8), "big", signed=True)], dtype=np.int64)

    def __len__(self) -> int:
        return int(self.state[USED])

    @property
    def vnis(self) -> Array:
        """The VNI of each (i4), -1 for none; and -1 at the end, for what is in no tunnel."""
        return np.append((self.rows[: len(self), MARKED] >> 33) - 1, -1).astype(np.int32)

    def named(self) -> tuple[Tunnel, ...]:
        """Return the tunnels in the order of their numbers."""
        return tuple(self._named(*row) for row in self.rows[: len(self)].tolist())

    def _named(self, low_hi: int, low_lo: int, high_hi: int, high_lo: int, kind: int, marked: int) -> Tunnel:
        ends = _address(low_hi, low_lo), _address(high_hi, high_lo)
        return Tunnel(
            self._layers[(kind >> 48) - 1], ends if any(ends) else None, (marked >> 33) - 1,
            (marked & 0x1FFFFFFFF) - 1, ((kind >> 24) & 0xFFFFFF) - 1,
        )  # fmt: skip


def _address(high: int, low: int) -> int:
    return (high & _UNSIGNED) << 64 | (low & _UNSIGNED)


def enter(
    layer: Int, place: Any, vlans: Int, packets: Any, n: Int, first: Int, around: Int, tunnels: Any, slots: Any,
    state: Any,
) -> Int:  # fmt: skip
    """Return 1 + the number of a tunnel, a new one where it was not known; 0 when there is no room for it.

    Its ends are those of packet ``n - 1`` unless that is of an earlier record, ``first`` being this record's first.
    ``around``: 1 + the number of the tunnel around it, or 0.
    """
    low_hi, low_lo, high_hi, high_lo = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    if n > first:
        low_hi, low_lo = packets[n - 1, SOURCE_HI], packets[n - 1, SOURCE_LO]
        high_hi, high_lo = packets[n - 1, TARGET_HI], packets[n - 1, TARGET_LO]
        if low_hi > high_hi or (low_hi == high_hi and low_lo > high_lo):
            low_hi, high_hi = high_hi, low_hi
            low_lo, high_lo = high_lo, low_lo
    kind = (layer << 48) | (around << 24) | vlans
    marked = ((place[VNI] + 1) << 33) | (place[MARK] + 1)
    mask = np.int64(len(slots) - 1)
    seed = state[SEED]
    at = (mixed(low_hi, low_lo, kind, seed) + mixed(high_hi, high_lo, marked, seed ^ 1)) & mask
    while slots[at] != 0:
        known = np.int64(slots[at]) - 1
        if (
            tunnels[known, LOW_HI] == low_hi
            and tunnels[known, LOW_LO] == low_lo
            and tunnels[known, HIGH_HI] == high_hi
            and tunnels[known, HIGH_LO] == high_lo
            and tunnels[known, KIND] == kind
            and tunnels[known, MARKED] == marked
        ):
            return known + 1
        at = (at + 1) & mask
    new = state[USED]
    if new == len(tunnels):
        return np.int64(0)
    tunnels[new, LOW_HI], tunnels[new, LOW_LO] = low_hi, low_lo
    tunnels[new, HIGH_HI], tunnels[new, HIGH_LO] = high_hi, high_lo
    tunnels[new, KIND], tunnels[new, MARKED] = kind, marked
    state[USED] = new + 1
    slots[at] = new + 1
    return new + 1
