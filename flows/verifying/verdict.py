"""What verifying a device answers: differences with their boxes and witnesses, and what could not be decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloison.flows.configuration import Configuration, Hook, Left, Term
from cloison.flows.verifying.lowering import Origin
from cloison.netmodel.finding import Message
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.services import ServiceSet

Result = Literal["equal", "excess", "missing", "differs", "undecided"]


@dataclass(frozen=True, slots=True)
class Box:
    """A block of packets between two zones; ends are points. A zone is empty where points lie in none,
    and ``*`` where they lie in many.
    """

    source_zone: str
    target_zone: str
    source: IntervalSet
    target: IntervalSet
    services: ServiceSet


@dataclass(frozen=True, slots=True)
class Excess:
    """What a rule permits and no line authorises.

    ``origin`` has the rule of each stage in turn. ``boxes`` are all of it, or the first of it where not ``whole``.
    ``near`` are lines that come near, each with why it is not enough; ``forbidden`` the segmentation rules that the
    witness breaks; ``stopped`` the other devices that let nothing of it through, when all ways cross them.
    """

    hook: Hook
    phase: int
    origin: Origin
    boxes: tuple[Box, ...]
    whole: bool
    witness: Packet
    near: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """What a line authorises and the device does not permit; ``blocked`` decide, none where no rule holds it.

    Of continuing packets it is the conversation's own packets, or its answers, that are lost.
    """

    hook: Hook
    phase: int
    line: str
    boxes: tuple[Box, ...]
    whole: bool
    witness: Packet
    blocked: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Effectless:
    """A rule of one stage without effect, and the rules that make it so."""

    hook: Hook
    how: Literal["shadowed", "redundant", "undecided", "idle", "unused"]
    term: Term
    by: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One device's configuration against the matrix.

    ``stopped`` are excesses that other devices stop. ``elsewhere`` are lines that the device blocks and that have
    another way. ``doubtful``: what is not understood may permit or block more than what is told. ``out_of_budget``:
    some comparison was not finished. ``rules`` and ``lines`` count what was compared.
    """

    device: str
    configuration: Configuration
    result: Result
    excess: tuple[Excess, ...]
    missing: tuple[Missing, ...]
    stopped: tuple[Excess, ...]
    elsewhere: tuple[str, ...]
    undecided: tuple[Left, ...]
    effectless: tuple[Effectless, ...]
    doubtful: bool
    out_of_budget: bool
    rules: int
    lines: int
    notes: tuple[Message, ...] = ()
