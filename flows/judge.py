"""Every conversation against the matrix: its verdict, the reason, the line or the rule, and how bad it is.

A conversation has one reading, or several: both directions where the initiator is assumed, and every inside end that a
translated address may stand for. Each reading is judged alone, in the precedence of ``REASONS``; the best one counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.cells import (
    BROADCAST,
    LINK_LOCAL,
    LINK_SCOPE,
    LOOPBACK,
    MULTICAST,
    NOWHERE,
    OWNED,
    UNSPECIFIED,
    UNSURE,
    ZONE_INSIDE,
)
from cloison.flows.loops import NO_RANK, locate
from cloison.flows.matching import joined, match
from cloison.flows.matrix import Matrix
from cloison.flows.orient import ASSUMED, CERTAIN, ICMP, ICMP6, NO, REPLY_ONLY, YES, Orientation, answers
from cloison.flows.place import Places, elsewhere
from cloison.flows.readings import Readings, readings_of
from cloison.flows.table import FlowTable
from cloison.netmodel.assurance.assess import forbidden_by
from cloison.netmodel.assurance.evidence import Contact
from cloison.netmodel.finding import Severity

Array = npt.NDArray[Any]

AUTHORISED, ILLEGITIMATE, UNMAPPED, LOCAL = range(4)
VERDICTS = ("authorised", "illegitimate", "unmapped", "local")

# in the order of precedence; (verdict, reason)
REASONS: tuple[tuple[int, str], ...] = (
    (LOCAL, "inside"),
    (LOCAL, "link-control"),
    (AUTHORISED, ""),
    (UNMAPPED, "ambiguous-vrf"),
    (UNMAPPED, "not-behind-probe"),
    (UNMAPPED, "no-subnet"),
    (ILLEGITIMATE, "expired"),
    (ILLEGITIMATE, "forbidden"),
    (ILLEGITIMATE, "direction"),
    (ILLEGITIMATE, "service"),
    (ILLEGITIMATE, "no-line"),
)
_CODE = {reason: code for code, (_, reason) in enumerate(REASONS)}
_VERDICT = np.array([verdict for verdict, _ in REASONS], dtype=np.uint8)
SEVERITIES: tuple[Severity | None, ...] = (None, "note", "warning", "error")
_NONE, _NOTE, _WARNING, _ERROR = range(4)

_IGMP, _VRRP, _UDP = 2, 112, 17
_DHCP = (67, 68, 546, 547)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One row a conversation. ``row`` i8 indexes the table; ``swapped`` bool: B is the initiator, in the reading that
    counts; ``certainty``, ``answered``, ``verdict`` u1 index their words; ``reason`` u1 indexes ``REASONS``;
    ``severity`` u1 indexes ``SEVERITIES``; ``line`` i4 indexes the matrix's lines, ``rule`` i2 ``rules`` and
    ``translated`` i2 (source, target) the matrix's translations (-1 none); ``source`` and ``target`` i4 are the classes
    judged; ``split`` bool: of the row's packets, the initiator's alone; ``one_way`` bool: only one of the two assumed
    directions is authorised.
    """

    row: Array
    swapped: Array
    certainty: Array
    answered: Array
    verdict: Array
    reason: Array
    severity: Array
    line: Array
    rule: Array
    source: Array
    target: Array
    source_translated: Array
    target_translated: Array
    split: Array
    one_way: Array
    rules: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.row)


def judge(matrix: Matrix, table: FlowTable, places: Places, orientation: Orientation) -> Verdicts:
    """Return the verdict of each conversation of an orientation of the table."""
    readings = readings_of(matrix, table, places, orientation)
    code, line, rule, rules = _judged(matrix, table, places, orientation, readings)
    best, one_way, risky = _best(len(orientation), orientation, readings, code, line)
    swapped = readings.swapped[best]
    reason = code[best]
    verdict = _VERDICT[reason]
    answered = np.where(swapped == orientation.swapped, orientation.answered, _other_answers(table, orientation))
    severity = _severity(matrix, reason, verdict, answered, orientation.certainty, readings.source[best])
    severity = np.where((verdict == AUTHORISED) & risky, _WARNING, severity).astype(np.uint8)
    return Verdicts(
        orientation.row, swapped, orientation.certainty, answered, verdict, reason, severity,
        line[best], rule[best], readings.source[best], readings.target[best], readings.source_translated[best],
        readings.target_translated[best], orientation.split, one_way, rules,
    )  # fmt: skip


