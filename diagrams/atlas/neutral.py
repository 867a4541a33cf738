"""A scene in the neutral names of a page that is to be shared."""

from __future__ import annotations

from dataclasses import replace

from cloison.diagrams.atlas.telling import Teller
from cloison.diagrams.atlas.words import ours
from cloison.netmodel.finding import Message, Ref, Text
from cloison.netmodel.report import Node, Scene, Table


def neutral(scene: Scene, tell: Teller) -> Scene:
    """Return the scene in the teller's names; as it is where all is told."""
    if not tell.redacted:
        return scene
    def ref(subject: Ref) -> Ref:
        return Ref(subject.kind, tell.name(subject.id))

    def label(what: Message | str) -> str:
        return tell.said(what)

    def details(lines: tuple[Message | str, ...]) -> tuple[Message | str, ...]:
        return tuple(label(line) for line in lines)

    def nodes(items: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(
            replace(item, subject=ref(item.subject), label=label(item.label), detail=details(item.detail))
            for item in items
        )

    return replace(
        scene,
        title=_said_as(scene.title, tell),
        clusters=tuple(
            replace(item, subject=ref(item.subject), label=label(item.label), detail=details(item.detail))
            for item in scene.clusters
        ),
        nodes=nodes(scene.nodes),
        grid=replace(
            scene.grid,
            nodes=nodes(scene.grid.nodes),
            cells=tuple(replace(item, lines=tuple(tell.name(one) for one in item.lines)) for item in scene.grid.cells),
        )
        if scene.grid
        else None,
        edges=tuple(
            replace(item, label=label(item.label), lines=tuple(tell.name(one) for one in item.lines))
            for item in scene.edges
        ),
        tables=tuple(_table(table, tell) for table in scene.tables),
        hidden=tuple(_said_as(item, tell) for item in scene.hidden),
    )


def _table(table: Table, tell: Teller) -> Table:
    columns = tuple(column if ours(column) else Text(*[tell.said(column)] * 2) for column in table.columns)
    return replace(table, columns=columns, rows=tuple(tuple(tell.said(cell) for cell in row) for row in table.rows))


def _said_as(message: Message, tell: Teller) -> Message:
    return Message(Text("{it}", "{it}"), {"it": tell.said(message)})
