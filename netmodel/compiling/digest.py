"""The digest of a map: the same whatever the order, the files and the shorthands in which it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any

from cloison.netmodel.language.model import Model

_LEFT_OUT = ("reviews",)  # they cite the digest


def digest(model: Model) -> str:
    """Return ``sha256:`` and, in hexadecimal, the SHA-256 of a model without its ``reviews``.

    What is hashed is the canonical form of each value, sections in the order of the model, ids sorted.
    """
    found = hashlib.sha256()
    for section, name, value in _values(model):
        found.update(canonical(section, name, value))
    return f"sha256:{found.hexdigest()}"


def canonical(section: str, name: str | int, value: Any, without: str = "") -> bytes:
    """Return one line of JSON for a value of a map: ``[section, id or position, value]``; ``without`` one of its keys.

    Keys are sorted, fields have the names that the map gives them. Values that are their field's default are left out,
    so that a key added to the language later changes nothing.
    """
    import orjson

    kind: Any = type(value)
    plain = _serializer(kind)(value) if is_dataclass(value) else value
    if without:
        plain.pop(without, None)
    return orjson.dumps((section, name, plain), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


@cache
def _serializer(kind: Any) -> Callable[[Any], Any]:
    from pydantic import TypeAdapter

    return partial(TypeAdapter(kind).serializer.to_python, mode="json", by_alias=True, exclude_defaults=True)


def _values(model: Model) -> Iterator[tuple[str, str | int, Any]]:
    for item in fields(model):
        value = getattr(model, item.name)
        if item.name in _LEFT_OUT:
            continue
        if isinstance(value, Mapping):
            for name in sorted(value):
                yield item.name, name, value[name]
        elif isinstance(value, tuple):
            for place, one in enumerate(value):
                yield item.name, place, one
        elif value:
            yield item.name, "", value
