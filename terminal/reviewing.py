"""The annual review at the command line: what it looks at, and where its decisions and dossier are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cloison.netmodel.finding import say
from cloison.terminal import language
from cloison.terminal.evidence import Given, compared, read_network
from cloison.terminal.output import tell, write
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import refuse, unwritable

if TYPE_CHECKING:
    from cloison.flows.review import Review
    from cloison.flows.reviewing.decisions import Decisions
    from cloison.flows.reviewing.matter import Matter
    from cloison.netmodel.comparison import Comparison
    from cloison.netmodel.lineage import Lineage
    from cloison.netmodel.network import Network


def matter_of(network: Network, path: Path, given: Given, months: int, since: str) -> Matter:
    """Return what a review looks at."""
    from cloison.flows.reviewing.matter import Matter
    from cloison.netmodel.assurance.assess import assess, built_in_checks, built_in_frameworks
    from cloison.netmodel.comparison import changes

    changed = changes_of(path, network, since, given.history)
    evidence = replace(given.evidence, changes=changes(*changed)) if changed is not None else given.evidence
    assessment = assess(evidence, built_in_checks(), built_in_frameworks(), PROGRESS.tick)
    return Matter(
        network, assessment, given.audit, given.verification, earlier_decisions(path, network),
        changed[0] if changed is not None else None, months,
    )  # fmt: skip


def decisions_path(path: Path, network: Network) -> Path:
    """Return where the decisions are: the first name of this year that no recorded review has, or the last year's
    table where it is there and its review was never closed."""
    folder = (path if path.is_dir() else path.parent) / "reviews"
    taken = {review.decisions for review in network.model.reviews}

    def free(year: int) -> Path:
        names = (f"{year}{f'-{number}' if number > 1 else ''}.csv" for number in range(1, len(taken) + 2))
        return folder / next(name for name in names if f"reviews/{name}" not in taken)

    this, before = free(network.at.year), free(network.at.year - 1)
    return before if before.exists() and not this.exists() else this


def changes_of(
    path: Path, network: Network, since: str, history: Lineage | None
) -> tuple[Comparison, str] | None:
    """Return what changed since a version, or since the last review where git has it, and how that version is named.

    Nothing where nobody knows.
    """
    from cloison.netmodel.assurance.assess import assess_network
    from cloison.netmodel.comparison import compare
    from cloison.netmodel.language.revisions import version

    last = network.last_review
    if since:
        old = version(since, path)
    elif last is not None and last.digest == network.digest:
        judged = network, assess_network(network, PROGRESS.tick)
        return compare(judged, judged, PROGRESS.tick), str(last.on)  # nothing changed
    else:
        found = history.at(last.digest) if history is not None and last is not None else None
        if found is None:
            return None
        old = version(found.commit, path)
    return compared(old, path, network.at), since or old.commit[:12]


def earlier_decisions(path: Path, network: Network) -> Decisions | None:
    """Return the decisions of the last recorded review; nothing where it has none or they are not there any more."""
    from cloison.flows.reviewing.decisions import read_decisions

    done = [review for review in network.model.reviews if review.on <= network.at and review.decisions]
    if not done:
        return None
    file = (path if path.is_dir() else path.parent) / sorted(done, key=lambda item: item.on)[-1].decisions
    if not file.exists():
        tell(say(
            "the decisions of the last review, {file}, are not there",
            "les décisions de la dernière revue, {file}, sont introuvables", file=str(file),
        ))  # fmt: skip
        return None
    return read_decisions(file)


def read_decided(file: Path, *, needed: bool) -> Decisions:
    """Return the decisions of a table, none where it is not needed and not there."""
    from cloison.flows.reviewing.decisions import Decisions, read_decisions

    if not needed and not file.exists():
        return Decisions(str(file))
    return read_decisions(file)


def save(made: Review, file: Path, *, kept: bool = False) -> Review:
    """Write the table of decisions, whole or not at all, and return the review with it as it is now.

    With ``kept`` what it says that there is to look at stays. A table that was changed since it was read is left so.
    """
    from cloison.diagrams.decisions import decisions_csv, decisions_workbook
    from cloison.flows.review import decisions_table
    from cloison.flows.reviewing.decisions import COLUMNS, WORDS
    from cloison.netmodel.language.edit import write_files

    table, suffix = decisions_table(made, kept=kept), file.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        refuse("output", say(
            "{file}: decisions are written as .csv or .xlsx", "{file} : les décisions s’écrivent en .csv ou .xlsx",
            file=str(file),
        ), str(file))  # fmt: skip
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if suffix == ".csv":
            data = decisions_csv(table, language.LANG)
        else:
            data = decisions_workbook(table, [*COLUMNS].index("decision") + 1, tuple(WORDS.values()), language.LANG)
        write_files({file: data}, {file: made.decisions.data})
    except OSError as problem:
        unwritable(file, problem)
    return replace(made, decisions=replace(made.decisions, data=data))


def stands(network: Network, path: Path, known: Decisions) -> None:
    """Refuse to close a review whose map or decisions are others by now: what is signed is what was looked at."""
    from cloison.netmodel.language.files import read_bytes

    file = Path(known.file)
    changed = [str(path)] if read_network(path, network.at).digest != network.digest else []
    changed += [str(file)] if read_bytes(file) != known.data else []
    if changed:
        refuse("changed", say(
            "{files}: changed by somebody else meanwhile, and nothing was written: begin again",
            "{files} : changé par quelqu’un d’autre entre-temps, et rien n’a été écrit : recommencez",
            files=tuple(changed),
        ), changed[0])  # fmt: skip


def files_of(words: Sequence[str]) -> Iterable[Path]:
    """Yield files, and those in folders."""
    for word in words:
        path = Path(word)
        yield from sorted(path.rglob("*")) if path.is_dir() else (path,)


def save_dossier(
    folder: Path, files: Mapping[str, bytes], network: Network, names: Sequence[str], inputs: Sequence[Path]
) -> None:
    """Write the files of a dossier, its manifest and their digests."""
    import json

    from cloison.flows.reviewing.closing import MANIFEST, SUMS, manifest, sums

    told = manifest(network, names, inputs, files)
    every = {**files, MANIFEST: json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        unwritable(folder, problem)
    (folder / SUMS).unlink(missing_ok=True)  # a dossier that is half written is none
    for name, data in {**every, SUMS: sums(every)}.items():
        write(folder / name, (data,))
