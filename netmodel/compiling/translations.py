"""Address translations: what is seen outside, and the ends inside that it stands for."""

from __future__ import annotations

from cloison.netmodel.compiling.ends import Ends, check_end, find_end
from cloison.netmodel.compiling.literals import looks_literal, read_literal
from cloison.netmodel.compiling.offers import Offers
from cloison.netmodel.compiling.problems import KINDS, Problems, Route
from cloison.netmodel.facts import TranslationFacts
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import ServiceSet

_OUTSIDE = Text("an address or a subnet", "une adresse ou un sous-réseau")


def resolve_translations(ends: Ends, offers: Offers, problems: Problems) -> dict[str, TranslationFacts]:
    """Return every translation without an error; the errors of the others go to ``problems``."""
    facts = {}
    for name, item in ends.model.translations.items():
        before = len(problems.found)
        route: Route = ("translations", name)
        if item.on not in ends.model.assets:
            problems.unknown(item.on, KINDS["assets"], ends.model.assets, (*route, "on"))
        if item.vrf not in ends.ownership.indices:
            problems.unknown(item.vrf, KINDS["vrfs"], ends.ownership.indices, (*route, "vrf"))
        outside = EMPTY
        for place, text in enumerate(item.outside):
            outside |= _outside(text, item, ends, problems, (*route, "outside", place))
        inside = []
        for place, text in enumerate(item.inside):
            end = find_end(text, ends, problems, (*route, "inside", place))
            if end is not None and check_end(end, problems, (*route, "inside", place)):
                inside.append(end)
        if not item.outside or not item.inside:
            problems.add("ends", say("A translation has “outside” and “inside”",
                                     "Une traduction a « outside » et « inside »"), route, key=True)  # fmt: skip
        mapped: list[tuple[ServiceSet, ServiceSet]] = []
        for out_name, in_name in item.services.items():
            there = offers.one(out_name, (*route, "services", out_name))
            here = offers.one(in_name, (*route, "services", out_name))
            if there is not None and here is not None:
                mapped.append((there, here))
        if len(problems.found) == before:
            facts[name] = TranslationFacts(name, item.on, item.kind, outside, tuple(inside), tuple(mapped))
    return facts


def _outside(text: str, item: m.Translation, ends: Ends, problems: Problems, route: Route) -> IntervalSet:
    if text in ends.model.subnets:
        return ends.inventory.subnets[text].points
    if not looks_literal(text):
        problems.unknown(text, _OUTSIDE, ends.model.subnets, route)
        return EMPTY
    vrf = item.vrf if item.vrf in ends.ownership.indices else "default"
    try:
        found = read_literal(text, ends.ownership.indices[vrf], ends.ownership)
    except RefusedError as refused:
        problems.add("bad-address", refused.message, route)
        return EMPTY
    if not found.owners and not problems.holes:
        problems.add(
            "address-outside",
            say("{address} lies in no subnet and no zone of the VRF {vrf}",
                "{address} n’est dans aucun sous-réseau ni aucune zone de la VRF {vrf}", address=text, vrf=vrf),
            route,
        )  # fmt: skip
    return found.points
