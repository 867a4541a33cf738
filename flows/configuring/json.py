"""JSON text (RFC 8259) -> values with the place of each, in time and memory proportional to the text.

``json`` of Python's library loses places, keeps the last of two equal keys without a word, and recurses.
"""

from __future__ import annotations

import gc
import json
import re
from typing import Any

from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.nodes import DEEPEST, MOST_VALUES, Node, Problem

_TOKEN = re.compile(
    r"[ \t\n\r]*+(?:"
    r'("[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+")'
    r"|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+)(?![0-9.eE+-])"
    r"|(true|false|null)\b"
    r"|([{\[}\]])"
    r")(?:[ \t\n\r]*+([:,]))?+",
    re.ASCII,
)
_BLANK = re.compile(r"[ \t\n\r]*+")
_WORDS = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_PROBLEMS = 200

# what may come next
_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _COLON, _AFTER = range(6)
_WANTED = (
    Text("a value", "une valeur"),
    Text("a value or “]”", "une valeur ou « ] »"),
    Text("a key between quotes", "une clé entre guillemets"),
    Text("a key between quotes or “}”", "une clé entre guillemets ou « } »"),
    Text("“:”", "« : »"),
    Text("“,” or the end of what is open", "« , » ou la fin de ce qui est ouvert"),
)


class _Stop(Exception):  # noqa: N818 - it only ends the reading
    """The rest of the text cannot be read."""


def read_json(text: str) -> tuple[Node | None, list[Problem]]:
    """Return the value of a JSON text, and every reason why it cannot be used: then the value is not whole.

    Keys given twice, text that ends too early or goes on after its end, halves of surrogate pairs, and anything too
    deep (100 levels) or too large (10 million values) are problems.
    """
    problems: list[Problem] = []
    collects = gc.isenabled()
    gc.disable()  # it would look for cycles in a growing tree, over and over: half of the time
    try:
        return _read(text, problems), problems
    except _Stop:
        return None, problems
    finally:
        if collects:
            gc.enable()


def _read(text: str, problems: list[Problem]) -> Node:
    token = _TOKEN.match
    words: dict[str, str] = {}
    share = words.setdefault
    stack: list[tuple[Any, int, str]] = []
    holder: Any = None
    in_object = False
    at = here = count = 0
    key = ""
    wanted = _VALUE
    while True:
        found = token(text, here)
        if found is None:
            raise _wrong(text, here, wanted, problems)
        text_found, number, word, bracket, mark = found.groups()
        if text_found is not None:
            value: Any = text_found[1:-1]
            if "\\" in value:
                value = _unescaped(text_found, found.start(1), problems)
            value = share(value, value)
            if wanted in (_KEY, _KEY_OR_END):
                if mark != ":":
                    raise _wrong(text, found.end(1), _COLON, problems)
                if value in holder:
                    _refuse(problems, found.start(1), say(
                        "“{key}” is given twice", "« {key} » est donné deux fois", key=value))  # fmt: skip
                key, here, wanted = value, found.end(), _VALUE
                continue
            place, end = found.span(1)
        elif number is not None:
            value = _number(number)
            place, end = found.span(2)
        elif word is not None:
            value = _WORDS[word]
            place, end = found.span(3)
        else:
            place, end = found.span(4)
            if bracket == "{" or bracket == "[":
                if wanted > _VALUE_OR_END:
                    raise _wrong(text, place, wanted, problems)
                if len(stack) >= DEEPEST:
                    raise _stop(problems, place, say(
                        "Nested more than {most} levels deep", "Imbrication de plus de {most} niveaux",
                        most=DEEPEST))  # fmt: skip
                stack.append((holder, at, key))
                in_object = bracket == "{"
                holder, at, here = {} if in_object else [], place, end
                wanted = _KEY_OR_END if in_object else _VALUE_OR_END
                if mark is not None:
                    raise _wrong(text, end, wanted, problems)
                continue
            if in_object is not (bracket == "}") or wanted not in (_AFTER, _KEY_OR_END if in_object else _VALUE_OR_END):
                raise _wrong(text, place, wanted, problems)
            value, place = holder, at
            holder, at, key = stack.pop()
            in_object = type(holder) is dict
            wanted = _VALUE
        if wanted > _VALUE_OR_END:
            raise _wrong(text, place, wanted, problems)
        count += 1
        if count > MOST_VALUES:
            raise _stop(problems, place, say("More than {most} values in one file",
                                             "Plus de {most} valeurs dans un fichier", most=MOST_VALUES))  # fmt: skip
        if in_object:
            holder[key] = Node(value, place)
        elif holder is not None:
            holder.append(Node(value, place))
        else:
            rest = _BLANK.match(text, end)
            if rest is not None and rest.end() < len(text):
                raise _stop(problems, rest.end(), say("More text after the end of the JSON value",
                                                      "Du texte après la fin de la valeur JSON"))  # fmt: skip
            return Node(value, place)
        if mark == ",":
            here, wanted = found.end(), _KEY if in_object else _VALUE
        elif mark is None:
            here, wanted = end, _AFTER
        else:
            raise _wrong(text, end, _AFTER, problems)


def _unescaped(spelled: str, place: int, problems: list[Problem]) -> str:
    value = str(json.loads(spelled))
    if not _SURROGATE.search(value):
        return value
    _refuse(problems, place, say("A text holds half a character", "Un texte contient la moitié d’un caractère"))
    return _SURROGATE.sub("\ufffd", value)


def _number(spelled: str) -> int | float:
    if len(spelled) > 40 or not spelled.lstrip("-").isdigit():
        return float(spelled)
    return int(spelled)


def _wrong(text: str, here: int, wanted: int, problems: list[Problem]) -> _Stop:
    blank = _BLANK.match(text, here)
    place = blank.end() if blank else here
    word = _WANTED[wanted]
    if place >= len(text) or (text[place] == '"' and '"' not in text[place + 1 :]):
        return _stop(problems, place, say("The file is cut short: {wanted} should follow",
                                          "Le fichier est tronqué : il manque {wanted}", wanted=word))  # fmt: skip
    return _stop(problems, place, say("Not JSON: {wanted} should stand here",
                                      "Ce n’est pas du JSON : il faut ici {wanted}", wanted=word))  # fmt: skip


def _refuse(problems: list[Problem], place: int, message: Message) -> None:
    problems.append(Problem(place, message))
    if len(problems) >= _MOST_PROBLEMS:
        raise _Stop


def _stop(problems: list[Problem], place: int, message: Message) -> _Stop:
    problems.append(Problem(place, message))
    return _Stop()
