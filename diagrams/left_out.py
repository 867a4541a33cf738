"""What a drawing leaves out, counted and said in its title block."""

from __future__ import annotations

from cloison.diagrams.dot import ROUTED
from cloison.diagrams.traffic import Traffic
from cloison.netmodel.finding import Message, say


def left_out(lines: Traffic, findings: int, flows: int) -> tuple[Message, ...]:
    """Return a sentence for each thing that is not drawn: dead lines, ends without zone, findings, labels."""
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
    if flows > ROUTED:
        said.append(say(
            "{n} pairs of zones: flows without labels, see the table",
            "{n} paires de zones : flux sans étiquettes, voir le tableau",
            n=flows,
        ))  # fmt: skip
    return tuple(said)
