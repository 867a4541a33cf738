"""A change of a configuration: what it opens and closes, exactly, and whether it may be merged alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from cloison.flows.configuration import HOOKS, Configuration, Hook, Stage
from cloison.flows.verifying.boxes import boxes, denials_before, extent, refused
from cloison.flows.verifying.doubts import beside, resolved, same
from cloison.flows.verifying.lines import FREE, claims
from cloison.flows.verifying.lowering import (
    Lowered,
    Origin,
    Space,
    judged,
    lowered,
    narrowed,
    origin_of,
    stateless,
)
from cloison.flows.verifying.verdict import Box
from cloison.netmodel.network import Network
from cloison.netmodel.sides import Sides
from cloison.netmodel.space.packets import Packet, Product
from cloison.netmodel.space.policy import BUDGET, Rule, beyond
from cloison.netmodel.space.ranks import BudgetError
from cloison.netmodel.space.services import CONTINUING, OPENING

Gate = Literal["inside", "outside", "removes"]
Tick = Callable[[int, int], None]

_MOST_EXTENTS = 60


@dataclass(frozen=True, slots=True)
class Change:
    """What one rule opens, or what the rule that let it through no longer does.

    ``origin`` is the rule that permits it, in the new configuration where it opens, in the old where it is closed;
    ``lines`` are those that authorise some of it; ``unlisted``, a packet that no line authorises, if there is one.
    """

    hook: Hook
    phase: int
    origin: Origin
    boxes: tuple[Box, ...]
    whole: bool
    witness: Packet
    lines: tuple[str, ...]
    unlisted: Packet | None


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """The change of one device; ``decided`` is false where a configuration is in doubt or the budget ran out."""

    device: str
    opened: tuple[Change, ...]
    closed: tuple[Change, ...]
    decided: bool

    @property
    def gate(self) -> Gate:
        """``outside``: it opens what no line authorises; ``removes``: it closes what one does; else ``inside``."""
        if any(item.unlisted is not None for item in self.opened):
            return "outside"
        return "removes" if any(item.lines for item in self.closed) else "inside"


def change(
    network: Network, device: str, old: tuple[Configuration, Sides], new: tuple[Configuration, Sides],
    settled: Collection[Hook] = (), tick: Tick = lambda done, total: None,
) -> DeviceChange:  # fmt: skip
    """Return what a device's new configuration opens and closes; each has its own names of interfaces.

    The new one is known to be equal to the matrix at ``settled``: whatever it opens there is in a line, and nothing
    that it closes is.
    """
    opened: list[Change] = []
    closed: list[Change] = []
    decided = True
    alike = beside(old[0]) == beside(new[0])
    for hook in HOOKS:
        before, after = old[0].at(hook), new[0].at(hook)
        if before is None and after is None:
            continue
        if before is None or after is None:
            decided = False  # one of the two says nothing of it
            continue
        if old[1].ports == new[1].ports and same(before, after, alike):
            continue
        if hook != "forward" and not new[1].own:
            decided = decided and same(before, after, alike)  # the map does not tell the device's addresses
            continue
        here, there = Space.of(old[1], hook), Space.of(new[1], hook)
        pairs = resolved(before, after, alike)
        if pairs is None:
            decided, pairs = decided and hook in settled, iter([(before, after)])
        for was, now in pairs:
            kept = stateless(was) == stateless(now)  # else only one of them keeps what was let in
            decided = decided and (kept or hook in settled)
            for phase in _phases(was, now):
                more, less, sure = _moved(network, (here, there), (was, now), hook, phase, tick)
                opened += (item for item in more if not _told(item, opened))
                closed += (item for item in less if not _told(item, closed))
                decided = decided and (sure or hook in settled)
    return DeviceChange(device, tuple(opened), tuple(closed), decided)


def _counted(permitted: Lowered, stages: tuple[Stage, ...], phase: int) -> Lowered:
    """Return what may be too much: see :func:`judged`."""
    counted = judged(stages, phase)
    lower = narrowed(permitted.lower, counted)
    return Lowered(lower, lower if permitted.exact else narrowed(permitted.upper, counted))


def _phases(before: Sequence[Stage], after: Sequence[Stage]) -> tuple[int, ...]:
    told = any(stage.state != "implicit" for stage in (*before, *after))
    return (OPENING, CONTINUING) if told else (OPENING,)


def _moved(
    network: Network, spaces: tuple[Space, Space], stages: tuple[tuple[Stage, ...], tuple[Stage, ...]], hook: Hook,
    phase: int, tick: Tick,
) -> tuple[list[Change], list[Change], bool]:  # fmt: skip
    """Return what is opened and closed of one phase, and whether nothing of it is in doubt."""
    try:
        was, now = (lowered(space, item, phase, hook) for space, item in zip(spaces, stages, strict=True))
    except BudgetError:
        return [], [], False
    more, first = _only(network, spaces[1], hook, phase, _counted(now, stages[1], phase), was, tick)
    less, second = _only(network, spaces[0], hook, phase, was, now, tick)
    return more, less, first and second and was.exact and now.exact


def _told(item: Change, known: Sequence[Change]) -> bool:
    """Say whether a change was told already, of an earlier phase or meaning: the same rule, and no more in it."""
    return any(
        _key(item) == _key(other)
        and (item.phase != other.phase or item.boxes == other.boxes)
        and (item.unlisted is None or other.unlisted is not None)
        and set(item.lines) <= set(other.lines)
        for other in known
    )


def _key(item: Change) -> tuple[object, ...]:
    return (item.hook, *((deciding.stage.name, deciding.written) for deciding in item.origin))


def _only(
    network: Network, space: Space, hook: Hook, phase: int, one: Lowered, other: Lowered, tick: Tick
) -> tuple[list[Change], bool]:
    """Return what one configuration may permit and the other may not, rule by rule."""
    found, done = beyond(one.lower, other.upper, BUDGET, tick)
    groups: dict[tuple[object, ...], list[Rule]] = {}
    for item in found:
        key = tuple(id(deciding.term) for deciding in origin_of(item.rule))
        if not any(item.rule is rule for rule in groups.setdefault(key, [])):
            groups[key].append(item.rule)
    witness = {id(item.rule): item.witness for item in found}
    asked = claims(network, space, hook, phase).authorised if groups else ()
    changes = []
    for number, rules in enumerate(groups.values()):
        pieces, whole = [rule.product for rule in rules], False
        if number < _MOST_EXTENTS:
            pieces, whole = _difference(rules, one, other)
        lines, unlisted, looked = _listed(pieces, asked)
        done = done and looked
        changes.append(
            Change(hook, phase, origin_of(rules[0]), boxes(network, pieces), whole, witness[id(rules[0])], lines,
                   unlisted)
        )  # fmt: skip
    return changes, done


def _difference(rules: list[Rule], one: Lowered, other: Lowered) -> tuple[list[Product], bool]:
    own, whole = extent(rules, lambda rule: denials_before(one.lower, rule))
    asked = [Rule(True, item.source, item.destination, item.services, None) for item in own]
    left, also = refused(asked, other.upper)
    return left, whole and also


def _listed(pieces: list[Product], asked: tuple[Rule, ...]) -> tuple[tuple[str, ...], Packet | None, bool]:
    """Return the lines that authorise some of the pieces, a packet that nothing authorises, and whether all is seen."""
    lines: dict[str, None] = {}
    unlisted: Packet | None = None
    whole = True
    for piece in pieces:
        near = [rule for rule in asked if piece.overlaps(rule.product)]
        lines.update((str(rule.origin), None) for rule in near if rule.origin != FREE)
        if unlisted is None:
            alone = Rule(True, piece.source, piece.destination, piece.services, None)
            over, done = beyond([alone], near)
            whole = whole and done
            unlisted = over[0].witness if over else None
    return tuple(lines), unlisted, whole
