"""A path -> the parts of its map: every YAML file, every table that they name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.language.columns import COLUMNS
from cloison.netmodel.language.events import read_yaml
from cloison.netmodel.language.faults import SECTION, kind_of, unknown
from cloison.netmodel.language.files import file_error, read_bytes, utf8
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


def read_sources(where: Path, held: Mapping[str, bytes] | None = None) -> Sources:
    """Return the parts of the map in a file or a directory; ``held`` has what is read instead of some of its files.

    A directory's YAML files each say ``cloison: 1`` or are named by one that does; its sub-directories hold only
    what is named. Raises :class:`MapError` when there is nothing to read at all.
    """
    found: list[Finding] = []
    words: dict[str, str] = {}
    read: dict[Path, YamlPart] = {}
    files = _files(where)
    for file in files:
        part = _yaml(file, words, found, held)
        if part is not None:
            read[file] = part
    named = [
        table
        for file, part in read.items()
        for table in (_named(file, part, found) if "cloison" in part.values else ())
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
            part_of_table, problems = _table(table, words, held)
        except MapError as error:
            found += (_beside(finding, table.place) for finding in error.findings)
            continue
        found += problems
        parts.append(part_of_table)
    if not parts:
        raise MapError(tuple(found))
    return Sources(tuple(parts), tuple(dict.fromkeys((*files, *(table.path for table in named)))), tuple(found))


def _files(where: Path) -> list[Path]:
    try:
        if not where.is_dir():
            return [where]
        files = sorted(file for file in where.iterdir() if file.suffix.lower() in YAML)
    except OSError:
        raise MapError(
            (
                file_error(
                    "no-permission",
                    say(
                        "You have no permission to list this directory",
                        "Vous n’avez pas le droit de lister ce répertoire",
                    ),
                    Span(str(where)),
                ),
            )
        ) from None
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


def _held(file: Path, held: Mapping[str, bytes] | None) -> bytes | None:
    return held.get(str(file)) if held else None


def _yaml(
    file: Path, words: dict[str, str], found: list[Finding], held: Mapping[str, bytes] | None
) -> YamlPart | None:
    name = str(file)
    try:
        data = _held(file, held)
        part, problems = read_yaml(utf8(read_bytes(file) if data is None else data, name), name, words)
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


def _named(file: Path, part: YamlPart, found: list[Finding]) -> Iterator[_Named]:
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
            yield _Named(file.parent / path, sheet, section, place(section, index))


def _table(
    table: _Named, words: dict[str, str], held: Mapping[str, bytes] | None
) -> tuple[YamlPart | TablePart | PolicyPart, list[Finding]]:
    suffix = table.path.suffix.lower()
    if suffix in (".csv", ".tsv", ".txt", ".xlsx", ".xlsm"):
        if table.section == POLICY:
            return read_policy(table.path, table.sheet)
        return read_table(table.path, table.section, table.sheet, words, _held(table.path, held))
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
    part = _yaml(table.path, words, found, held)
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
