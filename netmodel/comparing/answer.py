"""A comparison as a report: the JSON contract ``cloison.diff/1``, findings, tables and sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloison.netmodel.assurance.answer import finding_data
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.comparing.entries import EntryChange
from cloison.netmodel.comparing.flows import Moved
from cloison.netmodel.comparing.paths import Path
from cloison.netmodel.comparing.sides import Side
from cloison.netmodel.comparing.tables import tables
from cloison.netmodel.comparing.wording import VERDICTS, chain_text, packet_data, services_words
from cloison.netmodel.comparison import Comparison
from cloison.netmodel.finding import Finding, Message, Ref, Span, say
from cloison.netmodel.language.revisions import Version
from cloison.netmodel.report import Report, Scene

SCHEMA = "cloison.diff/1"
RULE = "opened-path"


def diff_report(comparison: Comparison, versions: tuple[Version, Version], views: Sequence[Scene] = ()) -> Report:
    """Return what ``cloison diff`` answers; its findings are what the newer map has and the older had not."""
    new = comparison.new
    found = (*_exposures(comparison), *(item for item in comparison.known.findings if item.stands))
    return Report(
        "diff", _data(comparison, versions), found, tables=tables(comparison), views=tuple(views),
        summary=_summary(comparison, versions, found), marking=new.model.marking or comparison.old.model.marking,
        title=new.model.name,
    )  # fmt: skip


def _exposures(comparison: Comparison) -> tuple[Finding, ...]:
    """Return a finding for each sensitive place that the public reaches now: a warning where a relay ends the chain."""
    network = comparison.new
    found = []
    for path in comparison.possible:
        if path.exposing:
            message = say(
                "{source} now reaches {target}: {chain}", "{source} atteint désormais {target} : {chain}",
                source=path.source, target=path.target.id, chain=chain_text(path.hops),
            )  # fmt: skip
            found.append(
                Finding(RULE, "warning" if path.relayed else "error", message, path.target, spans(network, path.hops),
                        shown(network, path.hops), say("Close the line, or have a relay end the chain before it.",
                                                       "Fermer la ligne, ou interrompre la chaîne par un relais."))
            )  # fmt: skip
    return tuple(found)


def _data(comparison: Comparison, versions: tuple[Version, Version]) -> dict[str, Any]:
    old, new = comparison.sides
    lines = [change for change in comparison.entries if change.subject.kind == "line"]
    opened, closed = ({item.line for item in moves} for moves in (comparison.opened, comparison.closed))
    return {
        "schema": SCHEMA,
        "at": comparison.new.at.isoformat(),
        "old": _version(versions[0], old),
        "new": _version(versions[1], new),
        "map": {"name": comparison.new.model.name, "digest": comparison.new.digest},
        "same": comparison.empty,
        "decided": comparison.whole and not comparison.undecided,
        "flows": {
            "opened": [_moved(item, new) for item in comparison.opened],
            "closed": [_moved(item, old) for item in comparison.closed],
        },
        "lines": [
            {**_entry(change), "opens": change.subject.id in opened,
             "closes": (change.was or change.subject.id) in closed}
            for change in lines
        ],
        "entries": [_entry(change) for change in comparison.entries if change.subject.kind != "line"],
        "paths": {
            "opened": [_path(item) for item in comparison.possible],
            "closed": [_path(item) for item in comparison.impossible],
        },
        "clauses": [
            {"framework": item.framework, "clause": item.clause, "old": item.before, "new": item.after,
             "findings": list(item.come), "gone": list(item.gone)}
            for item in comparison.clauses
        ],
        "findings": {
            "new": [finding_data(item) for item in (*_exposures(comparison), *_standing(comparison))],
            "gone": [finding_data(item) for item in comparison.lost],
            "known": sum(item.known for item in comparison.known.findings),
        },
        "tenants": [{"tenant": item.tenant, "by": [_ref(ref) for ref in item.by]} for item in comparison.tenants],
        "major": {
            "verdict": comparison.major.verdict,
            "criteria": [
                {"criterion": item.name, "holds": item.holds, "by": [_ref(ref) for ref in item.by]}
                for item in comparison.major.criteria
            ],
        },
    }  # fmt: skip


def _standing(comparison: Comparison) -> list[Finding]:
    return [item for item in comparison.known.findings if item.stands]


def _version(version: Version, side: Side) -> dict[str, Any]:
    network = side.network
    return {"version": version.shown, "commit": version.commit or None, "name": network.model.name,
            "digest": network.digest}  # fmt: skip


def _moved(item: Moved, side: Side) -> dict[str, Any]:
    return {
        "line": item.line,
        "complete": item.whole,
        "boxes": [
            {"from": list(side.zones(product.source)), "to": list(side.zones(product.destination)),
             "source": list(side.prefixes(product.source)), "destination": list(side.prefixes(product.destination)),
             "services": list(services_words(product.services))}
            for product in item.products
        ],
        "witness": packet_data(item.witness, side),
    }  # fmt: skip


def _entry(change: EntryChange) -> dict[str, Any]:
    return {
        "change": change.kind,
        **_ref(change.subject),
        "was": change.was or None,
        "location": _place(change.place),
        "fields": [
            {"name": item.name, "old": item.before, "new": item.after, "lent": item.lent,
             "locations": [_place(place) for place in item.places]}
            for item in change.fields
        ],
    }  # fmt: skip


def _path(path: Path) -> dict[str, Any]:
    return {
        "from": path.source, "to": _ref(path.target), "public": path.public, "sensitive": path.sensitive,
        "relayed": path.relayed, "new_end": path.ends_new,
        "chain": [{"line": hop.line or None, "at": _ref(hop.at), "lateral": hop.lateral} for hop in path.hops],
    }  # fmt: skip


def _ref(ref: Ref) -> dict[str, str]:
    return {"kind": ref.kind, "id": ref.id}


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "column": span.column, "sheet": span.sheet}


def _summary(
    comparison: Comparison, versions: tuple[Version, Version], found: Sequence[Finding]
) -> tuple[Message, ...]:
    old, new = (version.shown + (f" ({version.commit[:12]})" if version.commit else "") for version in versions)
    lines = [say("from {old} to {new}, as of {at}", "de {old} à {new}, au {at}", old=old, new=new,
                 at=comparison.new.at)]  # fmt: skip
    if comparison.empty:
        return (*lines, say("the two mean the same", "les deux signifient la même chose"))
    kinds = [change.kind for change in comparison.entries]
    lines += [
        say("{opened} {opened:line opens|lines open} flows, {closed} {closed:closes|close} some; {possible} "
            "{possible:path becomes|paths become} possible, {impossible} no {impossible:longer is|longer are}",
            "{opened} {opened:ligne ouvre|lignes ouvrent} des flux, {closed} en {closed:ferme|ferment} ; {possible} "
            "{possible:chemin devient possible|chemins deviennent possibles}, {impossible} ne "
            "{impossible:l’est|le sont} plus",
            opened=len(comparison.opened), closed=len(comparison.closed), possible=len(comparison.possible),
            impossible=len(comparison.impossible)),
        say("entries: {added} added, {removed} removed, {moved} moved, {renamed} renamed, {changed} changed",
            "entrées : {added} ajoutées, {removed} retirées, {moved} déplacées, {renamed} renommées, "
            "{changed} modifiées",
            **{kind: kinds.count(kind) for kind in ("added", "removed", "moved", "renamed", "changed")}),
        say("{n} {n:clause|clauses} otherwise, {new} new {new:finding|findings} ({errors} {errors:error|errors}), "
            "{gone} gone; tenants affected: {tenants}",
            "{n} {n:exigence change|exigences changent}, {new} {new:nouveau constat|nouveaux constats} ({errors} "
            "{errors:erreur|erreurs}), {gone} {gone:disparu|disparus} ; commanditaires touchés : {tenants}",
            n=len(comparison.clauses), new=len(found), gone=len(comparison.lost),
            errors=sum(item.severity == "error" for item in found), tenants=len(comparison.tenants)),
        say("by SecNumCloud 3.2, section 1.3.2: {verdict}", "selon SecNumCloud 3.2, section 1.3.2 : {verdict}",
            verdict=VERDICTS[comparison.major.verdict]),
    ]  # fmt: skip
    if not comparison.whole:
        lines.append(say("not everything that opens or closes was found: the comparison took too long",
                         "tout ce qui s’ouvre ou se ferme n’a pas été trouvé : comparaison trop longue"))  # fmt: skip
    if comparison.undecided:
        lines.append(say("not evaluated for want of data: {rules}", "non évalué faute de données : {rules}",
                         rules=comparison.undecided))  # fmt: skip
    return tuple(lines)
