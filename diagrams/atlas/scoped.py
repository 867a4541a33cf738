"""Findings and scenes without what a page may not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from cloison.diagrams.atlas.scope import KINDS, UNTOLD, Scope
from cloison.diagrams.atlas.words import ours
from cloison.diagrams.cells import cell_said
from cloison.diagrams.proof import step_said
from cloison.netmodel.finding import Finding, Message, Ref
from cloison.netmodel.report import Cluster, Node, Scene, Table

Box = TypeVar("Box", Cluster, Node)


def scoped_findings(findings: Sequence[Finding], scope: Scope) -> list[Finding]:
    """Return the findings about what is a page's own, whose words and proof name nothing that it may not hold."""
    if scope.whole:
        return list(findings)
    return [
        one for one in findings
        if scope.owns(KINDS.get(one.subject.kind, ""), one.subject.id.partition("/")[0]) and scope.may_say(_words(one))
    ]  # fmt: skip


def _words(one: Finding) -> str:
    messages = [one.message, *((one.remedy,) if one.remedy else ())]
    said = [one.rule, *(message.say(lang) for message in messages for lang in ("en", "fr"))]
    steps = one.witness.steps if one.witness else ()
    said += [step_said(step, lang) for step in steps for lang in ("en", "fr")]
    packet = one.witness.packet if one.witness else None
    return "\n".join([*said, *(str(value) for value in (packet or {}).values())])


def scoped_scene(scene: Scene, scope: Scope) -> Scene:
    """Return a scene without what a page may not hold; the rows of its tables are of what it holds."""
    if scope.whole:
        return scene
    boxes = tuple(_box(item, scope) for item in scene.clusters if _kept(item.subject, scope))
    homes = {item.id for item in boxes}
    nodes = tuple(
        _box(item, scope) for item in scene.nodes
        if _kept(item.subject, scope) and (not item.cluster or item.cluster in homes)
        and scope.may_say(cell_said(item.label, "en"))
    )  # fmt: skip
    places = homes | {item.id for item in nodes}
    edges = tuple(
        replace(item, label=item.label if scope.may_say(cell_said(item.label, "en")) else "")
        for item in scene.edges
        if {item.source, item.target} <= places and all(scope.has("flows", line) for line in item.lines)
    )
    hidden = tuple(item for item in scene.hidden if scope.may_say(f"{item.say('en')} {item.say('fr')}"))
    tables = tuple(
        _table(table, scope) for table in scene.tables
        if all(ours(column) or scope.may_say(column.en) for column in table.columns)
    )  # fmt: skip
    return replace(scene, clusters=boxes, nodes=nodes, edges=edges, tables=tables, hidden=hidden, grid=None)


def _kept(subject: Ref, scope: Scope) -> bool:
    return scope.has(KINDS.get(subject.kind, ""), subject.id)


def _box(item: Box, scope: Scope) -> Box:
    told = (scope.told(line) for line in item.detail)
    detail = tuple(line for line in told if isinstance(line, (str, Message)) and line != UNTOLD)
    own = scope.owns(KINDS.get(item.subject.kind, ""), item.subject.id)
    marks = item.marks if own else tuple(mark for mark in item.marks if mark != "sensitive")
    return replace(item, detail=detail, marks=marks)


def _table(table: Table, scope: Scope) -> Table:
    """Return a table without the rows about what a page may not hold; a flow is about its two ends."""
    about = 2 if table.id == "flows" else 1
    rows = (tuple(scope.told(cell) for cell in row) for row in table.rows if _tells(row[:about], scope))
    return replace(table, rows=tuple(rows))


def _tells(cells: Sequence[object], scope: Scope) -> bool:
    return any(not isinstance(cell, (str, Message)) or scope.may_say(cell_said(cell, "en")) for cell in cells)
