"""What was read and where each part of it is written.

A part (a YAML file, a table's sheet) keeps its values as plain dictionaries, lists and texts, and finds the place of
any route in them. The document joins the parts of a map: after files were merged and ``repeat`` was unfolded, a route
of the map leads to the place that a user can edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from cloison.netmodel.finding import Span

Route: TypeAlias = tuple[str | int, ...]
Raw: TypeAlias = Any  # a dict, a list, a text, or None for a key without a value

JOINED = frozenset({"waivers", "declarations", "reviews", "repeat"})  # lists that grow from file to file
# the model's own words, and what the user writes for them
WRITTEN: Mapping[str, str] = {"source": "from", "without": "not", "unselect": "not", "repeated": "for"}
_TOP: Mapping[str, Route] = {"lateral": ("policy", "lateral")}


def same(text: str) -> str:
    """Return ``text``: the renaming of a place whose keys are the map's own."""
    return text


class Part(Protocol):
    """One file, or one sheet of it, with its marks."""

    @property
    def file(self) -> str:
        """The file's name, as the user wrote it."""
        ...

    @property
    def values(self) -> Raw:
        """What it holds, by section."""
        ...

    def locate(self, route: Route, *, key: bool, rename: Callable[[str], str]) -> tuple[int, Span]:
        """Return how many keys of ``route`` lead somewhere in this part, and the place where they lead.

        ``key`` asks for the place of the last key instead of its value's. ``rename`` turns a key as it is written
        into the key as ``route`` has it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """An entry that a ``repeat`` made: where its fragment is, of which template, for which entry or row."""

    part: int
    at: Route  # of the fragment's entry in its part
    rename: Callable[[str], str]
    template: str
    origin: Span


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a map and the place of each of them."""

    values: Mapping[str, Raw]
    marks: tuple[Part, ...]
    made: Mapping[tuple[str, str], tuple[Made, ...]] = field(default_factory=dict)

    def _made(self, route: Route) -> tuple[Made, ...]:
        return self.made.get((str(route[0]), str(route[1])), ()) if len(route) > 1 else ()

    def _written(self, route: Route) -> Iterator[tuple[Part, Route]]:
        """Yield the parts where a route may be written, with the route there: a list goes on from file to file."""
        if len(route) < 2 or route[0] not in JOINED or not isinstance(route[1], int):
            yield from ((part, route) for part in self.marks)
            return
        before = 0
        for part in self.marks:
            held = part.values.get(route[0]) if isinstance(part.values, dict) else None
            count = len(held) if isinstance(held, list) else held is not None
            if before <= route[1] < before + count:
                yield part, (route[0], route[1] - before, *route[2:])
            before += count

    def span(self, route: Route, *, key: bool = False) -> Span:
        """Return the place of ``route``, or of the longest part of it that is written somewhere.

        A route is made of the keys and positions that lead to a value, in the model's words or the user's. With
        ``key`` the place is that of the last key itself.
        """
        if route and route[0] in _TOP and route[0] not in self.values:
            route = _TOP[str(route[0])] + route[1:]
        best, place = -1, Span("")
        for made in self._made(route):
            depth, span = self.marks[made.part].locate(made.at + route[2:], key=key, rename=made.rename)
            if depth - len(made.at) + 2 > best:
                best, place = depth - len(made.at) + 2, span
        for part, own in self._written(route):
            depth, span = part.locate(own, key=key, rename=same)
            if depth > best:
                best, place = depth, span
        return place

    def spans(self, route: Route) -> tuple[Span, ...]:
        """Return every place where the whole of ``route`` is written, in the order of the files."""
        places: list[Span] = []
        for part, own in self._written(route):
            depth, span = part.locate(own, key=False, rename=same)
            if depth == len(route):
                places.append(span)
        for made in self._made(route):
            depth, span = self.marks[made.part].locate(made.at + route[2:], key=False, rename=made.rename)
            if depth - len(made.at) + 2 == len(route):
                places += span, made.origin
        return tuple(places)

    def cite(self, route: Route, *, key: bool = False) -> tuple[Span, ...]:
        """Return the place of ``route``, and the one for which its fragment was repeated, if it was."""
        origin = self.origin(route)
        return (self.span(route, key=key),) if origin is None else (self.span(route, key=key), origin[1])

    def origin(self, route: Route) -> tuple[str, Span] | None:
        """Return the template of the entry at ``route`` and the place for which it was repeated.

        Returns nothing for an entry that no ``repeat`` made.
        """
        for made in self._made(route):
            return made.template, made.origin
        return None
