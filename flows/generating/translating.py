"""The map's translations on a device, as the plan has them: one family each, static ones only."""

from __future__ import annotations

from cloison.flows.configuration import Configuration, Translation
from cloison.flows.generating.plan import Translated, family_of
from cloison.netmodel.facts import TranslationFacts
from cloison.netmodel.finding import Finding, Message, Ref, input_error, say
from cloison.netmodel.network import Network
from cloison.netmodel.sides import Sides, bare
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, OPENING, ServiceSet


def translations_of(network: Network, sides: Sides) -> tuple[tuple[Translated, ...], list[Finding]]:
    """Return the translations made on a device, and why others cannot be written."""
    found: list[Translated] = []
    errors: list[Finding] = []
    for item in network.translations.values():
        if item.on not in sides.stage:
            continue
        inside = IntervalSet.union(span for end in item.inside for span in end.points.ranges)
        span = network.span("translations", item.id)
        for family in (V4, V6):
            outer, inner = bare(item.outside) & family, bare(inside) & family
            if not outer or not inner:
                continue
            problem = _problem(item, outer, inner)
            leaving = _leaving(sides, item.outside) if item.kind != "destination" else ""
            if item.kind != "destination" and not leaving:
                problem = problem or _NO_WAY_OUT
            if problem is not None:
                errors.append(input_error("inexpressible", problem, Ref("translation", item.id), span))
                continue
            found.append(Translated(item.id, item.kind, family_of(outer), outer, inner, item.services, leaving, span))
    return tuple(found), errors


_NO_WAY_OUT = say(
    "by which interface its packets leave is not told: the outside addresses lie behind no interface, or several",
    "l’interface par laquelle ses paquets sortent n’est pas dite : les adresses externes ne sont derrière aucune, ou "
    "plusieurs",
)
_MANY = say(
    "it stands for several addresses, and which of them takes a conversation is not told",
    "elle représente plusieurs adresses, et laquelle reçoit une conversation n’est pas dit",
)
_UNEVEN = say(
    "it pairs ranges of ports, or whole services, that differ", "elle associe des plages de ports qui diffèrent"
)


def _problem(item: TranslationFacts, outer: IntervalSet, inner: IntervalSet) -> Message | None:
    if item.kind == "source":
        return _MANY if len(outer.ranges) > 1 else None
    if outer.size != inner.size or (outer.size > 1 and len(outer.ranges) + len(inner.ranges) > 2) or outer.size > 256:
        return _MANY
    for there, here in item.services:
        if there != here and not (len(there.segments) == len(here.segments) == 1 and _one(there) and _one(here)):
            return _UNEVEN
    return None


def _one(services: ServiceSet) -> bool:
    low, high, _ = services.segments[0]
    return low == high


def pairs(item: Translated) -> tuple[tuple[int, int], ...]:
    """Return each outside address of a destination's or a static translation with the inside one it stands for."""
    outer, inner = ([low + at for low, high in side.ranges for at in range(high - low + 1)]
                    for side in (item.outside, item.inside))  # fmt: skip
    return tuple(zip(outer, inner, strict=True))


def made(configuration: Configuration, item: Translated) -> bool:
    """Say whether a configuration makes a translation of the plan, as its reader understands it."""
    found = configuration.translations
    if item.kind == "source":
        return any(one.kind == "source" and one.outside == item.outside and one.inside == item.inside for one in found)
    wanted = item.services or ((EVERY_SERVICE, EVERY_SERVICE),)
    there = all(
        all(_leads(found, outside, inside, one, other) for one, other in wanted) for outside, inside in pairs(item)
    )
    if item.kind == "destination":
        return there
    return there and all(
        any(one.kind in ("source", "static") and outside in one.outside and inside in one.inside for one in found)
        for outside, inside in pairs(item)
    )


def _leads(found: tuple[Translation, ...], outside: int, inside: int, services: ServiceSet, others: ServiceSet) -> bool:
    """Say whether opening packets to an outside address and services go to an inside one and its services."""
    left = services.in_phase(OPENING)
    reached = NO_SERVICE
    for item in found:
        if item.kind == "source" or item.outside != IntervalSet(((outside, outside),)):
            continue
        if item.inside != IntervalSet(((inside, inside),)):
            return False
        for one, other in item.services or ((EVERY_SERVICE, EVERY_SERVICE),):
            if one.in_phase(OPENING) <= services:
                left = left - one
                reached |= other.in_phase(OPENING)
    return not left and reached == others.in_phase(OPENING)


def _leaving(sides: Sides, outside: IntervalSet) -> str:
    """Return the interface behind, or on, which the outside addresses lie; empty where there is no single one."""
    addresses = bare(outside)
    held = [
        port.name for port in sides.ports.values()
        if addresses <= port.addresses or addresses <= port.networks or outside <= port.sure
    ]  # fmt: skip
    return held[0] if len(held) == 1 else ""
