"""Is this flow authorised, by which line, through which equipment? Or why not, and what is nearest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product
from typing import Literal

from cloison.flows.explaining.coverage import Coverage, cover, meetings, missing
from cloison.flows.explaining.explained import explain_report
from cloison.flows.explaining.explanation import Explanation, Match, Near, Way
from cloison.flows.explaining.question import Question, ask
from cloison.flows.explaining.translated import translations_met
from cloison.flows.verifying.deciding import Decision, Guard
from cloison.netmodel.assurance.assess import assess_network, forbidden_by
from cloison.netmodel.assurance.evidence import Contact
from cloison.netmodel.finding import Finding
from cloison.netmodel.network import Network
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import ServiceSet

__all__ = ["Explanation", "explain", "explain_report"]

Why = Literal["", "inside", "partly", "unmapped", "expired", "forbidden", "direction", "service", "no-line"]
_MOST_NEAR = 10
_MOST_PAIRS = 400
_MOST_BOXES = 64


def explain(
    network: Network, source: str, target: str, service: str | None = None, *, vrf: str = "default",
    guards: Sequence[Guard] = (),
) -> Explanation:  # fmt: skip
    """Return the explanation of a flow on the network's day; literal addresses are read in ``vrf``.

    Without a service, an endpoint's own are meant, else the question is which services are authorised from all of one
    end to all of the other. ``guards`` are configured devices, which say what they
    do with it. Raises ``MapError`` for a text that means nothing, with the nearest ones that do.
    """
    question = ask(network, source, target, service or "", vrf)
    coverage = cover(network, question)
    services, reason = coverage.services, _reason(network, question, coverage)
    if reason == "inside":
        services = question.services
    authorised = reason in ("", "inside")
    forbidden = _forbidden(network, question, coverage)
    near: tuple[Near, ...] = ()
    if not authorised:
        near = _nearest(network, question)
        if reason == "no-line":
            whys = [item.why for item in near]
            reason = (
                "expired" if "expired" in whys else "forbidden" if forbidden else "direction" if "direction" in whys
                else "service" if "service" in whys else "no-line"
            )  # fmt: skip
    ways = _ways(network, question, coverage.matches)
    return Explanation(
        question, authorised, reason, services, coverage.matches, coverage.parts if reason == "partly" else (), near,
        ways, translations_met(network, question, coverage, ways), _findings(network, coverage.matches), forbidden,
        None if authorised else missing(network, question, coverage), _decisions(question, coverage, guards),
    )  # fmt: skip


def asked_of(question: Question, coverage: Coverage | None = None) -> Product:
    """Return what a question is about; an open one is about the services that some line authorises, if any."""
    services = question.services
    if question.open and coverage is not None and coverage.matches:
        services = ServiceSet.union(match.services for match in coverage.matches)
    return Product(question.source.points, question.target.points, services)


def _decisions(question: Question, coverage: Coverage, guards: Sequence[Guard]) -> tuple[Decision, ...]:
    product = asked_of(question, coverage)
    decisions = (guard.decide(product) for guard in guards)
    return tuple(item for item in decisions if item.fate != "absent")


def _reason(network: Network, question: Question, coverage: Coverage) -> Why:
    if _inside(network, question):
        return "inside"
    if coverage.services if question.open else coverage.wanted and question.services <= coverage.services:
        return ""
    if coverage.matches:
        return "partly"
    return "unmapped" if _nobody(question) else "no-line"


def _nobody(question: Question) -> bool:
    return any(not place.owners and not place.everything for place in (question.source, question.target))


def _inside(network: Network, question: Question) -> bool:
    """Say whether no line is needed: everything lies where ``inside`` asks for none."""
    source, target = question.source, question.target
    if source.unmapped or target.unmapped or not source.owners or not target.owners:
        return False
    here, there = source.owners[0], target.owners[0]
    return all(network.ownership.inside(one, there) for one in source.owners) and all(
        network.ownership.inside(here, other) for other in target.owners
    )


def _nearest(network: Network, question: Question) -> tuple[Near, ...]:
    """Return lines that come near, the nearest kind first: not live, the other way, other services, the same zones."""
    found: dict[str, Near] = {}
    for line in network.lines:
        straight = meetings(line, question.source, question.target)
        asked = any(item.services & question.services for item in straight)
        back = any(item.services & question.services for item in meetings(line, question.target, question.source))
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


def _forbidden(network: Network, question: Question, coverage: Coverage) -> tuple[str, ...]:
    """Return the rules that forbid the flow directly, for some of its ends and services.

    An open question is about the services that some line authorises; without any, about one that nobody named.
    """
    forbids = forbidden_by(network)
    names: dict[str, None] = {}
    pairs = list(islice(product(question.source.owners, question.target.owners), _MOST_PAIRS))
    services = question.services
    if question.open and coverage.matches:
        services = coverage.services or ServiceSet.union(match.services for match in coverage.matches)
    boxes = list(islice(services.boxes(), 1 if question.open and not coverage.matches else _MOST_BOXES))
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
