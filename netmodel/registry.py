"""A folder is a registry, a file is an entry: the entries of a package, found and never listed."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any


def load(package: ModuleType, attribute: str) -> dict[str, Any]:
    """Return each module's ``attribute`` by the entry's ``name``, in the order of the names.

    Raises ``AttributeError`` for a module without it and ``ValueError`` for a name used twice: a broken
    registry is a fault of the program, not of its input.
    """
    entries: dict[str, Any] = {}
    for entry in each(package, attribute):
        if entry.name in entries:
            raise ValueError(f"{package.__name__}: {entry.name} is there twice")
        entries[entry.name] = entry
    return dict(sorted(entries.items()))


def each(package: ModuleType, attribute: str) -> Iterator[Any]:
    """Yield each module's ``attribute``, in the order of the modules, none imported before its turn."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        yield getattr(import_module(f"{package.__name__}.{module.name}"), attribute)
