"""A map's files -> its model and the places of everything in it, or all of its errors at once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cloison.netmodel.finding import Finding, MapError, Ref, Span, input_error, say
from cloison.netmodel.language.build import build, conflict
from cloison.netmodel.language.document import Document
from cloison.netmodel.language.events import YamlPart, read_yaml
from cloison.netmodel.language.files import file_error, read_bytes, utf8
from cloison.netmodel.language.merge import merge
from cloison.netmodel.language.model import VERSION, Model
from cloison.netmodel.language.repeat import unfold

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Map:
    """A map that was read: its model, its places and the files that it was read from."""

    model: Model
    document: Document
    files: tuple[Path, ...]


def read_map(path: Path | None = None, tick: Tick | None = None) -> Map:
    """Return the map in a file or a directory; raise :class:`MapError` with every error at once.

    Without ``path`` it is ``cloison.yaml`` or ``map/`` in the working directory. ``tick`` is told how many entries
    were read, of how many. Names are not resolved here: see :mod:`cloison.netmodel.network`.
    """
    where = default_path() if path is None else Path(path)
    with _without_collector():
        found: list[Finding] = []
        files, parts, partial = _yaml_parts(where, found)
        raw, conflicts = merge([part.values for part in parts])
        repeats = [(number, part.values["repeat"]) for number, part in enumerate(parts) if "repeat" in part.values]
        raw, document, more = unfold(raw, parts, repeats, found)
        found += [conflict(route, document) for route in (*conflicts, *more)]
        model = build(raw, document, found, partial, tick)
        return Map(model, document, tuple(files))


def default_path() -> Path:
    """Return ``cloison.yaml`` or ``map`` in the working directory, whichever is there."""
    for name in ("cloison.yaml", "map"):
        if Path(name).exists():
            return Path(name)
    raise MapError((file_error("missing-file", say(
        "There is no cloison.yaml and no map/ here: name a map, or write a first one with “cloison init”",
        "Il n’y a ici ni cloison.yaml ni map/ : nommez une carte, ou écrivez-en une première avec « cloison init »"),
        Span("cloison.yaml")),))  # fmt: skip


@contextmanager
def _without_collector() -> Iterator[None]:
    """Hold the cycle collector still: millions of values are made here, and no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _yaml_parts(where: Path, found: list[Finding]) -> tuple[list[Path], list[YamlPart], bool]:
    try:
        files = sorted(
            file for file in where.iterdir() if file.suffix in (".yaml", ".yml")
        ) if where.is_dir() else [where]  # fmt: skip
    except OSError:
        raise MapError((file_error("no-permission", say(
            "You have no permission to list this directory",
            "Vous n’avez pas le droit de lister ce répertoire"), Span(str(where))),)) from None  # fmt: skip
    if not files:
        raise MapError((file_error("empty-map", say(
            "There is no .yaml file in this directory", "Il n’y a aucun fichier .yaml dans ce répertoire"),
            Span(str(where))),))  # fmt: skip
    words: dict[str, str] = {}
    parts: list[YamlPart] = []
    partial = False
    for file in files:
        part, problems = _one(file, words)
        found += problems
        partial = partial or bool(problems)
        if part is not None:
            parts.append(part)
    if not parts:
        raise MapError(tuple(found))
    return files, parts, partial


def _one(file: Path, words: dict[str, str]) -> tuple[YamlPart | None, list[Finding]]:
    name = str(file)
    try:
        data = utf8(read_bytes(file), name)
    except MapError as error:
        return None, list(error.findings)
    part, problems = read_yaml(data, name, words)
    if part.values is None and not problems:
        return None, [input_error("empty-map", say(
            "The file holds no map: begin with `cloison: 1`",
            "Le fichier ne contient pas de carte : commencez par `cloison: 1`"), Ref("map", ""), Span(name, 1, 1))]  # fmt: skip
    if not isinstance(part.values, dict):
        if not problems:
            problems.append(input_error("syntax", say(
                "A map is a set of keys, the first of them `cloison: 1`",
                "Une carte est un ensemble de clés, la première étant `cloison: 1`"),
                Ref("map", ""), Span(name, 1, 1)))  # fmt: skip
        return None, problems
    version = part.values.get("cloison")
    if version != str(VERSION) and not problems:
        return None, [_version(part, version)]
    return part, problems


def _version(part: YamlPart, version: object) -> Finding:
    place = part.locate(("cloison",), key=False, rename=str)[1]
    if version is None:
        return input_error("version", say(
            "The file does not say `cloison: {version}`, and no other file of the map names it",
            "Le fichier ne dit pas `cloison: {version}`, et aucun autre fichier de la carte ne le nomme",
            version=VERSION), Ref("map", "cloison"), place)  # fmt: skip
    return input_error("version", say(
        "This map is written in version {found} of the language, and this program reads version {version}. To migrate "
        "an older map, write `cloison: {version}` and run `cloison check`: every key that is no longer known is named "
        "with the one that replaces it. A newer map needs a newer cloison",
        "Cette carte est écrite dans la version {found} du langage, et ce programme lit la version {version}. Pour "
        "migrer une carte plus ancienne, écrivez `cloison: {version}` et lancez `cloison check` : chaque mot-clé qui "
        "n’est plus connu est nommé avec celui qui le remplace. Une carte plus récente demande un cloison plus récent",
        found=str(version)[:40], version=VERSION), Ref("map", "cloison"), place)  # fmt: skip
