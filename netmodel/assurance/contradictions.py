"""Rules that contradict each other: one forbids what another allows, or keeps ways from what another demands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloison.netmodel.assurance.form import Claim
from cloison.netmodel.assurance.searching.place_table import PlaceTable
from cloison.netmodel.assurance.upkeep import UPKEEP
from cloison.netmodel.finding import Finding, Message, Ref, Value, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.packets import Product, less
from cloison.netmodel.space.services import show

NAME = "contradictory-policy"
_MOST = 500  # told one by one
_NAMED = 6  # services


def contradictions(network: Network, table: PlaceTable, claims: Sequence[Claim]) -> tuple[Finding, ...]:
    """Return a finding for each two claims that no traffic can meet both of, with both places.

    What one allows in so many words (``allow all``, ``allow only``) must not be what another forbids for the same
    ends; the assets through which one leads all ways must not all be such as another keeps them from.
    """
    against: dict[int, dict[int, list[Claim]]] = {}
    for claim in claims:
        if claim.forbids or claim.avoids:
            against.setdefault(claim.source, {}).setdefault(claim.target, []).append(claim)
    found: list[Finding] = []
    more = 0
    told: set[tuple[object, ...]] = set()
    for claim in claims:
        if not (claim.permits or claim.demands):
            continue
        for other in _near(table, claim, against):
            message = _contradiction(table, claim, other)
            key = claim.rule, claim.route, claim.instance, other.rule, other.route, other.instance
            if message is None or key in told:
                continue
            told.add(key)
            if len(found) < _MOST:
                found.append(_finding(network, claim, other, message))
            else:
                more += 1
    if more:
        message = say("{n} more contradictions are not told one by one",
                      "{n} autres contradictions ne sont pas détaillées", n=more)  # fmt: skip
        place = network.document.span(("policy",), key=True)
        words = UPKEEP[NAME]
        found.append(Finding(NAME, words.severity, message, Ref("map", network.model.name), (place,),
                             remedy=Message(words.remedy)))  # fmt: skip
    return tuple(found)


def _near(table: PlaceTable, claim: Claim, against: dict[int, dict[int, list[Claim]]]) -> Iterator[Claim]:
    targets = table.overlapping(claim.target)
    for source in table.overlapping(claim.source):
        row = against.get(source)
        for target in targets if row else ():
            yield from (other for other in (row or {}).get(target, ()) if other is not claim)


def _contradiction(table: PlaceTable, claim: Claim, other: Claim) -> Message | None:
    source = table.points[claim.source] & table.points[other.source]
    target = table.points[claim.target] & table.points[other.target]
    values: dict[str, Value] = {
        "one": _named(claim), "other": _named(other),
        "source": tuple(item.id for item in table.refs[claim.source][:_NAMED]),
        "target": tuple(item.id for item in table.refs[claim.target][:_NAMED]),
    }  # fmt: skip
    services = claim.permits & other.forbids
    if services:
        left = next(less(Product(source, target, services), (*claim.inner, *other.inner)), None)
        if left is not None:
            said = tuple(word.removesuffix(" new") for word in show(left.services))
            return say(
                "{one} allows {services} from {source} to {target}, and {other} forbids it",
                "{one} autorise {services} de {source} vers {target}, et {other} l’interdit",
                services=(*said[:_NAMED], f"… +{len(said) - _NAMED}") if len(said) > _NAMED else said, **values,
            )  # fmt: skip
    if claim.demands and source and target and claim.demands <= other.avoids:
        return say(
            "{one} leads what goes from {source} to {target} through {assets}, and {other} keeps it from there",
            "{one} fait passer par {assets} ce qui va de {source} à {target}, et {other} l’en écarte",
            assets=tuple(sorted(claim.demands)[:_NAMED]), **values,
        )  # fmt: skip
    return None


def _named(claim: Claim) -> str:
    return f"{claim.rule} [{claim.instance}]" if claim.instance else claim.rule


def _finding(network: Network, claim: Claim, other: Claim, message: Message) -> Finding:
    spans = (network.document.span(claim.route, key=True), network.document.span(other.route, key=True))
    words = UPKEEP[NAME]
    return Finding(NAME, words.severity, message, Ref("policy", claim.rule), spans, remedy=Message(words.remedy))
