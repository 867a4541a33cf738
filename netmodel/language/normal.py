"""Raw values -> canonical values: shorthands written out, texts read as what their fields ask for.

Every fault is found in one pass. The way without a fault is fast: a fault interrupts the value that holds it, which
is then gone through again, field by field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

from cloison.netmodel.finding import Text, say
from cloison.netmodel.language.access import access
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.faults import (
    A_MAPPING,
    A_TEXT,
    KEY,
    MOST_FAULTS,
    SECTION,
    WORD,
    Fault,
    Wrong,
    unknown,
    wrong_kind,
)
from cloison.netmodel.language.shapes import (
    SELECTABLE,
    Access,
    Day,
    Gathered,
    Keyed,
    Many,
    Number,
    Pairs,
    Plain,
    Record,
    Select,
    Shape,
    Stages,
    Truth,
    Word,
)

Reader = Callable[[Raw], Any]

TRUE = frozenset({"true", "yes", "on", "oui", "vrai"})
FALSE = frozenset({"false", "no", "off", "non", "faux"})
_SHOWN = 80  # characters of a wrong value that its error cites
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def text(value: Raw) -> str:
    """Return a text as it is written."""
    if type(value) is str:
        return value
    raise wrong_kind(value, A_TEXT)


def truth(value: Raw) -> bool:
    """Return a truth value: true, yes, on or oui; false, no, off or non."""
    word = text(value).lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise Wrong(
        Fault(
            "wrong-value",
            say("“{word}” is neither true nor false", "« {word} » n’est ni true (oui) ni false (non)", word=value),
        )
    )


@lru_cache(maxsize=4096)
def _date(word: str) -> date:
    if not _DATE.fullmatch(word):
        raise Wrong(
            Fault(
                "bad-date",
                say(
                    "“{word}” is no date: write year-month-day, as 2026-12-31",
                    "« {word} » n’est pas une date : écrivez année-mois-jour, comme 2026-12-31",
                    word=word,
                ),
            )
        )
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Wrong(
            Fault("bad-date", say("The date {word} does not exist", "La date {word} n’existe pas", word=word))
        ) from None


def day(value: Raw) -> date:
    """Return a date written year-month-day."""
    return _date(text(value))


def digest(value: Raw) -> str:
    """Return the digest of a map, ``sha256:`` and 64 hexadecimal digits, in lower case; or the empty text."""
    word = text(value)
    found = word.lower()
    if found and not _DIGEST.fullmatch(found):
        raise Wrong(
            Fault(
                "bad-digest",
                say(
                    "“{word}” is no digest of a map: write “sha256:” and its 64 hexadecimal digits",
                    "« {word} » n’est pas une empreinte de carte : écrivez « sha256: » et ses 64 chiffres hexadécimaux",
                    word=word[:_SHOWN],
                ),
            )
        )
    return found


@cache
def reader(shape: Shape) -> Reader:
    """Return the function that reads a raw value as ``shape``; it raises :class:`Wrong` with every fault."""
    match shape:
        case Plain():
            return text
        case Truth():
            return truth
        case Day():
            return day
        case Number():
            return _number(shape)
        case Word():
            return _word(shape)
        case Many():
            return _many(reader(shape.item))
        case Keyed():
            return _keyed(reader(shape.item))
        case Pairs():
            return _pairs
        case Stages():
            return _stages
        case Select():
            return select
        case Gathered():
            return group
        case Access():
            return access
        case Record():
            return _record(shape)


def _number(shape: Number) -> Reader:
    def read(value: Raw) -> int:
        word = text(value)
        if not _NUMBER.fullmatch(word):
            raise Wrong(
                Fault(
                    "wrong-value",
                    say("“{word}” is no whole number", "« {word} » n’est pas un nombre entier", word=word),
                )
            )
        number = int(word)
        if not shape.least <= number <= shape.most:
            raise Wrong(
                Fault(
                    "out-of-range",
                    say(
                        "{number} is not between {least} and {most}",
                        "{number} n’est pas entre {least} et {most}",
                        number=word,
                        least=shape.least,
                        most=shape.most,
                    ),
                )
            )
        return number

    return read


def _word(shape: Word) -> Reader:
    words = {word: word for word in shape.words}

    def read(value: Raw) -> str:
        found = words.get(text(value))
        if found is None:
            raise Wrong(unknown(value, shape.words, "unknown-word", WORD))
        return found

    return read


def _many(item: Reader) -> Reader:
    def read(value: Raw) -> tuple[Any, ...]:
        if type(value) is not list:
            return (item(value),)
        try:
            return tuple(map(item, value))
        except Wrong:
            faults: list[Fault] = []
            for index, one in enumerate(value):
                if len(faults) > MOST_FAULTS:
                    break
                try:
                    item(one)
                except Wrong as wrong:
                    faults += wrong.under(index)
            raise Wrong(*faults) from None

    return read


def _keyed(item: Reader) -> Reader:
    def read(value: Raw) -> dict[str, Any]:
        if value is None:
            return {}
        if type(value) is not dict:
            raise wrong_kind(value, A_MAPPING)
        try:
            return {key: item(one) for key, one in value.items()}
        except Wrong:
            faults: list[Fault] = []
            for key, one in value.items():
                if len(faults) > MOST_FAULTS:
                    break
                try:
                    item(one)
                except Wrong as wrong:
                    faults += wrong.under(key)
            raise Wrong(*faults) from None

    return read


def _record(shape: Record) -> Reader:
    readers = {key: _OWN.get((shape.name, key)) or reader(item.shape) for key, item in shape.fields.items()}
    required = tuple(key for key, item in shape.fields.items() if item.required)
    short, inner, known = shape.short, shape.inner, tuple(key for key, item in shape.fields.items() if not item.hidden)

    def read(value: Raw) -> dict[str, Any]:
        if type(value) is not dict:
            if value is None:
                value = {}
            elif short:
                value = {short: value}
            else:
                raise wrong_kind(value, A_MAPPING)
        elif inner and value and inner.issuperset(value):
            value = {short: value}
        try:
            found = {
                key: one if (read := readers[key]) is text and type(one) is str else read(one)
                for key, one in value.items()
            }
            for key in required:
                found[key]
            return found
        except (Wrong, KeyError):
            faults: list[Fault] = []
            for key, one in value.items():
                if len(faults) > MOST_FAULTS:
                    break
                if key not in readers:
                    faults += Wrong(unknown(key, known, "unknown-key", KEY, key=True)).under(key)
                    continue
                try:
                    readers[key](one)
                except Wrong as wrong:
                    faults += wrong.under(key)
            missing = tuple(key for key in required if key not in value)
            if missing:
                faults.append(
                    Fault(
                        "missing-field",
                        say("Required and not there: {missing}", "Obligatoire et absent : {missing}", missing=missing),
                        key=True,
                    )
                )
            raise Wrong(*faults) from None

    return read


# fields whose texts have a form of their own, by the record's name and the field's key
_OWN: Mapping[tuple[str, str], Reader] = {("Review", "digest"): digest}
_texts = _many(text)
_sequence = _many(lambda value: value)


def _pairs(value: Raw) -> tuple[tuple[str, str], ...]:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value):
        value = [value]

    def pair(one: Raw) -> tuple[str, str]:
        names = _texts(one)
        if not isinstance(one, list) or len(names) != 2:
            raise Wrong(
                Fault(
                    "wrong-kind",
                    say("Two names are needed here, as [lobby, noc]", "Il faut ici deux noms, comme [accueil, noc]"),
                )
            )
        return (names[0], names[1])

    pairs: tuple[tuple[str, str], ...] = _many(pair)(value)
    return pairs


_stages: Reader = _many(_texts)
_where: Reader = _keyed(_texts)


def select(value: Raw) -> dict[str, Any]:
    """Return a selection: one section, and the words that its fields may hold."""
    if type(value) is not dict:
        raise wrong_kind(
            value,
            Text(
                "a selection such as {zones: {nature: development}}",
                "une sélection comme {zones: {nature: development}}",
            ),
        )
    if len(value) != 1:
        raise Wrong(
            Fault(
                "selection",
                say(
                    "A selection names one section, as {{zones: {{nature: development}}}}",
                    "Une sélection nomme une seule section, comme {{zones: {{nature: development}}}}",
                ),
            )
        )
    section, where = next(iter(value.items()))
    if section not in SELECTABLE:
        raise Wrong(*Wrong(unknown(section, SELECTABLE, "unknown-key", SECTION, key=True)).under(section))
    try:
        return {"section": section, "where": _where(where)}
    except Wrong as wrong:
        raise Wrong(*wrong.under(section)) from None


def group(value: Raw) -> dict[str, Any]:
    """Return a group: names and literal addresses, or a selection; less what ``not`` names or selects."""
    if type(value) is not dict:
        return {"members": _texts(value)}
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    sections = [key for key in value if key in SELECTABLE]
    if len(sections) > 1:
        faults.append(
            Fault(
                "selection",
                say(
                    "A group selects from one section, and this one from {sections}",
                    "Un groupe sélectionne dans une seule section, et celui-ci dans {sections}",
                    sections=tuple(sections),
                ),
                (sections[1],),
                key=True,
            )
        )
    if not sections and "members" not in value:
        faults.append(
            Fault(
                "missing-field",
                say(
                    "A group is a list of names, or a selection such as {{assets: {{functions: waf}}}}",
                    "Un groupe est une liste de noms, ou une sélection comme {{assets: {{functions: waf}}}}",
                ),
                key=True,
            )
        )
    for key, one in value.items():
        if len(faults) > MOST_FAULTS:
            break
        try:
            if key in SELECTABLE:
                found["select"] = select({key: one})
            elif key == "not" and isinstance(one, dict):
                found["unselect"] = select(one)
            elif key == "not":
                found["without"] = _texts(one)
            elif key == "members":
                found["members"] = _texts(one)
            elif key == "vrf":
                found["vrf"] = text(one)
            elif key == "labels":
                found["labels"] = _labels(one)
            else:
                known = ("members", "not", "vrf", "labels", *SELECTABLE)
                raise Wrong(unknown(key, known, "unknown-key", KEY, key=True))
        except Wrong as wrong:
            faults += wrong.faults if key in SELECTABLE else wrong.under(key)
    if faults:
        raise Wrong(*faults)
    return found


_labels: Reader = _keyed(text)