def _other_answers(table: FlowTable, orientation: Orientation) -> Array:
    """Return the answers in the direction that was not chosen first; only assumed conversations are read so."""
    found = orientation.answered.copy()
    at = np.flatnonzero(orientation.certainty == ASSUMED)
    if len(at):
        found[at] = answers(table.take(orientation.row[at]), ~orientation.swapped[at], orientation.split[at])
    return found


def _judged(
    matrix: Matrix, table: FlowTable, places: Places, orientation: Orientation, readings: Readings
) -> tuple[Array, Array, Array, tuple[str, ...]]:
    """Return the code (u1), line (i4) and rule (i2) of each reading, and the names of the rules."""
    flags = matrix.cells.classes.flags
    source, target, service = readings.source, readings.target, readings.service
    cast = flags[source] & MULTICAST != 0
    if cast.any():  # nobody speaks from a multicast address, whatever a line says
        source = np.where(cast, NOWHERE, source)
    code = np.full(len(readings), 255, dtype=np.uint8)
    line = np.full(len(readings), -1, dtype=np.int32)
    rule = np.full(len(readings), -1, dtype=np.int16)
    code[_link_control(matrix, source, target, service)] = _CODE["link-control"]
    code[_inside(matrix, source, target)] = _CODE["inside"]
    time = table.first[orientation.row[readings.of]]
    if (code == 255).all():
        rank = match(matrix.live, source, target, service, readings.source_port, time)
        granted = rank != NO_RANK
    else:
        rest = np.flatnonzero(code == 255)
        rank = np.full(len(readings), NO_RANK, dtype=np.int32)
        rank[rest] = match(
            matrix.live, source[rest], target[rest], service[rest], readings.source_port[rest], time[rest]
        )
        granted = rank != NO_RANK
    code[granted] = _CODE[""]
    line[granted] = matrix.live.line[rank[granted]]
    left = np.flatnonzero(code == 255)
    unsure = (source[left] == UNSURE) | (target[left] == UNSURE)
    lost = flags[source[left]] & OWNED == 0
    lost |= (flags[target[left]] & OWNED == 0) & (flags[target[left]] & MULTICAST == 0)
    code[left[unsure]] = _CODE["ambiguous-vrf"]
    lost = left[lost & ~unsure]
    if len(lost):
        code[lost] = np.where(
            _behind_another(matrix, table, places, orientation, readings, lost),
            _CODE["not-behind-probe"],
            _CODE["no-subnet"],
        )
    rules: tuple[str, ...] = ()
    left = np.flatnonzero(code == 255)
    if len(left):
        why, line[left], rule[left], rules = _why_not(matrix, table, orientation, readings, left, time[left])
        code[left] = why
    return code, line, rule, rules


def _inside(matrix: Matrix, source: Array, target: Array) -> Array:
    classes = matrix.cells.classes
    same = (classes.inside[source] == classes.inside[target]) & (classes.inside[source] >= 0)
    # multicast lies in its sender's zone
    cast = (classes.flags[target] & MULTICAST != 0) & (classes.flags[source] & ZONE_INSIDE != 0)
    found: Array = same | cast
    return found


