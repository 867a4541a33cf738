"""A file of ``set`` commands -> the tree of their words; every error of form with its place.

Form: "CLI User Guide for Junos OS", Juniper: *show configuration | display set*, and the commands *delete*,
*deactivate*, *activate* and *insert*.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cloison.flows.configuration import File
from cloison.flows.configuring.juniper.growing import PROMPT, TOKEN, Growing
from cloison.flows.configuring.juniper.tree import MOST_DEEP, Node
from cloison.netmodel.finding import say

_VERBS = frozenset(
    {"set", "delete", "deactivate", "activate", "protect", "unprotect", "annotate", "insert", "rename", "copy",
     "edit", "top", "up", "exit", "commit", "quit", "replace", "wildcard", "run", "show", "configure"}
)  # fmt: skip
_SIMPLE = re.compile(r'[^"\[\]#;{}]*')
_COMMAND = re.compile(r"(?:set|delete|deactivate|activate|protect|annotate|insert)[ \t]+\S")


class Commands:
    """Reads files of commands into a tree."""

    def __init__(self, tree: Growing) -> None:
        self.tree = tree
        self.notes = tree.notes

    def read(self, file: File, tick: Callable[[int], None]) -> None:
        """Read one file; ``tick`` is told how far."""
        passed = 0
        last: list[str] = []
        nodes: list[Node] = []
        for number, text in enumerate(file.text.split("\n"), 1):
            passed += len(text) + 1
            if not number & 0x7FFF:
                tick(passed)
            if text.startswith("set ") and _SIMPLE.fullmatch(text):
                now = text.split()
                if len(now) <= MOST_DEEP and len(now) > 1:
                    self.tree.touched += 1
                    same, most = 1, min(len(now), len(last))
                    while same < most and now[same] == last[same]:
                        same += 1
                    del nodes[same:]
                    nodes = nodes or [self.tree.root]
                    end = self.tree.follow(nodes, now, len(nodes), file.name, number, text, 1)
                    end.touched = self.tree.touched
                    end.whole = True
                    last = now
                    continue
            last, nodes = [], []
            words, lists = self._line(file, number, text)
            if not words:
                continue
            verb, _, column = words[0]
            if verb not in _VERBS:
                if PROMPT.match(text.strip()) is None:
                    self.notes.error(file.span(number, column), say(
                        "{word} is not a command: write the output of show configuration | display set",
                        "{word} n’est pas une commande : donnez la sortie de show configuration | display set",
                        word=verb[:60]))  # fmt: skip
                else:
                    self.notes.harmless += 1
                continue
            self._command(file, number, verb, words, lists)

    def _line(self, file: File, number: int, text: str) -> tuple[list[tuple[str, int, int]], list[tuple[int, int]]]:
        words: list[tuple[str, int, int]] = []
        lists: list[tuple[int, int]] = []
        opened = -1
        for found in TOKEN.finditer(text):
            column = found.start() + 1
            if found["word"] is not None:
                words.append((found["word"], number, column))
            elif found["quoted"] is not None:
                if not found["ended"]:
                    self.tree.unclosed(file, number, column, '"')
                    return [], []
                words.append((found["quoted"], number, column))
            elif found["sign"] == "[" and opened < 0 and not lists:
                opened = len(words)
            elif found["sign"] == "]" and opened >= 0:
                lists.append((opened, len(words)))
                opened = -1
            elif found["sign"] and not (found["sign"] == ";" and found.end() == len(text.rstrip())):
                if PROMPT.match(text.strip()):
                    return [], []
                if words and words[0][0] not in _VERBS:
                    return words, []
                self.tree.unexpected(file, number, column, found["sign"])
                return [], []
        if opened >= 0:
            self.tree.unclosed(file, number, len(text), "[")
            return [], []
        return words, lists

    def _command(
        self, file: File, number: int, verb: str, words: list[tuple[str, int, int]], lists: list[tuple[int, int]]
    ) -> None:
        span = file.span(number, words[0][2])
        if len(words) > MOST_DEEP:
            self.notes.error(span, say(
                "It has more than {most} words", "Elle a plus de {most} mots", most=MOST_DEEP))  # fmt: skip
        elif verb in ("annotate", "protect", "unprotect"):
            self.notes.harmless += 1
        elif len(words) < 2 or verb not in ("set", "delete", "deactivate", "activate", "insert"):
            self.notes.error(span, say(
                "{word} is not read: write the output of show configuration | display set",
                "{word} n’est pas lu : donnez la sortie de show configuration | display set", word=verb))  # fmt: skip
        elif verb == "set":
            self.tree.touched += 1
            for end in self.tree.walk(self.tree.root, file.name, words, lists, 1):
                end.whole = True
        elif verb == "insert":
            self._insert(file, number, words)
        else:
            node = self.tree.root.get(*(word for word, _, _ in words[1:]))
            if node is None:
                self.notes.error(span, say(
                    "There is no such statement yet: {text}", "Il n’y a pas encore de telle instruction : {text}",
                    text=" ".join(word for word, _, _ in words[1:])[:120]))  # fmt: skip
            elif verb == "delete":
                self.notes.understood += 1
                self.tree.remove(node)
            else:
                self.notes.understood += 1
                node.inactive = verb == "deactivate"
                self.tree.inactive = True

    def _insert(self, file: File, number: int, words: list[tuple[str, int, int]]) -> None:
        path = [word for word, _, _ in words[1:]]
        side = next((at for at in range(len(path) - 1, 0, -1) if path[at] in ("before", "after")), 0)
        node = self.tree.root.get(*path[:side]) if side else None
        other = path[-1]
        if node is None or node.parent is None or other not in (node.parent.children or {}) or other == node.word:
            self.notes.error(file.span(number, words[0][2]), say(
                "It names no two statements of one list",
                "Elle ne nomme pas deux instructions d’une même liste"))  # fmt: skip
            return
        self.notes.understood += 1
        order: dict[str, Node] = {}
        for word, item in (node.parent.children or {}).items():
            if item is node:
                continue
            if word == other and path[side] == "before":
                order[node.word] = node
            order[word] = item
            if word == other and path[side] == "after":
                order[node.word] = node
        node.parent.children = order


def is_commands(text: str) -> bool:
    """Say whether a file is written as commands: its first line that says anything is one."""
    for found in re.finditer(r"[^\n]+", text[:20000]):
        line = found.group().strip()
        if line and not line.startswith("#") and PROMPT.match(line) is None:
            return _COMMAND.match(line) is not None
    return False
