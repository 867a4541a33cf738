"""Placeholders: ``<t>``, ``<t.vni>`` in a fragment's keys and values, filled for a selected entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.document import Raw, Route
from cloison.netmodel.language.faults import unknown

_PLACEHOLDER = re.compile(r"<([^\W\d][\w-]*)(?:\.([\w.-]+))?>")
_LOOP_VARIABLE = Text("loop variable", "Nom de variable de boucle")

_SAME_KEY = Text("Two of these keys become the same name", "Deux de ces clés deviennent le même nom")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry for which a fragment is made."""

    id: str
    entry: Mapping[str, Raw]

    def value(self, name: str | None) -> Raw:
        """Return the entry's id, or its label or field; nothing when it has none."""
        if not name:
            return self.id
        labels = self.entry.get("labels")
        if isinstance(labels, dict) and name in labels:
            return labels[name]
        return self.entry.get(name)


Binding = Mapping[str, Chosen]
Filler = Callable[[Binding], Raw]


class Missing(Exception):  # noqa: N818 - what it says is what is missing
    """A placeholder without a value."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message


def missing(value: Raw, binding: Binding, route: Route = ()) -> Iterator[tuple[Route, bool, Message]]:
    """Yield every placeholder of a value that cannot be filled: its route, whether it is in a key, and why."""
    if isinstance(value, dict):
        whole = True
        for key, one in value.items():
            try:
                one_word(key, filler(key)(binding))
            except Missing as fault:
                whole = False
                yield (*route, key), True, fault.message
            for below in missing(one, binding, (*route, key)):
                whole = False
                yield below
        if not whole:
            return
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from missing(one, binding, (*route, index))
        return
    try:
        filler(value)(binding)
    except Missing as fault:
        yield route, isinstance(value, dict), fault.message


def renamer(binding: Binding) -> Callable[[str], str]:
    """Return the function that turns a fragment's key into the key that was made of it."""

    def rename(key: str) -> str:
        try:
            return str(filler(key)(binding))
        except Missing:
            return key

    return rename


def filler(value: Raw) -> Filler:
    """Return the function that fills a fragment's value; what has no placeholder is shared, not copied."""
    filler = _filler_or_none(value)
    return filler if filler is not None else lambda binding: value


def _filler_or_none(value: Raw) -> Filler | None:
    if isinstance(value, dict):
        pairs = [(_filler_or_none(key), key, _filler_or_none(one), one) for key, one in value.items()]
        if all(pair[0] is None and pair[2] is None for pair in pairs):
            return None

        def fill_mapping(binding: Binding) -> Raw:
            filled = {
                key if fill_key is None else one_word(key, fill_key(binding)): one if fill is None else fill(binding)
                for fill_key, key, fill, one in pairs
            }
            if len(filled) < len(pairs):
                raise Missing(Message(_SAME_KEY))
            return filled

        return fill_mapping
    if isinstance(value, list):
        items = [(_filler_or_none(one), one) for one in value]
        if all(fill is None for fill, _ in items):
            return None

        def fill_list(binding: Binding) -> Raw:
            filled: list[Raw] = []
            for fill, one in items:
                if fill is None:
                    filled.append(one)
                else:
                    new = fill(binding)
                    filled += new if isinstance(new, list) and isinstance(one, str) else [new]
            return filled

        return fill_list
    if isinstance(value, str) and "<" in value and _PLACEHOLDER.search(value):
        return _text_filler(value)
    return None


def _text_filler(text: str) -> Filler:
    whole = _PLACEHOLDER.fullmatch(text)
    pieces = _PLACEHOLDER.split(text)  # text, variable, field, text, variable, field, text...

    def fill(binding: Binding) -> Raw:
        if whole:
            return _value(binding, whole[1], whole[2])
        filled = [pieces[0]]
        for variable, name, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            filled += one_word(text, _value(binding, variable, name)), after
        return "".join(filled)

    return fill


def one_word(text: str, value: Raw) -> str:
    """Return what fills a text when it is one word; ``text`` is what was written."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise Missing(
            say(
                "“{text}” needs one word, and the value has several",
                "« {text} » demande un seul mot, et la valeur en a plusieurs",
                text=text,
            )
        )
    return value


def _value(binding: Binding, variable: str, name: str | None) -> Raw:
    chosen = binding.get(variable)
    if chosen is None:
        fault = unknown(variable, tuple(binding), "repeat", _LOOP_VARIABLE)
        raise Missing(fault.message)
    value = chosen.value(name)
    if value is None or isinstance(value, dict):
        raise Missing(
            say(
                "“{id}” has no label and no field “{name}”: nothing can stand for <{variable}.{name}>",
                "« {id} » n’a ni étiquette ni champ « {name} » : rien ne peut remplacer <{variable}.{name}>",
                id=chosen.id,
                name=str(name),
                variable=variable,
            )
        )
    return value
