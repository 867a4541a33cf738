"""Every conversation against the matrix: its verdict, the reason, the line or the rule, and how bad it is.

A conversation has one reading, or several: both directions where the initiator is assumed, and every inside end that a
translated address may stand for. Each reading is judged alone, in the precedence of ``REASONS``; the best one counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import compiled
from cloison.flows.judging.cells import MULTICAST, NOWHERE, OWNED, UNSURE
from cloison.flows.judging.contacts import Rules, owners
from cloison.flows.judging.link import inside, link_control
from cloison.flows.judging.loops import BLOCK, NO_RANK, blocks_of, read_loop, settle_loop
from cloison.flows.judging.matching import match, match_into
from cloison.flows.judging.matrix import Matrix
from cloison.flows.judging.place import Places, elsewhere
from cloison.flows.judging.readings import Readings, readings_of
from cloison.flows.orient import ASSUMED, CERTAIN, ICMP, ICMP6, NO, REPLY_ONLY, YES, Orientation, answers
from cloison.flows.table import FlowTable
from cloison.netmodel.finding import Severity

Array = npt.NDArray[Any]

AUTHORISED, ILLEGITIMATE, UNMAPPED, LOCAL = range(4)
VERDICTS = ("authorised", "illegitimate", "unmapped", "local")

# in the order of precedence; (verdict, reason)
REASONS: tuple[tuple[int, str], ...] = (
    (LOCAL, "inside"),
    (LOCAL, "link-control"),
    (AUTHORISED, ""),
    (ILLEGITIMATE, "cleartext"),
    (ILLEGITIMATE, "weak-encryption"),
    (ILLEGITIMATE, "wrong-protocol"),
    (ILLEGITIMATE, "outside-tunnel"),
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
# codes of what the wire refutes of a line
REFUTATIONS = [_CODE[reason] for reason in ("cleartext", "weak-encryption", "wrong-protocol", "outside-tunnel")]
_VERDICT = np.array([verdict for verdict, _ in REASONS], dtype=np.uint8)
SEVERITIES: tuple[Severity | None, ...] = (None, "note", "warning", "error")
_NONE, _NOTE, _WARNING, _ERROR = range(4)

_OPEN, _LATER = 255, 254  # codes: not judged yet; not to be judged by one look


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
    rules: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.row)


def judge(matrix: Matrix, table: FlowTable, places: Places, orientation: Orientation) -> Verdicts:
    """Return the verdict of each conversation of an orientation of the table."""
    rules = Rules(matrix)
    length = len(orientation)
    told = (orientation.swapped, orientation.certainty, orientation.answered)
    columns: list[Any] = [column.copy() for column in told]
    columns += [np.full(length, value, dtype=dtype) for value, dtype in _NEUTRAL]
    columns += [orientation.split.copy(), np.zeros(length, dtype=bool)]
    plainly = _Plainly(matrix, table, places)
    for block in blocks_of(length):
        rows = orientation.row[block]
        part = Orientation(
            rows, orientation.swapped[block], orientation.certainty[block], orientation.answered[block],
            orientation.split[block],
        )  # fmt: skip
        here = [column[block] for column in columns[3:10]]
        rest = plainly.fill(part, here) if matrix.fast else np.arange(len(rows))
        if len(rest):
            which = rows[rest]
            few = Orientation(
                np.arange(len(rest)), part.swapped[rest], part.certainty[rest], part.answered[rest], part.split[rest]
            )
            found = _judge(matrix, table.take(which), places.take(which), few, rules)
            for column, values in zip(columns, found, strict=True):
                column[block][rest] = values
    verdicts = Verdicts(orientation.row, *columns)
    return replace(verdicts, rules=tuple(rules.names))


# of the columns of Verdicts from `verdict` to `target_translated`
_NEUTRAL = (
    (0, "u1"), (0, "u1"), (0, "u1"), (-1, "i4"), (-1, "i2"), (0, "i4"), (0, "i4"), (-1, "i2"), (-1, "i2"),
)  # fmt: skip


class _Plainly:
    """One look at each conversation, where that is enough: one known initiator, no translated end, no protocol of the
    link, and either no line needed or a live line. That is most of the traffic of a network in order."""

    def __init__(self, matrix: Matrix, table: FlowTable, places: Places) -> None:
        classes = matrix.cells.classes
        self.matrix = matrix
        self.given = (
            table.protocol, table.a_port, table.b_port, table.first, places.a, places.b, classes.inside, matrix.special,
            np.uint8(_CODE["inside"]), np.uint8(_OPEN), np.uint8(_LATER),
        )  # fmt: skip
        self.scratch = tuple(np.empty(BLOCK, dtype=dtype) for dtype in ("u4", "u2", "i8", "i4", "?"))

    def fill(self, part: Orientation, columns: list[Array]) -> Array:
        """Fill the columns of ``Verdicts`` from ``verdict`` to ``target``; return the positions left (i8)."""
        verdict, reason, _, line, _, source, target = columns
        service, source_port, time, rank, joined = (column[: len(part)] for column in self.scratch)
        compiled(read_loop)(
            part.row, part.swapped, part.certainty, *self.given, source, target, service, source_port, time, reason
        )
        match_into(self.matrix.live, source, target, service, source_port, time, rank, joined)
        left = np.empty(len(part), dtype=np.int64)
        count = compiled(settle_loop)(
            reason, rank, self.matrix.live.line, _VERDICT, np.uint8(_CODE[""]), np.uint8(_OPEN), verdict, line, left
        )
        return left[:count]


def _judge(
    matrix: Matrix, table: FlowTable, places: Places, orientation: Orientation, rules: Rules
) -> tuple[Array, ...]:
    """Return the columns of ``Verdicts`` after ``row``, of a table whose rows are the orientation's."""
    readings = readings_of(matrix, table, places, orientation)
    code, line, rule = _judged(matrix, table, places, readings, rules)
    best, one_way, risky = _best(len(orientation), orientation, readings, code)
    swapped = readings.swapped[best]
    reason = code[best]
    verdict = _VERDICT[reason]
    answered = _answers(table, orientation, swapped)
    severity = severity_of(matrix, reason, verdict, answered, orientation.certainty, readings.source[best])
    severity[(verdict == AUTHORISED) & risky] = _WARNING
    return (
        swapped, orientation.certainty, answered, verdict, reason, severity, line[best], rule[best],
        readings.source[best], readings.target[best], readings.source_translated[best],
        readings.target_translated[best], orientation.split, one_way,
    )  # fmt: skip


