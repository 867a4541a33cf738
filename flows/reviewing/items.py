"""What a review decides, item by item: each line, each fragment of a ``repeat`` once, each waiver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Literal

from cloison.netmodel.compiling.digest import canonical
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Span
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import ServiceSet

Kind = Literal["line", "fragment", "waiver"]
_STATE = 12  # letters: to notice a change, not to withstand who makes one
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # no spreadsheet takes them for a number or a date
_ALPHABET = frozenset("abcdefghijklmnop")
_ADDRESS = (1 << VRF_SHIFT) - 1
_BETWEEN = "-"  # the state of the words and that of what they mean


@dataclass(frozen=True, slots=True)
class Item:
    """Something to decide. ``state`` is a digest of what it says, so that a decision holds for what was read.

    It has two parts: the words of the item itself, and the packets that these authorise by the rest of the map (what
    its groups, subnets, services and endpoints hold). Approvals are left out of it: who approves a line again once it
    is decided changes nothing of it.

    ``id`` is a line's, a fragment's as it is written (``T-01.<t>``), or ``waiver:RULE:OBJECT``; ``lines`` are the
    lines that it stands for.
    """

    kind: Kind
    id: str
    state: str
    span: Span
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Items:
    """Every item of a map, in the order of the map."""

    items: tuple[Item, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        """The items by their ids."""
        return {item.id: item for item in self.items}

    @cached_property
    def of_line(self) -> Mapping[str, Item]:
        """The item that decides each line."""
        return {line: item for item in self.items for line in item.lines}

    @cached_property
    def waivers(self) -> Mapping[Span, str]:
        """The ids of waivers by their places."""
        return {item.span: item.id for item in self.items if item.kind == "waiver"}


def items_of(network: Network) -> Items:
    """Return what there is to decide of a map, expired lines included."""
    fragments: dict[tuple[str, Span], list[Line]] = {}  # two fragments may be written alike
    for line in network.lines:
        fragments.setdefault((line.template, line.span), []).append(line)
    meaning = _Meaning(network)
    found = [_of_lines(name, lines, meaning) for (name, _), lines in fragments.items()]
    found += _waivers(network)
    return Items(tuple(_apart(found)))


def _apart(items: Iterable[Item]) -> Iterable[Item]:
    """Yield the items, those called as an earlier one with a number: each is decided by itself."""
    taken: set[str] = set()
    for item in items:
        name, number = item.id, 1
        while name in taken:
            number += 1
            name = f"{item.id}:{number}"
        taken.add(name)
        yield item if name == item.id else replace(item, id=name)


def _of_lines(name: str, lines: list[Line], meaning: _Meaning) -> Item:
    single = len(lines) == 1 and lines[0].id == name
    words = _state(canonical("flows", line.id, line.flow, without="approved") for line in lines)
    return Item(
        "line" if single else "fragment",
        name,
        f"{words}{_BETWEEN}{_state(map(meaning.of, lines))}",
        lines[0].span,
        tuple(line.id for line in lines),
    )


def _waivers(network: Network) -> Iterable[Item]:
    for place, waiver in enumerate(network.model.waivers):
        name = f"waiver:{waiver.rule}:{waiver.on}"
        yield Item("waiver", name, _state([canonical("waivers", "", waiver)]),
                   network.document.span(("waivers", place)))  # fmt: skip


class _Meaning:
    """What lines authorise, as bytes: addresses by the names of their VRFs, so that one VRF more changes no other."""

    def __init__(self, network: Network) -> None:
        self._vrfs = network.vrfs
        self._known: dict[int, bytes] = {}  # by the identity of sets, which the network keeps

    def of(self, line: Line) -> bytes:
        """Return the packets of a line."""
        parts: list[bytes] = []
        for one in line.products:
            parts += self._points(one.source), self._points(one.destination), self._services(one.services)
        return b"\n".join((*parts, b""))

    def _points(self, points: IntervalSet) -> bytes:
        known = self._known.get(id(points))
        if known is None:
            known = self._known[id(points)] = _digest(
                f"{self._vrfs[at >> VRF_SHIFT]} {at & _ADDRESS:x}\n".encode() for ends in points.ranges for at in ends
            ).encode()
        return known

    def _services(self, services: ServiceSet) -> bytes:
        known = self._known.get(id(services))
        if known is None:
            known = self._known[id(services)] = _digest(
                f"{low:x} {high:x} {sources.ranges}\n".encode() for low, high, sources in services.segments
            ).encode()
        return known


def says_the_same(state: str, other: str) -> bool:
    """Return whether two states have the same words, whatever these mean by the rest of the map."""
    return state.partition(_BETWEEN)[0] == other.partition(_BETWEEN)[0]


def is_state(text: str) -> bool:
    """Return whether a text is a state that this program wrote, as far as one can see."""
    return all(len(part) == _STATE and set(part) <= _ALPHABET for part in text.split(_BETWEEN))


def _state(values: Iterable[bytes]) -> str:
    return _digest(values)[:_STATE].translate(_LETTERS)


def _digest(values: Iterable[bytes]) -> str:
    found = sha256()
    for value in values:
        found.update(value)
    return found.hexdigest()
