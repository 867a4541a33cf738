"""Lines approved by someone who answers for nothing any longer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from cloison.flows.reviewing.lines import at_line
from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language.model import Approval
from cloison.netmodel.network import Network


def _points(matter: Matter) -> Iterator[Point]:
    today = _answering(matter.network)
    for line in matter.network.lines:
        for approval in _last(line.flow.approved):
            if _fold(approval.by) in today:
                continue
            message = say(
                "approved by {by}, who is responsible for no line and did not take part in the last review",
                "approuvée par {by}, qui n’est responsable d’aucune ligne et n’a pas pris part à la dernière revue",
                by=approval.by,
            )
            yield at_line(line, message, "approved")


def _last(approvals: Sequence[Approval]) -> tuple[Approval, ...]:
    """Return the last approval of each party: one tenant’s is not replaced by another’s."""
    found: dict[str, Approval] = {}
    for approval in sorted(approvals, key=lambda item: item.on or date.min):
        found[approval.party] = approval
    return tuple(found.values())


def _answering(network: Network) -> set[str]:
    """Return who answers for something today: the responsible of lines, and who made the last review."""
    model = network.model
    names = {_fold(flow.responsible) for flow in model.flows.values()}
    if network.last_review is not None:
        names |= {_fold(name) for name in network.last_review.by}
    return names - {""}


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


TOPIC = Topic(
    name="approver",
    place=80,
    title=Text("Approved by someone no longer responsible", "Approuvées par quelqu’un qui n’est plus responsable"),
    why=Text(
        "An approval is worth what its author can still answer for.",
        "Une approbation vaut ce dont son auteur peut encore répondre.",
    ),
    points=_points,
)