def _link_control(matrix: Matrix, source: Array, target: Array, service: Array) -> Array:
    """Return bool: traffic that never leaves its link: its addresses say so, or its protocol within one subnet."""
    classes = matrix.cells.classes
    here, there = classes.flags[source], classes.flags[target]
    found = ((here | there) & LINK_LOCAL != 0) | (here & UNSPECIFIED != 0) | (there & (LINK_SCOPE | BROADCAST) != 0)
    found |= (here & there & LOOPBACK) != 0
    protocol, low = service >> 16, service & 0xFFFF
    one_link = ((classes.subnet[source] == classes.subnet[target]) & (classes.subnet[source] >= 0)) | (
        there & MULTICAST != 0
    )
    control = (protocol == _IGMP) | (protocol == _VRRP)
    if (service >= ICMP6 << 16).any() or (service < 3 << 16).any():
        kind = low >> 8
        # neighbour discovery and redirects (RFC 4861), multicast listeners (RFC 2710, RFC 3810)
        control |= (protocol == ICMP6) & ((kind >= 130) & (kind <= 137) | (kind == 143))
        control |= (protocol == ICMP) & (kind == 5)  # redirect, RFC 792
    control |= (protocol == _UDP) & np.isin(low, _DHCP)
    stays: Array = found | (control & one_link)
    return stays


def _behind_another(
    matrix: Matrix, table: FlowTable, places: Places, orientation: Orientation, readings: Readings, at: Array
) -> Array:
    """Return bool: an end that its probe's VRF does not know is an address of another VRF."""
    if len(matrix.network.ownership.vrfs) == 1:
        return np.zeros(len(at), dtype=bool)
    flags = matrix.cells.classes.flags
    row = orientation.row[readings.of[at]]
    settled = np.array([len(item) == 1 for item in places.hints])[places.hint[row]]
    found = np.zeros(len(at), dtype=bool)
    for hi, lo, ends in ((table.a_hi, table.a_lo, places.a), (table.b_hi, table.b_lo, places.b)):
        lost = np.flatnonzero(settled & (flags[ends[row]] & (OWNED | MULTICAST) == 0))
        found[lost] |= elsewhere(matrix, hi[row[lost]], lo[row[lost]])
    return found


def _why_not(
    matrix: Matrix, table: FlowTable, orientation: Orientation, readings: Readings, at: Array, time: Array
) -> tuple[Array, Array, Array, tuple[str, ...]]:
    """Return the code, line and rule of readings between mapped ends that no live line authorises."""
    source, target, service = readings.source[at], readings.target[at], readings.service[at]
    source_port = readings.source_port[at]
    code = np.full(len(at), _CODE["no-line"], dtype=np.uint8)
    line = np.full(len(at), -1, dtype=np.int32)
    code[joined(matrix.live, source, target, time)] = _CODE["service"]
    protocol, low = service >> 16, service & 0xFFFF
    back = match(matrix.live, target, source, service, source_port, time) != NO_RANK
    ported = (protocol != ICMP) & (protocol != ICMP6)
    answer = (protocol << 16 | source_port).astype(np.uint32)
    back |= (match(matrix.live, target, source, answer, low.astype(np.uint16), time) != NO_RANK) & ported
    back &= matrix.cells.classes.flags[target] & MULTICAST == 0
    code[back] = _CODE["direction"]
    rule, rules = _forbidden(matrix, table, orientation, readings, at)
    code[rule >= 0] = _CODE["forbidden"]
    rank = match(matrix.dated, source, target, service, source_port, time)
    dated = rank != NO_RANK
    code[dated] = _CODE["expired"]
    line[dated] = matrix.dated.line[rank[dated]]
    return code, line, np.where(dated, -1, rule).astype(np.int16), rules


def _forbidden(
    matrix: Matrix, table: FlowTable, orientation: Orientation, readings: Readings, at: Array
) -> tuple[Array, tuple[str, ...]]:
    """Return the rule that forbids each reading directly (-1: none), and the rules' names."""
    here = owners(matrix, table, orientation.row[readings.of[at]], readings, at, source=True)
    there = owners(matrix, table, orientation.row[readings.of[at]], readings, at, source=False)
    packed = (here.astype(np.int64) + 1) << np.int64(32) | (there.astype(np.int64) + 1)
    pairs, pair = np.unique(packed, return_inverse=True)
    asked, inverse = np.unique(
        pair.astype(np.uint64) << np.uint64(24) | readings.service[at].astype(np.uint64), return_inverse=True
    )
    forbids: Callable[[Contact], tuple[str, ...]] = forbidden_by(matrix.network)
    known = matrix.network.ownership.owners
    names: dict[str, int] = {}
    found = np.full(len(asked), -1, dtype=np.int16)
    for index, value in enumerate(asked.tolist()):
        both, service = int(pairs[value >> 24]), value & 0xFFFFFF
        one, other = (both >> 32) - 1, (both & 0xFFFFFFFF) - 1
        if one < 0 or other < 0:
            continue
        broken = forbids(Contact(known[one], known[other], service >> 16, service & 0xFFFF))
        if broken:
            found[index] = names.setdefault(broken[0], len(names))
    return found[inverse], tuple(names)


