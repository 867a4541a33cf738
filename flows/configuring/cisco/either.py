"""A packet that a list may see at one of two pairs of ends: it passes when either of them is permitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloison.flows.configuration import Term
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import ServiceSet

_MOST = 4_000_000  # pairs of entries
POOLED = say(
    "it depends on the address or port that a pool gives a conversation",
    "elle dépend de l’adresse ou du port qu’un groupe donne à une conversation",
)


@dataclass(frozen=True, slots=True)
class Product:
    """The packets of a term, at real ends."""

    sources: IntervalSet
    destinations: IntervalSet
    services: ServiceSet

    @staticmethod
    def of(sources: IntervalSet, destinations: IntervalSet, services: ServiceSet) -> Product | None:
        """Return a product, or ``None`` when it holds nothing."""
        if not (sources and destinations and services):
            return None
        return Product(sources, destinations, services)

    def __and__(self, other: Product) -> Product | None:
        sources = self.sources & other.sources
        if not sources:
            return None
        destinations = self.destinations & other.destinations
        if not destinations:
            return None
        return Product.of(sources, destinations, self.services & other.services)

    def term(self, term: Term, sure: bool, doubt: Message | None, arriving: frozenset[str] | None = None) -> Term:
        """Return a term with the action and the place of another, for these packets."""
        return Term(
            term.action, term.written, self.sources, self.destinations, self.services, arriving, None, sure, doubt
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry: the packets it holds when it sees the translated ends, and those when it sees the real ones."""

    term: Term
    translated: Product | None
    direct: Product | None
    sure: bool = True  # of the translated ends


def either(pairs: Sequence[Pair]) -> list[Term]:
    """Return the terms of a list that permits what it permits at either pair of ends.

    An entry that denies at one pair of ends alone leaves the packet to the rest of the list at the other pair. Where
    there are too many of these, nothing is sure.
    """
    found: list[Term] = []
    used = [pair for pair in pairs if pair.translated is not None or pair.direct is not None]
    apart = sum(pair.term.action != "permit" and pair.translated != pair.direct for pair in used)
    if apart * len(used) > _MOST:
        ends = ((pair, product) for pair in used for product in (pair.translated, pair.direct))
        return [_certain(pair, product, False) for pair, product in ends if product is not None]
    for place, pair in enumerate(used):
        if pair.translated == pair.direct and pair.translated is not None and pair.sure:
            found.append(pair.translated.term(pair.term, pair.term.sure, pair.term.doubt))
            continue
        denies = pair.term.action != "permit"
        shared = pair.translated & pair.direct if pair.translated is not None and pair.direct is not None else None
        if denies and shared is not None:
            found.append(_certain(pair, shared, pair.sure))
        for product, sure, other in ((pair.translated, pair.sure, False), (pair.direct, True, True)):
            if product is None:
                continue
            if denies:
                found += _rest(used[place + 1 :], product, pair.term.sure and sure, translated=other)
            found.append(_certain(pair, product, sure))
    return found


def _certain(pair: Pair, product: Product, sure: bool) -> Term:
    certain = pair.term.sure and sure
    return product.term(pair.term, certain, None if certain else pair.term.doubt or POOLED)


def _rest(pairs: Sequence[Pair], within: Product, certain: bool, translated: bool) -> list[Term]:
    found: list[Term] = []
    for pair in pairs:
        own = pair.translated if translated else pair.direct
        product = own & within if own is not None else None
        if product is not None:
            found.append(_certain(pair, product, certain and (pair.sure or not translated)))
    return found
