"""One device's configuration against the lines around it, hook by hook and phase by phase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cloison.flows.configuration import HOOKS, Configuration, Hook, Stage
from cloison.flows.verifying.boxes import boxes, denials_before, extent, instance, refused
from cloison.flows.verifying.lines import Claims, claims
from cloison.flows.verifying.lowering import Lowered, Origin, Space, judged, lowered, narrowed, origin_of
from cloison.flows.verifying.split import Copier, split
from cloison.flows.verifying.verdict import Box, Excess, Missing
from cloison.netmodel.network import Network
from cloison.netmodel.sides import Sides
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.policy import BUDGET, Difference, Rule, beyond
from cloison.netmodel.space.ranks import BudgetError
from cloison.netmodel.space.services import CONTINUING, OPENING

Tick = Callable[[int, int], None]

_MOST_EXTENTS = 60  # differences whose boxes are worked out; the others show their rule's own extent


@dataclass(frozen=True, slots=True)
class Compared:
    """What one hook and phase answer. ``permitted`` is kept for questions about several devices.

    ``doubtful``: what is not understood may permit more than ``excess`` says, or block more lines than ``missing`` has.
    """

    hook: Hook
    phase: int
    permitted: Lowered
    claims: Claims
    excess: tuple[Excess, ...]
    missing: tuple[Missing, ...]
    elsewhere: tuple[str, ...]
    doubtful: bool
    decided: bool


def compare_device(
    network: Network, configuration: Configuration, sides: Sides, tick: Tick = lambda done, total: None
) -> tuple[Compared, ...]:
    """Return each comparison that the configuration allows; a hook of which it says nothing is left out."""
    found: list[Compared] = []
    for hook in HOOKS:
        stages = configuration.at(hook)
        if stages is None or (hook != "forward" and not sides.own) or (hook == "output" and not _filters(stages)):
            continue
        space = Space.of(sides, hook)
        first = _compare(network, space, stages, hook, OPENING, tick)
        found.append(first)
        if any(stage.state != "implicit" for stage in stages):
            then = _compare(network, space, stages, hook, CONTINUING, tick)
            lost = {item.line for item in first.missing}
            found.append(replace(then, missing=tuple(item for item in then.missing if item.line not in lost)))
    return tuple(found)


def _filters(stages: Sequence[Stage]) -> bool:
    """Say whether stages filter at all: an empty list that permits says nothing of what the device may send."""
    return any(stage.terms or stage.otherwise == "deny" for stage in stages)


def _compare(network: Network, space: Space, stages: Sequence[Stage], hook: Hook, phase: int, tick: Tick) -> Compared:
    asked = claims(network, space, hook, phase)
    try:
        permitted = lowered(space, stages, phase, hook)
    except BudgetError:
        return Compared(hook, phase, Lowered((), ()), asked, (), (), (), doubtful=False, decided=False)
    counted = judged(stages, phase)
    lower = narrowed(permitted.lower, counted)
    over, done = beyond(lower, asked.authorised, BUDGET, tick)
    under, finished = beyond(asked.owed, permitted.upper, BUDGET, tick)
    excess = tuple(
        _excess(network, hook, phase, lower, asked, items, at) for at, items in enumerate(_grouped(over, _rule_key))
    )
    missing = tuple(
        _missing(network, hook, phase, permitted, items, at) for at, items in enumerate(_grouped(under, _line_key))
    )
    elsewhere, told = beyond(asked.doubtful, permitted.upper) if asked.doubtful else ((), True)
    decided = done and finished and told
    doubtful = False
    if not permitted.exact:
        blocked = {_line_key(item) for item in under}
        doubtful, known = _doubtful(space, stages, hook, phase, permitted, asked, blocked)
        decided = decided and known
    lines = tuple(dict.fromkeys(str(item.rule.origin) for item in elsewhere))
    return Compared(hook, phase, permitted, asked, excess, missing, lines, doubtful, decided)


def _doubtful(
    space: Space, stages: Sequence[Stage], hook: Hook, phase: int, permitted: Lowered, asked: Claims,
    blocked: set[tuple[object, ...]],
) -> tuple[bool, bool]:  # fmt: skip
    """Say whether more may be permitted than surely is, or more lines blocked than are, and whether it was found out.

    Where interfaces alone leave it open, every interface that a packet may pass is looked at by itself.
    """
    counted = judged(stages, phase)
    known: Sequence[Rule] = (*asked.authorised, *narrowed(permitted.lower, counted))
    owed: Sequence[Rule] = asked.owed
    apart = split(space.sides, hook)
    if apart is not None:
        try:
            permitted = lowered(apart, stages, phase, hook)
        except BudgetError:
            return True, False
        copier = Copier(space.sides)
        known, owed = (_copied(copier, apart, rules) for rules in (known, owed))
    more, first = beyond(narrowed(permitted.upper, counted), known)
    less, second = beyond(owed, permitted.lower)
    return bool(more) or any(_line_key(item) not in blocked for item in less), first and second


def _copied(copier: Copier, apart: Space, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    return tuple(
        Rule(rule.permit, one, other, rule.services, rule.origin)
        for rule in rules
        for one, other in apart.pieces(copier.copied(rule.source), copier.copied(rule.destination))
    )


def _grouped(found: Sequence[Difference], key: Callable[[Difference], tuple[object, ...]]) -> list[list[Difference]]:
    """Return the differences that speak of the same, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Difference]] = {}
    for item in found:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def _rule_key(item: Difference) -> tuple[object, ...]:
    return tuple((deciding.stage.name, id(deciding.term)) for deciding in origin_of(item.rule))


def _line_key(item: Difference) -> tuple[object, ...]:
    return (item.rule.origin,)


def _excess(
    network: Network, hook: Hook, phase: int, lower: Sequence[Rule], asked: Claims, items: Sequence[Difference], at: int
) -> Excess:
    pieces, whole = [item.rule.product for item in items], False
    if at < _MOST_EXTENTS:
        pieces, whole = extent(
            [item.rule for item in items], lambda rule: [*denials_before(lower, rule), *asked.authorised]
        )
    found = boxes(network, pieces)
    return Excess(hook, phase, origin_of(items[0].rule), found, whole, plain(network, found, whole, items[0].witness))


def _missing(
    network: Network, hook: Hook, phase: int, permitted: Lowered, items: Sequence[Difference], at: int
) -> Missing:
    rules = list({id(item.rule): item.rule for item in items}.values())
    pieces, whole = [rule.product for rule in rules], False
    if at < _MOST_EXTENTS:
        pieces, whole = refused(rules, permitted.upper)
    blocked: dict[tuple[object, ...], Origin] = {}
    for item in items:
        if item.against is not None:
            origin = origin_of(item.against)
            blocked.setdefault(tuple(id(deciding.term) for deciding in origin), origin)
    found = boxes(network, pieces)
    witness = plain(network, found, whole, items[0].witness)
    return Missing(hook, phase, str(items[0].rule.origin), found, whole, witness, tuple(blocked.values()))


def plain(network: Network, found: Sequence[Box], whole: bool, witness: Packet) -> Packet:
    """Return the plainest packet of the first box, where boxes hold nothing but the difference; else the witness."""
    return instance(network, found[0]) if whole and found else witness
