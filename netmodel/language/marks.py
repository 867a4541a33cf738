"""The values of a YAML file and their marks, two machine words each."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from cloison.netmodel.finding import Span
from cloison.netmodel.language.document import WRITTEN, Raw, Route, same

BITS = 26  # of a column in a mark; a line takes the rest
_COLUMN = (1 << BITS) - 1


_KEPT = 4096  # folded entries whose marks are kept once they were asked for


@dataclass(slots=True)
class Folded:
    """The entries of a file whose values have one mark alone, by that mark; ``read`` gives the others anew.

    An entry is its lines in ``data``, the key's among them.
    """

    data: bytes
    read: Callable[[bytes, str], YamlPart]
    nodes: array[int] = field(default_factory=lambda: array("I"))
    begins: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I"))

    def add(self, node: int, begin: int, end: int) -> None:
        """Add the entry in the bytes from ``begin`` to ``end``, whose value has the mark ``node``, the last so far."""
        self.nodes.append(node)
        self.begins.append(begin)
        self.ends.append(end)

    def text(self, node: int) -> bytes | None:
        """Return the lines of the entry whose value has the mark ``node``; nothing where it is not folded."""
        place = bisect_left(self.nodes, node)
        if place == len(self.nodes) or self.nodes[place] != node:
            return None
        return self.data[self.begins[place] : self.ends[place]]


@dataclass(slots=True)
class YamlPart:
    """The values of one YAML file; marks are in document order, one a scalar or container.

    ``starts`` packs line and column (from 0); ``after`` is the mark that follows a value and all it holds. ``below``
    is the section whose entries the file holds when it is a table, else nothing.
    """

    file: str
    values: Raw = None
    starts: array[int] = field(default_factory=lambda: array("Q"))
    after: array[int] = field(default_factory=lambda: array("I"))
    aliases: set[int] = field(default_factory=set)  # marks of values that are written elsewhere
    below: str = ""
    folded: Folded | None = None
    _inner: dict[int, YamlPart] = field(default_factory=dict)  # parts of one entry each, by the mark of its value
    _index: dict[int, dict[str, int]] = field(default_factory=dict)

    def locate(self, route: Route, *, key: bool, rename: Callable[[str], str]) -> tuple[int, Span]:
        """Return how many keys of ``route`` lead somewhere, and the place where they lead."""
        if self.below:
            if not route or route[0] != self.below:
                return 0, Span(self.file)
            depth, span = self._locate(self.values[self.below], route[1:], key, rename)
            return depth + 1, span
        return self._locate(self.values, route, key, rename)

    def _locate(self, value: Raw, route: Route, key: bool, rename: Callable[[str], str]) -> tuple[int, Span]:
        if not self.starts:
            return 0, Span(self.file)
        node, depth, named, written = 0, 0, -1, ""
        for step in route:
            if node in self.aliases:
                break
            inner = self._unfolded(node)
            if inner is not None:
                below, place = inner._locate(inner.values, (written, *route[depth:]), key, rename)
                return depth + below - 1, place
            if type(value) is dict and not isinstance(step, int):
                found = self._key(value, node, step, rename)
                if found is None:
                    if step in WRITTEN:
                        found = self._key(value, node, WRITTEN[step], rename)
                    if found is None:
                        break
                written, named = found
                value, node = value[written], named + 1
            elif type(value) is list and isinstance(step, int):
                if step >= len(value):
                    break
                named = -1
                node += 1
                for _ in range(step):
                    node = self.after[node]
                value = value[step]
            elif isinstance(step, int) and step:
                break  # a single value is the first and only one of its list
            depth += 1
        return depth, self.place(named if key and named >= 0 else node)

    def _unfolded(self, node: int) -> YamlPart | None:
        """Return the part of the one entry whose value has the mark ``node``; nothing where it is not folded."""
        inner = self._inner.get(node)
        if inner is None and self.folded is not None and (text := self.folded.text(node)) is not None:
            inner = self.folded.read(text, self.file)
            above = self.starts[node - 1] >> BITS << BITS  # the lines before that of its key
            inner.starts = array("Q", [start + above for start in inner.starts])
            if len(self._inner) >= _KEPT:
                self._inner.clear()
            self._inner[node] = inner
        return inner

    def _key(self, value: dict[str, Raw], node: int, step: str, rename: Callable[[str], str]) -> tuple[str, int] | None:
        index = self._index.get(node)
        if index is None:
            index, mark = {}, node + 1
            for written in value:
                index[written] = mark
                mark = self.after[mark + 1]
            self._index[node] = index
        if step in index:
            return step, index[step]
        if rename is not same:
            for written in index:
                if "<" in written and rename(written) == step:
                    return written, index[written]
        return None

    def place(self, node: int) -> Span:
        """Return the place of a mark."""
        packed = self.starts[node]
        return Span(self.file, (packed >> BITS) + 1, (packed & _COLUMN) + 1)
