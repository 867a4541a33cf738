"""``groups`` and ``apply-groups``: the tree as the device's processes see it.

"Configuration Groups" in the CLI User Guide for Junos OS: what is written in place overrides what a group gives; the
groups of an inner level come before those of an outer one, and the first of a list before the next; all values of a
set are inherited, and what a group adds to a list of policies comes after what is written; ``<...>`` is a pattern for
the names that are there, with ``*``, ``?`` and ``[...]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from typing import Final

from cloison.flows.configuring.juniper.tree import Node
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.language.names import nearest

MOST_STEPS: Final = 20_000_000
_NOT_INHERITED = frozenset({"apply-groups", "apply-groups-except", "when", "apply-macro"})
_DEFAULTS = ("junos-defaults",)
_NODES = ("${node}", "node0", "node1", "re0", "re1", "${re}")
_OF_ONE_MEMBER = frozenset({"system", "chassis", "snmp", "routing-options", "interfaces", "event-options", "version"})

Source = tuple[str, Node]


class Groups:
    """The groups of a configuration; ``apply`` lets the tree inherit them, and says what is in doubt of it."""

    def __init__(self, root: Node, notes: Notes) -> None:
        self.root = root
        self.notes = notes
        self.groups = {node.word: node for node in root.under("groups")}
        self.doubts: list[tuple[Node, Message]] = []
        self.applied: set[str] = set()
        self._patterns: dict[str, re.Pattern[str]] = {}
        self._steps = 0

    def apply(self) -> None:
        """Add to the tree what it inherits, below what is written in place."""
        stack: list[tuple[Node, tuple[str, ...], tuple[Source, ...]]] = [(self.root, (), ())]
        while stack:
            node, path, sources = stack.pop()
            refused = {item.word for item in node.under("apply-groups-except")}
            sources = tuple(item for item in sources if item[0] not in refused)
            own = node.get("apply-groups")
            self._strip(node)
            if own is not None:
                sources = (*(item for name in own for item in self._named(name, path)), *sources)
            for rank, (_, source) in enumerate(sources):
                self._give(node, source, rank)
            for child in node:
                if path or child.word not in ("groups", "apply-groups"):
                    inner = tuple(self._inner(sources, child.word)) if sources else ()
                    stack.append((child, (*path, child.word), inner))
            if self._steps > MOST_STEPS:
                self.notes.error(node.span, say(
                    "The groups would give more than {most} statements",
                    "Les groupes donneraient plus de {most} instructions", most=MOST_STEPS))  # fmt: skip
                return

    def _strip(self, node: Node) -> None:
        """Take away what says no more than what is inherited, so that readers meet statements of the device alone."""
        for word in _NOT_INHERITED:
            there = node.get(word) if word != "when" else None
            if there is not None and node.children is not None:
                del node.children[word]
                inner = [there]
                while inner:
                    item = inner.pop()
                    self.notes.understood += item.whole
                    inner.extend(item)

    def _named(self, name: Node, path: tuple[str, ...]) -> Iterator[Source]:
        if name.word in _DEFAULTS:
            return
        if name.word in _NODES and name.word not in self.groups:
            members = [node for word, node in self.groups.items() if re.fullmatch(r"(?:node|re)[0-9]+", word)]
            if all(item.word in _OF_ONE_MEMBER and not _filters(item) for group in members for item in group):
                self.applied.update(group.word for group in members)
            else:
                self.doubts.append((name, say(
                    "{group} gives each member of a cluster rules of its own",
                    "{group} donne à chaque membre d’un cluster ses propres règles", group=name.word)))  # fmt: skip
            return
        group = self.groups.get(name.word)
        if group is None:
            near = nearest(name.word, self.groups)
            self.notes.error(name.span, say(
                "There is no group {name}; nearest: {near}", "Il n’y a pas de groupe {name} ; proches : {near}",
                name=name.word[:80], near=near or ("-",)), "unknown-name")  # fmt: skip
            return
        if name.word not in self.applied:
            self.applied.add(name.word)
            self._check(group)
        found = [group]
        for word in path:
            found = [item for node in found for item in self._matching(node, word)]
        yield from ((name.word, node) for node in found)

    def _check(self, group: Node) -> None:
        stack = [group]
        while stack:
            node = stack.pop()
            if node.word in ("apply-groups", "when") and node.parent is not None:
                self.doubts.append((node, say(
                    "{word} in a group is not followed", "{word} dans un groupe n’est pas suivi",
                    word=node.word)))  # fmt: skip
            stack.extend(node)

    def _give(self, node: Node, source: Node, rank: int) -> None:
        for item in source:
            self._steps += 1
            if item.word in _NOT_INHERITED or (item.word.startswith("<") and item.word.endswith(">")):
                continue
            there = node.get(item.word)
            if there is None:
                there = node.child(item.word, item.file, item.line, item.column)
                there.inherited = True
                there.touched = -1 - rank
                there.whole = item.whole

    def _inner(self, sources: tuple[Source, ...], word: str) -> Iterator[Source]:
        for name, node in sources:
            for item in self._matching(node, word):
                yield name, item

    def _matching(self, node: Node, word: str) -> Iterator[Node]:
        if not node.children:
            return
        exact = node.children.get(word)
        if exact is not None:
            yield exact
        for item in node:
            self._steps += 1
            text = item.word
            if text.startswith("<") and text.endswith(">") and len(text) > 2:
                pattern = self._patterns.get(text)
                if pattern is None:
                    pattern = self._patterns[text] = re.compile(translate(text[1:-1]))
                if pattern.match(word):
                    yield item


def _filters(node: Node) -> bool:
    """Say whether there is a filter, a policy or a zone's interface other than the management's under a node."""
    if node.word != "interfaces":
        return False
    stack = list(node)
    while stack:
        item = stack.pop()
        if item.word in ("filter", "input-list", "output-list", "simple-filter", "service"):
            return True
        stack.extend(item)
    return False