def owners(matrix: Matrix, table: FlowTable, row: Array, readings: Readings, at: Array, *, source: bool) -> Array:
    """Return i4, the owners (indexes) of one end of readings; a translated end is what it stands for, by its class."""
    swapped = readings.swapped[at]
    side_a = swapped != source  # the source is A unless B initiated
    hi = np.where(side_a, table.a_hi[row], table.b_hi[row])
    lo = np.where(side_a, table.a_lo[row], table.b_lo[row])
    classes = (readings.source if source else readings.target)[at]
    translated = (readings.source_translated if source else readings.target_translated)[at] >= 0
    found = np.full(len(at), -1, dtype=np.int32)
    of = matrix.cells.classes.vrf[classes]
    for vrf in np.unique(of[(of >= 0) & ~translated]).tolist():
        rows = np.flatnonzero((of == vrf) & ~translated)
        found[rows] = locate(matrix.owners(vrf), hi[rows], lo[rows])
    inner = np.flatnonzero(translated)
    if len(inner):
        memo = {here: _an_owner(matrix, here) for here in np.unique(classes[inner]).tolist()}
        found[inner] = [memo[here] for here in classes[inner].tolist()]
    return found


def _an_owner(matrix: Matrix, here: int) -> int:
    place = matrix.cells.of.index(here)
    return matrix.network.ownership.owner_index(matrix.cells.starts[place])


def _best(
    count: int, orientation: Orientation, readings: Readings, code: Array, line: Array
) -> tuple[Array, Array, Array]:
    """Return the reading that counts of each conversation; whether one direction alone is authorised, and whether the
    other one is then forbidden."""
    best = np.arange(count)  # the first readings are one a conversation
    one_way = np.zeros(count, dtype=bool)
    risky = np.zeros(count, dtype=bool)
    if len(readings) == count:
        return best, one_way, risky
    extra = np.arange(count, len(readings))
    touched = np.unique(readings.of[extra])
    among = np.concatenate([touched, extra])
    order = among[np.lexsort((among, code[among], readings.of[among]))]
    first = np.append(True, np.diff(readings.of[order]) != 0)
    best[readings.of[order[first]]] = order[first]
    authorised = np.zeros((2, count), dtype=bool)
    forbidden = np.zeros((2, count), dtype=bool)
    for turned in (0, 1):
        mine = among[(readings.swapped[among] != orientation.swapped[readings.of[among]]) == bool(turned)]
        authorised[turned, readings.of[mine[code[mine] == _CODE[""]]]] = True
        forbidden[turned, readings.of[mine[code[mine] == _CODE["forbidden"]]]] = True
    assumed = orientation.certainty == ASSUMED
    one_way = assumed & (authorised[0] != authorised[1])
    risky = one_way & np.where(authorised[0], forbidden[1], forbidden[0])
    return best, one_way, risky


def _severity(matrix: Matrix, reason: Array, verdict: Array, answered: Array, certainty: Array, source: Array) -> Array:
    """Return the index of ``SEVERITIES`` of each verdict."""
    classes = matrix.cells.classes
    public = np.array([matrix.network.zones[name].public for name in classes.zones] + [False])
    bad = (verdict == ILLEGITIMATE) | (verdict == UNMAPPED)
    severity = np.where(bad, _WARNING, _NONE)
    severity[bad & ((answered == YES) | (answered == REPLY_ONLY))] = _ERROR
    severity[bad & (answered == NO) & public[classes.zone[source]]] = _NOTE
    unsure = (reason == _CODE["direction"]) & (certainty != CERTAIN) & (severity == _ERROR)
    severity[unsure] = _WARNING
    return severity.astype(np.uint8)
