"""A configuration's lines -> statements with those that belong to them, by indentation; banners and keys left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cloison.flows.configuration import File, Tick, Written
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, say

Inner = Callable[[list[str], list[str]], bool]

_PAGER = re.compile(r"^\s*<?-+ ?[Mm]ore ?-+>?[\x08 ]*")
_FREE = re.compile(
    r"^(?:banner [\w-]+|menu \S+ (?:title|prompt)|aaa authentication (?:banner|fail-message))[ \t]+(\^C|\S)(.*)$"
)
_TICKS = 20_000


@dataclass(slots=True)
class Statement:
    """A statement, where it stands, and those that are indented under it."""

    file: File
    line: int
    indent: int
    text: str
    words: list[str]
    children: list[Statement] = field(default_factory=list)

    def span(self, word: int = 0) -> Span:
        """Return the place of one of its words."""
        column = self.indent + 1
        if word > 0:
            for place, found in enumerate(re.finditer(r"\S+", self.text)):
                if place == word:
                    column += found.start()
                    break
            else:
                column += len(self.text)
        return Span(self.file.name, self.line, column)

    def written(self, name: str = "", hits: int | None = None) -> Written:
        """Return where and how it is written."""
        return Written(Span(self.file.name, self.line, self.indent + 1), self.text, name, hits)

    def count(self) -> int:
        """Return how many statements it is with those under it."""
        waiting, counted = [self], 0
        while waiting:
            statement = waiting.pop()
            counted += 1
            waiting += statement.children
        return counted

    def walk(self) -> Iterator[Statement]:
        """Yield those under it, in order, at any depth."""
        waiting = self.children[::-1]
        while waiting:
            statement = waiting.pop()
            yield statement
            waiting += statement.children[::-1]


def statements(
    file: File, notes: Notes, inner: Inner, tick: Tick = lambda done, total: None, free: bool = True
) -> list[Statement]:
    """Return the statements at the left margin, each with those under it.

    A line at the left margin belongs to the block before it when ``inner`` says, of both, that its words only make
    sense there. ``free``: banners stand between delimiters. A banner, a certificate or a macro without its end
    is an error.
    """
    lines = file.text.split("\n")
    tops: list[Statement] = []
    stack: list[Statement] = []
    number = 0
    while number < len(lines):
        raw = lines[number]
        number += 1
        if number % _TICKS == 0:
            tick(number, len(lines))
        if "--" in raw and "ore" in raw:
            raw = _PAGER.sub("", raw)
        text = raw.strip()
        if not text or text[0] == "!":
            continue
        indent = len(raw) - len(raw.lstrip())
        if free and (text[0] in "bma") and (banner := _FREE.match(text)):
            notes.harmless += 1
            mark, rest = banner.groups()
            if mark not in rest:
                number = _past(lines, number, mark, file, notes)
            continue
        words = text.split()
        statement = Statement(file, number, indent, text, words)
        if words[0] == "macro" and words[1:2] == ["name"]:
            number = _past(lines, number, "@", file, notes)
        elif words[0] in ("certificate", "key-string", "key-string:") and stack and stack[0].words[0] == "crypto":
            number = _past(lines, number, "quit", file, notes, number)
        while stack and stack[-1].indent >= indent:
            if indent == 0 and len(stack) == 1 and inner(words, stack[0].words):
                break
            stack.pop()
        if stack:
            stack[-1].children.append(statement)
        else:
            tops.append(statement)
        if not (stack and indent == 0):
            stack.append(statement)
    return tops


def _past(lines: list[str], number: int, mark: str, file: File, notes: Notes, begun: int = 0) -> int:
    """Return the number of the line after the one that holds the mark."""
    for place in range(number, len(lines)):
        if mark in lines[place]:
            return place + 1
    notes.error(
        Span(file.name, begun or number),
        say(
            "{mark} never follows: the file is cut short",
            "{mark} ne suit jamais : le fichier est tronqué",
            mark=mark,
        ),
        "truncated",
    )
    return len(lines)
