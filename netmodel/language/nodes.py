"""YAML that is no map -> values with the place of each: the manifests and dumps of other programs.

A map is read by :mod:`.events`, where every value is a text. Here a plain scalar is what YAML 1.1 takes it for, for the
programs that wrote the file did: ``80`` is a number, ``on`` is true, and a label written so is not a text.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import yaml

from cloison.netmodel.finding import Message, say
from cloison.netmodel.language.events import CParser
from cloison.netmodel.language.syntax import explain

DEEPEST = 100  # levels
MOST_VALUES = 10_000_000  # in one file
MOST_UNFOLDED = 100_000  # values that aliases may stand for, in one file


class Node(NamedTuple):
    """A value and its place, in characters from the beginning of its text.

    ``value`` is a dictionary of texts to nodes, a list of nodes, a text, a number, a truth value or ``None``.
    """

    value: Any
    at: int


class Problem(NamedTuple):
    """Why a text cannot be used, and where."""

    at: int
    message: Message


_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]{0,18})", re.ASCII)
_OCTAL = re.compile(r"[-+]?0o?[0-7_]{1,20}", re.ASCII)
_HEXADECIMAL = re.compile(r"[-+]?0x[0-9a-fA-F_]{1,16}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9_]{1,30}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
_WORDS = {
    word: value
    for value, spelled in (
        (None, ("", "~", "null", "Null", "NULL")),
        (True, ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")),
        (False, ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")),
    )
    for word in spelled
}
_NUMBER_BEGINS = frozenset("+-.0123456789")


def plain(text: str) -> Any:
    """Return what a plain scalar of YAML 1.1 stands for: a text, a number, a truth value or ``None``."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_BEGINS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _OCTAL.fullmatch(text):
        return int(text.replace("_", "").replace("o", ""), 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text.replace("_", ""), 16)
    if _FLOAT.fullmatch(text):
        try:
            return float(text.replace("_", ""))
        except ValueError:
            return text
    return text


class _Stop(Exception):  # noqa: N818 - it only ends the reading
    """The rest of the text cannot be read."""


def read_documents(text: str) -> tuple[list[Node], list[Problem]]:
    """Return the documents of a YAML text, and every reason why it cannot be used.

    Keys given twice, tags, merge keys, keys that are no texts, text that ends too early, and anything too deep or too
    large are problems; with one, the documents are not whole. A document that holds nothing is left out. Time and
    memory are proportional to the text.
    """
    documents: list[Node] = []
    problems: list[Problem] = []
    collects = gc.isenabled()
    gc.disable()  # it would look for cycles in a growing tree, over and over
    try:
        _read(text, documents, problems)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(mark.index if mark is not None else 0, explain(error)))
    except UnicodeEncodeError as error:
        problems.append(Problem(error.start, say("This is no character", "Ce n’est pas un caractère")))
    except _Stop:
        pass
    finally:
        if collects:
            gc.enable()
    return documents, problems


_NO_KEY: Any = object()


def _read(text: str, documents: list[Node], problems: list[Problem]) -> None:
    event_of: Callable[[], Any] = CParser(text).get_event
    words: dict[str, str] = {}
    anchors: dict[str, tuple[Node, int]] = {}
    stack: list[tuple[Any, int, Any, str | None, int]] = []
    holder: Any = None
    at, key, anchor, before = 0, _NO_KEY, None, 0
    count = unfolded = 0

    def refuse(place: int, message: Message) -> None:
        problems.append(Problem(place, message))
        if len(problems) >= 200:
            raise _Stop

    while True:
        event = event_of()
        kind = type(event)
        place = event.start_mark.index
        count += 1
        if count + unfolded > MOST_VALUES:
            refuse(place, say("More than {most} values in one file", "Plus de {most} valeurs dans un fichier",
                              most=MOST_VALUES))  # fmt: skip
            raise _Stop
        if getattr(event, "tag", None) is not None:
            refuse(place, say("The YAML tag {tag} is not read", "L’étiquette YAML {tag} n’est pas lue", tag=event.tag))
        if kind is yaml.ScalarEvent:
            spelled = words.setdefault(event.value, event.value)
            if type(holder) is dict and key is _NO_KEY:
                if spelled in holder:
                    refuse(place, say("“{key}” is given twice", "« {key} » est donné deux fois", key=spelled))
                elif spelled == "<<" and event.implicit[0]:
                    refuse(place, say("The merge key << is not read: write the fields out",
                                      "La clé de fusion << n’est pas lue : écrivez les champs"))  # fmt: skip
                key = spelled
                continue
            node = Node(plain(spelled) if event.implicit[0] else spelled, place)
            if event.anchor is not None:
                anchors[event.anchor] = node, 1
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if type(holder) is dict and key is _NO_KEY:
                refuse(place, say("A key must be a plain text", "Une clé doit être un simple texte"))
                raise _Stop
            if len(stack) >= DEEPEST:
                refuse(place, say("Nested more than {most} levels deep", "Imbrication de plus de {most} niveaux",
                                  most=DEEPEST))  # fmt: skip
                raise _Stop
            stack.append((holder, at, key, anchor, before))
            holder = {} if kind is yaml.MappingStartEvent else []
            at, key, anchor, before = place, _NO_KEY, event.anchor, count + unfolded
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            node = Node(holder, at)
            if anchor is not None:
                anchors[anchor] = node, count + unfolded - before
            holder, at, key, anchor, before = stack.pop()
        elif kind is yaml.AliasEvent:
            if type(holder) is dict and key is _NO_KEY:
                refuse(place, say("A key must be a plain text", "Une clé doit être un simple texte"))
                raise _Stop
            node, size = anchors.get(event.anchor, (Node(None, place), 0))
            if not size:
                refuse(place, say("The alias *{name} names no anchor written before it, or the one that holds it",
                                  "L’alias *{name} ne désigne aucune ancre écrite avant lui, ou celle qui le contient",
                                  name=event.anchor))  # fmt: skip
            unfolded += size
            if unfolded > MOST_UNFOLDED:
                refuse(place, say("Aliases unfold to more than {most} values",
                                  "Les alias se déplient en plus de {most} valeurs", most=MOST_UNFOLDED))  # fmt: skip
                raise _Stop
        elif kind is yaml.StreamEndEvent:
            return
        else:
            anchors = {} if kind is yaml.DocumentStartEvent else anchors
            continue
        if type(holder) is dict:
            holder[key] = node
            key = _NO_KEY
        elif holder is not None:
            holder.append(node)
        elif node.value is not None:
            documents.append(node)
