"""A report in, the bytes of a document out: outputs are found by their name or by a file's suffix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cloison.diagrams import outputs
from cloison.diagrams.output import Output
from cloison.netmodel.finding import Finding, Lang, MapError, Message, Ref, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.registry import load
from cloison.netmodel.report import Report


def output_named(name: str) -> Output:
    """Return the output called ``name``; raises :class:`MapError` with the nearest names."""
    entries: dict[str, Output] = load(outputs, "OUTPUT")
    if name not in entries:
        raise _unknown(name, say(
            "there is no output {name}; the nearest: {near}",
            "la sortie {name} n’existe pas ; les plus proches : {near}",
            name=name, near=nearest(name, sorted(entries)) or tuple(sorted(entries)),
        ))  # fmt: skip
    return entries[name]


def output_of_suffix(path: Path) -> Output:
    """Return the output of a file's suffix, the longest that fits: ``x.junit.xml``, ``x.md``.

    Raises :class:`MapError` with the suffixes that there are.
    """
    entries: dict[str, Output] = load(outputs, "OUTPUT")
    by_suffix = {suffix: entry for entry in entries.values() for suffix in entry.suffixes}
    fitting = [suffix for suffix in by_suffix if path.name.lower().endswith(suffix) and path.suffix]
    if not fitting:
        raise _unknown(str(path), say(
            "no output has the suffix of {name}; there are: {suffixes}",
            "aucune sortie n’a le suffixe de {name} ; il y a : {suffixes}",
            name=path.name, suffixes=tuple(sorted(by_suffix)),
        ))  # fmt: skip
    return by_suffix[max(fitting, key=len)]


def targets(words: Sequence[str], wanted: str, default: str) -> tuple[tuple[Output, Path | None], ...]:
    """Return the output and the file of each ``FILE`` or ``NAME=FILE``; the file ``-``, standard output, is None.

    Without a name the output is ``wanted``, else that of the file's suffix, else, on standard output, ``default``.
    Raises :class:`MapError` with every word that cannot be understood.
    """
    known = load(outputs, "OUTPUT")
    chosen: list[tuple[Output, Path | None]] = []
    refused: list[Finding] = []
    for word in words:
        name, sign, file = word.partition("=")
        named = name if sign and name in known else wanted
        path = Path(file if sign and name in known else word)
        try:
            if path == Path("-"):
                chosen.append((output_named(named or default), None))
            else:
                chosen.append((output_named(named) if named else output_of_suffix(path), path))
        except MapError as problem:
            refused += problem.findings
    if refused:
        raise MapError(tuple(refused))
    return tuple(chosen)


def pictures(words: Sequence[str], wanted: str, default: str) -> tuple[str, ...]:
    """Return the words of :func:`targets` whose outputs draw a report's views and say nothing else."""
    chosen = targets(words, wanted, default)
    return tuple(word for word, (entry, _) in zip(words, chosen, strict=True) if entry.picture)


def write(report: Report, output: str, lang: Lang, *, colour: bool = False) -> bytes:
    """Return the report in the output called ``output``; raises :class:`MapError`."""
    return output_named(output).write(report, lang, colour=colour)


def instead_of_picture(report: Report, path: Path, lang: Lang) -> dict[Path, bytes]:
    """Return what can be written beside ``path`` where no picture can be made: the DOT text and the tables."""
    return {
        path.with_suffix(".dot"): write(report, "dot", lang),
        path.with_suffix(".md"): write(report, "markdown", lang),
    }


def _unknown(name: str, message: Message) -> MapError:
    return MapError((input_error("unknown-output", message, Ref("output", name)),))
