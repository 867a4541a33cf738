"""What a drawing leaves out, counted and said in its title block."""

from __future__ import annotations

from dataclasses import replace

from cloison.diagrams.layout.dot import ROUTED
from cloison.diagrams.scenes.traffic import Traffic
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.report import Scene


def left_out(lines: Traffic, findings: int) -> tuple[Message, ...]:
    """Return a sentence for each thing that is not drawn: dead lines, ends without zone, findings."""
    return (
        *counted(
            len(lines.dead),
            Text("not drawn: {n} line not in force", "non dessinée : {n} ligne hors période"),
            Text("not drawn: {n} lines not in force", "non dessinées : {n} lignes hors période"),
        ),
        *counted(
            len(lines.outside),
            Text("not drawn: {n} line with an end in no zone", "non dessinée : {n} ligne avec une extrémité hors zone"),
            Text(
                "not drawn: {n} lines with an end in no zone", "non dessinées : {n} lignes avec une extrémité hors zone"
            ),
        ),
        *counted(
            findings,
            Text(
                "{n} finding about nothing that is drawn here",
                "{n} constat ne porte sur rien de ce qui est dessiné ici",
            ),
            Text(
                "{n} findings about nothing that is drawn here",
                "{n} constats ne portent sur rien de ce qui est dessiné ici",
            ),
        ),
    )


def counted(count: int, one: Text, many: Text) -> tuple[Message, ...]:
    """Return the sentence that fits ``count``; none where there is nothing to say."""
    return (Message(one if count == 1 else many, {"n": count}),) if count else ()


def unlabelled(scene: Scene) -> Scene:
    """Return the scene, which says so when it has too many flows for their labels to be drawn."""
    flows = sum(1 for edge in scene.edges if edge.kind == "flow")
    if flows <= ROUTED:
        return scene
    said = say("{n} flows without labels: see the table", "{n} flux sans étiquettes : voir le tableau", n=flows)
    return replace(scene, hidden=(*scene.hidden, said))
