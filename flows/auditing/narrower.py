"""Lines broader than what was seen of them, and the narrower line that would have been enough.

A capture that saw one part of a line does not prove that the other is not needed: the period and the probes that were
looked at come with it, and a year of audits says more than one capture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import end_name
from cloison.flows.judge import AUTHORISED
from cloison.flows.judging.likeness import alike
from cloison.flows.judging.loops import blocks_of
from cloison.flows.judging.readings import asked
from cloison.flows.orient import ASSUMED
from cloison.netmodel.facts import End, Line
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import keyword
from cloison.netmodel.space.services import ServiceSet

Array = npt.NDArray[Any]

_FEW = 16  # ports: a service of so many is one thing, a wider one is a range of which parts may be used
_MOST = 100  # ends or ports that are proposed; beyond, nobody would write them


@dataclass(frozen=True, slots=True)
class Narrower:
    """What would have been enough; each empty where the line is no broader there than what was seen."""

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sources or self.targets or self.services)


def narrower(audit: Audit) -> Mapping[int, Narrower]:
    """Return, by line, what would have been enough of the lines that are broader than what proves their use."""
    found: dict[int, Narrower] = {}
    elsewhere, _ = audit.told
    for number, used in _used(audit).items():
        line = audit.network.line[audit.matrix.lines[number]]
        if line.flow.between:  # both sides are one list: no end of it is a source or a target alone
            continue
        if elsewhere[number]:  # an earlier audit saw it used, and does not say by whom
            continue
        enough = Narrower(
            _ends(audit, line.sources, {source for source, _, _ in used}),
            _ends(audit, line.targets, {target for _, target, _ in used}),
            _services(line, {service for _, _, service in used}),
        )
        if enough:
            found[number] = enough
    return found


def _used(audit: Audit) -> dict[int, set[tuple[str, str, int]]]:
    """Return (source, target, service) of what proves each line's use, ends by their narrowest names."""
    verdicts = audit.verdicts
    seen: set[tuple[int, int, int, int, int, int]] = set()
    for block in blocks_of(len(verdicts)):
        proves = (verdicts.verdict[block] == AUTHORISED) & (verdicts.certainty[block] > ASSUMED)
        rows = np.flatnonzero(proves & (verdicts.line[block] >= 0)) + block.start
        if not len(rows):
            continue
        part = audit.table.take(verdicts.row[rows])
        service, _ = asked(part, verdicts.swapped[rows])
        columns = (
            verdicts.line[rows], audit.owners(rows, source=True), audit.owners(rows, source=False),
            verdicts.source_translated[rows], verdicts.target_translated[rows], service,
        )  # fmt: skip
        first, _ = alike(columns)
        seen.update(zip(*(column[first].tolist() for column in columns), strict=True))
    found: dict[int, set[tuple[str, str, int]]] = {}
    for line, source, target, outside_source, outside_target, wanted in seen:
        ends = end_name(audit, source, outside_source), end_name(audit, target, outside_target)
        found.setdefault(line, set()).add((*ends, wanted))
    return found


def _ends(audit: Audit, declared: Iterable[End], used: set[str]) -> tuple[str, ...]:
    """Return the ends that were used, when they are fewer addresses than those declared."""
    ends = audit.network.ends
    names = {part for name in used for part in name.split(", ")}
    if not names or len(names) > _MOST or any(name not in ends for name in names):
        return ()
    wanted = tuple(declared)
    if any(end.kind == "any" for end in wanted):
        return tuple(sorted(names))
    every = IntervalSet.union(item for end in wanted for item in end.points.ranges)
    seen = IntervalSet.union(item for name in names for item in ends[name].points.ranges)
    return () if every <= seen else tuple(sorted(names))


def _services(line: Line, used: set[int]) -> tuple[str, ...]:
    """Return the services that were used, a wide range by its ports that were, when some were not."""
    declared: dict[str, ServiceSet] = {}
    for name, services in (*line.services, *(item for each in line.endpoint_services.values() for item in each)):
        declared[name] = services
    kept: list[str] = []
    fewer = False
    for name, services in declared.items():
        here = [service for service in used if service & 0xFFFF in services.fields(service >> 16)]
        if not here:
            fewer = True
        elif max(services.fields(service >> 16).size for service in here) <= _FEW:
            kept.append(name)
        else:
            fewer = True
            kept += [f"{keyword(service >> 16)}/{_port(service)}" for service in sorted(here)]
    return tuple(dict.fromkeys(kept)) if fewer and kept and len(kept) <= _MOST else ()


def _port(service: int) -> str:
    low = service & 0xFFFF
    return str(low >> 8) if service >> 16 in (1, 58) else str(low)
