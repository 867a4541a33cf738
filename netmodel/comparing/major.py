"""Whether a change is a *changement majeur*: SecNumCloud 3.2, section 1.3.2.

By that definition it is any action that the provider plans and that may, by its nature or extent, compromise the
security of the service; its examples are a change of the organisation, of a procedure, and the addition, change or
removal of a component of the technical infrastructure. Two maps show components and what becomes possible; they do not
show the organisation, procedures, or whether something was planned, and are never taken as proof that these stayed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cloison.netmodel.comparing.clauses import ClauseChange
from cloison.netmodel.comparing.entries import EntryChange
from cloison.netmodel.comparing.flows import Moved
from cloison.netmodel.comparing.paths import Path
from cloison.netmodel.finding import Ref, Text

Verdict = Literal["major", "to-judge", "none-seen"]
Holds = Literal["yes", "no", "to-judge", "not-seen"]

_COMPONENTS = frozenset({"site", "carrier", "vrf", "zone", "subnet", "asset", "interconnection", "translation",
                         "endpoint"})  # fmt: skip
# fields that describe and build nothing
_PAPER = frozenset({"labels", "risk", "contribution", "role", "names", "justification"})
_PEOPLE = frozenset({"responsible", "requester", "approved"})


@dataclass(frozen=True, slots=True)
class Criterion:
    """A part of the definition, whether it holds, and by what; ``not-seen`` is what no map shows."""

    name: str
    title: Text
    holds: Holds
    by: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Major:
    """The verdict: ``major`` when a criterion holds, ``to-judge`` when the maps show what only people can weigh."""

    verdict: Verdict
    criteria: tuple[Criterion, ...]


def major(
    entries: Iterable[EntryChange], flows: tuple[Iterable[Moved], Iterable[Moved]], opened: Iterable[Path],
    clauses: Iterable[ClauseChange],
) -> Major:  # fmt: skip
    """Return what a change is by the framework's definition, criterion by criterion."""
    changes = tuple(entries)
    components = tuple(change.subject for change in changes if change.subject.kind in _COMPONENTS and built(change))
    exposed = (
        *(Ref("clause", item.clause) for item in clauses if item.fails),
        *(path.target for path in opened if path.exposing and not path.relayed),
    )
    moved = tuple(dict.fromkeys(Ref("line", item.line) for moves in flows for item in moves))
    people = tuple(
        change.subject for change in changes
        if change.subject.kind == "party" or any(item.name.partition(".")[0] in _PEOPLE for item in change.fields)
    )  # fmt: skip
    criteria = (
        Criterion("component", _TITLES["component"], "yes" if components else "no", components),
        Criterion("exposure", _TITLES["exposure"], "yes" if exposed else "no", tuple(dict.fromkeys(exposed))),
        Criterion("flows", _TITLES["flows"], "to-judge" if moved else "no", moved),
        Criterion("organisation", _TITLES["organisation"], "to-judge" if people else "not-seen", people),
        Criterion("procedure", _TITLES["procedure"], "not-seen"),
        Criterion("planned", _TITLES["planned"], "not-seen"),
    )
    held = {item.holds for item in criteria}
    return Major("major" if "yes" in held else "to-judge" if "to-judge" in held else "none-seen", criteria)


def built(change: EntryChange, paper: frozenset[str] = _PAPER) -> bool:
    """Say whether a thing itself changed, and not only its name or what is written about it."""
    if change.kind in ("added", "removed", "moved"):
        return True
    return any(item.name.partition(".")[0] not in paper for item in change.fields)


def worked(change: EntryChange) -> bool:
    """Say whether what a thing does changed, and not only what is written about it or who answers for it."""
    return built(change, _PAPER | _PEOPLE)


_TITLES = {
    "component": Text("a component of the technical infrastructure is added, changed or removed",
                      "ajout, modification ou suppression d’un composant de l’infrastructure technique"),
    "exposure": Text("security is weakened: a clause fails, or the public reaches what is sensitive",
                     "la sécurité est affaiblie : une exigence n’est plus tenue, ou le public atteint du sensible"),
    "flows": Text("flows are opened or closed: whether the filters’ rules are such a component is to be judged",
                  "des flux sont ouverts ou fermés : dire si les règles des filtres sont un tel composant"),
    "organisation": Text("the organisation changes", "modification de l’organisation"),
    "procedure": Text("a procedure changes", "modification d’une procédure"),
    "planned": Text("the provider planned it", "action planifiée par le prestataire"),
}  # fmt: skip
