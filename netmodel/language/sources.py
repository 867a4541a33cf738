"""A path -> the parts of its map: every YAML file, every table that they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.language.columns import COLUMNS
from cloison.netmodel.language.events import read_yaml
from cloison.netmodel.language.faults import SECTION, kind_of, unknown
from cloison.netmodel.language.files import DISK, Store, file_error, utf8
from cloison.netmodel.language.marks import YamlPart
from cloison.netmodel.language.model import VERSION
from cloison.netmodel.language.rows import TablePart
from cloison.netmodel.language.tables import read_table
from cloison.netmodel.language.tufin import POLICY, PolicyPart, read_policy

YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Sources:
    """What a path holds: its parts and files, and every reason why some of it could not be read."""

    parts: tuple[YamlPart | TablePart | PolicyPart, ...]
    files: tuple[Path, ...]
    found: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Named:
    """A table that a map names, and the place where it does."""

    path: Path
    sheet: str
    section: str
    place: Span


def read_sources(where: Path, store: Store = DISK) -> Sources:
    """Return the parts of the map in a file or a directory.

    A directory's YAML files each say ``cloison: 1`` or are named by one that does; its sub-directories hold only
    what is named. Raises :class:`MapError` when there is nothing to read at all.
    """
    found: list[Finding] = []
    words: dict[str, str] = {}
    read: dict[Path, YamlPart] = {}
    files = _files(where, store)
    for file in files:
        part = _yaml(file, words, found, store)
        if part is not None:
            read[file] = part
    named = [
        table
        for file, part in read.items()
        for table in (_named(file, part, found, store) if "cloison" in part.values else ())
    ]
    # not resolve(), which fails on a name that no file can have
    named_files = {os.path.abspath(table.path) for table in named}  # noqa: PTH100
    parts: list[YamlPart | TablePart | PolicyPart] = []
    for file, part in read.items():
        if "cloison" not in part.values and os.path.abspath(file) in named_files:  # noqa: PTH100
            continue
        problem = _version(part)
        if problem is None:
            parts.append(part)
        else:
            found.append(problem)
    for table in dict.fromkeys(named):
        try:
            part_of_table, problems = _table(table, words, store)
        except MapError as error:
            found += (_beside(finding, table.place) for finding in error.findings)
            continue
        found += problems
        parts.append(part_of_table)
    if not parts:
        raise MapError(tuple(found))
    return Sources(tuple(parts), tuple(dict.fromkeys((*files, *(table.path for table in named)))), tuple(found))


def _files(where: Path, store: Store) -> list[Path]:
    held = store.folder(where)
    if held is None:
        return [where]
    files = [file for file in held if file.suffix.lower() in YAML]
    if not files:
        raise MapError(
            (
                file_error(
                    "empty-map",
                    say("There is no .yaml file in this directory", "Il n’y a aucun fichier .yaml dans ce répertoire"),
                    Span(str(where)),
                ),
            )
        )
    return files


def _yaml(file: Path, words: dict[str, str], found: list[Finding], store: Store) -> YamlPart | None:
    name = str(file)
    try:
        part, problems = read_yaml(utf8(store.read(file), name), name, words)
    except MapError as error:
        found += error.findings
        return None
    found += problems
    if isinstance(part.values, dict):
        return part
    if not problems and part.values is None:
        found.append(
            _map_error(
                "empty-map",
                say(
                    "The file holds no map: begin with `cloison: 1`",
                    "Le fichier ne contient pas de carte : commencez par `cloison: 1`",
                ),
                Span(name, 1, 1),
            )
        )
    elif not problems:
        found.append(
            _map_error(
                "syntax",
                say(
                    "A map is a set of keys, the first of them `cloison: 1`, and this is {found}",
                    "Une carte est un ensemble de clés, la première étant `cloison: 1`, et ceci est {found}",
                    found=kind_of(part.values),
                ),
                Span(name, 1, 1),
            )
        )
    return None


def _map_error(rule: str, message: Message, place: Span) -> Finding:
    return input_error(rule, message, Ref("map", ""), place)


def _version(part: YamlPart) -> Finding | None:
    version = part.values.get("cloison")
    if version == str(VERSION):
        return None
    place = part.locate(("cloison",), key=False, rename=str)[1]
    if version is None:
        return _map_error(
            "version",
            say(
                "The file does not say `cloison: {version}`, and no other file of the map names it",
                "Le fichier ne dit pas `cloison: {version}`, et aucun autre fichier de la carte ne le nomme",
                version=VERSION,
            ),
            place,
        )
    return _map_error(
        "version",
        say(
            "This map is written in version {found} of the language, and this program reads version {version}. To "
            "migrate an older map, write `cloison: {version}` and check it again: every key that is no longer "
            "known is named with the nearest one. A newer map needs a newer program",
            "Cette carte est écrite dans la version {found} du langage, et ce programme lit la version {version}. "
            "Pour migrer une carte plus ancienne, écrivez `cloison: {version}` et vérifiez-la de nouveau : chaque "
            "mot-clé qui n’est plus connu est nommé avec le plus proche. Une carte plus récente demande un "
            "programme plus récent",
            found=str(version)[:40],
            version=VERSION,
        ),
        place,
    )


def _named(file: Path, part: YamlPart, found: list[Finding], store: Store) -> Iterator[_Named]:
    tables = part.values.get("tables")
    if tables is None:
        return

    def place(*route: str | int, key: bool = False) -> Span:
        return part.locate(("tables", *route), key=key, rename=str)[1]

    if not isinstance(tables, dict):
        found.append(
            _map_error(
                "wrong-kind",
                say(
                    "Tables are named by section, as {{flows: matrix.csv}}",
                    "Les tableaux sont nommés par section, comme {{flows: matrice.csv}}",
                ),
                place(),
            )
        )
        return
    for section, value in tables.items():
        if section not in COLUMNS and section != POLICY:
            fault = unknown(section, (*COLUMNS, POLICY), "unknown-key", SECTION)
            found.append(_map_error(fault.rule, fault.message, place(section, key=True)))
            continue
        for index, name in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(name, str) or not name:
                found.append(
                    _map_error(
                        "wrong-kind",
                        say(
                            "The name of a CSV, XLSX or YAML file is needed here",
                            "Il faut ici le nom d’un fichier CSV, XLSX ou YAML",
                        ),
                        place(section, index),
                    )
                )
                continue
            path, _, sheet = name.partition("#")
            yield _Named(store.beside(file, path), sheet, section, place(section, index))


def _table(
    table: _Named, words: dict[str, str], store: Store
) -> tuple[YamlPart | TablePart | PolicyPart, list[Finding]]:
    suffix = table.path.suffix.lower()
    if suffix in (".csv", ".tsv", ".txt", ".xlsx", ".xlsm"):
        if table.section == POLICY:
            return read_policy(table.path, table.sheet, store)
        return read_table(table.path, table.section, table.sheet, words, store)
    if suffix not in YAML:
        raise MapError(
            (
                file_error(
                    "table",
                    say("A table is a CSV, XLSX or YAML file", "Un tableau est un fichier CSV, XLSX ou YAML"),
                    table.place,
                ),
            )
        )
    found: list[Finding] = []
    part = _yaml(table.path, words, found, store)
    if part is None:
        raise MapError(tuple(found))
    part.below = table.section
    part.values = {table.section: part.values}
    return part, found


def _beside(finding: Finding, place: Span) -> Finding:
    """Return the finding of a table with the place that names it, when the table itself has none to show."""
    if finding.spans and finding.spans[0].line:
        return finding
    spans = tuple(dict.fromkeys((place, *finding.spans)))
    return input_error(finding.rule, finding.message, finding.subject, *spans, remedy=finding.remedy)
