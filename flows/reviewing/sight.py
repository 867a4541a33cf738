"""What captures show at all: the places each of them shows, and the equipment that spoke."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cloison.flows.auditing.account import Audit
from cloison.flows.judging.loops import blocks_of
from cloison.flows.orient import NO
from cloison.netmodel.facts import End, Line
from cloison.netmodel.space.ownership import Owner


@dataclass(frozen=True)
class Sight:
    """The places (subnets, or zones outside of any) that each probe or stream of files shows at one end or the other of
    a conversation, and the assets that sent anything."""

    places: tuple[frozenset[str], ...]
    speakers: frozenset[str]

    def shows(self, line: Line) -> bool:
        """Return whether one probe shows both ends of a line: another's silence says nothing of it."""
        return any(_meets(line.sources, seen) and _meets(line.targets, seen) for seen in self.places)

    def shows_any(self, names: Iterable[str]) -> bool:
        """Return whether some capture shows one of these places."""
        wanted = frozenset(names)
        return any(wanted & seen for seen in self.places)


def sight(audit: Audit) -> Sight:
    """Return what the captures of an audit show; an earlier audit among them, what the lines that it saw join."""
    owners, verdicts = audit.network.ownership.owners, audit.verdicts
    probes: dict[str | int, set[str]] = {}
    places = [probes.setdefault(probe or (number if source.stream < 0 else ~source.stream), set())
              for number, (source, probe) in enumerate(zip(audit.sources, audit.probes, strict=True))]  # fmt: skip
    speakers: set[str] = set()
    for block in blocks_of(len(verdicts)):
        rows = np.arange(block.start, block.stop)
        of = audit.table.source[verdicts.row[rows]].astype(np.int64)
        silent = verdicts.answered[rows] == NO
        for source in (True, False):
            found = audit.owners(rows, source=source).astype(np.int64)
            known = found >= 0
            for pair in np.unique(of[known] * len(owners) + found[known]).tolist():
                places[pair // len(owners)].add(_place(owners[pair % len(owners)]))
            spoke = known if source else known & ~silent
            speakers.update(owners[one].asset for one in np.unique(found[spoke]).tolist())
    for number, told in enumerate(audit.sources):
        for seen in told.lines:
            line = audit.network.line.get(seen.id)
            if line is not None and seen.conversations:
                places[number].update(*(_places(end) for end in (*line.sources, *line.targets)))
    return Sight(tuple(map(frozenset, probes.values())), frozenset(speakers - {""}))


def _meets(ends: Iterable[End], seen: frozenset[str]) -> bool:
    return any(not _places(end) or _places(end) & seen for end in ends)  # `any` and multicast lie everywhere


def _places(end: End) -> frozenset[str]:
    return frozenset((*end.subnets, *end.zones))


def _place(owner: Owner) -> str:
    return owner.subnet or owner.zone
