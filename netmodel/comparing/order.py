"""The earlier of two maps in the order of the later one, so that what differs in order alone is said in the same words.

Rules name things in the order in which a map has them, and a finding is known again by its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from cloison.netmodel.compiling.digest import digest
from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.language.model import Interconnection
from cloison.netmodel.language.read import Map, read_map
from cloison.netmodel.language.revisions import Version
from cloison.netmodel.network import Network, compile_network

Tick = Callable[[int, int], None]

ORDERED = frozenset({"via", "through", "sees", "sensitivity"})  # lists whose order has a meaning


def read_both(old: Version, new: Version, at: date, tick: Tick | None = None) -> tuple[Network, Network]:
    """Return the networks of two versions of a map at a date; raises ``MapError`` with what is wrong with either."""
    maps: list[Map] = []
    problems: list[Finding] = []
    for version in (old, new):
        try:
            maps.append(read_map(version.path, tick, version.store))
        except MapError as error:
            problems += error.findings
    if len(maps) == len((old, new)):
        return both(maps[0], maps[1], at, tick)
    for map_ in maps:  # what is wrong with the meaning of the one that could be read
        try:
            compile_network(map_, at, tick)
        except MapError as error:
            problems += error.findings
    raise MapError(tuple(problems))


def both(old: Map, new: Map, at: date, tick: Tick | None = None) -> tuple[Network, Network]:
    """Return two maps compiled at a date, the earlier in the order of the later; raises ``MapError`` of either.

    The earlier one's digest is that of its own order.
    """
    found: list[Network] = []
    problems: list[Finding] = []
    for map_ in (replace(old, model=ordered(old.model, new.model)), new):
        try:
            found.append(compile_network(map_, at, tick))
        except MapError as error:
            problems += error.findings
    if problems:
        raise MapError(tuple(problems))
    found[0].__dict__["digest"] = digest(old.model)
    return found[0], found[1]


def staged(value: Any) -> bool:
    """Say whether a value is an interconnection of several stages: the first of its zones is where they begin."""
    return isinstance(value, Interconnection) and len(value.through) > 1


def ordered(value: Any, like: Any, key: str = "") -> Any:
    """Return a value whose mappings, and lists that differ in order alone, are in the order of another value's."""
    if value is like or value is None or like is None:
        return value
    if isinstance(value, Mapping) and isinstance(like, Mapping):
        names = [*(name for name in like if name in value), *(name for name in value if name not in like)]
        turned = {name: ordered(value[name], like.get(name), name) for name in names}
        kept = names == list(value) and all(turned[name] is value[name] for name in names)
        return value if kept else turned
    if is_dataclass(value) and not isinstance(value, type) and type(value) is type(like):
        changed = {}
        equal = value == like  # lists too: mappings alone may have another order
        for name in _names(type(value)):
            if name == "between" and staged(value):
                continue
            mine = getattr(value, name)
            if (mine and isinstance(mine, Mapping)) or (not equal and (isinstance(mine, tuple) or is_dataclass(mine))):
                other = ordered(mine, getattr(like, name), name)
                if other is not mine:
                    changed[name] = other
        return _with(value, changed) if changed else value
    if isinstance(value, tuple) and isinstance(like, tuple) and key not in ORDERED:
        same = len(value) == len(like) and all(isinstance(item, str) for item in (*value, *like))
        return like if same and value != like and Counter(value) == Counter(like) else value
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def _with(value: Any, changed: Mapping[str, Any]) -> Any:
    """Return a copy of a frozen value with some fields in another order; they were validated when they were read."""
    found = copy(value)
    for name, item in changed.items():
        object.__setattr__(found, name, item)
    return found
