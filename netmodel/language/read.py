"""A map's files -> its model and the places of everything in it, or all of its errors at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cloison.netmodel.collector import without_collector
from cloison.netmodel.finding import MapError, Span, say
from cloison.netmodel.language.build import build, conflict
from cloison.netmodel.language.document import Document
from cloison.netmodel.language.events import read_yaml
from cloison.netmodel.language.faults import MOST_FAULTS
from cloison.netmodel.language.files import DISK, Store, file_error
from cloison.netmodel.language.joining import join_maps
from cloison.netmodel.language.model import Model
from cloison.netmodel.language.repeat import unfold
from cloison.netmodel.language.sources import Sources, read_sources

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Map:
    """A map that was read: its model, its places and the files that it was read from."""

    model: Model
    document: Document
    files: tuple[Path, ...]


def read_map(path: Path | None = None, tick: Tick | None = None, store: Store = DISK) -> Map:
    """Return the map in a file or a directory; raise :class:`MapError` with every error at once.

    Without ``path`` it is ``cloison.yaml`` or ``map/`` in the working directory. ``tick`` is told how many entries
    were read, of how many; ``store`` is where the files lie. Names are not resolved here: see
    :mod:`cloison.netmodel.network`.
    """
    where = default_path() if path is None else Path(path)
    with without_collector():
        return _map(read_sources(where, store), tick)


def read_text(text: str, file: str) -> Map:
    """Return the map in a text that has no file of its own, which ``file`` names in what is said of it."""
    part, found = read_yaml(text.encode("utf-8"), file, {})
    return _map(Sources((part,), (), tuple(found)), None)


def _map(sources: Sources, tick: Tick | None) -> Map:
    """Return the map of some sources, whole."""
    found = list(sources.found)
    raw, conflicts = join_maps([part.values for part in sources.parts])
    repeats = [(number, part.values["repeat"]) for number, part in enumerate(sources.parts) if "repeat" in part.values]
    raw, document, more = unfold(raw, sources.parts, repeats, found)
    found += [conflict(route, document) for route in (*conflicts, *more)[:MOST_FAULTS]]
    model = build(raw, document, found, partial=bool(sources.found), tick=tick)
    return Map(model, document, sources.files)


def default_path() -> Path:
    """Return ``cloison.yaml`` or ``map`` in the working directory, whichever is there."""
    for name in ("cloison.yaml", "map"):
        if Path(name).exists():
            return Path(name)
    raise MapError(
        (
            file_error(
                "missing-file",
                say(
                    "There is no cloison.yaml and no map/ here: name a map, or write a first one with “cloison init”",
                    "Il n’y a ici ni cloison.yaml ni map/ : nommez une carte, ou écrivez-en une avec « cloison init »",
                ),
                Span("cloison.yaml"),
            ),
        )
    )
