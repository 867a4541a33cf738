"""The form of an entry: what the YAML parser said of one holds for all that are written alike.

The keys and everything between the scalars are literal in a form, and only values vary, within characters that no
parser can take for anything but a part of the same scalar. Where the scalars are and how they nest is the parser's
word: this module knows no grammar beyond the characters of a scalar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import yaml

from cloison.netmodel.language.document import Raw

# No blank, no break of any YAML version, nothing that is not printable: those a scalar is folded or refused at.
_UNSAFE = r"\x00-\x20\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
_BLOCK_PLAIN, _FLOW_PLAIN = (
    f"([^{_UNSAFE}{inside}\\-?:,\\[\\]{{}}&*!|>'%@`][^{_UNSAFE}{inside}]*+(?:(?: ++|:++)[^{_UNSAFE}{inside}]++)*+)"
    for inside in ('#:"\\\\', '#:"\\\\,\\[\\]{}?')
)
_QUOTED = {'"': r'([^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*+)',
           "'": r"([^'\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*+)"}  # fmt: skip
_BETWEEN = re.compile(r"(?:[ \n{}\[\],]|[:-](?=[ \n]))*")

_Step = tuple[tuple[str, ...] | None, Callable[[Sequence[Raw]], Any]]


@dataclass(frozen=True, slots=True)
class Form:
    """How entries of one form are read.

    ``lines`` are the patterns of its lines, in whose groups the scalars are. ``steps`` make the containers, inner ones
    first, out of the scalars and the containers before them: the keys of a mapping, or nothing for a list, and what
    picks its values. ``line`` and ``column`` say where the value begins, counted from its key's line, or on that line
    from the colon. ``size`` counts scalars and containers.
    """

    lines: tuple[str, ...]
    steps: tuple[_Step, ...]
    line: int
    column: int
    flow: bool
    depth: int
    size: int

    def value(self, scalars: Sequence[str], share: Callable[[str, str], str]) -> Raw:
        """Return an entry's value, made of the scalars in its lines; ``share`` gives the equal of a text."""
        made: list[Raw] = list(map(share, scalars, scalars))
        for keys, pick in self.steps:
            made.append(list(pick(made)) if keys is None else dict(zip(keys, pick(made), strict=False)))
        return made[-1]


@dataclass(slots=True)
class _Container:
    """A container of the sample while its events are read: what it holds, by position among all that was made."""

    mapping: bool
    flow: bool
    keys: list[str] = field(default_factory=list)
    held: list[int] = field(default_factory=list)


def learn(sample: str, parser: Callable[[str], Any]) -> Form | None:
    """Return the form of an entry, from what the parser says of it, or nothing when it is not to be folded.

    Refused are whatever is not written in its own characters (escapes, folded lines, empty values), anchors, tags,
    comments, keys that are no texts, and keys that are given twice.
    """
    try:
        events = list(_events(parser(sample)))
    except yaml.YAMLError:
        return None
    opening = (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.MappingStartEvent, yaml.ScalarEvent)
    if tuple(map(type, events[:4])) != opening or any(getattr(event, "anchor", None) for event in events):
        return None
    root, key = events[4], events[3]
    if not isinstance(root, yaml.CollectionStartEvent) or key.style:
        return None
    return _Learning(sample, key.end_mark.index + 1).form(events[4:-3])


def _events(parser: Any) -> Iterator[Any]:
    while (event := parser.get_event()) is not None:
        yield event


class _Learning:
    """The reading of one sample's events."""

    def __init__(self, sample: str, begin: int) -> None:
        self.sample = sample
        self.begin = self.at = begin  # at: how far the pattern reaches
        self.lines = [""]
        self.groups = 0
        self.steps: list[tuple[tuple[str, ...] | None, tuple[int, ...]]] = []
        self.open: list[_Container] = []
        self.depth = self.size = 0

    def form(self, events: Sequence[Any]) -> Form | None:
        for event in events:
            if event.start_mark.index < self.at and not isinstance(event, yaml.CollectionEndEvent):
                return None
            if not self._take(event):
                return None
        if self.open or not self.steps or not self._literal(len(self.sample) - 1):
            return None
        start = events[0].start_mark
        return Form(
            tuple(self.lines),
            tuple((keys, _picker([self._index(place) for place in held])) for keys, held in self.steps),
            start.line,
            start.column if start.line else start.index - self.begin,
            bool(events[0].flow_style),
            self.depth,
            self.size,
        )

    def _index(self, place: int) -> int:
        """Return where a value is among all that is made: containers, told by negative numbers, follow the scalars."""
        return place if place >= 0 else self.groups - place - 1

    def _literal(self, upto: int) -> bool:
        between = self.sample[self.at : upto]
        first, *others = map(re.escape, between.split("\n"))
        self.lines[-1] += first
        self.lines += others
        self.at = upto
        return _BETWEEN.fullmatch(between) is not None

    def _take(self, event: Any) -> bool:
        match event:
            case yaml.ScalarEvent():
                return self._scalar(event)
            case yaml.CollectionStartEvent():
                self.size += 1
                if event.tag is not None or (self.open and self.open[-1].mapping and not self._waits()):
                    return False
                self.open.append(_Container(isinstance(event, yaml.MappingStartEvent), bool(event.flow_style)))
                self.depth = max(self.depth, len(self.open))
                return True
            case yaml.CollectionEndEvent() if self.open:
                done = self.open.pop()
                self.steps.append((tuple(done.keys) if done.mapping else None, tuple(done.held)))
                if self.open:
                    self.open[-1].held.append(-len(self.steps))
                return True
        return False

    def _waits(self) -> bool:
        """Tell whether a key of the innermost mapping waits for its value."""
        return len(self.open[-1].keys) > len(self.open[-1].held)

    def _scalar(self, event: Any) -> bool:
        begin, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        quotes = len(style)
        text = self.sample[begin + quotes : end - quotes]
        if event.tag is not None or style not in ("", '"', "'") or text != event.value or not (text or quotes):
            return False
        if self.sample[begin : begin + quotes] != style or self.sample[end - quotes : end] != style:
            return False
        if not self.open or not self._literal(begin):
            return False
        holder = self.open[-1]
        self.size += 1
        self.at = end
        if holder.mapping and not self._waits():
            if text in holder.keys or (text == "<<" and not style):
                return False
            holder.keys.append(text)
            self.lines[-1] += re.escape(self.sample[begin:end])
            return True
        holder.held.append(self.groups)
        self.groups += 1
        inside = _QUOTED[style] if style else _FLOW_PLAIN if holder.flow else _BLOCK_PLAIN
        self.lines[-1] += style + inside + style
        return True


def _picker(held: Sequence[int]) -> Callable[[Sequence[Raw]], Any]:
    """Return what picks values by their places; neighbours are picked as a slice, and so is one alone."""
    first = held[0] if held else 0
    if list(held) == list(range(first, first + len(held))):
        return itemgetter(slice(first, first + len(held)))
    return itemgetter(*held)
