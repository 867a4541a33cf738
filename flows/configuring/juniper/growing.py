"""The tree of a configuration while its files are read, whatever their form, and the signs that the forms share."""

from __future__ import annotations

import re

from cloison.flows.configuration import File
from cloison.flows.configuring.juniper.tree import MOST_DEEP, Node
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say

Word = tuple[str, int, int]
"""A word with its line and column."""

TOKEN = re.compile(
    r"""(?P<space>[\s]+)
    |(?P<comment>/\*(?:[^*]|\*(?!/))*(?P<closed>\*/)?|\#[^\n]*)
    |"(?P<quoted>(?:[^"\\]|\\.)*)(?P<ended>")?
    |(?P<sign>[{};\[\]])
    |(?P<word>\$\{\w+\}|<[^\s<>;{}"]*>[^\s{};\[\]"]*|[^\s{};\[\]"]+)""",
    re.VERBOSE | re.DOTALL,
)
TAGS = ("inactive:", "active:", "replace:", "protect:", "unprotect:", "delete:", "merge:")
PROMPT = re.compile(r"\{(?:master|primary|secondary|backup|linecard)[^{}\n;]*\}|\[edit\]|[\w.-]+@[\w.-]+[>#%][^\n]*")


class Growing:
    """The tree that files are read into, one after the other, as a device that loads them would.

    ``touched`` counts statements; ``inactive`` says whether any was ever made so.
    """

    def __init__(self, notes: Notes) -> None:
        self.root = Node("", None)
        self.notes = notes
        self.inactive = False
        self.touched = 0

    def put(
        self, node: Node, file: str, words: list[tuple[str, int, int]], lists: list[tuple[int, int]], *, block: bool
    ) -> Node:
        """Add a statement under a node, or the head of a ``block``, its tags obeyed; return its (first) end.

        ``lists`` are those of the words that stand in brackets, from and to.
        """
        tags: list[str] = []
        skip = 0
        while skip < len(words) and words[skip][0] in TAGS:
            tags.append(words[skip][0])
            skip += 1
        self.touched += 1
        ends = self.walk(node, file, words, lists, skip)
        for end in ends:
            if "delete:" in tags:
                self.remove(end)
                return Node(end.word, None, file)
            if "replace:" in tags:
                end.children = None
                end.whole = False
            if tags:
                end.inactive = "inactive:" in tags
                self.inactive = self.inactive or end.inactive
            if not block:
                end.whole = True
        return ends[0]

    def walk(
        self, node: Node, file: str, words: list[tuple[str, int, int]], lists: list[tuple[int, int]], skip: int
    ) -> list[Node]:
        """Return the nodes at the end of a statement; words in brackets are alternatives to each other."""
        touched = self.touched
        if not lists:
            for word, line, column in words[skip : skip + MOST_DEEP]:
                node = node.child(word, file, line, column)
                node.touched = touched
            return [node]
        ends = [node]
        at = skip
        for first, last in [*lists, (len(words), len(words))]:
            for word, line, column in words[at:first][:MOST_DEEP]:
                ends = [end.child(word, file, line, column) for end in ends]
                for end in ends:
                    end.touched = touched
            if first < last:
                ends = [end.child(*word[:1], file, *word[1:]) for end in ends for word in words[first:last]]
                for end in ends:
                    end.touched = touched
            at = last
        return ends

    def follow(
        self, nodes: list[Node], words: list[str], first: int, file: str, line: int, text: str, column: int
    ) -> Node:  # fmt: skip
        """Return the node that words lead to, and add all of its path to ``nodes``, which has the earlier ones.

        ``text`` begins in ``column`` and has all of the words.
        """
        touched = self.touched
        node = nodes[-1]
        place = -1
        for at in range(first, len(words)):
            word = words[at]
            children = node.children
            if children is None:
                children = node.children = {}
            found = children.get(word)
            if found is None:
                if place < 0:  # every word from here on is new
                    place = 0
                    for before in words[:at]:
                        place = text.index(before, place) + len(before)
                place = text.index(word, place)
                found = children[word] = Node(word, node, file, line, column + place)
                place += len(word)
            found.touched = touched
            node = found
            nodes.append(found)
        return node

    def remove(self, node: Node) -> None:
        """Take a statement away."""
        if node.parent is not None and node.parent.children:
            node.parent.children.pop(node.word, None)

    def unclosed(self, file: File, line: int, column: int, sign: str) -> None:
        """Write down that a quote, a list or a comment has no end."""
        self.notes.error(file.span(line, column), say(
            "{sign} is never closed", "{sign} n’est jamais fermé", sign=sign))  # fmt: skip

    def unexpected(self, file: File, line: int, column: int, sign: str) -> None:
        """Write down that a sign stands where it has no meaning."""
        self.notes.error(file.span(line, column), say(
            "{sign} is not expected here", "{sign} n’est pas attendu ici", sign=sign))  # fmt: skip


def prune(root: Node) -> int:
    """Take away what is inactive and return how many statements that was."""
    count = 0
    stack = [root]
    while stack:
        node = stack.pop()
        if not node.children:
            continue
        dead = [item for item in node if item.inactive]
        for item in dead:
            node.children.pop(item.word)
            inner = [item]
            while inner:
                found = inner.pop()
                count += found.whole
                inner.extend(found)
        stack.extend(item for item in node if item.children)
    return count
