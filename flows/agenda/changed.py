"""What changed since the last review: what opened, what closed, what else is said of the map now."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.comparing.wording import packet_text
from cloison.netmodel.finding import Message, Ref, Text, say

_KINDS = {
    "added": Text("added", "ajouté"),
    "removed": Text("removed", "retiré"),
    "renamed": Text("renamed", "renommé"),
    "moved": Text("moved", "déplacé"),
    "changed": Text("changed", "modifié"),
}


def _points(matter: Matter) -> Iterator[Point]:
    changes = matter.changes
    assert changes is not None
    for moves, message in (
        (changes.opened, Text("opens what was closed, such as {packet}", "ouvre ce qui était fermé, tel que {packet}")),
        (changes.closed, Text("closes what was open, such as {packet}", "ferme ce qui était ouvert, tel que {packet}")),
    ):
        network = changes.new if moves is changes.opened else changes.old
        for move in moves:
            place = network.line[move.line].span
            yield Point(Ref("line", move.line), Message(message, {"packet": packet_text(move.witness)}), (place,))
    for path in changes.possible:
        yield Point(path.target, say(
            "can be reached from {source}, which it could not", "devient joignable depuis {source}, ce qui n’était pas",
            source=path.source,
        ))  # fmt: skip
    for entry in changes.entries:
        fields = tuple(dict.fromkeys(field.name for field in entry.fields))
        what = Message(Text("{kind}: {fields}", "{kind} : {fields}") if fields else Text("{kind}", "{kind}"),
                       {"kind": _KINDS[entry.kind], "fields": fields})  # fmt: skip
        yield Point(entry.subject, what, (entry.place,))


def _absent(matter: Matter) -> Text | None:
    if matter.changes is not None:
        return None
    if matter.network.last_review is None:
        return Text("this map was never reviewed (--since names a version)",
                    "cette carte n’a jamais été revue (--since nomme une version)")  # fmt: skip
    return Text(
        "the map as it was reviewed last was not found in its git history (--since names a version)",
        "la carte telle que revue la dernière fois n’a pas été trouvée dans son historique git (--since nomme une "
        "version)",
    )


TOPIC = Topic(
    name="changed",
    place=5,
    title=Text("What changed since the last review", "Ce qui a changé depuis la dernière revue"),
    why=Text(
        "Everything that was not there when the map was last approved as a whole.",
        "Tout ce qui n’était pas là quand la carte a été approuvée entière pour la dernière fois.",
    ),
    points=_points,
    absent=_absent,
)
