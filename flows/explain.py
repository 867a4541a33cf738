"""Is this flow authorised, by which line, through which equipment? Or why not, and what is nearest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloison.flows.explaining.explained import explain_report
from cloison.flows.explaining.explanation import Explanation, Match, Near, Way
from cloison.flows.explaining.question import Place, Question, ask
from cloison.netmodel.assurance.assess import assess_network, forbidden_by
from cloison.netmodel.assurance.evidence import Contact
from cloison.netmodel.facts import Line, TranslationFacts
from cloison.netmodel.finding import Finding
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import MAPPED, VRF_SHIFT
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.packets import Packet, PacketSet, Product
from cloison.netmodel.space.services import OPENING, ServiceSet

__all__ = ["Explanation", "explain", "explain_report"]

Why = Literal["", "inside", "partly", "unmapped", "expired", "forbidden", "direction", "service", "no-line"]
_MOST_NEAR = 10
_MOST_PAIRS = 400


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What a line and a question share: from these sources to these targets, the line's services there."""

    source: IntervalSet
    target: IntervalSet
    services: ServiceSet
    size: tuple[int, int, int]


def explain(
    network: Network, source: str, target: str, service: str | None = None, *, vrf: str = "default"
) -> Explanation:
    """Return the explanation of a flow on the network's day; literal addresses are read in ``vrf``.

    Without a service, an endpoint's own are meant, else whatever a line allows. Raises ``MapError`` for a text that
    means nothing, with the nearest ones that do.
    """
    question = ask(network, source, target, service or "", vrf)
    matches, wanted, open_ = _matches(network, question)
    reason, left = _reason(network, question, matches, wanted, open_)
    authorised = reason in ("", "inside")
    forbidden = _forbidden(network, question)
    near: tuple[Near, ...] = ()
    if not authorised:
        near = _nearest(network, question)
        if reason == "no-line":
            whys = [item.why for item in near]
            reason = (
                "expired" if "expired" in whys else "forbidden" if forbidden else "direction" if "direction" in whys
                else "service" if "service" in whys else "no-line"
            )  # fmt: skip
    return Explanation(
        question, authorised, reason, matches, near, _ways(network, question, matches),
        _translations(network, question), _findings(network, matches), forbidden, left,
    )  # fmt: skip


def _matches(network: Network, question: Question) -> tuple[tuple[Match, ...], PacketSet, bool]:
    """Return the live lines that authorise some of what is asked, most specific first; what is asked; and whether any
    service would do."""
    open_ = not question.service and question.target.text not in network.endpoints
    found: list[tuple[tuple[int, int, int], Match]] = []
    wanted = PacketSet.of(*_products(question.source.points, question.target.points, question.services))
    for line in network.lines:
        if not line.live:
            continue
        for meeting in _meetings(line, question.source, question.target):
            services = meeting.services.in_phase(OPENING) & question.services
            if services:
                whole = (
                    question.source.points <= meeting.source
                    and question.target.points <= meeting.target
                    and (open_ or question.services <= services)
                )
                found.append((meeting.size, Match(line, services, meeting.source, meeting.target, whole)))
    found.sort(key=lambda item: (not item[1].complete, item[0], item[1].line.id))  # whole answers first
    best: dict[str, Match] = {}
    for _, match in found:
        known = best.get(match.line.id)
        if known is None or (match.complete and not known.complete):
            best[match.line.id] = match
    return tuple(best.values()), wanted, open_


def _meetings(line: Line, source: Place, target: Place) -> list[_Meeting]:
    """Return what a line's pairs of ends share with two places; the smaller ends first."""
    found = []
    for here, there in line.pairs():
        one, other = here.points & source.points, there.points & target.points
        if one and other and _products(one, other, ServiceSet.of((6, 6))):
            services = ServiceSet.union(services for _, services in line.services_to(there))
            size = (there.points.size, here.points.size, services.size)
            found.append(_Meeting(here.points, there.points, services, size))
    return sorted(found, key=lambda item: item.size)


def _reason(
    network: Network, question: Question, matches: tuple[Match, ...], wanted: PacketSet, open_: bool
) -> tuple[Why, Packet | None]:
    if _inside(network, question):
        return "inside", None
    if any(match.complete for match in matches):
        return "", None
    unmapped = question.source.unmapped or question.target.unmapped
    if not matches:
        return ("unmapped" if _nobody(question) else "no-line"), wanted.witness()
    if open_:
        covered = PacketSet.of(*(
            product for match in matches for product in _products(match.source, match.target, question.services)
        ))  # fmt: skip
    else:
        covered = PacketSet.of(*(
            product for match in matches for product in _products(match.source, match.target, match.services)
        ))  # fmt: skip
    left = wanted - covered
    if not left and not unmapped:
        return "", None
    return ("partly", left.witness()) if left else ("", None)


