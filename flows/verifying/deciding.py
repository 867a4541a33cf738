"""What decides about some packets in each configured device: the rules that hold them, first match by first match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cloison.flows.configuration import Configuration, Hook, Written
from cloison.flows.verifying.lowering import Lowered, Origin, Space, lowered, origin_of
from cloison.flows.verifying.translated import Sight
from cloison.netmodel.sides import Sides
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.policy import Rule
from cloison.netmodel.space.ranks import BudgetError
from cloison.netmodel.space.services import OPENING

Fate = Literal["permitted", "denied", "partly", "undecided", "absent"]

_MOST_PIECES = 400


@dataclass(frozen=True, slots=True)
class Decision:
    """What a device does with packets that open conversations.

    ``absent``: none of them crosses it. ``partly``: it lets some through. ``undecided``: a rule in doubt may hold them.
    ``always`` says whether every way crosses it or another of ``stage``: it and its redundant equals. ``permitting``
    and ``denying`` are the rules that decide, each an origin of one rule a stage; an empty one is the end of a list.
    """

    device: str
    hook: Hook
    fate: Fate
    always: bool
    permitting: tuple[Origin, ...] = ()
    denying: tuple[Origin, ...] = ()
    stage: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[Written, ...]:
        """Where what decides is written, what denies first."""
        found = {
            (deciding.written.span, deciding.written.text): deciding.written
            for origin in (*self.denying, *self.permitting) for deciding in origin if deciding.written is not None
        }  # fmt: skip
        return tuple(found.values())


@dataclass(slots=True)
class Guard:
    """A configured device, ready to be asked; its lists are made when they are first needed."""

    device: str
    configuration: Configuration
    sides: Sides
    sight: Sight
    _lists: dict[Hook, tuple[Space, Lowered] | None] = field(default_factory=dict)

    def decide(self, product: Product) -> Decision:
        """Return what becomes of packets with these ends and opening services."""
        hook: Hook = "forward"
        if product.destination <= self.sides.own:
            hook = "input"
        elif product.source <= self.sides.own:
            hook = "output"
        if self.configuration.at(hook) is None:
            return Decision(self.device, hook, "absent", always=False)
        lists = self._list(hook)
        if lists is None:
            return Decision(self.device, hook, "undecided", always=False)
        space, rules = lists
        services = product.services.in_phase(OPENING)
        pieces = [
            Product(one, other, carried)
            for item in self.sight.through(Product(product.source, product.destination, services))
            for one, other in space.pieces(item.source, item.destination)
            if (carried := space.carried(one, item.services))
        ]
        if not pieces or not services:
            return Decision(self.device, hook, "absent", always=False)
        low = _walk(rules.lower, pieces)
        high = low if rules.exact else _walk(rules.upper, pieces)
        always = hook != "forward" or all(self._cut(piece) for piece in pieces)
        fate: Fate
        if low is None or high is None:
            return Decision(self.device, hook, "undecided", always, stage=self.sides.stage)
        if not low.denied and not low.rest:
            fate = "permitted"
        elif not high.permitted:
            fate = "denied"
        elif rules.exact or (low.permitted and (high.denied or high.rest)):
            fate = "partly"
        else:
            fate = "undecided"
        denied = tuple(high.denied.values() if fate == "denied" else low.denied.values())
        if low.rest and not denied:
            denied = ((),)
        return Decision(self.device, hook, fate, always, tuple((low if low.permitted else high).permitted.values()),
                        denied, self.sides.stage)  # fmt: skip

    def _list(self, hook: Hook) -> tuple[Space, Lowered] | None:
        if hook not in self._lists:
            stages = self.configuration.at(hook)
            known = None
            if stages is not None:
                space = Space.of(self.sides, hook)
                try:
                    known = space, lowered(space, stages, OPENING, hook)
                except BudgetError:
                    known = None
            self._lists[hook] = known
        return self._lists[hook]

    def _cut(self, piece: Product) -> bool:
        """Say whether every way from one end of a piece to the other crosses the device."""
        parts = [unit for unit in self.sides.units if unit.points.overlaps(piece.source)]
        beside = {unit.part for unit in parts}
        return not any(unit.part in beside and unit.points.overlaps(piece.destination) for unit in self.sides.units)


@dataclass(slots=True)
class _Walked:
    permitted: dict[tuple[int, ...], Origin] = field(default_factory=dict)
    denied: dict[tuple[int, ...], Origin] = field(default_factory=dict)
    rest: bool = False


def _walk(rules: Sequence[Rule], pieces: Sequence[Product]) -> _Walked | None:
    """Return which rules decide about pieces; nothing where that would take too long."""
    walked = _Walked()
    left = list(pieces)
    for rule in rules:
        near = [item for item in left if item.overlaps(rule.product)]
        if not near:
            continue
        kept = walked.permitted if rule.permit else walked.denied
        origin = origin_of(rule)
        kept.setdefault(tuple(id(deciding.term) for deciding in origin), origin)
        taken = {id(item) for item in near}
        left = [item for item in left if id(item) not in taken]
        left += _rest(near, rule.product)
        if len(left) > _MOST_PIECES:
            return None
    walked.rest = bool(left)
    return walked


def _rest(pieces: Sequence[Product], taken: Product) -> Iterator[Product]:
    for item in pieces:
        yield from item.without(taken)
