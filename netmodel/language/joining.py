"""The values of several files -> one map: sections joined, entries merged, two values of one field refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloison.netmodel.language.document import JOINED, Raw, Route
from cloison.netmodel.language.shapes import Record, at

_JOINED_WORDS = frozenset({("vocabulary", "nature"), ("vocabulary", "domain"), ("vocabulary", "function")})


def join_maps(maps: Sequence[Mapping[str, Raw]]) -> tuple[dict[str, Raw], list[Route]]:
    """Return the joined map and the routes of the fields that were given two values.

    The given maps are left as they are; what only one of them holds is shared, not copied.
    """
    merged: dict[str, Raw] = {}
    conflicts: list[Route] = []
    for one in maps:
        for key, value in one.items():
            if key not in merged:
                merged[key] = value
            elif key in JOINED or key == "tables":
                merged[key] = _joined(merged[key], value)
            else:
                merged[key] = join_entry(merged[key], value, (key,), conflicts)
    return merged, conflicts


def _items(value: Raw) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _joined(left: Raw, right: Raw) -> Raw:
    if isinstance(left, dict) and isinstance(right, dict):
        return {key: _joined(left.get(key), right.get(key)) for key in (*left, *(k for k in right if k not in left))}
    return [*_items(left), *_items(right)]


def join_entry(left: Raw, right: Raw, route: Route, conflicts: list[Route]) -> Raw:
    """Return what two values at ``route`` give together; where they differ, the route is added to ``conflicts``."""
    if left is right:
        return left
    if isinstance(left, dict) is not isinstance(right, dict) and left is not None and right is not None:
        left, right = _long(left, route), _long(right, route)
    if isinstance(left, dict) and isinstance(right, dict):
        joined = dict(left)
        for key, value in right.items():
            joined[key] = join_entry(left[key], value, (*route, key), conflicts) if key in left else value
        return joined
    if route in _JOINED_WORDS:
        return list(dict.fromkeys(map(str, (*_items(left), *_items(right)))))
    if left is None or right is None:
        return left if right is None else right
    if _items(left) != _items(right):
        conflicts.append(route)
    return left


def _long(value: Raw, route: Route) -> Raw:
    """Return a record's value written out where it is one of its fields alone."""
    shape = at(route)
    if isinstance(value, dict) or not isinstance(shape, Record) or not shape.short:
        return value
    return {shape.short: value}
