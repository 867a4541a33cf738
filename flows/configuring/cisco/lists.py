"""Access lists of IOS and NX-OS: entries by sequence number, remarks, what ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cloison.flows.configuration import Term, Written
from cloison.flows.configuring.cisco.entries import Reader
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import Cursor, is_number, services
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMPV6
from cloison.netmodel.space.services import BOTH, CONTINUING, EVERY_SERVICE

_HITS = re.compile(r"\s*(?:\((\d+) match(?:es)?\b[^)]*\)|\[match(?:es)?=(\d+)[^\]]*\])")
_WILDCARD = re.compile(r",? *wildcard bits +")
_STEP = 10
UNREAD = say("it is not understood", "elle n’est pas comprise")
REFLEXIVE = say(
    "it holds the replies to conversations that a reflexive list has seen",
    "elle vise les réponses aux conversations qu’une liste réflexive a vues",
)
LOCKED = say("it holds only after a user has logged in", "elle ne vaut qu’après l’authentification d’un utilisateur")


@dataclass(frozen=True, slots=True)
class Discovery:
    """The types of ICMPv6 that the end of a list of IPv6 permits before it denies, and the doubt whether it does."""

    types: tuple[int, ...] = ()
    doubt: Message | None = None


@dataclass(slots=True)
class AccessList:
    """A list: its family (4 or 6), whether it only looks at sources, its entries by sequence number."""

    name: str
    family: int
    standard: bool
    statement: Statement
    around: Surroundings
    entries: dict[int, Term] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    last: int = 0
    disordered: bool = False

    def ordered(self) -> list[Term]:
        """Return its entries in the order of their numbers."""
        if self.disordered:
            return [term for _, term in sorted(self.entries.items())]
        return list(self.entries.values())

    def every(self) -> IntervalSet:
        """Return all addresses of its family."""
        return V4 if self.family == 4 else V6

    def closing(self, discovery: Discovery) -> Iterator[Term]:
        """Yield what ends it unwritten."""
        written = self.statement.written(f"{self.name}: implicit")
        if self.family == 6:
            for kind in discovery.types:
                low = IntervalSet(((kind << 8, kind << 8 | 255),))
                source = IntervalSet(((0, 65535),))
                own = Term("permit", written, V6, V6, services(ICMPV6, low, source, BOTH))
                if discovery.doubt is not None:
                    own = replace(own, sure=False, doubt=discovery.doubt, rests=self.around.under(""))
                yield own
        yield Term("deny", written, self.every(), self.every())


@dataclass(slots=True)
class Lists:
    """All lists by family and name."""

    notes: Notes
    reader: Reader
    found: dict[tuple[int, str], AccessList] = field(default_factory=dict)

    def open(self, name: str, family: int, standard: bool, statement: Statement) -> AccessList:
        """Return the list of that name, new unless it was begun before."""
        key = (family, name)
        if key not in self.found:
            self.found[key] = AccessList(name, family, standard, statement, self.reader.around)
        return self.found[key]

    def drop(self, name: str, family: int) -> None:
        """Forget a list, as ``no ip access-list`` does."""
        self.found.pop((family, name), None)

    def line(self, into: AccessList, statement: Statement, words: list[str]) -> None:
        """Read one line of a list: an entry, a remark, or what takes one away."""
        hits: int | None = None
        if statement.text[-1] in ")]" and (counted := _HITS.search(statement.text)):
            hits = int(counted[1] or counted[2])
            skipped = len(statement.words) - len(words)
            words = (statement.text[: counted.start()] + statement.text[counted.end() :]).split()[skipped:]
        if "wildcard" in words:
            words = _WILDCARD.sub(" ", " ".join(words)).split()
        number, given = into.last + _STEP, False
        if not words:
            words = ["no", "entry"]
        if is_number(words[0]):
            number, given, words = int(words[0]), True, words[1:]
        elif words[0] == "sequence" and len(words) > 2 and is_number(words[1]):
            number, given, words = int(words[1]), True, words[2:]
        if "sequence" in words[-2:-1] and is_number(words[-1]):
            number, given, words = int(words[-1]), True, words[:-2]
        if not words:
            self.notes.error(statement.span(), say("The entry says nothing", "L’entrée ne dit rien"))
            return
        verb = words[0]
        if verb == "remark":
            into.remarks.append(" ".join(words[1:]))
            self.notes.harmless += 1
        elif verb == "no" or (verb == "default" and given is False):
            self._without(into, statement, words)
        elif verb in ("fragments", "ignore") and len(words) == 2:  # of fragments, of what is not routed
            self.notes.leave(statement.written(into.name), UNREAD)
        elif verb in ("exit", "statistics", "description") or (verb == "hardware" and "statistics" in words):
            self.notes.harmless += 1
        else:
            self._entry(into, statement, words, number, given, hits)

    def _entry(
        self, into: AccessList, statement: Statement, words: list[str], number: int, given: bool, hits: int | None
    ) -> None:
        name = " ".join(into.remarks) if into.remarks else f"{into.name} {number}" if given else into.name
        into.remarks.clear()
        written = statement.written(name, hits)
        if words[0] in ("permit", "deny"):
            term = self.reader.entry(statement, Cursor(words), into.family, into.standard, written)
        elif words[0] == "evaluate" and len(words) == 2:
            term = replace(self._doubtful(into, written, REFLEXIVE, *words), action="permit",
                           services=EVERY_SERVICE.in_phase(CONTINUING))  # fmt: skip
        elif words[0] == "dynamic" and ("permit" in words or "deny" in words):
            start = words.index("permit" if "permit" in words else "deny")
            held = self.reader.entry(statement, Cursor(words[start:]), into.family, into.standard, written)
            if held is None:
                return
            term = replace(held, sure=False, doubt=LOCKED, rests=self.reader.around.under(" ".join(words)))
            self.notes.leave(written, LOCKED)
        else:
            term = self._doubtful(into, written, UNREAD, *words, into.name)
        if term is None:
            return
        if number in into.entries:
            self.notes.error(
                statement.span(),
                say(
                    "The number {number} is already that of line {line}",
                    "Le numéro {number} est déjà celui de la ligne {line}",
                    number=str(number), line=into.entries[number].written.span.line,
                ),
            )  # fmt: skip
            return
        if number < into.last:
            into.disordered = True
        into.entries[number] = term
        into.last = max(into.last, number)

    def _doubtful(self, into: AccessList, written: Written, why: Message, *words: str) -> Term:
        """Return a line that may do anything; ``words`` are what it says, with what else it hangs on."""
        self.notes.leave(written, why)
        rests = self.reader.around.under(" ".join(words))
        return Term("unknown", written, into.every(), into.every(), sure=False, doubt=why, rests=rests)

    def _without(self, into: AccessList, statement: Statement, words: list[str]) -> None:
        if len(words) == 2 and is_number(words[1]):
            if into.entries.pop(int(words[1]), None) is None:
                self.notes.error(
                    statement.span(1),
                    say("No entry has the number {number}", "Aucune entrée n’a le numéro {number}", number=words[1]),
                )
            else:
                self.notes.understood += 1
            return
        if words[1:2] in (["remark"], ["statistics"]):
            self.notes.harmless += 1
            return
        written = statement.written(into.name)
        term = self._doubtful(into, written, UNREAD, *words, into.name)
        into.last += _STEP
        into.entries[into.last] = term
