"""A YAML text -> where each value is written, to the character: what changes by span are made on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from cloison.netmodel.language.document import Raw, Route
from cloison.netmodel.language.events import CParser


@dataclass(slots=True)
class Node:
    """A value's place: characters ``begin`` to ``end`` (trailing blank lines and comments left out).

    ``style`` is a scalar's quote or ``|`` or ``>``, and ``{`` of a container between brackets. ``special`` is what
    keeps it from being edited: an anchor, a tag, an alias. ``whole`` is false where what it holds was not kept.
    """

    kind: Literal["scalar", "mapping", "sequence", "alias"]
    begin: int
    end: int
    style: str = ""
    special: str = ""
    text: str = ""
    keys: list[Node] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    whole: bool = True
    _places: dict[str, int] = field(default_factory=dict)

    def value(self) -> Raw:
        """Return what it says, as the reader of maps would."""
        if self.kind == "mapping":
            return {key.text: item.value() for key, item in zip(self.keys, self.items, strict=True)}
        if self.kind == "sequence":
            return [item.value() for item in self.items]
        return self.text if self.text or self.style else None

    @property
    def empty(self) -> bool:
        """Whether it is a key's value that is not written."""
        return self.kind == "scalar" and self.begin == self.end

    def child(self, key: str) -> int:
        """Return the position of a key, or -1; the node is not to grow any more."""
        if len(self._places) != len(self.keys):
            self._places = {one.text: place for place, one in enumerate(self.keys)}
        return self._places.get(key, -1)

    def marked(self) -> Node | None:
        """Return the first node here or below that an anchor, a tag or an alias keeps from being edited."""
        if self.special:
            return self
        return next((found for one in (*self.keys, *self.items) if (found := one.marked()) is not None), None)


def tree(text: str, wanted: Collection[Route], below: bool = False) -> Node | None:
    """Return the root of a text that was read without a fault; nothing for an empty one.

    Only entries at the routes ``wanted`` (a section and an id; with ``below``, an id alone) are kept whole, so that
    a large file costs little.
    """
    parser = CParser(text)
    keep = {route[: 1 if below else 2] for route in wanted}
    events: Iterator[Any] = iter(parser.get_event, None)
    for event in events:
        if isinstance(event, yaml.NodeEvent):
            return _Reading(text, events, keep, 1 if below else 2).node(event, ())
    return None


class _Reading:
    def __init__(self, text: str, events: Iterator[Any], keep: Collection[Route], deep: int) -> None:
        self.text, self.events, self.keep, self.deep = text, events, keep, deep

    def node(self, event: Any, route: Route) -> Node:
        begin, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.AliasEvent):
            return Node("alias", begin, end, special=f"*{event.anchor}")
        special = f"&{event.anchor}" if event.anchor else event.tag or ""
        if isinstance(event, yaml.ScalarEvent):
            style = event.style or ""
            if style in ("|", ">"):
                end = begin + len(self.text[begin:end].rstrip())
            return Node("scalar", begin, end, style, special, event.value)
        mapping = isinstance(event, yaml.MappingStartEvent)
        made = Node("mapping" if mapping else "sequence", begin, end, "{" if event.flow_style else "", special)
        made.whole = len(route) < self.deep or route[: self.deep] in self.keep
        if not made.whole:
            made.end = self._skip(begin)
            return made
        while True:
            event = next(self.events)
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                break
            step: str | int = len(made.items)
            if mapping:
                made.keys.append(self.node(event, (*route, "")))
                step = made.keys[-1].text
                event = next(self.events)
            made.items.append(self.node(event, (*route, step)))
        closing: Any = event
        made.end = closing.end_mark.index if made.style or not made.items else made.items[-1].end
        return made

    def _skip(self, begin: int) -> int:
        """Pass over what a container holds; return where the last of it ends."""
        depth, last = 1, begin
        while depth:
            event: Any = next(self.events)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                continue
            depth -= isinstance(event, yaml.CollectionEndEvent)
            begins, ends = (mark.index for mark in _marks(event))
            if not isinstance(event, yaml.CollectionEndEvent) or begins != ends:  # a bracket
                last = ends
        return begin + len(self.text[begin:last].rstrip())


def _marks(event: Any) -> tuple[Any, Any]:
    return event.start_mark, event.end_mark
