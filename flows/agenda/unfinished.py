"""What the last review decided to change or remove, and that is still as it was."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.reviewing.items import is_state, items_of, says_the_same
from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.finding import Message, Ref, Text, say


def _points(matter: Matter) -> Iterator[Point]:
    assert matter.earlier is not None
    for item in items_of(matter.network).items:
        decision = matter.earlier.by_item.get(item.id)
        if decision is None:
            continue
        message: Message | None = None
        if decision.word == "remove":
            message = say("was to be removed: {why}", "devait être supprimé : {why}", why=decision.why)
        elif decision.word == "change" and (
            says_the_same(decision.state, item.state) or not is_state(decision.state)
        ):
            message = say("was to be changed: {why}", "devait être modifié : {why}", why=decision.why)
        if message is not None:
            yield Point(Ref(item.kind, item.id), message, (item.span, decision.place))


def _absent(matter: Matter) -> Text | None:
    if matter.earlier is not None:
        return None
    return Text("no decisions of an earlier review are recorded", "aucune décision de revue antérieure n’est consignée")


TOPIC = Topic(
    name="unfinished",
    place=15,
    title=Text("Decided by the last review and not done", "Décidé à la dernière revue et non fait"),
    why=Text(
        "A decision that is not carried out is none.", "Une décision qui n’est pas suivie d’effet n’en est pas une."
    ),
    points=_points,
    absent=_absent,
)
