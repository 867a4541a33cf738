"""Sets of services as filters ask for them: one protocol at a time, ranges of ports, types and codes of ICMP."""

from __future__ import annotations

from dataclasses import dataclass

from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED
from cloison.netmodel.space.services import BOTH, CONTINUING, EVERY_SERVICE, OPENING, ServiceSet

Ranges = tuple[tuple[int, int], ...]
_EVERY = (0, 0xFFFF)


@dataclass(frozen=True, slots=True)
class Match:
    """One protocol (``None``: any) with inclusive ranges; empty ones stand for all.

    ``kinds`` are ICMP's: the type and its inclusive codes, which are 0 to 255 where the type alone is asked for.
    """

    protocol: int | None
    ports: Ranges = ()
    sources: Ranges = ()
    kinds: tuple[tuple[int, int, int], ...] = ()


def matches(services: ServiceSet) -> tuple[Match, ...]:
    """Return disjoint matches whose union is the set, whatever its phases, in the order of protocols."""
    both = _of_both_phases(services)
    if both == EVERY_SERVICE:
        return (Match(None),)
    ports: dict[tuple[int, tuple[int, int]], list[tuple[int, int]]] = {}
    for box in both.boxes():
        ports.setdefault((box.protocol, (box.source_low, box.source_high)), []).append((box.low, box.high))
    by_ports: dict[tuple[int, Ranges], list[tuple[int, int]]] = {}
    for (protocol, source), held in ports.items():
        by_ports.setdefault((protocol, _joined(held)), []).append(source)
    found = []
    for (protocol, ranges), sources in by_ports.items():
        whole = ranges == (_EVERY,)
        if protocol in (ICMP, ICMPV6):
            found.append(Match(protocol, kinds=() if whole else _kinds(ranges)))
        elif protocol in PORTED:
            mine = _joined(sources)
            found.append(Match(protocol, () if whole else ranges, () if mine == (_EVERY,) else mine))
        else:
            found.append(Match(protocol))
    return tuple(sorted(found, key=lambda item: (-1 if item.protocol is None else item.protocol, item.ports)))


def _of_both_phases(services: ServiceSet) -> ServiceSet:
    return ServiceSet.union(
        ServiceSet.of((box.protocol, box.protocol), (box.low, box.high), (box.source_low, box.source_high), BOTH)
        for phase in (OPENING, CONTINUING) for box in services.in_phase(phase).boxes()
    )  # fmt: skip


def _joined(ranges: list[tuple[int, int]]) -> Ranges:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _kinds(ranges: Ranges) -> tuple[tuple[int, int, int], ...]:
    found = []
    for low, high in ranges:
        for kind in range(low >> 8, (high >> 8) + 1):
            found.append((kind, max(low - (kind << 8), 0), min(high - (kind << 8), 255)))
    return tuple(found)
