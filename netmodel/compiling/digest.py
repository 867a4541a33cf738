"""The digest of a map: the same whatever the order, the files and the shorthands in which it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from cloison.netmodel.language.model import Model

_LEFT_OUT = ("reviews",)  # they cite the digest


def digest(model: Model) -> str:
    """Return ``sha256:`` and, in hexadecimal, the SHA-256 of a model without its ``reviews``.

    What is hashed is one line of JSON a value, ``[section, id or position, value]``, sections in the order of the
    model, ids and keys sorted, fields by the names that the map gives them. Values that are their field's default
    are left out, so that a key added to the language later changes no digest.
    """
    import orjson

    found = hashlib.sha256()
    for line in _values(model):
        found.update(orjson.dumps(line, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    return f"sha256:{found.hexdigest()}"


def _values(model: Model) -> Iterator[tuple[str, str | int, Any]]:
    from pydantic import TypeAdapter

    serializers: dict[type, Any] = {}

    def plain(value: Any) -> Any:
        if not is_dataclass(value):
            return value
        kind = type(value)
        if kind not in serializers:
            serializers[kind] = TypeAdapter(kind).serializer
        return serializers[kind].to_python(value, mode="json", by_alias=True, exclude_defaults=True)

    for item in fields(model):
        value = getattr(model, item.name)
        if item.name in _LEFT_OUT:
            continue
        if isinstance(value, Mapping):
            for name in sorted(value):
                yield item.name, name, plain(value[name])
        elif isinstance(value, tuple):
            for place, one in enumerate(value):
                yield item.name, place, plain(one)
        elif value:
            yield item.name, "", plain(value)
