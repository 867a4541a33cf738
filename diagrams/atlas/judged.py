"""What was found about a map, as plain values: findings, statuses of clauses, captures and configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloison.diagrams.atlas.entries import kept
from cloison.diagrams.atlas.scope import UNTOLD, Scope
from cloison.diagrams.atlas.scoped import scoped_findings
from cloison.diagrams.atlas.telling import Teller
from cloison.diagrams.phrases import GRAPHS, SEVERITIES_SAID, SIGNS
from cloison.diagrams.printable import printable
from cloison.diagrams.proof import step_said
from cloison.diagrams.statuses import STATUS
from cloison.netmodel.finding import Finding
from cloison.netmodel.report import Atlas, Report, Table

ROWS = 5000  # of a table of evidence; more are counted
Values = dict[str, Any]


def findings(atlas: Atlas, scope: Scope, tell: Teller) -> list[Values]:
    """Return the findings that the page may tell, worst first, those that a waiver covers too."""
    ids = shown_ids(atlas, tell)
    return [_finding(one, ids, atlas, scope, tell) for one in scoped_findings(atlas.check.findings, scope)]


def shown_ids(atlas: Atlas, tell: Teller) -> Mapping[str, str]:
    """Return the id of each finding by its fingerprint; a number where names are not told, for they are in its hash."""
    every = dict.fromkeys(one.fingerprint for one in atlas.check.findings)
    return {one: f"f{number}" if tell.redacted else one for number, one in enumerate(every, 1)}


def _finding(one: Finding, ids: Mapping[str, str], atlas: Atlas, scope: Scope, tell: Teller) -> Values:
    severity = one.severity if one.stands else None
    network = atlas.network
    subject = one.subject.id
    if one.subject.kind == "endpoint" and subject in network.endpoints:  # drawn as the asset that offers it
        subject = network.endpoints[subject].asset
    steps = one.witness.steps if one.witness else ()

    def free(text: str) -> str:
        return tell.free(text) if scope.may_say(text) else UNTOLD

    return kept(
        id=ids[one.fingerprint], rule=tell.name(one.rule) if one.rule in network.model.policy else printable(one.rule),
        severity=severity or "waived", sign=SIGNS[severity],
        said=SEVERITIES_SAID[severity].say(tell.lang), message=tell.said(one.message),
        kind="asset" if one.subject.kind == "endpoint" else "line" if one.subject.kind == "flow" else one.subject.kind,
        subject=tell.name(subject), clauses=[printable(clause) for clause in one.clauses],
        graph=GRAPHS[one.graph].say(tell.lang),
        place="" if tell.redacted or not scope.whole else ", ".join(printable(str(span)) for span in one.spans[:3]),
        steps=[
            [step.subject.kind, tell.name(step.subject.id),
             (tell.said(step.note) if step.note else "") if tell.redacted else printable(step_said(step, tell.lang))]
            for step in steps
        ],
        remedy=tell.said(one.remedy) if one.remedy else "",
        zones=[tell.name(zone) for zone in scope.kept("zones", atlas.check.zones.get(one.fingerprint, ()))],
        waiver=[free(one.waiver.by), one.waiver.until.isoformat(), free(one.waiver.why)] if one.waiver else [],
    )  # fmt: skip


def clauses(atlas: Atlas, scope: Scope, tell: Teller) -> list[Values]:
    """Return the status of each clause; a tenant's page has none, since they are about the whole map."""
    if not scope.whole:
        return []
    titles = {item.name: item.title.say(tell.lang) for item in atlas.check.frameworks}
    ids = shown_ids(atlas, tell)
    return [
        kept(
            framework=printable(titles.get(item.framework, item.framework)), id=printable(item.clause),
            title=printable(item.title.say(tell.lang)), status=item.status, sign=STATUS[item.status].sign,
            said=STATUS[item.status].title.say(tell.lang), reason=tell.said(item.reason),
            findings=[ids[one] for one in item.findings if one in ids],
        )
        for item in atlas.check.statuses
    ]  # fmt: skip


def evidence(atlas: Atlas, scope: Scope, tell: Teller) -> Values:
    """Return what captures and configurations say: for each line, and as tables where the page tells all."""
    given = list(_given(atlas)) if scope.whole and not tell.redacted else []
    return kept(
        seen=_seen(atlas, atlas.audit, scope, tell) if atlas.audit else None,
        permitted=_permitted(atlas, atlas.verify, scope, tell) if atlas.verify else None,
        said=[printable(message.say(tell.lang)) for report in given for message in report.summary],
        tables=[_table(table, tell) for report in given for table in report.tables],
    )


def _given(atlas: Atlas) -> Iterator[Report]:
    yield from (report for report in (atlas.audit, atlas.verify) if report is not None)


def _seen(atlas: Atlas, audit: Report, scope: Scope, tell: Teller) -> Mapping[str, Any]:
    """Return, by line in force, how many conversations used it, the last one, and how many refute it.

    Of a line that joins others too, the conversations are not one tenant's to know.
    """
    pairs = {line.id: line.zone_pairs for line in atlas.network.lines}
    return {
        tell.name(item["id"]): [item["conversations"], (item["last"] or "")[:10], item["refuted"]]
        for item in audit.data["lines"]
        if scope.whole or (scope.has("flows", item["id"]) and scope.pairs[item["id"]].issuperset(pairs[item["id"]]))
    }


def _permitted(atlas: Atlas, verify: Report, scope: Scope, tell: Teller) -> Mapping[str, str]:
    """Return, by line that crosses a compared device: ``yes``, ``no`` where one blocks some of it, ``undecided``.

    ``partly`` is a line with filtering equipment on its way whose configuration was not given.
    """
    devices = {item["device"]: item for item in verify.data["devices"]}
    blocked = {
        name: {one["line"] for one in item["missing"]} for name, item in devices.items()
    }  # fmt: skip
    doubtful = {name for name, item in devices.items() if item["undecided"] or item["result"] == "undecided"}
    found: dict[str, str] = {}
    for line in atlas.network.lines:
        way = set(atlas.network.filtering(line))
        crossed = way & devices.keys()
        if not line.live or not crossed or not scope.has("flows", line.id):
            continue
        if any(line.id in blocked[name] for name in crossed):
            found[tell.name(line.id)] = "no"
        elif crossed & doubtful:
            found[tell.name(line.id)] = "undecided"
        else:
            found[tell.name(line.id)] = "partly" if way - crossed else "yes"
    return found


def _table(table: Table, tell: Teller) -> Values:
    rows = [[tell.said(cell) for cell in row] for row in table.rows[:ROWS]]
    return kept(
        id=table.id, title=printable(table.title.say(tell.lang)),
        columns=[printable(column.say(tell.lang)) for column in table.columns], rows=rows,
        more=max(0, len(table.rows) - ROWS),
    )  # fmt: skip


