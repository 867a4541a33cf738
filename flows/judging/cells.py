"""Addresses compressed to classes: two addresses that no line, owner or rule tells apart are one class.

The cells are the elementary intervals of all ends on the line of points (``vrf << 128 | address``); cells of the same
subnet and the same ends share a class. An address is looked up as it is read in one VRF, or in
several that must agree.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.view import View, view_of
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import VRF_SHIFT, parse
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import Owner

Array = npt.NDArray[Any]

_SPACE = 1 << VRF_SHIFT

# flags of a class: what an address is by itself; that somebody owns it; that its zone needs no line inside
MULTICAST, LINK_SCOPE, LINK_LOCAL, UNSPECIFIED, BROADCAST, LOOPBACK, OWNED, ZONE_INSIDE = (1 << bit for bit in range(8))
_SPECIAL = (
    ("224.0.0.0/4", MULTICAST),  # RFC 5771
    ("ff00::/8", MULTICAST),  # RFC 4291 section 2.7
    ("224.0.0.0/24", LINK_SCOPE),  # local network control block, RFC 5771 section 4
    ("ff01::/16", LINK_SCOPE),
    ("ff02::/16", LINK_SCOPE),
    ("169.254.0.0/16", LINK_LOCAL),  # RFC 3927
    ("fe80::/10", LINK_LOCAL),  # RFC 4291 section 2.5.6
    ("0.0.0.0", UNSPECIFIED),  # noqa: S104 - an address, not a binding
    ("::", UNSPECIFIED),
    ("255.255.255.255", BROADCAST),
    ("127.0.0.0/8", LOOPBACK),
    ("::1", LOOPBACK),
)

NOWHERE, UNSURE = 0, 1  # classes: owned by nobody and in no end; candidates do not agree


class _Key(NamedTuple):
    vrf: int
    zone: int
    subnet: int
    inside: int
    flags: int
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes as columns, indexed by class.

    ``vrf`` i4 is that of its points; ``zone`` and ``subnet`` i4 index ``zones`` and ``subnets``; ``inside`` i4: two
    classes with the same value need no line between them; all are -1 where there is none. ``flags`` u4; ``ends`` the
    indexes of the ends that hold the class, ascending. What nobody owns is in no line's end, multicast excepted.
    """

    zones: tuple[str, ...]
    subnets: tuple[str, ...]
    vrf: Array
    zone: Array
    subnet: Array
    inside: Array
    flags: Array
    ends: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.ends)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells on the line of points, and what is needed to make views of them."""

    classes: Classes
    starts: Sequence[int]
    of: Sequence[int]
    network: Network

    def view(self, candidates: tuple[int, ...]) -> View:
        """Return how addresses are read in the VRFs of these indexes, which must agree if there are several."""
        return view_of(_single(self, candidates[0]) if len(candidates) == 1 else _agreed(self, candidates))

    def owners(self, vrf: int) -> View:
        """Return the owners (indexes of the network's) of a VRF's own points; -1 where nobody owns them."""
        name = self.network.ownership.vrfs[vrf]
        return view_of([(start, owner if at == vrf else -1) for start, owner, at in _ranges(self.network, name)])

    def of_point(self, point: int) -> int:
        """Return the class of a point."""
        return self.of[bisect_right(self.starts, point) - 1]

    def of_points(self, points: IntervalSet) -> tuple[int, ...]:
        """Return the classes of which some address is among the points, ascending."""
        found: set[int] = set()
        for low, high in points.ranges:
            first, last = bisect_right(self.starts, low) - 1, bisect_right(self.starts, high)
            found.update(self.of[first:last])
        return tuple(sorted(found))


def cut(network: Network, ends: Sequence[IntervalSet], marks: Sequence[IntervalSet] = ()) -> Cells:
    """Return the cells of a network's owners, of its lines' ends and of other marked sets of points.

    An end's index names it in a class; marks are numbered after the ends.
    """
    vrfs = network.ownership.vrfs
    zones, subnets = tuple(sorted(network.zones)), tuple(sorted(network.subnets))
    enter, leave = defaultdict(list), defaultdict(list)
    for index, points in enumerate((*ends, *marks)):
        for low, high in points.ranges:
            enter[low].append(index)
            leave[high + 1].append(index)
    flags = _special_flags()
    place = _places(network, zones, subnets)
    owner_at: dict[int, int] = {}
    flags_at: dict[int, int] = {}
    for vrf, name in enumerate(vrfs):
        base = vrf << VRF_SHIFT
        owner_at[base] = -1
        for start, owner, point_vrf in _ranges(network, name):
            owner_at[base | start] = owner if point_vrf == vrf else -1
        flags_at.update((base | start, value) for start, value in flags)
    end_of_line = len(vrfs) << VRF_SHIFT
    starts: list[int] = []
    of: list[int] = []
    known: dict[_Key | str, int] = {"nowhere": NOWHERE, "unsure": UNSURE}
    nobody = _Key(-1, -1, -1, -1, 0, ())
    active: set[int] = set()
    held: tuple[int, ...] = ()
    owner, flag = -1, 0
    for position in sorted(set(enter) | set(leave) | set(owner_at) | set(flags_at)):
        if position >= end_of_line:
            break
        if position in enter or position in leave:
            active.difference_update(leave.get(position, ()))
            active.update(enter.get(position, ()))
            held = tuple(sorted(active))
        owner = owner_at.get(position, owner)
        flag = flags_at.get(position, flag)
        zone, subnet, inside, owned = place(owner)
        here = held if owned or flag & MULTICAST else tuple(end for end in held if end >= len(ends))
        key = _Key(position >> VRF_SHIFT, zone, subnet, inside, flag | owned, here)
        found = NOWHERE if not key.flags and not here else known.setdefault(key, len(known))
        if not of or of[-1] != found or position & (_SPACE - 1) == 0:
            starts.append(position)
            of.append(found)
    keys = [key if isinstance(key, _Key) else nobody for key in known]
    classes = Classes(
        zones,
        subnets,
        np.array([key.vrf for key in keys], dtype=np.int32),
        np.array([key.zone for key in keys], dtype=np.int32),
        np.array([key.subnet for key in keys], dtype=np.int32),
        np.array([key.inside for key in keys], dtype=np.int32),
        np.array([key.flags for key in keys], dtype=np.uint32),
        tuple(key.ends for key in keys),
    )
    return Cells(classes, starts, of, network)


def _special_flags() -> list[tuple[int, int]]:
    """Return (start, flags from there on) over the addresses of one VRF."""
    change: dict[int, int] = defaultdict(int)
    for text, flag in _SPECIAL:
        ((low, high),) = parse(text).ranges
        change[low] ^= flag
        change[high + 1] ^= flag
    found, flags = [(0, change.get(0, 0))], change.get(0, 0)
    for position in sorted(change):
        if 0 < position < _SPACE:
            flags ^= change[position]
            found.append((position, flags))
    return found


def _places(network: Network, zones: Sequence[str], subnets: Sequence[str]) -> Any:
    zone_index = {name: index for index, name in enumerate(zones)}
    subnet_index = {name: index for index, name in enumerate(subnets)}
    memo: dict[int, tuple[int, int, int, int]] = {-1: (-1, -1, -1, 0)}

    def place(index: int) -> tuple[int, int, int, int]:
        if index not in memo:
            owner: Owner = network.ownership.owners[index]
            zone, subnet = zone_index[owner.zone], subnet_index.get(owner.subnet, -1)
            wide = ZONE_INSIDE if network.zones[owner.zone].inside == "zone" else 0
            memo[index] = (zone, subnet, network.ownership.inside_keys[index], OWNED | wide)
        return memo[index]

    return place


def _ranges(network: Network, vrf: str) -> Iterable[tuple[int, int, int]]:
    """Yield (first address, owner index, VRF of the points) over all addresses read in a VRF."""
    hi, lo, owner, point_vrf = network.ownership.tables(vrf)
    for high, low, index, where in zip(hi.tolist(), lo.tolist(), owner.tolist(), point_vrf.tolist(), strict=True):
        yield high << 64 | low, index, where


def _seen(cells: Cells, vrf: int) -> tuple[int, ...]:
    return (vrf, *cells.network.ownership.sees[vrf])


def _between(cells: Cells, vrf: int, low: int, high: int) -> list[tuple[int, int]]:
    """Return (first address, class) over the addresses low..high of a VRF's own points."""
    base = vrf << VRF_SHIFT
    first = bisect_right(cells.starts, base | low) - 1
    last = bisect_left(cells.starts, (base | high) + 1)
    return [(max(cells.starts[at] - base, low), cells.of[at]) for at in range(first, last)]


def _single(cells: Cells, vrf: int) -> list[tuple[int, int]]:
    rows = list(_ranges(cells.network, cells.network.ownership.vrfs[vrf]))
    seen = _seen(cells, vrf)
    found: list[tuple[int, int]] = []
    for position, (start, owner, where) in enumerate(rows):
        stop = rows[position + 1][0] - 1 if position + 1 < len(rows) else _SPACE - 1
        if owner >= 0:
            found += _between(cells, where, start, stop)
        elif len(seen) == 1:
            found += _between(cells, vrf, start, stop)
        else:
            found += _first_in_an_end(cells, seen, start, stop)
    return found


def _first_in_an_end(cells: Cells, vrfs: Sequence[int], low: int, high: int) -> list[tuple[int, int]]:
    """Return the classes of addresses that nobody owns: those of the first VRF where a line's end holds them."""
    parts = [dict(_between(cells, vrf, low, high)) for vrf in vrfs]
    current = [NOWHERE] * len(vrfs)
    found = []
    for position in sorted(set().union(*parts)):
        current = [part.get(position, before) for part, before in zip(parts, current, strict=True)]
        unowned = [here for here in current if not int(cells.classes.flags[here]) & OWNED]
        found.append((position, next((here for here in unowned if cells.classes.ends[here]), unowned[0])))
    return found


def _agreed(cells: Cells, candidates: Sequence[int]) -> list[tuple[int, int]]:
    """Return the classes of addresses that are one point wherever they are owned, and ``UNSURE`` for the others."""
    order: dict[int, None] = {}
    for vrf in candidates:
        order.update(dict.fromkeys(_seen(cells, vrf)))
    changes: Mapping[int, list[tuple[int, int]]] = defaultdict(list)
    for vrf in order:
        for position, here in _between(cells, vrf, 0, _SPACE - 1):
            changes[position].append((vrf, here))
    owned: set[int] = set()
    held: set[int] = set()  # unowned, but in an end
    current = dict.fromkeys(order, NOWHERE)
    flags, ends = cells.classes.flags.tolist(), cells.classes.ends
    first = next(iter(order))
    found = []
    for position in sorted(changes):
        for vrf, here in changes[position]:
            current[vrf] = here
            (owned.add if flags[here] & OWNED else owned.discard)(vrf)
            (held.add if ends[here] and not flags[here] & OWNED else held.discard)(vrf)
        if len(owned) == 1:
            found.append((position, current[next(iter(owned))]))
        elif owned:
            found.append((position, UNSURE))
        else:
            found.append((position, current[min(held) if held else first]))
    return found
