"""Files in braces or as ``set`` commands -> the tree of their words; every error of form with its place.

Forms: "CLI User Guide for Junos OS", Juniper: *display set*, *load replace* (``replace:``), *deactivate*, *insert*,
comments and annotations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cloison.flows.configuration import File, Tick
from cloison.flows.configuring.juniper.tree import MOST_DEEP, Node
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say

_TOKEN = re.compile(
    r"""(?P<space>[\s]+)
    |(?P<comment>/\*(?:[^*]|\*(?!/))*(?P<closed>\*/)?|\#[^\n]*)
    |"(?P<quoted>(?:[^"\\]|\\.)*)(?P<ended>")?
    |(?P<sign>[{};\[\]])
    |(?P<word><[^\s<>;{}"]*>[^\s{};\[\]"]*|[^\s{};\[\]"]+)""",
    re.VERBOSE | re.DOTALL,
)
_TAGS = ("inactive:", "active:", "replace:", "protect:", "unprotect:", "delete:", "merge:")
_VERBS = frozenset(
    {"set", "delete", "deactivate", "activate", "protect", "unprotect", "annotate", "insert", "rename", "copy",
     "edit", "top", "up", "exit", "commit", "quit", "replace", "wildcard", "run", "show", "configure"}
)  # fmt: skip
SET_LINE = re.compile(r"(?:set|delete|deactivate|activate|protect|annotate|insert)[ \t]+\S")
_PROMPT = re.compile(r"\{(?:master|primary|secondary|backup|linecard)[^{}\n;]*\}|\[edit\]|[\w.-]+@[\w.-]+[>#%][^\n]*")


class Scanner:
    """Reads files one after the other into one tree, as a device that loads them would."""

    def __init__(self, notes: Notes) -> None:
        self.root = Node("", None)
        self.notes = notes
        self.removed = 0
        self._touched = 0

    def read(self, files: Sequence[File], tick: Tick) -> None:
        """Read all of the files."""
        total = sum(len(file.text) for file in files) or 1
        done = 0
        for file in files:
            (self._commands if is_commands(file.text) else self._braces)(file, tick, done, total)
            done += len(file.text)
            tick(done, total)

    def _braces(self, file: File, tick: Tick, done: int, total: int) -> None:
        text, name = file.text, file.name
        line, start, seen = 1, 0, 0
        stack: list[tuple[Node, int, int]] = [(self.root, 0, 0)]
        words: list[tuple[str, int, int]] = []
        lists: list[tuple[int, int]] = []  # of the words, those that stand in brackets: from, to
        opened = -1
        for found in _TOKEN.finditer(text):
            at = found.start()
            kind = found.lastgroup
            if kind == "space":
                count = text.count("\n", at, found.end())
                if count:
                    line += count
                    start = text.rindex("\n", at, found.end()) + 1
                continue
            column = at - start + 1
            seen += 1
            if not seen & 0x3FFFF:
                tick(done + at, total)
            if found["word"] is not None:
                words.append((found["word"], line, column))
                continue
            if found["sign"] is None:
                whole, body = found.group(), found["quoted"]
                if body is not None:
                    words.append((body, line, column))
                count = whole.count("\n")
                if (body is not None and not found["ended"]) or (whole.startswith("/*") and not found["closed"]):
                    self._unclosed(file, line, column, whole[0] if body is not None else "/*")
                    return
                if count:
                    line += count
                    start = at + whole.rindex("\n") + 1
                continue
            sign = found["sign"]
            if sign == "[":
                if opened >= 0 or lists:
                    self._unexpected(file, line, column, sign)
                    lists = []
                opened = len(words)
            elif sign == "]":
                if opened < 0:
                    self._unexpected(file, line, column, sign)
                else:
                    lists.append((opened, len(words)))
                opened = -1
            elif opened >= 0:
                self._unclosed(file, line, column, "[")
                return
            elif sign == ";":
                if words:
                    self._put(stack[-1][0], name, words, lists, block=False)
                words, lists = [], []
            elif sign == "{":
                if not words:
                    self._unexpected(file, line, column, sign)
                    return
                node = self._put(stack[-1][0], name, words, lists, block=True)
                if len(stack) >= MOST_DEEP:
                    self.notes.error(file.span(line, column), say(
                        "Blocks are nested more than {most} deep", "Blocs imbriqués sur plus de {most} niveaux",
                        most=MOST_DEEP))  # fmt: skip
                    return
                stack.append((node, line, column))
                words, lists = [], []
            else:
                if words:
                    if _PROMPT.fullmatch(" ".join(word for word, _, _ in words)) is None:
                        self.notes.error(file.span(words[-1][1], words[-1][2]), say(
                            "A ; is missing after {word}", "Il manque un ; après {word}",
                            word=words[-1][0][:60]))  # fmt: skip
                    words, lists = [], []
                if len(stack) == 1:
                    self._unexpected(file, line, column, sign)
                    continue
                node = stack.pop()[0]
                node.whole = node.whole or not node.children
        if opened >= 0 or words:
            _, line, column = words[-1] if words else ("", line, 1)
            if _PROMPT.match(" ".join(word for word, _, _ in words)) is None:
                self.notes.error(file.span(line, column), say(
                    "The file ends within a statement: it is truncated",
                    "Le fichier finit au milieu d’une instruction : il est tronqué"))  # fmt: skip
        for node, line, column in stack[1:]:
            self.notes.error(file.span(line, column), say(
                "The block {word} is never closed: the file is truncated",
                "Le bloc {word} n’est jamais fermé : le fichier est tronqué", word=node.word[:60]))  # fmt: skip

    def _put(
        self, node: Node, file: str, words: list[tuple[str, int, int]], lists: list[tuple[int, int]], *, block: bool
    ) -> Node:
        tags: list[str] = []
        skip = 0
        while skip < len(words) and words[skip][0] in _TAGS:
            tags.append(words[skip][0])
            skip += 1
        self._touched += 1
        ends = self._walk(node, file, words, lists, skip)
        for end in ends:
            if "delete:" in tags:
                self._remove(end)
                return Node(end.word, None, file)
            if "replace:" in tags:
                end.children = None
                end.whole = False
            if tags:
                end.inactive = "inactive:" in tags
            if not block:
                end.whole = True
        return ends[0]

    def _walk(
        self, node: Node, file: str, words: list[tuple[str, int, int]], lists: list[tuple[int, int]], skip: int
    ) -> list[Node]:
        """Return the nodes at the end of a statement; words in brackets are alternatives to each other."""
        touched = self._touched
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

    def _commands(self, file: File, tick: Tick, done: int, total: int) -> None:
        passed = 0
        for number, text in enumerate(file.text.split("\n"), 1):
            passed += len(text) + 1
            if not number & 0x7FFF:
                tick(done + passed, total)
            words, lists = self._line(file, number, text)
            if not words:
                continue
            verb, _, column = words[0]
            if verb not in _VERBS:
                if _PROMPT.match(text.strip()) is None:
                    self.notes.error(file.span(number, column), say(
                        "{word} is not a command: write the output of show configuration | display set",
                        "{word} n’est pas une commande : donnez la sortie de show configuration | display set",
                        word=verb[:60]))  # fmt: skip
                continue
            self._command(file, number, verb, words, lists)

    def _line(self, file: File, number: int, text: str) -> tuple[list[tuple[str, int, int]], list[tuple[int, int]]]:
        if '"' not in text and "[" not in text and "#" not in text and "/*" not in text and ";" not in text:
            parts = text.split(" ")
            column = 1
            words: list[tuple[str, int, int]] = []
            for part in parts:
                if part:
                    words.append((part.strip(), number, column))
                column += len(part) + 1
            return [word for word in words if word[0]], []
        words = []
        lists: list[tuple[int, int]] = []
        opened = -1
        for found in _TOKEN.finditer(text):
            column = found.start() + 1
            if found["word"] is not None:
                words.append((found["word"], number, column))
            elif found["quoted"] is not None:
                if not found["ended"]:
                    self._unclosed(file, number, column, '"')
                    return [], []
                words.append((found["quoted"], number, column))
            elif found["sign"] == "[" and opened < 0 and not lists:
                opened = len(words)
            elif found["sign"] == "]" and opened >= 0:
                lists.append((opened, len(words)))
                opened = -1
            elif found["sign"] and not (found["sign"] == ";" and found.end() == len(text.rstrip())):
                if _PROMPT.match(text.strip()):
                    return [], []
                if words and words[0][0] not in _VERBS:
                    return words, []
                self._unexpected(file, number, column, found["sign"])
                return [], []
        if opened >= 0:
            self._unclosed(file, number, len(text), "[")
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
            self._touched += 1
            for end in self._walk(self.root, file.name, words, lists, 1):
                end.whole = True
        elif verb == "insert":
            self._insert(file, number, words)
        else:
            node = self.root.get(*(word for word, _, _ in words[1:]))
            if node is None:
                self.notes.error(span, say(
                    "There is no such statement yet: {text}", "Il n’y a pas encore de telle instruction : {text}",
                    text=" ".join(word for word, _, _ in words[1:])[:120]))  # fmt: skip
            elif verb == "delete":
                self.notes.understood += 1
                self._remove(node)
            else:
                self.notes.understood += 1
                node.inactive = verb == "deactivate"

    def _insert(self, file: File, number: int, words: list[tuple[str, int, int]]) -> None:
        path = [word for word, _, _ in words[1:]]
        side = next((at for at in range(len(path) - 1, 0, -1) if path[at] in ("before", "after")), 0)
        node = self.root.get(*path[:side]) if side else None
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

    def _remove(self, node: Node) -> None:
        if node.parent is not None and node.parent.children:
            node.parent.children.pop(node.word, None)

    def _unclosed(self, file: File, line: int, column: int, sign: str) -> None:
        self.notes.error(file.span(line, column), say(
            "{sign} is never closed", "{sign} n’est jamais fermé", sign=sign))  # fmt: skip

    def _unexpected(self, file: File, line: int, column: int, sign: str) -> None:
        self.notes.error(file.span(line, column), say(
            "{sign} is not expected here", "{sign} n’est pas attendu ici", sign=sign))  # fmt: skip


def is_commands(text: str) -> bool:
    """Say whether a file is written as commands: its first line that says anything is one."""
    for found in re.finditer(r"[^\n]+", text[:20000]):
        line = found.group().strip()
        if line and not line.startswith("#") and _PROMPT.match(line) is None:
            return SET_LINE.match(line) is not None
    return False


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
