"""Placeholders: ``<t>``, ``<t.vni>`` in a fragment's keys and values, filled for a selected entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.faults import unknown

_PLACEHOLDER = re.compile(r"<([^\W\d][\w-]*)(?:\.([\w.-]+))?>")
_LOOP_VARIABLE = Text("loop variable", "Nom de variable de boucle")


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


def renamer(binding: Binding) -> Callable[[str], str]:
    """Return the function that turns a fragment's key into the key that was made of it."""

    def rename(key: str) -> str:
        try:
            return str(filler(key, tuple(binding))(binding))
        except Missing:
            return key

    return rename


def filler(value: Raw, names: tuple[str, ...]) -> Filler:
    """Return the function that fills a fragment's value; what has no placeholder is shared, not copied."""
    filler = _filler_or_none(value, names)
    return filler if filler is not None else lambda binding: value


def _filler_or_none(value: Raw, names: tuple[str, ...]) -> Filler | None:
    if isinstance(value, dict):
        pairs = [(_filler_or_none(key, names), key, _filler_or_none(one, names), one) for key, one in value.items()]
        if all(pair[0] is None and pair[2] is None for pair in pairs):
            return None

        def fill_mapping(binding: Binding) -> Raw:
            return {
                key if fill_key is None else _joined(key, fill_key(binding)): one if fill is None else fill(binding)
                for fill_key, key, fill, one in pairs
            }

        return fill_mapping
    if isinstance(value, list):
        items = [(_filler_or_none(one, names), one) for one in value]
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
        return _text_filler(value, names)
    return None


def _text_filler(text: str, names: tuple[str, ...]) -> Filler:
    whole = _PLACEHOLDER.fullmatch(text)
    pieces = _PLACEHOLDER.split(text)  # text, variable, field, text, variable, field, text...

    def fill(binding: Binding) -> Raw:
        if whole:
            return _value(binding, whole[1], whole[2])
        filled = [pieces[0]]
        for variable, name, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            filled += _joined(text, _value(binding, variable, name)), after
        return "".join(filled)

    return fill


def _joined(text: str, value: Raw) -> str:
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