def _answers(table: FlowTable, orientation: Orientation, swapped: Array) -> Array:
    """Return the answers in the direction that counts; only assumed conversations may have been turned."""
    turned = np.flatnonzero(swapped != orientation.swapped)
    if not len(turned):
        return orientation.answered
    found = orientation.answered.copy()
    found[turned] = answers(table.take(turned), swapped[turned], orientation.split[turned])
    return found


def _judged(
    matrix: Matrix, table: FlowTable, places: Places, readings: Readings, rules: Rules
) -> tuple[Array, Array, Array]:
    """Return the code (u1), line (i4) and rule (i2) of each reading."""
    flags = matrix.cells.classes.flags
    source, target, service = readings.source, readings.target, readings.service
    cast = flags[source] & MULTICAST != 0
    if cast.any():  # nobody speaks from a multicast address, whatever a line says
        source = np.where(cast, NOWHERE, source)
    code = np.full(len(readings), _OPEN, dtype=np.uint8)
    line = np.full(len(readings), -1, dtype=np.int32)
    rule = np.full(len(readings), -1, dtype=np.int16)
    code[link_control(matrix.cells.classes, source, target, service)] = _CODE["link-control"]
    code[inside(matrix.cells.classes, source, target)] = _CODE["inside"]
    time = table.first if len(readings) == len(table) else table.first[readings.of]
    rank, joined = match(matrix.live, source, target, service, readings.source_port, time, matrix.fast)
    granted = (rank != NO_RANK) & (code == _OPEN)
    code[granted] = _CODE[""]
    line[granted] = matrix.live.line[rank[granted]]
    left = np.flatnonzero(code == _OPEN)
    if not len(left):
        return code, line, rule
    unsure = (source[left] == UNSURE) | (target[left] == UNSURE)
    lost = flags[source[left]] & OWNED == 0
    lost |= flags[target[left]] & (OWNED | MULTICAST) == 0
    code[left[unsure]] = _CODE["ambiguous-vrf"]
    astray = left[lost & ~unsure]
    if len(astray):
        another = _behind_another(matrix, table, places, readings, astray)
        code[astray] = np.where(another, _CODE["not-behind-probe"], _CODE["no-subnet"])
    left = left[~lost & ~unsure]
    if len(left):
        code[left], line[left], rule[left] = _why_not(matrix, table, readings, left, time[left], joined[left], rules)
    return code, line, rule


