"""Rules without effect: shadowed by those before, redundant, without a packet that could meet them, never counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from cloison.flows.configuration import HOOKS, Configuration, Hook, Stage, Term
from cloison.flows.verifying.verdict import Effectless
from cloison.netmodel.space.addresses import ANY, VRF_SHIFT
from cloison.netmodel.space.covers import shadowed
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.policy import Rule
from cloison.netmodel.space.services import EVERY_SERVICE

Tick = Callable[[int, int], None]

_MOST_COPIES = 200_000  # of ranges, where rules name many interfaces


def effectless(
    configuration: Configuration, idle: Sequence[Term], tick: Tick = lambda done, total: None
) -> tuple[Effectless, ...]:
    """Return the rules of every stage that do nothing; one that is shadowed is not said to be idle too."""
    found: list[Effectless] = []
    known: dict[int, tuple[Effectless, ...]] = {}  # one list may filter what is forwarded and what arrives
    for hook in HOOKS:
        for stage in configuration.at(hook) or ():
            if id(stage) not in known:
                known[id(stage)] = tuple(_within(hook, stage, tick))
            said = {id(item.term): replace(item, hook=hook) for item in known[id(stage)]}
            found += _whole(stage, said)
            found += (
                Effectless(hook, "idle", term) for term in idle
                if hook == "forward" and id(term) not in said and any(term is item for item in stage.terms)
            )  # fmt: skip
            found += (
                Effectless(hook, "unused", term) for term in _first_of_each(stage.terms)
                if term.written.hits == 0 and id(term) not in said
            )  # fmt: skip
    return tuple(found)


def _first_of_each(terms: Sequence[Term]) -> Iterator[Term]:
    seen = set()
    for term in terms:
        if term.written not in seen:
            seen.add(term.written)
            yield term


def _whole(stage: Stage, said: dict[int, Effectless]) -> Iterator[Effectless]:
    """Yield what is true of all terms that one written rule became."""
    of: dict[object, list[Term]] = {}
    for term in stage.terms:
        of.setdefault(term.written, []).append(term)
    for terms in of.values():
        items = [said.get(id(term)) for term in terms]
        kinds = {item.how if item is not None else "" for item in items}
        if len(kinds) != 1 or "" in kinds:
            for term in terms:
                said.pop(id(term), None)  # a part of the rule still does something
            continue
        first = items[0]
        assert first is not None
        by = {id(term): term for item in items if item is not None for term in item.by}
        yield Effectless(first.hook, first.how, first.term, tuple(by.values()))


def _within(hook: Hook, stage: Stage, tick: Tick) -> Iterator[Effectless]:
    terms = [term for term in stage.terms if term.sure and term.action != "unknown"]
    doubtful = len(terms) < len(stage.terms)
    rules = _rules(terms)
    if rules is None:
        return
    if stage.otherwise == "permit":
        every = _every(rules)
        rules.append(Rule(True, every, every, EVERY_SERVICE, None))
    for shadow in shadowed(rules, tick=tick):
        if shadow.index >= len(terms) or shadow.how == "undecided" or (doubtful and shadow.how == "redundant"):
            continue
        by = tuple(terms[number] for number in shadow.by if number < len(terms))
        yield Effectless(hook, shadow.how, terms[shadow.index], by)


def _rules(terms: Sequence[Term]) -> list[Rule] | None:
    """Return terms as rules over (interface, address), so that only what can meet the same packet is compared.

    ``None`` where there are too many interfaces for that.
    """
    names = sorted({name for term in terms for group in (term.arriving, term.leaving) for name in group or ()})
    places = {name: number for number, name in enumerate(names, 1)}  # 0 is any other interface
    kept: dict[tuple[int, frozenset[str] | None], IntervalSet] = {}
    copies = 0

    def placed(addresses: IntervalSet, group: frozenset[str] | None) -> IntervalSet:
        nonlocal copies
        known = kept.get((id(addresses), group))
        if known is None:
            at = range(len(names) + 1) if group is None else sorted(places[name] for name in group)
            copies += len(addresses.ranges) * len(at)
            known = IntervalSet.union(
                (place << VRF_SHIFT | low, place << VRF_SHIFT | high) for place in at for low, high in addresses.ranges
            )
            kept[id(addresses), group] = known
        return known

    found = []
    for term in terms:
        source, destination = placed(term.sources, term.arriving), placed(term.destinations, term.leaving)
        found.append(Rule(term.action == "permit", source, destination, term.services, term))
        if copies > _MOST_COPIES:
            return None
    return found


def _every(rules: Sequence[Rule]) -> IntervalSet:
    last = max((rule.source.greatest() for rule in rules if rule.source), default=0) >> VRF_SHIFT
    last = max(last, max((rule.destination.greatest() for rule in rules if rule.destination), default=0) >> VRF_SHIFT)
    return IntervalSet.union(
        (place << VRF_SHIFT | low, place << VRF_SHIFT | high) for place in range(last + 1) for low, high in ANY.ranges
    )
