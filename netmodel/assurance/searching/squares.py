"""The cells of a zone matrix: their places, what each forbids and allows, and the cells inside it that decide first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.form import Compiling
from cloison.netmodel.assurance.instances import Instance, Instances
from cloison.netmodel.assurance.searching.place_table import Pair, PlaceTable
from cloison.netmodel.compiling.offers import Offers
from cloison.netmodel.compiling.policies import named, service_named
from cloison.netmodel.compiling.problems import Route
from cloison.netmodel.finding import Ref
from cloison.netmodel.language import model as m
from cloison.netmodel.language.rules import Cell
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_KIND = {"zones": "zone", "subnets": "subnet", "assets": "asset"}


@dataclass(frozen=True, slots=True, eq=False)
class Square:
    """A cell of an instance: its places, what it forbids, the cells inside it, which decide before it does."""

    instance: Instance
    source: int
    target: int
    here: str
    there: str
    cell: Cell | None
    forbids: ServiceSet
    permits: ServiceSet
    route: Route
    inner: list[Square] = field(default_factory=list)

    def apart(self, table: PlaceTable) -> tuple[Product, ...]:
        """Return what the cells inside decide."""
        return tuple(
            Product(table.points[item.source], table.points[item.target], EVERY_SERVICE) for item in self.inner
        )


def squares_of(
    compiling: Compiling, offers: Offers, instances: Instances, name: str, rule: m.Rule, instance: Instance
) -> list[Square]:
    """Return the cells of an instance whose both names hold something, each with those inside it."""
    network, table = compiling.network, compiling.table
    numbers: dict[str, int] = {}
    for word in dict.fromkeys((*rule.matrix, *(there for row in rule.matrix.values() for there in row))):
        found = named(network.model, rule, word)
        assert found is not None
        section, id_ = found
        place = (instances.place(table, rule.ends[id_], ("ends", id_), instance) if section == "ends"
                 else table.add((Ref(_KIND[section], id_),)))  # fmt: skip
        if place is not None:
            numbers[word] = place
    read: dict[tuple[str, ...], tuple[ServiceSet, ServiceSet]] = {}

    def square(here: str, there: str, cell: Cell | None, route: Route) -> Square:
        forbids, permits = _said(offers, cell, read)
        return Square(instance, numbers[here], numbers[there], here, there, cell, forbids, permits, route)

    squares = [
        square(here, there, cell, ("policy", name, "matrix", here, there))
        for here, row in rule.matrix.items() for there, cell in row.items() if here in numbers and there in numbers
    ]  # fmt: skip
    written = {(item.here, item.there) for item in squares}
    nested = _nested(table, dict.fromkeys(numbers.values()))
    by_place: dict[Pair, list[Square]] = {}
    for item in squares:
        by_place.setdefault((item.source, item.target), []).append(item)
    _within(squares, nested, by_place)
    if rule.otherwise is not None:
        rest = list(_rest(table, square, name, rule, numbers, written, by_place))
        apart: dict[Pair, list[Square]] = {}
        for item in rest:
            apart.setdefault((item.source, item.target), []).append(item)
        _within(rest, nested, apart)
        squares += rest
    return squares


def _within(
    squares: Sequence[Square], nested: Mapping[int, tuple[int, ...]], by_place: Mapping[Pair, list[Square]]
) -> None:
    """Tell each cell those inside it."""
    if not any(nested.values()):
        return
    for item in squares:
        for source in (item.source, *nested[item.source]):
            for target in (item.target, *nested[item.target]):
                if (source, target) != (item.source, item.target):
                    item.inner.extend(by_place.get((source, target), ()))


def _rest(
    table: PlaceTable, square: Callable[[str, str, Cell | None, Route], Square], name: str, rule: m.Rule,
    numbers: Mapping[str, int], written: set[tuple[str, str]], by_place: Mapping[Pair, list[Square]],
) -> Iterator[Square]:  # fmt: skip
    """Yield the cells that ``otherwise`` makes: each two names apart, less all that is written."""
    meeting = _meeting(table, dict.fromkeys(numbers.values()))
    for here, source in numbers.items():
        for there, target in numbers.items():
            if here == there or (here, there) in written or target in meeting[source]:
                continue
            made = square(here, there, rule.otherwise, ("policy", name, "otherwise"))
            for one_ in meeting[source]:
                for other in meeting[target]:
                    made.inner.extend(by_place.get((one_, other), ()))
            yield made


def _said(
    offers: Offers, cell: Cell | None, read: dict[tuple[str, ...], tuple[ServiceSet, ServiceSet]]
) -> tuple[ServiceSet, ServiceSet]:
    """Return the services that a cell forbids, and those that it allows in so many words."""
    if cell is None:
        return NO_SERVICE, NO_SERVICE
    key = cell.access, *cell.services
    known = read.get(key)
    if known is None:
        names = tuple(service_named(offers, service) for service in cell.services)
        services = offers.all(names, ("policy",))[1]
        known = read[key] = {
            "allow all": (NO_SERVICE, EVERY_SERVICE),
            "block all": (EVERY_SERVICE, NO_SERVICE),
            "allow only": (EVERY_SERVICE - services, services),
            "block only": (services, NO_SERVICE),
        }[cell.access]
    return known


def _meeting(table: PlaceTable, numbers: Mapping[int, None]) -> dict[int, tuple[int, ...]]:
    """Return which of some places share a point with each, itself included."""
    points = {number: table.points[number] for number in numbers}
    owners: list[tuple[int, int, int]] = sorted(
        (low, high, number) for number, item in points.items() for low, high in item.ranges)  # fmt: skip
    found: dict[int, set[int]] = {number: {number} for number in numbers}
    active: list[tuple[int, int]] = []
    for low, high, number in owners:
        active = [(end, other) for end, other in active if end >= low]
        for _, other in active:
            found[number].add(other)
            found[other].add(number)
        active.append((high, number))
    return {number: tuple(sorted(others)) for number, others in found.items()}


def _nested(table: PlaceTable, numbers: Mapping[int, None]) -> dict[int, tuple[int, ...]]:
    """Return which of some places lie wholly within each, and are not the same."""
    return {
        number: tuple(
            other for other in others
            if other != number and table.points[other] <= table.points[number]
            and table.points[other] != table.points[number]
        )
        for number, others in _meeting(table, numbers).items()
    }  # fmt: skip
