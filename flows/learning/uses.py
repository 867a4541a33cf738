"""Who used what: conversations joined by the places of their two ends and their service, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import address_text, end_name
from cloison.flows.auditing.parts import Part, parts, wire_of
from cloison.flows.judging.likeness import alike
from cloison.netmodel.finding import Span

Array = npt.NDArray[Any]

_SAMPLES = 5  # addresses of an end that are named


@dataclass(slots=True)
class Use:
    """Conversations of one kind. ``source`` and ``target`` are names of the map, or addresses that it does not know.

    ``service`` is protocol << 16 | low field; times are ns since 1970 UTC; ``place`` is the first packet; ``probes``
    are those that saw them; ``wires`` what was told on the wire, in words.
    """

    source: str
    target: str
    service: int
    conversations: int
    first: int
    last: int
    place: Span
    probes: set[str] = field(default_factory=set)
    wires: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)  # addresses, some of them


def uses(audit: Audit, rows: Array, *, by_line: bool = False) -> dict[tuple[Any, ...], Use]:
    """Return the uses among some verdicts by (source, target, service), and line first with ``by_line``.

    An end is the narrowest place that the map knows: interface, asset, subnet or zone, else its address.
    """
    found: dict[tuple[Any, ...], Use] = {}
    for part in parts(audit, rows):
        for key, use in _of(audit, part, by_line=by_line):
            known = found.setdefault(key, use)
            if known is not use:
                _add(known, use)
    return found


def _of(audit: Audit, part: Part, *, by_line: bool) -> Iterator[tuple[tuple[Any, ...], Use]]:
    unknown_source, unknown_target = part.source_owner < 0, part.target_owner < 0
    keys = [part.source_owner, part.target_owner, part.source_inner, part.target_inner, part.service, part.wire]
    keys += [part.file, np.where(unknown_source, part.source_hi, 0), np.where(unknown_source, part.source_lo, 0)]
    keys += [np.where(unknown_target, part.target_hi, 0), np.where(unknown_target, part.target_lo, 0)]
    if by_line:
        keys.append(part.line)
    first, group = alike(keys)
    count = np.bincount(group, minlength=len(first))
    earliest = np.full(len(first), np.iinfo(np.int64).max)
    latest = np.full(len(first), np.iinfo(np.int64).min)
    np.minimum.at(earliest, group, part.first)
    np.maximum.at(latest, group, part.last)
    for at, number, begins, ends in zip(
        first.tolist(), count.tolist(), earliest.tolist(), latest.tolist(), strict=True
    ):
        source = _end(audit, part, at, source=True)
        target = _end(audit, part, at, source=False)
        service, file = int(part.service[at]), int(part.file[at])
        use = Use(
            source, target, service, number, begins, ends,
            Span(audit.sources[file].file, packet=int(part.packet[at])),
        )  # fmt: skip
        use.probes |= {audit.probes[file]} - {""}
        use.wires |= {wire_of(audit.wires, int(part.wire[at]))} - {""}
        use.sources.add(address_text(int(part.source_hi[at]), int(part.source_lo[at])))
        key = (source, target, service)
        yield ((int(part.line[at]), *key) if by_line else key), use


def _end(audit: Audit, part: Part, at: int, *, source: bool) -> str:
    owner, inner, hi, lo = (
        (part.source_owner, part.source_inner, part.source_hi, part.source_lo)
        if source
        else (part.target_owner, part.target_inner, part.target_hi, part.target_lo)
    )
    return end_name(audit, int(owner[at]), int(inner[at])) or address_text(int(hi[at]), int(lo[at]))


def _add(known: Use, more: Use) -> None:
    known.conversations += more.conversations
    known.first = min(known.first, more.first)
    known.last = max(known.last, more.last)
    known.probes |= more.probes
    known.wires |= more.wires
    if len(known.sources) < _SAMPLES:
        known.sources |= more.sources
