"""What the readers of one configuration share: its tree, its notebook, what is in doubt everywhere, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from cloison.flows.configuration import Term, Translation, Written
from cloison.flows.configuring.juniper.bearing import bearing, inner_of, path_of
from cloison.flows.configuring.juniper.bounds import Addresses, Services
from cloison.flows.configuring.juniper.tree import HARMLESS, LEFT, UNDERSTOOD, Node
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import MAPPED, V4, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.refusal import RefusedError

NOT_KNOWN = say("It is not understood", "Elle n’est pas comprise")
MOST_INTERVALS = 1 << 16

_SHORT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){0,2})/([0-9]{1,2})", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,3}", re.ASCII)
_DOTTED_MASK = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,5}", re.ASCII)
_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})", re.ASCII)


@dataclass(slots=True)
class Reading:
    """One configuration while it is read.

    ``everywhere`` are doubts that bear on every packet; ``nat`` the outside and inside of what is translated.
    """

    root: Node
    notes: Notes
    everywhere: list[tuple[Written, Message]] = field(default_factory=list)
    translations: list[Translation] = field(default_factory=list)
    memo: dict[object, Services] = field(default_factory=dict)
    addresses: dict[object, Addresses] = field(default_factory=dict)
    left: set[tuple[str, int, int]] = field(default_factory=set)
    around: Surroundings = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing asked of what surrounds a statement."""
        self.around = Surroundings(lambda into: bearing(into, self.root))

    def rests(self, node: Node, beside: Sequence[Node] = ()) -> Callable[[], str | None]:
        """Return what tells what a doubt about a statement hangs on, itself and those ``beside`` it."""
        return lambda: self.around.under("\n".join(map(inner_of, (node, *beside))), path_of(node))

    def leave(self, node: Node, why: Message = NOT_KNOWN, *, everywhere: bool = False) -> Message:
        """Write down that a statement is not understood, and return why; ``everywhere`` it bears on every packet."""
        place = (node.file, node.line, node.column)
        if node.mark != LEFT and place not in self.left:
            self.left.add(place)
            self.notes.leave(node.written(), why)
        node.mark = LEFT
        if everywhere:
            self.everywhere.append((node.written(), why))
        return why

    def doubtful(self) -> tuple[Term, ...]:
        """Return the terms of what bears on every packet and is not understood; each stage begins with them."""
        return tuple(Term("unknown", written, sure=False, doubt=why) for written, why in self.everywhere)

    def sort(self, nodes: Iterable[Node], understood: frozenset[str], harmless: frozenset[str]) -> list[Node]:
        """Mark each node as what its word says; return those whose word is in neither set."""
        rest: list[Node] = []
        for node in nodes:
            if node.word in understood:
                node.mark = node.mark or UNDERSTOOD
            elif node.word in harmless:
                node.mark = HARMLESS
            else:
                rest.append(node)
        return rest

    def wrong(self, node: Node, message: Message, rule: str = "configuration-syntax") -> None:
        """Write down an error at a node."""
        self.notes.error(node.span, message, rule)

    def missing(self, node: Node, kind: Message, known: Iterable[str]) -> None:
        """Write down that a name stands for nothing, with those that are nearest."""
        near = nearest(node.word, known)
        name = node.word[:80]
        if near:
            message = say(
                "{kind}: {name} is not defined; nearest: {near}", "{kind} : {name} n’est pas défini ; proches : {near}",
                kind=kind.text, name=name, near=near)  # fmt: skip
        else:
            message = say(
                "{kind}: {name} is not defined", "{kind} : {name} n’est pas défini", kind=kind.text, name=name
            )
        self.wrong(node, message, "unknown-name")

    def prefix(self, node: Node, family: IntervalSet | None = None) -> tuple[int, int] | None:
        """Return the first and last address of a prefix; host bits are ignored as Junos does, a host has no length."""
        try:
            low, high = _prefix(node.word)
        except RefusedError as refused:
            self.wrong(node, refused.message)
            return None
        if family is not None and low not in family:
            self.wrong(node, say(
                "{text} is an address of the other family", "{text} est une adresse de l’autre famille",
                text=node.word[:60]))  # fmt: skip
            return None
        return low, high

    def address(self, text: str) -> int:
        """Return one address that is known to be one."""
        return parse_address(text)

    def numbers(self, node: Node, names: dict[str, int], most: int) -> tuple[int, int] | None:
        """Return a number, a name's number or a range; ``None`` after writing down that it is none."""
        text = node.word
        if text in names:
            return names[text], names[text]
        found = _RANGE.fullmatch(text)
        if found or _NUMBER.fullmatch(text):
            low, high = (int(found[1]), int(found[2])) if found else (int(text), int(text))
            if low <= high <= most:
                return low, high
            self.wrong(node, say(
                "{text} is not a range of 0 to {most} in ascending order",
                "{text} n’est pas une plage croissante de 0 à {most}", text=text, most=most))  # fmt: skip
            return None
        near = nearest(text, names)
        self.wrong(node, say(
            "{text} is not a number and no known word; nearest: {near}",
            "{text} n’est ni un nombre ni un mot connu ; proches : {near}",
            text=text[:60], near=near or ("-",)), "unknown-name")  # fmt: skip
        return None


def wildcard(address: int, mask: int) -> IntervalSet | None:
    """Return the IPv4 addresses that agree with one where a mask has ones; ``None`` above 65,536 intervals."""
    value, mask = address & 0xFFFFFFFF & mask, mask & 0xFFFFFFFF
    tail = 32 if not mask else (mask & -mask).bit_length() - 1
    free = [bit for bit in range(tail, 32) if not mask >> bit & 1]
    if 1 << len(free) > MOST_INTERVALS:
        return None
    starts = [value]
    for bit in free:
        starts += [start | 1 << bit for start in starts]
    span = (1 << tail) - 1
    return IntervalSet.union((MAPPED | start, MAPPED | start | span) for start in starts)


def masked(text: str) -> tuple[int, int] | None:
    """Return the address and the mask of ``10.0.0.1/255.0.255.0``, ``None`` where the mask is no dotted one."""
    address, slash, mask = text.partition("/")
    if not slash or not _DOTTED_MASK.fullmatch(mask):
        return None
    return parse_address(address), parse_address(mask) & 0xFFFFFFFF


def _prefix(text: str) -> tuple[int, int]:
    short = _SHORT.fullmatch(text)
    if short:
        text = ".".join([*short[1].split("."), "0", "0", "0"][:4]) + "/" + short[2]
    address, slash, length = text.partition("/")
    low = parse_address(address)
    bits = 32 if low in V4 else 128
    if not slash:
        return low, low
    if not _LENGTH.fullmatch(length) or int(length) > bits:
        raise RefusedError(say(
            "{text}: the prefix length must be a whole number from 0 to {bits}",
            "{text} : la longueur de préfixe doit être un entier de 0 à {bits}",
            text=text[:60], bits=bits))  # fmt: skip
    span = (1 << (bits - int(length))) - 1
    return low & ~span, low | span


def interval(pair: tuple[int, int]) -> IntervalSet:
    """Return the addresses of a prefix; one of IPv6 never holds those of IPv4."""
    low, high = pair
    found = IntervalSet((pair,))
    return found - V4 if low < MAPPED <= high and low not in V4 else found
