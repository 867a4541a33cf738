"""Where a review stands: what is decided, what is not, what was decided of something else than what is there now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cloison.flows.reviewing.decisions import Decision, Decisions
from cloison.flows.reviewing.items import Item, Items, is_state, says_the_same
from cloison.netmodel.finding import Finding, Message, Ref, Span, say

How = Literal["decided", "undecided", "changed", "to-do", "gone"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Of each item, its decision where there is one, and how it stands; and decisions of what is there no more.

    ``decided`` holds as it is, ``to-do`` is to be changed or removed and still there, ``changed`` was decided of
    another state than that of now, or of none that is known, ``gone`` is no item of the map. What was to be changed
    is done once its own words are others.
    """

    items: Mapping[str, tuple[Item, Decision | None, How]]
    gone: tuple[Decision, ...]

    def count(self, how: How) -> int:
        """Return how many items stand so."""
        return len(self.gone) if how == "gone" else sum(entry[2] == how for entry in self.items.values())


_GONE = say(
    "Decide “remove”, delete the row, or put back what was to stay; a spreadsheet may also have altered the item’s id.",
    "Décider « supprimer », effacer la ligne du tableau, ou remettre ce qui devait rester ; un tableur a pu aussi "
    "altérer l’identifiant.",
)


def standing(items: Items, decisions: Decisions) -> Standing:
    """Return where each item of a map stands by the decisions."""
    found = {item.id: (item, decision, _how(item, decision))
             for item in items.items for decision in (decisions.by_item.get(item.id),)}  # fmt: skip
    return Standing(found, tuple(decision for decision in decisions.decisions if decision.item not in found))


def _how(item: Item, decision: Decision | None) -> How:
    if decision is None:
        return "undecided"
    if decision.word == "remove":
        return "to-do"  # it is still there
    if decision.word == "change" and is_state(decision.state):
        return "to-do" if says_the_same(decision.state, item.state) else "decided"
    return "decided" if decision.state == item.state else "changed"


def refusals(stand: Standing) -> tuple[Finding, ...]:
    """Return every reason why a review cannot be closed: what is undecided, decided of another state, or kept and gone.

    What is to be changed or removed later is no such reason: the next review asks for it.
    """
    found: list[Finding] = []

    def add(rule: str, message: Message, item: str, *places: Span, remedy: Message | None = None) -> None:
        found.append(Finding(rule, "error", message, Ref("decision", item), places, remedy=remedy))

    for item, decision, how in stand.items.values():
        if how == "undecided":
            add("undecided", say("{item} is not decided", "{item} n’est pas décidé", item=item.id), item.id, item.span)
        elif how == "changed" and decision is not None:
            add("changed-since", say(
                "{item} was decided as it was before: look at it again",
                "{item} a été décidé tel qu’il était : à revoir",
                item=item.id,
            ), item.id, item.span, decision.place)  # fmt: skip
    for decision in stand.gone:
        if decision.word != "remove":
            add("gone", say(
                "{item} was to stay, and is in the map no more", "{item} devait rester, et n’est plus dans la carte",
                item=decision.item,
            ), decision.item, decision.place, remedy=_GONE)  # fmt: skip
    return tuple(found)
