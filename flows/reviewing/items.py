"""What a review decides, item by item: each line, each fragment of a ``repeat`` once, each waiver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Literal

from cloison.netmodel.compiling.digest import canonical
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Span
from cloison.netmodel.language.model import Waiver
from cloison.netmodel.network import Network

Kind = Literal["line", "fragment", "waiver"]
_STATE = 12  # hexadecimal digits: to notice a change, not to withstand who makes one


@dataclass(frozen=True, slots=True)
class Item:
    """Something to decide. ``state`` is a digest of what it says, so that a decision holds for what was read.

    Approvals are left out of it: who approves a line again once it is decided changes nothing of it.

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


def items_of(network: Network) -> Items:
    """Return what there is to decide of a map, expired lines included."""
    fragments: dict[str, list[Line]] = {}
    for line in network.lines:
        fragments.setdefault(line.template, []).append(line)
    found = [_of_lines(name, lines) for name, lines in fragments.items()]
    found += _waivers(network)
    return Items(tuple(found))


def _of_lines(name: str, lines: list[Line]) -> Item:
    single = len(lines) == 1 and lines[0].id == name
    return Item(
        "line" if single else "fragment",
        name,
        _state(canonical("flows", line.id, line.flow, without="approved") for line in lines),
        lines[0].span,
        tuple(line.id for line in lines),
    )


def _waivers(network: Network) -> Iterable[Item]:
    seen: dict[str, int] = {}
    for place, waiver in enumerate(network.model.waivers):
        name = f"waiver:{waiver.rule}:{waiver.on}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += f":{seen[name]}"
        yield Item("waiver", name, waiver_state(waiver), network.document.span(("waivers", place)))


def waiver_state(waiver: Waiver) -> str:
    """Return the state of a waiver by itself."""
    return _state([canonical("waivers", "", waiver)])


def _state(values: Iterable[bytes]) -> str:
    found = sha256()
    for value in values:
        found.update(value)
    return found.hexdigest()[:_STATE]