def _behind_another(matrix: Matrix, table: FlowTable, places: Places, readings: Readings, at: Array) -> Array:
    """Return bool: an end that its probe's VRF does not know is an address of another VRF."""
    found = np.zeros(len(at), dtype=bool)
    if len(matrix.network.ownership.vrfs) == 1:
        return found
    flags = matrix.cells.classes.flags
    row = readings.of[at]
    settled = np.array([len(item) == 1 for item in places.hints])[places.hint[row]]
    for hi, lo, ends in ((table.a_hi, table.a_lo, places.a), (table.b_hi, table.b_lo, places.b)):
        lost = np.flatnonzero(settled & (flags[ends[row]] & (OWNED | MULTICAST) == 0))
        found[lost] |= elsewhere(matrix, hi[row[lost]], lo[row[lost]])
    return found


def _why_not(
    matrix: Matrix, table: FlowTable, readings: Readings, at: Array, time: Array, joined: Array, rules: Rules
) -> tuple[Array, Array, Array]:
    """Return the code, line and rule of readings between mapped ends that no live line authorises."""
    source, target, service = readings.source[at], readings.target[at], readings.service[at]
    source_port = readings.source_port[at]
    code = np.full(len(at), _CODE["no-line"], dtype=np.uint8)
    line = np.full(len(at), -1, dtype=np.int32)
    code[joined] = _CODE["service"]
    rank, _ = match(matrix.live, target, source, service, source_port, time, matrix.fast)
    back = rank != NO_RANK
    protocol, port = service >> 16, (service & 0xFFFF).astype(np.uint16)
    ported = (protocol != ICMP) & (protocol != ICMP6)
    answer = (protocol << 16 | source_port).astype(np.uint32)
    rank, _ = match(matrix.live, target, source, answer, port, time, matrix.fast)
    back |= (rank != NO_RANK) & ported
    back &= matrix.cells.classes.flags[target] & MULTICAST == 0
    code[back] = _CODE["direction"]
    here = owners(matrix, table, readings, at, source=True)
    there = owners(matrix, table, readings, at, source=False)
    rule = rules.broken(here, there, service)
    code[rule >= 0] = _CODE["forbidden"]
    if len(matrix.dated.keys):
        rank, _ = match(matrix.dated, source, target, service, source_port, time, matrix.fast)
        dated = rank != NO_RANK
        code[dated] = _CODE["expired"]
        line[dated] = matrix.dated.line[rank[dated]]
        rule[dated] = -1
    return code, line, rule


def _best(count: int, orientation: Orientation, readings: Readings, code: Array) -> tuple[Array, Array, Array]:
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


def severity_of(
    matrix: Matrix, reason: Array, verdict: Array, answered: Array, certainty: Array, source: Array
) -> Array:
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
