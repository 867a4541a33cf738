"""Several devices: what one permits too much and others stop on every way is no hole, but a wall that is thinner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from cloison.flows.configuration import Configuration
from cloison.flows.explaining.question import inside_of
from cloison.flows.verifying.differences import Compared
from cloison.flows.verifying.verdict import Excess
from cloison.netmodel.network import Network
from cloison.netmodel.sides import Sides, bare
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Product, less
from cloison.netmodel.space.policy import Rule

_MOST_PIECES = 2_000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A configured device: its sides and what it forwards at most of one phase."""

    sides: Sides
    permitted: Sequence[Rule]


@dataclass(frozen=True, slots=True)
class Translated:
    """The addresses that some equipment translates: a packet with such an end may be another at the next device."""

    sources: IntervalSet
    destinations: IntervalSet

    @staticmethod
    def of(network: Network, configurations: Iterable[Configuration]) -> Translated:
        """Return what the map and configurations translate."""
        told = [(item.kind, bare(item.outside | inside_of(item))) for item in network.translations.values()]
        told += ((item.kind, item.outside | item.inside) for found in configurations for item in found.translations)
        return Translated(*(
            IntervalSet.union(span for kind, held in told if kind != other for span in held.ranges)
            for other in ("destination", "source")
        ))  # fmt: skip

    def holds(self, piece: Product) -> bool:
        """Say whether some packets of a piece may be translated."""
        return bare(piece.source).overlaps(self.sources) or bare(piece.destination).overlaps(self.destinations)


def stopped(
    network: Network, pieces: Sequence[Product], device: str, others: Mapping[str, Neighbour]
) -> tuple[str, ...]:
    """Return the devices that together let none of these packets through, on every way; none where something passes.

    A stage of equals lets through what one of them does, and one of them without a configuration everything.
    """
    left = list(pieces)
    helped: list[str] = []
    for stage in dict.fromkeys(item.sides.stage for item in others.values() if device not in item.sides.stage):
        names = [name for name in others if others[name].sides.stage == stage]
        if not whole(network, stage, names):
            continue
        after: list[Product] = []
        for piece in left:
            for inner, cut in _cut(piece, others[names[0]].sides):
                passing = _through(inner, [others[name].permitted for name in names]) if cut else [inner]
                if cut and next(less(inner, passing), None) is not None:
                    helped += names
                after += passing
                if len(after) > _MOST_PIECES:
                    return ()
        left = after
        if not left:
            return tuple(dict.fromkeys(helped))
    return ()


def whole(network: Network, stage: Sequence[str], names: Sequence[str]) -> bool:
    """Say whether every equal of a stage has a configuration: its own, its cluster's, or all of its members'."""
    return all(
        name in names
        or network.assets[name].cluster in names
        or (bool(network.assets[name].members) and set(network.assets[name].members) <= set(names))
        for name in stage
    )


def _cut(piece: Product, sides: Sides) -> list[tuple[Product, bool]]:
    """Return the parts of a piece whose every way crosses the stage, and the others."""
    parts: dict[int, list[tuple[int, int]]] = {}
    for unit in sides.units:
        parts.setdefault(unit.part, []).extend(unit.points.ranges)
    points = {part: IntervalSet.union(ranges) for part, ranges in parts.items()}
    everyone = IntervalSet.union(span for held in points.values() for span in held.ranges)
    found: list[tuple[Product, bool]] = []
    outside = piece.source - everyone
    if outside:
        found.append((Product(outside, piece.destination, piece.services), False))
    for held in points.values():
        source = piece.source & held
        if not source:
            continue
        over = piece.destination & (everyone - held)
        if over:
            found.append((Product(source, over, piece.services), True))
        rest = piece.destination - over
        if rest:
            found.append((Product(source, rest, piece.services), False))
    return found


def _through(piece: Product, lists: Sequence[Sequence[Rule]]) -> list[Product]:
    """Return what of a piece one of the lists permits; pieces may overlap."""
    found: list[Product] = []
    for rules in lists:
        denied: list[Product] = []
        for rule in rules:
            common = piece & rule.product
            if not common:
                continue
            if rule.permit:
                found += islice(less(common, denied), _MOST_PIECES + 1)
            else:
                denied.append(common)
            if len(found) > _MOST_PIECES:
                return [piece]
    return found


def forwarded(compared: Sequence[Compared], phase: int) -> Sequence[Rule] | None:
    """Return what a device forwards at most, of one phase; ``None`` where it is a state's or not known."""
    for item in compared:
        if item.hook == "forward" and item.phase == phase and item.decided:
            return item.permitted.upper
    return None


def pieces_of(excess: Excess) -> tuple[Product, ...]:
    """Return the products of an excess."""
    return tuple(Product(box.source, box.target, box.services) for box in excess.boxes)
