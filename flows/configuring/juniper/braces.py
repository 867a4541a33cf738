"""A file in braces -> the tree of its words; every error of form with its place.

Form: "CLI User Guide for Junos OS", Juniper: *show configuration*, *load replace* (``replace:``), ``inactive:``,
comments and annotations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cloison.flows.configuration import File
from cloison.flows.configuring.juniper.growing import PROMPT, TAGS, TOKEN, Growing
from cloison.flows.configuring.juniper.tree import MOST_DEEP, Node
from cloison.netmodel.finding import say

_PLAIN = re.compile(r'([^{};"#\[\]]*[^{};"#\[\]\s])\s*([{;])')


@dataclass(slots=True)
class _Blocks:
    """Where a file in braces stands: blocks that are open, words of a statement, and which of them are a list."""

    stack: list[tuple[Node, int, int]]
    words: list[tuple[str, int, int]] = field(default_factory=list)
    lists: list[tuple[int, int]] = field(default_factory=list)
    opened: int = -1

    @property
    def clean(self) -> bool:
        """Whether no statement has begun."""
        return not self.words and self.opened < 0


class Braces:
    """Reads files in braces into a tree."""

    def __init__(self, tree: Growing) -> None:
        self.tree = tree
        self.notes = tree.notes

    def read(self, file: File, tick: Callable[[int], None]) -> None:
        """Read one file; ``tick`` is told how far."""
        text, length = file.text, len(file.text)
        at, line, start, tried = 0, 1, 0, -1
        state = _Blocks([(self.tree.root, 0, 0)])
        while at < length:
            if tried != start and state.clean:
                tried = start  # once a line: a file may be one long line
                end = text.find("\n", at)
                end = length if end < 0 else end
                piece = text[at:end].strip()
                if not piece or self._plain(file, state, piece, line, text.find(piece, at) - start + 1, at == start):
                    at = start = end + 1
                    line += 1
                    if not line & 0xFFFF:
                        tick(at)
                    continue
            found = TOKEN.match(text, at)
            if found is None:  # no text is without a token; so that none can keep the loop
                self.tree.unexpected(file, line, at - start + 1, text[at])
                return
            whole = found.group()
            if found.lastgroup != "space" and not self._token(file, state, found, line, at - start + 1):
                return
            at = found.end()
            if "\n" in whole:
                line += whole.count("\n")
                start = found.start() + whole.rindex("\n") + 1
        self._ended(file, state, line)

    def _plain(self, file: File, state: _Blocks, piece: str, line: int, column: int, first: bool) -> bool:
        """Read what is left of a line if it is plain: words and one sign, or a prompt; say whether it was."""
        if piece == "}":
            self._close(file, state, line, column)
            return True
        found = _PLAIN.fullmatch(piece)
        if found is None or "/*" in piece:
            prompt = first and len(state.stack) == 1 and PROMPT.fullmatch(piece) is not None
            self.notes.harmless += prompt
            return prompt
        words = found[1].split()
        if words[0] in TAGS or len(words) > MOST_DEEP:
            return False
        self.tree.touched += 1
        node = self.tree.follow([state.stack[-1][0]], words, 0, file.name, line, piece, column)
        if found[2] == ";":
            node.whole = True
            return True
        return self._open(file, state, node, line, column) or True

    def _token(self, file: File, state: _Blocks, found: re.Match[str], line: int, column: int) -> bool:
        """Read one token of braces; say whether reading can go on."""
        if found["word"] is not None:
            state.words.append((found["word"], line, column))
            return True
        sign = found["sign"]
        if sign is None:
            body = found["quoted"]
            if body is not None:
                state.words.append((body, line, column))
            whole = found.group()
            if (body is not None and not found["ended"]) or (whole.startswith("/*") and not found["closed"]):
                self.tree.unclosed(file, line, column, '"' if body is not None else "/*")
                return False
            return True
        if sign == "[":
            if state.opened >= 0 or state.lists:
                self.tree.unexpected(file, line, column, sign)
                state.lists = []
            state.opened = len(state.words)
        elif sign == "]":
            if state.opened < 0:
                self.tree.unexpected(file, line, column, sign)
            else:
                state.lists.append((state.opened, len(state.words)))
            state.opened = -1
        elif state.opened >= 0:
            self.tree.unclosed(file, line, column, "[")
            return False
        elif sign == "}":
            self._close(file, state, line, column)
        elif state.words:
            node = self.tree.put(state.stack[-1][0], file.name, state.words, state.lists, block=sign == "{")
            state.words, state.lists = [], []
            return sign == ";" or self._open(file, state, node, line, column)
        elif sign == "{":
            self.tree.unexpected(file, line, column, sign)
            return False
        return True

    def _open(self, file: File, state: _Blocks, node: Node, line: int, column: int) -> bool:
        if len(state.stack) >= MOST_DEEP:
            if len(state.stack) == MOST_DEEP:
                self.notes.error(file.span(line, column), say(
                    "Blocks are nested more than {most} deep", "Blocs imbriqués sur plus de {most} niveaux",
                    most=MOST_DEEP))  # fmt: skip
            node = Node(node.word, None)
        state.stack.append((node, line, column))
        return True

    def _close(self, file: File, state: _Blocks, line: int, column: int) -> None:
        if state.words:
            word, at, start = state.words[-1]
            self.notes.error(file.span(at, start), say(
                "A ; is missing after {word}", "Il manque un ; après {word}", word=word[:60]))  # fmt: skip
            state.words, state.lists = [], []
        if len(state.stack) == 1:
            self.tree.unexpected(file, line, column, "}")
            return
        node = state.stack.pop()[0]
        node.whole = node.whole or not node.children

    def _ended(self, file: File, state: _Blocks, line: int) -> None:
        if state.opened >= 0 or state.words:
            _, line, column = state.words[-1] if state.words else ("", line, 1)
            self.notes.error(file.span(line, column), say(
                "The file ends within a statement: it is truncated",
                "Le fichier finit au milieu d’une instruction : il est tronqué"))  # fmt: skip
        for node, line, column in state.stack[1:]:
            self.notes.error(file.span(line, column), say(
                "The block {word} is never closed: the file is truncated",
                "Le bloc {word} n’est jamais fermé : le fichier est tronqué", word=node.word[:60]))  # fmt: skip
