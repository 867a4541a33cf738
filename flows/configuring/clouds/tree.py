"""A file of JSON or YAML as a tree of values, whose every value can be asked for with its kind and cited."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from typing import Any

from cloison.flows.configuration import File, Written
from cloison.flows.configuring.json import read_json
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, Span, Text, Value, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.language.nodes import Node, Problem, read_documents
from cloison.netmodel.space import addresses
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.refusal import RefusedError

_KINDS = {
    dict: Text("keys and values", "des clés et des valeurs"),
    list: Text("a list", "une liste"),
    str: Text("a text", "un texte"),
    int: Text("a whole number", "un nombre entier"),
    bool: Text("true or false", "vrai ou faux"),
    float: Text("a number", "un nombre"),
    type(None): Text("nothing", "rien"),
}
_NEWLINE = re.compile("\n")


class Tree:
    """One file, its values and the notes in which errors are written."""

    def __init__(self, file: File, notes: Notes) -> None:
        self.file = file
        self.notes = notes
        self._lines = [0, *(found.end() for found in _NEWLINE.finditer(file.text))]

    def json(self) -> Node | None:
        """Return the file's JSON value; nothing, and the reasons in the notes, when it has none."""
        node, problems = read_json(self.file.text)
        return None if self._refused(problems) else node

    def documents(self) -> list[Node]:
        """Return the documents of a file of YAML, or the one value of a file of JSON."""
        if self.file.text.lstrip()[:1] in ("{", "["):
            node = self.json()
            return [] if node is None else [node]
        documents, problems = read_documents(self.file.text)
        return [] if self._refused(problems) else documents

    def _refused(self, problems: Collection[Problem]) -> bool:
        for at, message in problems:
            self.notes.error(self._span(at), message)
        return bool(problems)

    def _span(self, at: int) -> Span:
        line = bisect_right(self._lines, at)
        return Span(self.file.name, line, at - self._lines[line - 1] + 1)

    def span(self, node: Node) -> Span:
        """Return the place of a value."""
        return self._span(node.at)

    def written(self, node: Node, text: str, name: str = "") -> Written:
        """Return the rule that a value writes."""
        return Written(self._span(node.at), _one_line(text).strip() or "-", _one_line(name))

    def wrong(self, node: Node, message: Message) -> None:
        """Write down that a value is an error."""
        self.notes.error(self._span(node.at), message)

    def get(self, node: Node, key: str, kind: type, *, default: Any = None) -> Node:
        """Return what an object has under a key, ``default`` where there is nothing or null.

        What is of another kind is an error, and then the default too.
        """
        found = node.value.get(key) if type(node.value) is dict else None
        if found is None or found.value is None:
            return Node(default, node.at)
        if type(found.value) is not kind:
            self.wrong(found, say(
                "“{key}” should be {wanted}, and is {found}", "« {key} » doit être {wanted}, et c’est {found}",
                key=key, wanted=_KINDS[kind], found=_KINDS[type(found.value)]))  # fmt: skip
            return Node(default, node.at)
        return Node(found.value, found.at)

    def text(self, node: Node, key: str, default: str = "") -> str:
        """Return a text, or ``default``."""
        return str(self.get(node, key, str, default=default).value)

    def items(self, node: Node, key: str, kind: type = dict) -> Iterator[Node]:
        """Yield the items of a list, those of another kind being errors."""
        yield from self.of_kind(self.get(node, key, list, default=()).value, key, kind)

    def of_kind(self, nodes: Collection[Node], key: str, kind: type) -> Iterator[Node]:
        """Yield the nodes of a kind, all others being errors."""
        for item in nodes:
            if type(item.value) is kind:
                yield item
            else:
                self.wrong(item, say(
                    "An item of “{key}” should be {wanted}, and is {found}",
                    "Un élément de « {key} » doit être {wanted}, et c’est {found}",
                    key=key, wanted=_KINDS[kind], found=_KINDS[type(item.value)]))  # fmt: skip

    def texts(self, node: Node, key: str) -> list[str]:
        """Return the texts of a list."""
        return [item.value for item in self.items(node, key, str)]

    def only(self, node: Node, known: Collection[str]) -> None:
        """Write down as errors the keys of an object that are none of those known."""
        for key, value in node.value.items():
            if key not in known:
                self.wrong(value, unknown(key, known, Text("key", "clé")))

    def prefix(self, node: Node, *, masked: bool = True) -> IntervalSet | None:
        """Return the addresses of a prefix; nothing, and an error, where it is none.

        Where ``masked``, host bits are cleared, as the vendor does.
        """
        text = str(node.value)
        try:
            network = addresses.host_bits(text) if masked else ""
            return addresses.parse(network or text)
        except RefusedError as refused:
            self.wrong(node, refused.message)
            return None


def unknown(word: str, known: Collection[str], what: Text, **more: Value) -> Message:
    """Return the message of a name that is none of those known, with the nearest of them."""
    near = nearest(word, known)
    if near:
        return say("Unknown {what} “{word}”: did you mean {near}?", "{what} inconnu(e) : « {word} » ; vouliez-vous "
                   "dire {near} ?", what=what, word=_short(word), near=near)  # fmt: skip
    listed = tuple(sorted(known)[:20])
    if not listed:
        return say("Unknown {what} “{word}”: none is known", "{what} inconnu(e) : « {word} » ; aucun n’est connu",
                   what=what, word=_short(word))  # fmt: skip
    return say("Unknown {what} “{word}”: known are {listed}", "{what} inconnu(e) : « {word} » ; sont connus {listed}",
               what=what, word=_short(word), listed=listed)  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:120] + "…"


def _one_line(text: str) -> str:
    return text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)
