"""Terms cut out of terms: what a list lets through as products that stand by themselves, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cloison.flows.configuration import Term
from cloison.netmodel.finding import say

MOST_PIECES = 256


def carved(terms: Iterable[Term]) -> list[Term]:
    """Return what a list of terms lets through, as terms that permit: what it denied before is taken out."""
    kept: list[Term] = []
    denied: list[Term] = []
    for term in terms:
        if term.action == "deny":
            denied.append(term)
            continue
        pieces = [term]
        for other in denied:
            pieces = [part for piece in pieces for part in minus(piece, other)]
            if len(pieces) > MOST_PIECES:
                why = say("too many policies deny parts of it", "trop de règles en refusent des parties")
                pieces = [replace(term, sure=False, doubt=why, rests=None)]
                break
        kept += pieces
    return kept


def minus(term: Term, other: Term) -> Iterator[Term]:
    """Yield what of a term another one, met before it, leaves; where that one is not sure, so is the rest not."""
    sources, destinations = term.sources & other.sources, term.destinations & other.destinations
    services = term.services & other.services
    arriving, leaving = meet(term.arriving, other.arriving), meet(term.leaving, other.leaving)
    if not (sources and destinations and services) or arriving == frozenset() or leaving == frozenset():
        yield term
        return
    if (term.arriving is None and arriving is not None) or (term.leaving is None and leaving is not None):
        why = say("another policy denies part of it on some interfaces",
                  "une autre règle en refuse une partie sur certaines interfaces")  # fmt: skip
        yield replace(term, sure=False, doubt=term.doubt or why, rests=None)
        return
    rests = [
        replace(term, sources=term.sources - sources),
        replace(term, sources=sources, destinations=term.destinations - destinations),
        replace(term, sources=sources, destinations=destinations, services=term.services - services),
    ]
    inner = replace(term, sources=sources, destinations=destinations, services=services)
    if term.arriving is not None and arriving is not None:
        rests.append(replace(inner, arriving=term.arriving - arriving))
    if term.leaving is not None and leaving is not None:
        rests.append(replace(inner, arriving=arriving, leaving=term.leaving - leaving))
    if not other.sure:
        rests.append(replace(inner, arriving=arriving, leaving=leaving, sure=False, doubt=other.doubt, rests=None))
    for rest in rests:
        if rest.sources and rest.destinations and rest.services and frozenset() not in (rest.arriving, rest.leaving):
            yield rest


def meet(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Return the interfaces of both; ``None`` is any."""
    if one is None or other is None:
        return other if one is None else one
    return one & other
