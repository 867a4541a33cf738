"""The blocks of a FortiOS configuration: ``config ... edit ... set ... next end`` -> tables of entries with settings.

Source: Fortinet, FortiOS Administration Guide, "CLI basics" (sub-commands, quotes, and ``end`` that also leaves an
entry).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cloison.flows.configuration import File, Tick
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, say

MOST_DEPTH = 64
_TOKEN = re.compile(
    r"""[ \t\f\v]*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^']*)'|((?:[^\s"\\']|\\.)(?:[^\s"\\]|\\.)*)|(\n|\Z))""", re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CHANGES = frozenset({"delete", "move", "rename", "clone", "purge", "unselect", "select", "abort"})


class Setting:
    """The values of ``set`` and the place of the word."""

    __slots__ = ("line", "values")

    def __init__(self, values: list[str], line: int) -> None:
        self.values = values
        self.line = line


class Node:
    """A table (``config``) or an entry (``edit``): its name, settings, what it holds, and how many settings in all."""

    __slots__ = ("entries", "file", "line", "name", "settings", "size", "tables")

    def __init__(self, name: str, file: File, line: int) -> None:
        self.name = name
        self.file = file
        self.line = line
        self.settings: dict[str, Setting] = {}
        self.entries: list[Node] = []
        self.tables: list[Node] = []
        self.size = 0

    @property
    def span(self) -> Span:
        """Where the node begins."""
        return self.file.span(self.line)

    def at(self, key: str) -> Span:
        """Return where a setting is written, or the node where it is not."""
        setting = self.settings.get(key)
        return self.file.span(setting.line) if setting is not None else self.span

    def values(self, key: str) -> list[str]:
        """Return the values of a setting, none where it is not set."""
        setting = self.settings.get(key)
        return setting.values if setting is not None else []

    def value(self, key: str, default: str = "") -> str:
        """Return the one value of a setting."""
        values = self.values(key)
        return values[0] if values else default

    def named(self, key: str) -> tuple[tuple[str, Span], ...]:
        """Return the values of a setting that are names, each with its place."""
        span = self.at(key)
        return tuple((name, span) for name in self.values(key))

    def table(self, name: str) -> list[Node]:
        """Return the entries of the tables of a name."""
        return [entry for table in self.tables if table.name == name for entry in table.entries]


def parse(file: File, notes: Notes, tick: Tick = lambda done, total: None) -> Node:
    """Return a node whose tables are those of the file; what is wrong is an error in ``notes``."""
    root = Node("", file, 0)
    reader = _Reader(file, root, notes)
    for line, words in _lines(file, notes, tick):
        reader.read(line, words)
        if reader.lost:
            break
    reader.close()
    return root


class _Reader:
    def __init__(self, file: File, root: Node, notes: Notes) -> None:
        self._file = file
        self._notes = notes
        self._stack: list[tuple[Node, bool]] = [(root, False)]  # with: is it an entry?
        self.lost = False

    def read(self, line: int, words: list[str]) -> None:
        node, entry = self._stack[-1]
        word = words[0]
        if word == "set" or word == "append":
            self._set(node, line, words)
        elif word == "edit":
            if len(words) != 2 or entry or len(self._stack) == 1:
                self._wrong(line, say("edit is out of place here", "edit n’est pas à sa place ici"))
                return
            inner = Node(words[1], self._file, line)
            node.entries.append(inner)
            self._push(inner, True, line)
        elif word == "next":
            if not entry:
                self._wrong(line, say("next without edit", "next sans edit"))
                return
            self._pop()
        elif word == "config" and len(words) > 1:
            inner = Node(" ".join(words[1:]), self._file, line)
            node.tables.append(inner)
            self._push(inner, False, line)
        elif word == "end":
            if len(self._stack) == 1:
                self._wrong(line, say("end without config", "end sans config"))
                return
            if entry:
                self._pop()
            self._pop()
        elif word == "unset" and len(words) == 2:
            node.settings.pop(words[1], None)
        elif word in _CHANGES:
            self._wrong(line, say(
                "{word} changes a configuration: this is a script of commands, not a configuration",
                "{word} modifie une configuration : ceci est un script de commandes, pas une configuration",
                word=word))  # fmt: skip
        else:
            self._wrong(line, say(
                "{word} is no word of a FortiOS configuration", "{word} n’est pas un mot d’une configuration FortiOS",
                word=word[:60]))  # fmt: skip

    def close(self) -> None:
        if self.lost or len(self._stack) == 1:
            return
        node, entry = self._stack[-1]
        self._notes.error(node.span, say(
            "The file ends inside {word} {name}: it is cut short",
            "Le fichier finit dans {word} {name} : il est tronqué",
            word="edit" if entry else "config", name=node.name))  # fmt: skip

    def _set(self, node: Node, line: int, words: list[str]) -> None:
        if len(self._stack) == 1 or len(words) < 3:
            self._wrong(line, say(
                "{word} needs a name and a value, inside config", "{word} demande un nom et une valeur, dans un config",
                word=words[0]))  # fmt: skip
            return
        node.size += 1
        old = node.settings.get(words[1])
        if words[0] == "append" and old is not None:
            old.values += words[2:]
        else:
            node.settings[words[1]] = Setting(words[2:], line)

    def _push(self, node: Node, entry: bool, line: int) -> None:
        self._stack.append((node, entry))
        if len(self._stack) > MOST_DEPTH:
            self._wrong(line, say(
                "Nested more than {depth} deep", "Imbriqué sur plus de {depth} niveaux", depth=MOST_DEPTH
            ))  # fmt: skip
            self.lost = True

    def _pop(self) -> None:
        node, _ = self._stack.pop()
        self._stack[-1][0].size += node.size

    def _wrong(self, line: int, message: object) -> None:
        self._notes.error(self._file.span(line), message)  # type: ignore[arg-type]


def _lines(file: File, notes: Notes, tick: Tick) -> Iterator[tuple[int, list[str]]]:
    text, total = file.text, len(file.text)
    at, line = 0, 1
    while at < total:
        end = text.find("\n", at)
        end = total if end < 0 else end
        if line % 65536 == 0:
            tick(at, total)
        plain = text[at:end]
        if '"' not in plain and "\\" not in plain and "'" not in plain:
            words = plain.split()
            if words and words[0][0] != "#":
                yield line, words
            at, line = end + 1, line + 1
            continue
        if plain.lstrip().startswith("#"):
            at, line = end + 1, line + 1
            continue
        parts = plain.split('"')
        if len(parts) % 2 and "\\" not in plain and "'" not in "".join(parts[::2]):
            words = parts[0].split()
            for place in range(1, len(parts), 2):
                words.append(parts[place])
                words += parts[place + 1].split()
            yield line, words
            at, line = end + 1, line + 1
            continue
        words = []
        start = at
        while True:
            token = _TOKEN.match(text, at)
            if token is None:
                column = at - text.rfind("\n", 0, at)
                notes.error(file.span(line + text.count("\n", start, at), column), say(
                    "A quote is never closed: the file is broken or cut short",
                    "Un guillemet n’est jamais fermé : le fichier est rompu ou tronqué"))  # fmt: skip
                notes.raise_all()
                return
            at = token.end()
            if token.lastindex == 4:
                break
            value = token.group(token.lastindex or 0)
            words.append(_ESCAPED.sub(r"\1", value) if token.lastindex != 2 and "\\" in value else value)
        if words:
            yield line, words
        line += text.count("\n", start, at)
