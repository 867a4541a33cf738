"""The shape of every section as a user may write it, derived from the model's types.

One description serves the normal forms (:mod:`.normal`), the editors' schema (:mod:`.schema`) and the columns of
tables: a field added to the model is read, described and completed without another line.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from cloison.netmodel.language import model


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    """A text, kept as it is written."""


@dataclasses.dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds, both included."""

    least: int
    most: int


@dataclasses.dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """A date of the calendar."""


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Many:
    """A list, or one value that stands for a list of one."""

    item: Shape


@dataclasses.dataclass(frozen=True, slots=True)
class Keyed:
    """A mapping whose keys are the user's own."""

    item: Shape


@dataclasses.dataclass(frozen=True, slots=True)
class Pairs:
    """A list of pairs of names, or one pair."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stages:
    """A series of stages; a stage is a name or a list of equals."""


@dataclasses.dataclass(frozen=True, slots=True)
class Select:
    """A selection: ``{section: {field: words}}``."""


@dataclasses.dataclass(frozen=True, slots=True)
class Gathered:
    """A group: a list of names, or a selection, less others."""


@dataclasses.dataclass(frozen=True, slots=True)
class Access:
    """What may pass between two places: ``allow only https ssh``, or the same as a mapping with more; or nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: ``name`` is the model's, ``key`` the user's. A ``hidden`` one is read and never offered."""

    name: str
    key: str
    shape: Shape
    required: bool
    hidden: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys; a value that is no mapping is the field ``short``, if there is one.

    A mapping with none but the keys ``inner`` is the field ``short`` too.
    """

    name: str
    fields: Mapping[str, Field]  # by the user's key
    short: str = ""
    inner: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash(self.name)


Shape: TypeAlias = (
    Plain | Number | Truth | Day | Word | Many | Keyed | Pairs | Stages | Select | Gathered | Access | Record
)  # fmt: skip

# the field that a record's value stands for when it is no mapping
_SHORT: Mapping[str, str] = {
    "Interface": "addresses",
    "Ports": "to",
    "Service": "ports",
    "Application": "assets",
    "Encryption": "protocol",
    "Approval": "by",
    "Software": "name",
    "Licence": "reference",
    "Vrf": "sees",
}
_INNER: Mapping[str, frozenset[str]] = {"Service": frozenset({"to", "from"})}
_HIDDEN: Mapping[str, frozenset[str]] = {"Flow": frozenset({"stated"})}  # written by tables only
_ELSEWHERE: Mapping[str, frozenset[str]] = {"Model": frozenset({"lateral"})}  # written under another key
_SPECIAL: Mapping[tuple[str, str], Shape] = {
    ("Site", "adjacent"): Pairs(),
    ("Interconnection", "through"): Stages(),
}
SELECTABLE: tuple[str, ...] = get_args(get_type_hints(model.Selection)["section"])


@cache
def record(kind: type[Any]) -> Record:
    """Return the shape of one of the model's dataclasses."""
    hints = get_type_hints(kind, include_extras=True)
    hidden, elsewhere = (names.get(kind.__name__, frozenset()) for names in (_HIDDEN, _ELSEWHERE))
    fields = {}
    for item in dataclasses.fields(kind):
        if item.name in elsewhere:
            continue
        key, shape = _field(hints[item.name])
        key = key or item.name
        shape = _SPECIAL.get((kind.__name__, item.name), shape)
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        if isinstance(item.default, FieldInfo):
            required = item.default.is_required()
        fields[key] = Field(item.name, key, shape, required, item.name in hidden)
    name = kind.__name__
    return Record(name, fields, _SHORT.get(name, ""), _INNER.get(name, frozenset()))


def _field(hint: Any) -> tuple[str, Shape]:
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        alias, least, most = "", 0, 0
        for extra in extras:
            if isinstance(extra, FieldInfo):
                alias = extra.alias or alias
                for bound in extra.metadata:
                    least = getattr(bound, "ge", least)
                    most = getattr(bound, "le", most)
        if inner is int:
            return alias, Number(least, most)
        return alias, _field(inner)[1]
    if get_origin(hint) in (Union, UnionType):
        return _field(next(part for part in get_args(hint) if part is not type(None)))
    return "", _shape(hint)


def _shape(hint: Any) -> Shape:
    origin = get_origin(hint)
    if hint is str:
        return Plain()
    if hint is bool:
        return Truth()
    if hint is date:
        return Day()
    if hint is model.Selection:
        return Select()
    if hint is model.Group:
        return Gathered()
    if hint is model.Cell:
        return Access()
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return record(hint)
    if origin is Literal:
        words = get_args(hint)
        return Number(words[0], words[0]) if isinstance(words[0], int) else Word(words)
    if origin is tuple:
        return Many(_field(get_args(hint)[0])[1])
    if origin is Mapping:
        return Keyed(_field(get_args(hint)[1])[1])
    raise TypeError(f"the map language has no shape for {hint}")


MAP: Record = record(model.Model)
# the sections whose entries have an id
SECTIONS: Mapping[str, Record | Gathered] = {
    key: item.shape.item
    for key, item in MAP.fields.items()
    if isinstance(item.shape, Keyed) and isinstance(item.shape.item, Record | Gathered)
}


def at(route: tuple[str | int, ...]) -> Shape | None:
    """Return the shape of the value at a route of the map, in the user's words, or nothing."""
    shape: Shape | None = MAP
    for step in route:
        match shape:
            case Record():
                field = shape.fields.get(str(step))
                shape = field.shape if field else None
            case Keyed():
                shape = shape.item
            case _:
                return None
    return shape
