"""One flow asked about: two ends and a service, by the names of the map or literally."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cloison.netmodel.compiling.ends import NoEndError
from cloison.netmodel.compiling.literals import looks_literal, read_literal
from cloison.netmodel.facts import TranslationFacts
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Text, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.ownership import Owner
from cloison.netmodel.space.protocols import NUMBERS
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import EVERY_SERVICE, OPENING, ServiceSet, parse_ports


@dataclass(frozen=True, slots=True)
class Place:
    """An end as asked for: its points, and the declared places among them, narrowest first known.

    ``unmapped`` are the points that lie on no declared subnet.
    """

    text: str
    points: IntervalSet
    zones: tuple[str, ...]
    owners: tuple[Owner, ...]
    unmapped: IntervalSet
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; ``services`` are openings. ``translations`` led from what was named to the real ends.

    A question is ``open`` when it names no service and its target has none of its own: what is authorised between
    these ends, of ``services``?
    """

    source: Place
    target: Place
    service: str
    services: ServiceSet
    open: bool
    translations: tuple[TranslationFacts, ...] = ()


def ask(network: Network, source: str, target: str, service: str, vrf: str) -> Question:
    """Return the question of a source, a target and a service (empty: an endpoint's own, else open).

    Raises ``MapError`` with every text that means nothing, and the nearest ones that do.
    """
    problems: list[Finding] = []
    if vrf not in network.ownership.indices:
        problems.append(_unknown("--vrf", vrf, nearest(vrf, network.ownership.vrfs)))
        raise MapError(tuple(problems))
    here = _place(network, source, vrf, "--from", problems)
    there = _place(network, target, vrf, "--to", problems)
    services = _services(network, target, service, problems)
    if here is None or there is None or services is None:
        raise MapError(tuple(problems))
    open_ = not service and target not in network.endpoints
    return _translated(network, Question(here, there, service, services, open_))


def place_of(network: Network, text: str, points: IntervalSet, *, everything: bool = False) -> Place:
    """Return points as an end, with the places that they touch."""
    owners: dict[int, None] = {}
    held = EMPTY
    for low, high in points.ranges:
        for vrf in range(low >> VRF_SHIFT, (high >> VRF_SHIFT) + 1):
            base = vrf << VRF_SHIFT
            first, last = max(low, base), min(high, base + (1 << VRF_SHIFT) - 1)
            owners.update(dict.fromkeys(network.ownership.touching(first, last)))
    known = [network.ownership.owners[index] for index in sorted(owners)]
    zones = tuple(sorted({owner.zone for owner in known}))
    for zone in zones:
        held |= network.zones[zone].points & points
    return Place(text, points, zones, tuple(known), points - held, everything)


def _place(network: Network, text: str, vrf: str, option: str, problems: list[Finding]) -> Place | None:
    if looks_literal(text):
        try:
            literal = read_literal(text, network.ownership.indices[vrf], network.ownership)
        except RefusedError as refused:
            problems.append(_refused("bad-address", refused.message, option))
            return None
        return place_of(network, text, literal.points)
    try:
        end = network.ends[text]
    except NoEndError as problem:
        if problem.message is not None:
            problems.append(_refused("unknown-name", problem.message, option))
        else:
            problems.append(_unknown(option, text, nearest(text, network.ends)))
        return None
    return place_of(network, text, end.points, everything=end.kind == "any")


def _services(network: Network, target: str, service: str, problems: list[Finding]) -> ServiceSet | None:
    if not service:
        known = network.endpoints.get(target)
        return (known.service_set if known else EVERY_SERVICE).in_phase(OPENING)
    if service in network.model.services:
        own = network.model.services[service]
        found = ServiceSet.union(parse_ports(ports.to, ports.source) for ports in own.ports)
    elif service in CATALOGUE:
        found = CATALOGUE[service].services
    else:
        try:
            found = parse_ports(service)
        except RefusedError as refused:
            if "/" in service or service in NUMBERS:
                problems.append(_refused("bad-service", refused.message, "--service"))
            else:
                near = nearest(service, [*network.model.services, *CATALOGUE])
                problems.append(_unknown("--service", service, near))
            return None
    return found.in_phase(OPENING)


def _translated(network: Network, question: Question) -> Question:
    """Return the question between real ends: outside addresses that are translated stand for those inside."""
    used: list[TranslationFacts] = []
    source, target, services = question.source, question.target, question.services
    for item in network.translations.values():
        if item.kind != "destination" and source.points and source.points <= item.outside:
            used.append(item)
            source = place_of(network, source.text, inside_of(item))
        if item.kind != "source" and target.points and target.points <= item.outside:
            inner = services
            if item.services:
                asked = [(out & services, there) for out, there in item.services]
                inner = ServiceSet.union(there.in_phase(OPENING) for out, there in asked if out)
            if inner:
                used.append(item)
                target, services = place_of(network, target.text, inside_of(item)), inner
    return replace(question, source=source, target=target, services=services, translations=tuple(used))


def inside_of(item: TranslationFacts) -> IntervalSet:
    """Return the points that a translation leads to."""
    return IntervalSet.union(span for end in item.inside for span in end.points.ranges)


def _refused(rule: str, message: Message, option: str) -> Finding:
    """Return an input error that names the option whose text it is about."""
    text = Text("{option}: " + message.text.en, "{option} : " + message.text.fr)
    return input_error(rule, Message(text, {**message.values, "option": option}), Ref("argument", option))


def _unknown(option: str, text: str, near: tuple[str, ...]) -> Finding:
    message: Message
    if near:
        message = say(
            "{option}: the map has no {text}; nearest: {near}",
            "{option} : la carte n’a pas de {text} ; le plus proche : {near}",
            option=option, text=text[:60], near=near,
        )  # fmt: skip
    else:
        message = say(
            "{option}: the map has no {text}, and nothing like it",
            "{option} : la carte n’a pas de {text}, ni rien d’approchant",
            option=option, text=text[:60],
        )  # fmt: skip
    return input_error("unknown-name", message, Ref("argument", option))
