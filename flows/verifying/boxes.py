"""The extent of a difference as a few boxes between zones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from cloison.flows.explaining.coverage import host_of
from cloison.flows.explaining.question import place_of
from cloison.flows.verifying.verdict import Box
from cloison.netmodel.network import Network
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet, Product, less
from cloison.netmodel.space.policy import Rule

_MOST_OTHERS = 3_000  # rules that are taken away from one rule
_MOST_PIECES = 128
_MOST_PAIRS = 1_000  # of zones, in one difference


def extent(rules: Sequence[Rule], others: Callable[[Rule], Iterable[Rule]]) -> tuple[list[Product], bool]:
    """Return what rules hold and the others of each do not.

    The second value says whether that is all of it and nothing else: where it would take too long, the rules' own
    extent is returned.
    """
    found: list[Product] = []
    for rule in rules:
        mine = rule.product
        near = list(islice((item.product for item in others(rule) if mine.overlaps(item.product)), _MOST_OTHERS + 1))
        pieces = list(islice(less(mine, near), _MOST_PIECES + 1)) if len(near) <= _MOST_OTHERS else []
        if len(near) > _MOST_OTHERS or len(found) + len(pieces) > _MOST_PIECES:
            return [rule.product for rule in rules], False
        found += pieces
    return found, True


def denials_before(rules: Sequence[Rule], rule: Rule) -> Iterator[Rule]:
    """Yield the denying rules of a list before one of its own."""
    for item in rules:
        if item is rule:
            return
        if not item.permit:
            yield item


def refused(claims: Sequence[Rule], rules: Sequence[Rule]) -> tuple[list[Product], bool]:
    """Return what of permitting rules an ordered list does not permit; the second value as in :func:`extent`."""
    found: list[Product] = []
    for claim in claims:
        left = [claim.product]
        for rule in rules:
            near = [item for item in left if item.overlaps(rule.product)]
            if not near:
                continue
            if not rule.permit:
                found += (item & rule.product for item in near)
            left = [item for item in left if item not in near]
            left += (piece for item in near for piece in item.without(rule.product))
            if len(left) + len(found) > _MOST_PIECES:
                return [claim.product for claim in claims], False
        found += left
    return found, True


def boxes(network: Network, products: Sequence[Product]) -> tuple[Box, ...]:
    """Return products as boxes between zones, joined where two differ in one thing only.

    Where that would be too many, each product stays whole, from one zone or ``*`` to one or ``*``.
    """
    kept: dict[IntervalSet, list[tuple[str, IntervalSet]]] = {}
    ends = [(_by_zone(network, item.source, kept), _by_zone(network, item.destination, kept)) for item in products]
    if sum(len(here) * len(there) for here, there in ends) > _MOST_PAIRS:
        ends = [
            (_whole(here, item.source), _whole(there, item.destination))
            for item, (here, there) in zip(products, ends, strict=True)
        ]
    found = [
        Box(here, there, source, target, item.services)
        for item, (sources, targets) in zip(products, ends, strict=True)
        for here, source in sources for there, target in targets
    ]  # fmt: skip
    before = len(found) + 1
    while len(found) < before:
        before = len(found)
        found = _joined(_joined(_joined(found, "services"), "target"), "source")
    return tuple(
        sorted(found, key=lambda box: (box.source_zone, box.target_zone, box.source.ranges, box.target.ranges))
    )


def _whole(parts: list[tuple[str, IntervalSet]], points: IntervalSet) -> list[tuple[str, IntervalSet]]:
    return parts if len(parts) == 1 else [("*", points)]


def instance(network: Network, box: Box) -> Packet:
    """Return a packet of a box, between hosts where there is the choice."""
    return Packet(host_of(network, box.source), host_of(network, box.target), *box.services.least())


def _joined(found: Sequence[Box], axis: str) -> list[Box]:
    joined: dict[tuple[object, ...], Box] = {}
    for box in found:
        zones = (box.source_zone, box.target_zone)
        if axis == "services":
            key: tuple[object, ...] = (*zones, box.source, box.target)
        elif axis == "target":
            key = (*zones, box.source, box.services)
        else:
            key = (*zones, box.target, box.services)
        known = joined.get(key)
        if known is None:
            joined[key] = box
        else:
            joined[key] = Box(
                *zones, known.source | box.source, known.target | box.target, known.services | box.services
            )
    return list(joined.values())


def _by_zone(
    network: Network, points: IntervalSet, kept: dict[IntervalSet, list[tuple[str, IntervalSet]]]
) -> list[tuple[str, IntervalSet]]:
    known = kept.get(points)
    if known is None:
        left = points
        known = []
        for name in place_of(network, "", points).zones:
            inner = IntervalSet.union(
                span for part in network.zones[name].parts for span in network.zones[part].points.ranges
            )
            mine = (points & network.zones[name].points) - inner
            if mine:
                known.append((name, mine))
                left -= mine
        if left:
            known.append(("", left))
        kept[points] = known
    return known
