"""The fate of one packet in a configuration, term by term: what a device does, told as simply as can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cloison.flows.configuration import Stage, Term
from cloison.netmodel.space.services import CONTINUING

Word = Literal["permit", "deny", "unknown"]


@dataclass(frozen=True, slots=True)
class Probe:
    """One packet at a device: its real ends (addresses), what it asks for, and the interfaces it passes.

    ``port`` is the destination port, or ``type << 8 | code`` of ICMP. ``arriving`` and ``leaving`` are empty where the
    device itself is the end.
    """

    source: int
    destination: int
    protocol: int
    port: int
    source_port: int
    phase: int
    arriving: str = ""
    leaving: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a packet, the stage that says so, and its term (``None``: the stage's own end).

    ``unknown`` names the first term in doubt that decides it.
    """

    word: Word
    stage: Stage | None = None
    term: Term | None = None


def fate(stages: Sequence[Stage], probe: Probe) -> Fate:
    """Return the fate of a packet that meets all of the stages: denied by one, else in doubt by one, else permitted."""
    last = Fate("permit")
    doubt: Fate | None = None
    for stage in stages:
        here = _at(stage, probe)
        if here.word == "deny":
            return here
        if here.word == "unknown" and doubt is None:
            doubt = here
        last = here
    return doubt or last


def holds(term: Term, probe: Probe) -> bool:
    """Say whether a term holds a packet, if it is sure."""
    return (
        probe.source in term.sources
        and probe.destination in term.destinations
        and term.services.holds(probe.protocol, probe.port, probe.source_port, probe.phase)
        and (term.arriving is None or probe.arriving in term.arriving)
        and (term.leaving is None or probe.leaving in term.leaving)
    )


def _at(stage: Stage, probe: Probe) -> Fate:
    if stage.state == "implicit" and probe.phase == CONTINUING:
        return Fate("permit", stage)
    said = list(_readings(stage, probe))
    words = {word for word, _ in said}
    if len(words) == 1:
        return Fate(said[-1][0], stage, said[0][1])
    return Fate("unknown", stage, said[0][1])


def _readings(stage: Stage, probe: Probe) -> Iterator[tuple[Word, Term | None]]:
    """Yield what may be said of the packet; the last reading comes from a term that is sure, or the stage's end."""
    for term in stage.terms:
        if holds(term, probe):
            yield term.action, term
            if term.sure:
                return
    yield stage.otherwise, None
