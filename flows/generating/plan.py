"""A plan: the rules of one device as the matrix asks for them, before any vendor's syntax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cloison.flows.configuration import Hook
from cloison.netmodel.finding import Finding, Message, Ref, Span, Text, input_error
from cloison.netmodel.space.addresses import V4
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import ServiceSet

Family = Literal[4, 6]


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule: a product of real ends of one family and of services, from an interface and by another.

    ``line`` is the id of the line that asks for it, or of the zone inside which everything may go (``why`` then says
    so). ``arriving`` and ``leaving`` are names of the map, empty where the map does not tell them for sure or where
    the device itself is the end. Of an ``answer`` the ends and ports are those of the responder's packets.
    """

    hook: Hook
    line: str
    why: str
    family: Family
    sources: IntervalSet
    destinations: IntervalSet
    services: ServiceSet
    arriving: str = ""
    leaving: str = ""
    answer: bool = False
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Translated:
    """A static translation of the map: its ends are addresses of one family; ``leaving`` where sources are hidden."""

    id: str
    kind: Literal["destination", "source", "static"]
    family: Family
    outside: IntervalSet
    inside: IntervalSet
    services: tuple[tuple[ServiceSet, ServiceSet], ...]
    leaving: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Home:
    """An interface of the device: its addresses, the networks that it is connected to (both without VRF)."""

    name: str
    addresses: IntervalSet
    networks: IntervalSet
    vrf: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one device is to permit; ``redundant`` says that others stand beside it.

    ``rules`` are what opens conversations, and for what keeps no state their ``answers``. ``words`` names sets of
    addresses as the map does, and ``head`` are the lines that every file begins with.
    """

    device: str
    head: tuple[str, ...]
    homes: tuple[Home, ...]
    rules: tuple[Asked, ...]
    answers: tuple[Asked, ...]
    translations: tuple[Translated, ...]
    redundant: bool
    own: IntervalSet
    words: Callable[[IntervalSet], str] = field(repr=False)

    def of(self, hook: Hook) -> tuple[Asked, ...]:
        """Return the rules of one hook."""
        return tuple(item for item in self.rules if item.hook == hook)


@dataclass(frozen=True, slots=True)
class Target:
    """A language of filters that plans are written in.

    ``dialect`` names the reader that reads it back. ``write`` returns the files of a plan, by what is put behind their
    name (nothing, of a single one), and raises ``MapError`` with everything that the language has no word for.
    ``stateless``: conversations are not followed, so that answers have rules of their own. ``translates``: it has words
    for the plan's translations.
    """

    name: str
    title: Text
    dialect: str
    write: Callable[[Plan], Mapping[str, str]]
    stateless: bool = False
    translates: bool = False


def family_of(addresses: IntervalSet) -> Family:
    """Return the family of addresses that have one."""
    return 4 if addresses <= V4 else 6


def inexpressible(subject: str, message: Message, span: Span | None) -> Finding:
    """Return the error of a line, or a translation, that cannot be written down."""
    return input_error("inexpressible", message, Ref("line", subject), *((span,) if span else ()))
