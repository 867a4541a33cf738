"""The statements of a Junos configuration as one tree of words, whatever the form they are written in.

``set firewall family inet filter F term t then accept`` and the same in braces give the same tree: a node a word.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Final

from cloison.flows.configuration import Written
from cloison.netmodel.finding import Span

MOST_DEEP: Final = 128
"""Words in one path; a statement of Junos has some twenty."""

UNDERSTOOD: Final = 1
HARMLESS: Final = 2
LEFT: Final = 3

_MOST_TEXT = 200


class Node:
    """A word of the configuration, what stands under it, and where it was first written.

    ``touched`` grows with every statement through the node: of two values where one can be, the greater holds; it is
    negative where a group gave the node (``inherited``). ``whole`` says that a statement ends here. ``mark`` is what
    a reader made of it and all that is under it, unless that has a mark of its own.
    """

    __slots__ = ("children", "column", "file", "inactive", "inherited", "line", "mark", "parent", "touched", "whole",
                 "word")  # fmt: skip

    def __init__(self, word: str, parent: Node | None, file: str = "", line: int = 0, column: int = 0) -> None:
        self.word = word
        self.parent = parent
        self.file = file
        self.line = line
        self.column = column
        self.children: dict[str, Node] | None = None
        self.touched = 0
        self.mark = 0
        self.whole = False
        self.inactive = False
        self.inherited = False

    def __iter__(self) -> Iterator[Node]:
        return iter(self.children.values() if self.children else ())

    def get(self, *path: str) -> Node | None:
        """Return the node at a path under this one, if there is one."""
        node: Node | None = self
        for word in path:
            node = node.children.get(word) if node is not None and node.children else None
        return node

    def under(self, *path: str) -> tuple[Node, ...]:
        """Return what stands under the node at a path, in order; nothing if it is not there."""
        node = self.get(*path)
        return tuple(node.children.values()) if node is not None and node.children else ()

    def latest(self, *words: str) -> Node | None:
        """Return the child that holds where only one can: the last written; of those named, if any are."""
        found = [node for node in self if not words or node.word in words]
        return max(found, key=lambda node: node.touched) if found else None

    def value(self, word: str) -> Node | None:
        """Return the value of a statement that has one, if it is there."""
        node = self.get(word)
        return node.latest() if node is not None else None

    def value_at(self, *path: str) -> Node | None:
        """Return the value of the statement at a path, if it is there."""
        node = self.get(*path)
        return node.latest() if node is not None else None

    def child(self, word: str, file: str, line: int, column: int) -> Node:
        """Return the child of that word, made if it is not there."""
        if self.children is None:
            self.children = {}
        found = self.children.get(word)
        if found is None:
            found = self.children[word] = Node(word, self, file, line, column)
        return found

    @property
    def span(self) -> Span:
        """Where the word was first written."""
        return Span(self.file, self.line, self.column)

    def path(self) -> list[str]:
        """Return the words from the top down to this one."""
        words: list[str] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            words.append(node.word)
            node = node.parent
        return words[::-1]

    def written(self, name: str = "", start: int = 0) -> Written:
        """Return where and how the statement is written: its words from ``start`` on and those under it, cut."""
        words = self.path()[start:]
        length = sum(map(len, words))
        stack = list(reversed(self.children.values())) if self.children else []
        while stack and length < _MOST_TEXT:
            node = stack.pop()
            words.append(node.word)
            length += len(node.word) + 1
            under = node.children
            if under:
                stack.extend(reversed(under.values()) if len(under) < _MOST_TEXT else (next(iter(under.values())),))
        text = " ".join(words)
        if stack or len(text) > _MOST_TEXT:
            text = text[:_MOST_TEXT] + "…"
        return Written(self.span, text, name)


def nested_first(
    start: Node, inner: tuple[str, ...], sets: Mapping[str, Node], done: Container[str], cyclic: Callable[[Node], None]
) -> Iterator[tuple[Node, list[Node]]]:
    """Yield the sets within a set, then itself, each with its members (what stands under the words ``inner``).

    A set that is ``done`` is not yielded again: the caller adds each to it as it comes. A member that leads back to a
    set around it is told to ``cyclic``, and left out.
    """
    members = {start.word: [node for word in inner for node in start.under(word)]}
    stack = [(start, 0)]
    while stack:
        node, at = stack.pop()
        here = members[node.word]
        while at < len(here):
            member = here[at]
            if member.word in members:
                cyclic(member)
                del here[at]
                continue
            at += 1
            target = sets.get(member.word)
            if target is not None and member.word not in done:
                stack += [(node, at), (target, 0)]
                members[target.word] = [node for word in inner for node in target.under(word)]
                break
        else:
            yield node, members.pop(node.word)


def attributes(node: Node, *without: str) -> Iterator[tuple[Node, Node | None]]:
    """Yield the keywords under a node, but ``without``, with their values, also those chained on one line.

    ``protocol tcp destination-port 80;`` chains what ``protocol tcp; destination-port 80;`` lists; both are one.
    """
    stack = [item for item in node if item.word not in without][::-1]
    while stack:
        keyword = stack.pop()
        if not keyword.children:
            yield keyword, None
            continue
        for value in keyword:
            yield keyword, value
            stack.extend(list(value)[::-1])