def _nobody(question: Question) -> bool:
    return any(not place.owners and not place.everything for place in (question.source, question.target))


def _inside(network: Network, question: Question) -> bool:
    """Say whether no line is needed: everything lies where ``inside`` asks for none."""
    source, target = question.source, question.target
    if source.unmapped or target.unmapped or not source.owners or not target.owners:
        return False
    return all(network.ownership.inside(one, other) for one in source.owners for other in target.owners)


def _nearest(network: Network, question: Question) -> tuple[Near, ...]:
    """Return lines that come near, the nearest kind first: not live, the other way, other services, the same zones."""
    found: dict[str, Near] = {}
    for line in network.lines:
        straight = _meetings(line, question.source, question.target)
        asked = [item for item in straight if item.services.in_phase(OPENING) & question.services]
        back = [
            item
            for item in _meetings(line, question.target, question.source)
            if item.services.in_phase(OPENING) & question.services
        ]
        if asked and not line.live:
            found[line.id] = Near(line, "expired")
        elif asked:
            found[line.id] = Near(line, "partly")
        elif back and line.live:
            found[line.id] = Near(line, "direction")
        elif straight and line.live:
            found[line.id] = Near(line, "service")
        elif line.live and any(
            here in question.source.zones and there in question.target.zones for here, there in line.zone_pairs
        ):
            found[line.id] = Near(line, "zones")
    order = ("partly", "expired", "direction", "service", "zones")
    return tuple(sorted(found.values(), key=lambda item: (order.index(item.why), item.line.id))[:_MOST_NEAR])


def _forbidden(network: Network, question: Question) -> tuple[str, ...]:
    """Return the rules that forbid the flow directly, for some of its ends and services."""
    forbids = forbidden_by(network)
    names: dict[str, None] = {}
    pairs = [(one, other) for one in question.source.owners for other in question.target.owners][:_MOST_PAIRS]
    boxes = list(question.services.boxes())[:64] if question.service else list(question.services.boxes())[:1]
    for one, other in pairs:
        for box in boxes:
            names.update(dict.fromkeys(forbids(Contact(one, other, box.protocol, box.low))))
    return tuple(names)


def _ways(network: Network, question: Question, matches: tuple[Match, ...]) -> tuple[Way, ...]:
    """Return the ways between the zones of the flow: those of its lines, else those that a line could take."""
    ways: dict[tuple[str, str, tuple[str, ...]], Way] = {}
    for match in matches:
        for (here, there), route in match.line.routes.items():
            if here in question.source.zones and there in question.target.zones:
                ways.setdefault((here, there, route), Way(here, there, route, network.topology.stages(route)))
    if not ways:
        for here in question.source.zones[:10]:
            for there in question.target.zones[:10]:
                if here != there:
                    for route in network.topology.crossings(here, there)[:4]:
                        way = Way(here, there, route, network.topology.stages(route))
                        ways.setdefault((here, there, route), way)
    return tuple(ways.values())


def _translations(network: Network, question: Question) -> tuple[TranslationFacts, ...]:
    """Return the translations that the flow meets: those that were followed, and those that lead to its ends."""
    found = {item.id: item for item in question.translations}
    for item in network.translations.values():
        inside = IntervalSet.union(span for end in item.inside for span in end.points.ranges)
        place = question.source if item.kind == "source" else question.target
        if inside.overlaps(place.points) and not place.everything:
            found.setdefault(item.id, item)
    return tuple(found.values())


def _findings(network: Network, matches: tuple[Match, ...]) -> tuple[Finding, ...]:
    """Return what the checks say of the lines that authorise the flow."""
    if not matches:
        return ()
    ids = {match.line.id for match in matches}
    return tuple(
        finding
        for finding in assess_network(network).findings
        if (finding.subject.kind in ("line", "flow") and finding.subject.id in ids)
        or any(
            step.subject.kind in ("line", "flow") and step.subject.id in ids
            for step in (finding.witness.steps if finding.witness else ())
        )
    )


def _products(source: IntervalSet, target: IntervalSet, services: ServiceSet) -> list[Product]:
    """Return the products of two ends, one address family each."""
    found = []
    for four in (True, False):
        one, other = _family(source, four), _family(target, four)
        if one and other and services:
            found.append(Product(one, other, services))
    return found


def _family(points: IntervalSet, four: bool) -> IntervalSet:
    """Return the points of one family; every range of points lies in few VRFs."""
    spans = []
    for low, high in points.ranges:
        for vrf in range(low >> VRF_SHIFT, (high >> VRF_SHIFT) + 1):
            base = (vrf << VRF_SHIFT) | MAPPED
            spans.append((base, base | 0xFFFFFFFF))
    v4 = IntervalSet.union(spans) if spans else EMPTY
    return points & v4 if four else points - v4
