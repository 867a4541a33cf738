"""What a name stands for as far as it is known, and the terms of rules that are made of such names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cloison.flows.configuration import Action, Term, Written
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet

_LOW, _HIGH = V4.ranges[0]
_OTHER_FAMILY = say(
    "Whether an exclusion of one family holds for the other is not known",
    "On ne sait si une exclusion d’une famille vaut pour l’autre",
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses between two bounds: all of ``lower``, perhaps more, none outside ``upper``; ``why`` they differ."""

    lower: IntervalSet
    upper: IntervalSet
    why: Message | None = None

    def without(self) -> Addresses:
        """Return every other address. Of a family that the set does not speak of, it is not known."""
        known = IntervalSet.union(
            item for family in (V4, V6) if self.upper.overlaps(family) for item in family.ranges
        )  # fmt: skip
        lower, upper = (known or ANY) - self.upper, ANY - self.lower
        return exact(lower) if lower == upper else Addresses(lower, upper, self.why or _OTHER_FAMILY)


@dataclass(frozen=True, slots=True)
class Services:
    """Services between two bounds, likewise."""

    lower: ServiceSet
    upper: ServiceSet
    why: Message | None = None


def exact(addresses: IntervalSet) -> Addresses:
    """Return addresses that are known exactly."""
    return Addresses(addresses, addresses)


def exactly(services: ServiceSet) -> Services:
    """Return services that are known exactly."""
    return Services(services, services)


def all_addresses(parts: Iterable[Addresses]) -> Addresses:
    """Return the union."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    lower = IntervalSet.union(item for part in found for item in part.lower.ranges)
    if all(part.lower is part.upper for part in found):
        return Addresses(lower, lower)
    upper = IntervalSet.union(item for part in found for item in part.upper.ranges)
    return Addresses(lower, upper, next((part.why for part in found if part.why), None))


def all_services(parts: Iterable[Services]) -> Services:
    """Return the union."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    lower = ServiceSet.union(part.lower for part in found)
    if all(part.lower is part.upper for part in found):
        return Services(lower, lower)
    return Services(lower, ServiceSet.union(part.upper for part in found),
                    next((part.why for part in found if part.why), None))  # fmt: skip


def families(sources: IntervalSet, destinations: IntervalSet) -> Iterator[tuple[IntervalSet, IntervalSet]]:
    """Yield the ends of each family: no packet goes from one family to the other."""
    if sources == ANY and destinations == ANY:
        yield sources, destinations
        return
    for family in (V4, V6):
        one, other = _within(sources, family), _within(destinations, family)
        if one and other:
            yield one, other


def terms(
    action: Action,
    written: Written,
    sources: Addresses,
    destinations: Addresses,
    services: Services,
    arriving: frozenset[str] | None = None,
    leaving: frozenset[str] | None = None,
    doubt: Message | None = None,
    *,
    sure: bool = True,
    rests: Callable[[], str | None] = lambda: None,
) -> Iterator[Term]:
    """Yield the terms of a rule: those of its lower bounds if it is sure to act, then those of its upper ones.

    ``rests`` is asked for what a doubt hangs on.
    """
    if arriving == frozenset() or leaving == frozenset():
        return
    whole = sources.lower is sources.upper and destinations.lower is destinations.upper
    whole = whole and services.lower is services.upper
    if sure and services.lower:
        own = rests() if doubt is not None or action == "unknown" else None
        for one, other in families(sources.lower, destinations.lower):
            yield Term(action, written, one, other, services.lower, arriving, leaving, True, doubt, own)
    if (not whole or not sure) and services.upper:
        why, own = doubt or sources.why or destinations.why or services.why, rests()
        for one, other in families(sources.upper, destinations.upper):
            yield Term(action, written, one, other, services.upper, arriving, leaving, False, why, own)


def _within(addresses: IntervalSet, family: IntervalSet) -> IntervalSet:
    if not addresses.ranges:
        return addresses
    if family is V4 and addresses.ranges[0][0] >= _LOW and addresses.ranges[-1][1] <= _HIGH:
        return addresses
    if family is V6 and (addresses.ranges[0][0] > _HIGH or addresses.ranges[-1][1] < _LOW):
        return addresses
    return addresses & family


NOTHING = Addresses(EMPTY, EMPTY)
EVERYWHERE = exact(ANY)
NONE = exactly(NO_SERVICE)
