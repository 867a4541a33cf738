"""What the live lines of two maps authorise: what is opened and closed, as exact sets, line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from cloison.netmodel.comparing.sides import Side
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.joins import touching
from cloison.netmodel.space.packets import Packet, Product, less
from cloison.netmodel.space.policy import BUDGET, Rule, beyond
from cloison.netmodel.space.ranks import BudgetError, ranked

Tick = Callable[[int, int], None]

MOST_PIECES = 128  # products of one line
MOST_OTHERS = 3_000  # rules that are taken away from one
MOST_WORK = 20_000_000  # pairs that are looked at to find which rules touch


@dataclass(frozen=True, slots=True)
class Moved:
    """What a line of one map authorises and the other map does not, in the points of both.

    ``products`` are exactly that where ``whole`` is true; else they are the line's own, and hold more. ``witness`` is a
    packet of it in any case.
    """

    line: str
    products: tuple[Product, ...]
    whole: bool
    witness: Packet


def moved(one: Side, other: Side, tick: Tick = lambda done, total: None) -> tuple[tuple[Moved, ...], bool]:
    """Return what the first map authorises and the second does not, by line, and whether that is all of it."""
    changed = {line: products for line, products in one.permitted.items() if other.permitted.get(line) != products}
    there = {
        product for line, products in other.permitted.items()
        if line in changed or line not in one.permitted for product in products
    }  # fmt: skip
    lines: dict[Product, list[str]] = {}  # several lines may open the very same
    for line, products in changed.items():
        for item in products:
            if item and item not in there:
                lines.setdefault(item, []).append(line)
    mine = [Rule(True, item.source, item.destination, item.services) for item in lines]
    theirs = _likely(mine, other)
    near = _near(mine, theirs)
    if near is not None:
        touched = {id(rule) for rules in near.values() for rule in rules}
        theirs = [rule for rule in theirs if id(rule) in touched]
    found, done = beyond(mine, theirs, BUDGET, tick)
    rules: dict[str, dict[int, Rule]] = {}
    witness: dict[str, Packet] = {}
    for difference in found:
        for line in lines[difference.rule.product]:
            rules.setdefault(line, {})[id(difference.rule)] = difference.rule
            witness.setdefault(line, difference.witness)
    moves = []
    for line, held in rules.items():
        products, whole = _pieces(list(held.values()), near)
        moves.append(Moved(line, products, whole, witness[line]))
    return tuple(sorted(moves, key=lambda item: item.line)), done


def _likely(asked: Sequence[Rule], other: Side) -> list[Rule]:
    """Return what the other map permits, without what shares no source, or no destination, with any that is asked."""
    sources = IntervalSet.union(span for rule in asked for span in rule.source.ranges)
    destinations = IntervalSet.union(span for rule in asked for span in rule.destination.ranges)
    return [
        Rule(True, item.source, item.destination, item.services)
        for products in other.permitted.values() for item in products
        if item and item.destination.overlaps(destinations) and item.source.overlaps(sources)
    ]  # fmt: skip


def _near(asked: Sequence[Rule], others: Sequence[Rule]) -> dict[int, list[Rule]] | None:
    """Return the other rules that may touch each, all of them with packets; nothing where that is too much work."""
    if not asked or not others:
        return {}
    rules = (*asked, *others)
    count = len(asked)
    try:
        space = ranked(rules)
        return {
            id(rules[item.query]): [rules[number] for number in item.every()]
            for item in touching(space, range(count), range(count, len(rules)), MOST_WORK)
        }
    except BudgetError:
        return None


def _pieces(rules: Sequence[Rule], near: dict[int, list[Rule]] | None) -> tuple[tuple[Product, ...], bool]:
    found: list[Product] = []
    for rule in rules:
        others = [] if near is None else near.get(id(rule), [])
        if near is None or len(others) > MOST_OTHERS:
            return tuple(item.product for item in rules), False
        # what an earlier rule of the line holds was told already
        taken = (*(item.product for item in others), *found)
        pieces = list(islice(less(rule.product, taken), MOST_PIECES + 1))
        if len(found) + len(pieces) > MOST_PIECES:
            return tuple(item.product for item in rules), False
        found += pieces
    return _joined(found), True


def _joined(products: Sequence[Product]) -> tuple[Product, ...]:
    """Return disjoint products, joined where two differ in one thing only."""
    found = list(products)
    before = len(found) + 1
    while len(found) < before:
        before = len(found)
        for axis in ("services", "destination", "source"):
            joined: dict[tuple[object, ...], Product] = {}
            for item in found:
                parts = {"source": item.source, "destination": item.destination, "services": item.services}
                del parts[axis]
                key = tuple(parts.values())
                known = joined.get(key)
                joined[key] = item if known is None else Product(
                    known.source | item.source, known.destination | item.destination, known.services | item.services
                )  # fmt: skip
            found = list(joined.values())
    return tuple(sorted(found, key=lambda item: (item.source.ranges, item.destination.ranges)))
