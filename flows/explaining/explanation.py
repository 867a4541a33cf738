"""What an explanation is made of."""

from __future__ import annotations

from dataclasses import dataclass

from cloison.flows.explaining.question import Question
from cloison.flows.verifying.deciding import Decision
from cloison.netmodel.facts import Line, TranslationFacts
from cloison.netmodel.finding import Finding
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Match:
    """A live line that authorises some of what is asked, or all of it (``complete``); ``services`` are openings."""

    line: Line
    services: ServiceSet
    complete: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of both ends for which a line authorises some services: texts of the ends, and openings."""

    line: str
    source: str
    target: str
    services: ServiceSet


@dataclass(frozen=True, slots=True)
class Near:
    """A line that comes near, and how: ``expired`` (not live), ``direction``, ``service``, ``zones`` or ``partly``."""

    line: Line
    why: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way between two zones: interconnections in order, and the stages of equipment, each a list of equals."""

    source_zone: str
    target_zone: str
    interconnections: tuple[str, ...]
    stages: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a flow is authorised and why.

    ``services`` are the openings, among those asked, that are authorised from the whole of one end to the whole of the
    other. A question without services is authorised when there are any. ``reason`` is empty or ``inside`` when it is
    authorised; else ``partly``, ``unmapped``, ``expired``, ``forbidden``, ``direction``, ``service`` or ``no-line``,
    and ``witness`` is a packet that is not authorised. ``parts`` say what ``partly`` means. ``decisions`` are those of
    the configured devices that the flow crosses.
    """

    question: Question
    authorised: bool
    reason: str
    services: ServiceSet
    matches: tuple[Match, ...]
    parts: tuple[Part, ...]
    nearest: tuple[Near, ...]
    ways: tuple[Way, ...]
    translations: tuple[TranslationFacts, ...]
    findings: tuple[Finding, ...]
    forbidden: tuple[str, ...]
    witness: Packet | None
    decisions: tuple[Decision, ...] = ()
