"""A filter configuration as every dialect gives it: interfaces, stages of ordered terms, translations, what was left.

Addresses are 128-bit integers without VRF, IPv4 as ``::ffff:a.b.c.d`` (:mod:`cloison.netmodel.space.addresses`).
Terms speak of **real ends**: the source before any translation of sources, the destination after any translation of
destinations. A dialect whose filter looks at other addresses (an ACL that is met before the translation, say) brings
them to real ends itself, in its vendor's own order of stages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cloison.netmodel.finding import Message, Span, Text
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

Action = Literal["permit", "deny", "unknown"]
State = Literal["implicit", "tracked", "none"]
Hook = Literal["forward", "input", "output"]
Tick = Callable[[int, int], None]

HOOKS: tuple[Hook, ...] = ("forward", "input", "output")
"""What a device does with a packet: it forwards it, takes it for itself, or sends it."""

MOST_TEXT = 400
"""The most characters that are kept of a rule as it is written."""


@dataclass(frozen=True, slots=True)
class File:
    """A configuration file as a dialect reads it: the name that the user gave and its text, lines ended by ``\\n``."""

    name: str
    text: str

    def span(self, line: int, column: int = 0) -> Span:
        """Return a place in the file; lines and columns count from 1."""
        return Span(self.name, line, column)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a rule is written, and how: its text, its own name, number or comment, and its counter of packets.

    ``text`` is the rule as its file has it, of a rule over several lines the first one or a short rendering.
    ``hits`` is ``None`` where the dump has no counter.
    """

    span: Span
    text: str
    name: str = ""
    hits: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Cut a text that is too long to be shown or kept; a name stays what it is."""
        if len(self.text) > MOST_TEXT:
            object.__setattr__(self, "text", self.text[:MOST_TEXT])


@dataclass(frozen=True, slots=True)
class Term:
    """One ordered rule: the first of its stage that holds a packet decides what becomes of it.

    The packets that it holds are a product: from ``sources`` to ``destinations``, for ``services`` (whose phases say
    whether it holds packets that open a conversation, that continue one, or both), that arrive on one of ``arriving``
    and leave by one of ``leaving`` (names of the configuration's interfaces; ``None`` for any). A rule of one address
    family has that family's addresses in both ends. A rule that is no product is given as several terms.

    Where something of the rule is not understood, ``doubt`` says what. The bounds are then: of a term that is not
    ``sure`` the packets are at most these and perhaps none; of an ``unknown`` action it permits or denies. ``rests`` is
    the text, or a digest of it, that decides what is in doubt: two terms in doubt, of two configurations, that are
    equal with it mean the same. ``None`` is any text of the configuration.
    """

    action: Action
    written: Written
    sources: IntervalSet = ANY
    destinations: IntervalSet = ANY
    services: ServiceSet = EVERY_SERVICE
    arriving: frozenset[str] | None = None
    leaving: frozenset[str] | None = None
    sure: bool = True
    doubt: Message | None = None
    rests: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """One ordered list that a packet meets; a packet passes when every stage of its way permits it.

    ``otherwise`` is the fate of a packet that no term holds, ``closing`` where that is written, if it is. ``state``:
    ``implicit``, the device lets what belongs to a permitted conversation pass without asking this list (ASA, SRX,
    security groups); ``tracked``, the list itself asks for the state (netfilter's ``ct state``); ``none``, every
    packet is judged by itself, and a phase is what a TCP packet's flags show (ACL, network ACL, firewall filter).
    """

    name: str
    terms: tuple[Term, ...]
    state: State
    otherwise: Literal["permit", "deny"] = "deny"
    closing: Written | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface that the configuration names; ``networks`` are those it is connected to, host bits cleared.

    A name that ends in ``*`` stands for every interface that begins so and that no other name here is, or is nearer
    to: rules may hold packets of interfaces that they do not name.
    """

    name: str
    addresses: IntervalSet = EMPTY
    networks: IntervalSet = EMPTY
    zone: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """A static translation that the configuration makes: what is ``outside`` stands for what is ``inside``.

    ``services`` pairs outside services with inside ones; empty means all, unchanged. A pool of sources
    (masquerade, PAT) has ``kind`` ``source`` and ``inside`` the sources that it hides.
    """

    kind: Literal["destination", "source", "static"]
    outside: IntervalSet
    inside: IntervalSet
    written: Written
    services: tuple[tuple[ServiceSet, ServiceSet], ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """A construct that was not understood, where it stands and why it leaves the answer open."""

    written: Written
    why: Message


@dataclass(frozen=True, slots=True)
class Configuration:
    """One device's configuration.

    ``forward`` are the stages of what it forwards; none at all permits everything. ``input`` and ``output`` are those
    of its own conversations, ``None`` where the configuration says nothing of them (they are then not compared).
    ``understood`` and ``harmless`` count statements; every other statement is in ``undecided``, and each that can bear
    on a verdict is a term that is not sure, too. ``text`` is what was read, where it was read from files.
    """

    dialect: str
    interfaces: tuple[Interface, ...]
    forward: tuple[Stage, ...]
    input: tuple[Stage, ...] | None = None
    output: tuple[Stage, ...] | None = None
    translations: tuple[Translation, ...] = ()
    hostname: str = ""
    understood: int = 0
    harmless: int = 0
    undecided: tuple[Left, ...] = ()
    text: str = field(default="", compare=False, repr=False)

    def at(self, hook: Hook) -> tuple[Stage, ...] | None:
        """Return the stages of a hook, ``None`` where the configuration says nothing of it."""
        found: Mapping[Hook, tuple[Stage, ...] | None] = {
            "forward": self.forward, "input": self.input, "output": self.output
        }  # fmt: skip
        return found[hook]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of all hooks."""
        return tuple(stage for hook in HOOKS for stage in self.at(hook) or ())


@dataclass(frozen=True, slots=True)
class Dialect:
    """A vendor's language.

    ``recognises`` says whether a file is written in it, cheaply and without ever raising. ``read`` returns the
    configuration of one device out of all its files (in the order in which they were given; each was recognised),
    raises ``MapError`` with every reason at once, with file, line and column, why it cannot be used, and calls
    ``tick(done, total)`` where it is long. ``understood``, ``harmless`` and ``undecided`` are its documentation:
    constructs with what is done with each.
    """

    name: str
    title: Text
    recognises: Callable[[File], bool]
    read: Callable[[Sequence[File], Tick], Configuration]
    understood: tuple[Text, ...]
    harmless: tuple[Text, ...]
    undecided: tuple[Text, ...]
