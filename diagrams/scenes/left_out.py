"""What a drawing leaves out, counted and said in its title block."""

from __future__ import annotations

from dataclasses import replace

from cloison.diagrams.layout.dot import ROUTED
from cloison.diagrams.scenes.traffic import Traffic
from cloison.netmodel.finding import Message, say
from cloison.netmodel.report import Scene


def left_out(lines: Traffic, findings: int) -> tuple[Message, ...]:
    """Return a sentence for each thing that is not drawn: dead lines, ends without zone, findings."""
    said = []
    if lines.dead:
        said.append(
            say("not drawn: {n} line(s) not in force", "non dessinées : {n} ligne(s) hors période", n=len(lines.dead))
        )
    if lines.outside:
        said.append(say(
            "not drawn: {n} line(s) with an end in no zone",
            "non dessinées : {n} ligne(s) avec une extrémité hors zone",
            n=len(lines.outside),
        ))  # fmt: skip
    if findings:
        said.append(say(
            "{n} finding(s) about nothing that is drawn here", "{n} constat(s) sur rien de ce qui est dessiné ici",
            n=findings,
        ))  # fmt: skip
    return tuple(said)


def unlabelled(scene: Scene) -> Scene:
    """Return the scene, which says so when it has too many flows for their labels to be drawn."""
    flows = sum(1 for edge in scene.edges if edge.kind == "flow")
    if flows <= ROUTED:
        return scene
    said = say("{n} flows without labels: see the table", "{n} flux sans étiquettes : voir le tableau", n=flows)
    return replace(scene, hidden=(*scene.hidden, said))
