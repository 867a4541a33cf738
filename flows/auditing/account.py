"""What an audit found, in columns: the verdicts, the lines seen, what was not decoded, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judge import AUTHORISED, LOCAL, REFUTATIONS, SEVERITIES, VERDICTS, Verdicts
from cloison.flows.judging.cells import OWNED
from cloison.flows.judging.loops import NO_RANK, blocks_of, locate
from cloison.flows.judging.matching import match
from cloison.flows.judging.matrix import Matrix
from cloison.flows.judging.place import Places
from cloison.flows.judging.readings import asked
from cloison.flows.ledger import undecoded
from cloison.flows.orient import ASSUMED
from cloison.flows.table import FlowTable, Source
from cloison.flows.wire import Wire
from cloison.netmodel.finding import SEVERITIES as MOST_SEVERE_FIRST
from cloison.netmodel.finding import Finding, Severity
from cloison.netmodel.network import Network

Array = npt.NDArray[Any]

HOLDS, FINDINGS, UNDECIDED = 0, 1, 3  # exit codes


@dataclass(frozen=True)
class Audit:
    """The result of an audit. ``probes`` has the probe of each source (empty: none); ``ledger`` counts packets that are
    in no conversation (``inside``: those that tunnels carry); ``window`` is when the captures begin and
    end, in ns since 1970 UTC."""

    network: Network
    sources: tuple[Source, ...]
    probes: tuple[str, ...]
    ledger: Mapping[str, int]
    window: tuple[int, int]
    matrix: Matrix
    table: FlowTable
    places: Places
    verdicts: Verdicts
    findings: tuple[Finding, ...] = ()
    wires: tuple[Wire, ...] = ()

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many conversations have each verdict; ``assumed`` is within ``authorised``."""
        verdict = self.verdicts.verdict
        count = np.bincount(verdict, minlength=len(VERDICTS)).tolist()
        assumed = int(((verdict == AUTHORISED) & (self.verdicts.certainty == ASSUMED)).sum())
        return {**dict(zip(VERDICTS, count, strict=True)), "assumed": assumed}

    @cached_property
    def seen(self) -> tuple[Array, Array]:
        """Of each line, how many conversations prove that it is used (i8), and when the last packet was (i8 ns).

        An assumed conversation proves nothing; one that needs no line still shows the line that covers it. What earlier
        audits say of lines counts too, as far as their conversations are not among those judged here.
        """
        count, last = self._proved
        more, latest = self.told
        return count + more, np.maximum(last, latest)

    @cached_property
    def refuted(self) -> Array:
        """Of each line, how many of its conversations the wire refutes (i8): they prove no use of it."""
        rows = (self.verdicts.line >= 0) & np.isin(self.verdicts.reason, REFUTATIONS)
        return np.bincount(self.verdicts.line[rows], minlength=len(self.matrix.lines))

    @cached_property
    def told(self) -> tuple[Array, Array]:
        """Of each line, what earlier audits saw without naming it: conversations (i8), the last packet (i8 ns)."""
        count = np.zeros(len(self.matrix.lines), dtype=np.int64)
        last = np.full(len(self.matrix.lines), np.iinfo(np.int64).min)
        numbers = {line: number for number, line in enumerate(self.matrix.lines)}
        for index, source in enumerate(self.sources):
            if not source.lines:
                continue
            named = self._named(index)
            for seen in source.lines:
                number = numbers.get(seen.id)
                if number is not None and seen.conversations:
                    count[number] += max(seen.conversations - int(named[number]), 0)
                    last[number] = max(int(last[number]), seen.last)
        return count, last

    def _named(self, source: int) -> Array:
        """Return i8, how many conversations of one source prove that each line is used."""
        count = np.zeros(len(self.matrix.lines), dtype=np.int64)
        for block in blocks_of(len(self.verdicts)):
            line = self._shown(block)
            here = (line >= 0) & (self.table.source[self.verdicts.row[block]] == source)
            count += np.bincount(line[here], minlength=len(count))
        return count

    @cached_property
    def _proved(self) -> tuple[Array, Array]:
        count = np.zeros(len(self.matrix.lines), dtype=np.int64)
        last = np.full(len(self.matrix.lines), np.iinfo(np.int64).min)
        for block in blocks_of(len(self.verdicts)):
            line = self._shown(block)
            found = np.flatnonzero(line >= 0)
            count += np.bincount(line[found], minlength=len(count))
            np.maximum.at(last, line[found], self.table.last[self.verdicts.row[block][found]])
        return count, last

    def _shown(self, block: slice) -> Array:
        """Return i4, the line that each conversation of a block proves to be used, -1 for none."""
        verdicts, live = self.verdicts, self.matrix.live
        verdict, known = verdicts.verdict[block], verdicts.certainty[block] > ASSUMED
        line = np.where((verdict == AUTHORISED) & known, verdicts.line[block], np.int32(-1))
        at = np.flatnonzero((verdict == LOCAL) & known)
        if len(at) and len(live.line):
            rows = at + block.start
            part = self.table.take(verdicts.row[rows])
            service, source_port = asked(part, verdicts.swapped[rows])
            ends = verdicts.source[rows], verdicts.target[rows]
            rank, _ = match(live, *ends, service, source_port, part.first, self.matrix.fast)
            line[at] = np.where(rank == NO_RANK, -1, live.line[np.where(rank == NO_RANK, 0, rank)])
        return line

    @cached_property
    def live_lines(self) -> tuple[int, ...]:
        """The lines that are live at some time of the captures, in the order of the map."""
        live = {
            grant.line
            for grant in self.matrix.grants
            if grant.live[0] <= self.window[1] and grant.live[1] > self.window[0]
        }
        return tuple(sorted(live))

    @cached_property
    def owner_zones(self) -> Array:
        """Return i4, the number of each owner's zone, and -1 at the end: nobody's addresses lie in none."""
        numbers: dict[str, int] = {}
        zones = [numbers.setdefault(owner.zone, len(numbers)) for owner in self.network.ownership.owners]
        return np.array([*zones, -1], dtype=np.int32)

    @cached_property
    def inside(self) -> Mapping[str, int]:
        """Packets that tunnels carry and that are in no conversation, by reason."""
        found: Counter[str] = Counter()
        for source in self.sources:
            found.update(source.inside)
        return dict(sorted(found.items()))

    @property
    def undecoded(self) -> int:
        """How many packets were not decoded, or carry one that was not."""
        return undecoded(self.ledger) + undecoded(self.inside)

    @property
    def undecoded_ip(self) -> int:
        """How many packets that are, or may be, IP were not decoded, or carry one that was not."""
        return undecoded(self.ledger, ip_only=True) + undecoded(self.inside, ip_only=True)

    def owners(self, rows: Array, *, source: bool) -> Array:
        """Return i4, the owner (index of the network's, -1 none) of one end of some verdicts, as seen on the wire."""
        side_a = self.verdicts.swapped[rows] != source
        row = self.verdicts.row[rows]
        hi = np.where(side_a, self.table.a_hi[row], self.table.b_hi[row])
        lo = np.where(side_a, self.table.a_lo[row], self.table.b_lo[row])
        classes = np.where(side_a, self.places.a[row], self.places.b[row])
        known = self.matrix.cells.classes
        vrf = np.where(known.flags[classes] & OWNED != 0, known.vrf[classes], -1)
        found = np.full(len(rows), -1, dtype=np.int32)
        for index in np.unique(vrf[vrf >= 0]).tolist():
            at = np.flatnonzero(vrf == index)
            found[at] = locate(self.matrix.owners(index), hi[at], lo[at], self.matrix.fast)
        return found

    def exit_code(self, fail_on: Severity = "error", allow_undecoded: int = 0) -> int:
        """Return 1 for findings at or above ``fail_on``, else 3 when something could not be decided, else 0."""
        limit = MOST_SEVERE_FIRST.index(fail_on)
        worst = int(self.verdicts.severity.max(initial=0))
        severity = SEVERITIES[worst]
        if severity is not None and MOST_SEVERE_FIRST.index(severity) <= limit:
            return FINDINGS
        return self.read_code(allow_undecoded)

    def read_code(self, allow_undecoded: int) -> int:
        """Return 3 when some of the captures could not be read or decoded, else 0."""
        if any(source.problem is not None or source.empty for source in self.sources):
            return UNDECIDED
        return UNDECIDED if not self.sources or self.undecoded_ip > allow_undecoded else HOLDS
