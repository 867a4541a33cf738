"""The statements of an ASA, each given to what reads it, and the stages that they make.

Sources: Cisco ASA Series Firewall CLI Configuration Guide, "Access Rules" (a list of the interface, then the global
one, then a denial; security levels where neither is), "Interfaces" (`same-security-traffic`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cloison.flows.configuration import File, Interface, Term, Tick
from cloison.flows.configuring.cisco.asa_entries import Entries
from cloison.flows.configuring.cisco.asa_harmless import is_harmless, of_interface
from cloison.flows.configuring.cisco.asa_management import Management
from cloison.flows.configuring.cisco.asa_nat import AsaNat
from cloison.flows.configuring.cisco.asa_objects import Objects
from cloison.flows.configuring.cisco.asa_tunnels import Tunnels
from cloison.flows.configuring.cisco.bearing import appliances
from cloison.flows.configuring.cisco.groups import unknown
from cloison.flows.configuring.cisco.interfaces import filters
from cloison.flows.configuring.cisco.lists import UNREAD
from cloison.flows.configuring.cisco.stages import doubtful
from cloison.flows.configuring.cisco.statements import Statement, statements
from cloison.flows.configuring.cisco.words import Cursor, host, is_number, masked, prefix
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message, Span, say
from cloison.netmodel.space.addresses import V4
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError

_VERSION = re.compile(r"^(?:ASA|PIX|FWSM) Version (\d+)\.(\d+)", re.MULTILINE)
_HITS = re.compile(r"\s*\(hitcnt=(\d+)\)(?:\s*\(inactive\))?(?:\s+0x[0-9a-f]+)?")
_INNER = frozenset({
    "nameif", "security-level", "network-object", "port-object", "service-object", "group-object", "protocol-object",
    "icmp-object", "host", "subnet", "range", "fqdn", "description", "shutdown", "bridge-group",
})  # fmt: skip
_BEARING = frozenset({"established", "shun", "context", "url-server", "aaa", "firewall", "mode"})


@dataclass(slots=True)
class AsaList:
    """An extended list: terms by line number, in order; the remarks before the next entry."""

    statement: Statement
    terms: list[tuple[int, Term]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)
    last: int = 0

    def ordered(self) -> list[Term]:
        """Return its terms in the order of their numbers."""
        return [term for _, term in sorted(self.terms, key=lambda item: item[0])]

    def closing(self, name: str) -> Term:
        """Return the denial that ends it, unwritten."""
        return Term("deny", self.statement.written(f"{name}: implicit"))


@dataclass(slots=True)
class Named:
    """An interface with a name."""

    name: str
    statement: Statement
    level: int = 0
    address: IntervalSet = EMPTY
    networks: IntervalSet = EMPTY
    shut: bool = False
    apart: bool = False  # management-only: nothing goes through


def inner(words: list[str], block: list[str]) -> bool:
    """Say whether words at the left margin only make sense within the block before them."""
    if block[0] not in ("interface", "object", "object-group"):
        return False
    return words[0] in _INNER or (block[0] == "interface" and words[:2] == ["ip", "address"])


@dataclass(slots=True)
class Appliance:
    """One ASA while it is read."""

    notes: Notes
    objects: Objects
    entries: Entries
    vpn: Tunnels
    _tops: list[Statement]
    lists: dict[str, AsaList] = field(default_factory=dict)
    named: dict[str, Named] = field(default_factory=dict)
    groups: list[tuple[str, str, str, Statement]] = field(default_factory=list)  # list, direction, interface
    doubts: list[tuple[Statement, Message]] = field(default_factory=list)
    hostname: str = ""
    inter: bool = False
    intra: bool = False
    version: tuple[int, int] = (9, 0)
    nat: AsaNat | None = None
    management: Management | None = None
    _words: set[str] = field(default_factory=set)

    @staticmethod
    def of(notes: Notes) -> Appliance:
        """Return an ASA of which nothing is read yet."""
        objects = Objects.of(notes)
        tops: list[Statement] = []
        around = Surroundings(lambda into: appliances(into, tops))
        return Appliance(notes, objects, Entries(notes, objects, around), Tunnels(notes), tops)

    def file(self, file: File, tick: Tick) -> None:
        """Take the statements of a file; one that was saved and has no end is cut short."""
        found = _VERSION.search(file.text)
        if found:
            self.version = (int(found[1]), int(found[2]))
        tops = statements(file, self.notes, inner, tick, free=False)
        if any(top.words == [":", "Saved"] for top in tops) and not any(
            top.words == [":", "end"] or top.words[0].startswith("Cryptochecksum") for top in tops
        ):
            self.notes.error(tops[-1].span(), say(
                "The last statement should be : end, the file is cut short",
                "La dernière instruction devrait être : end, le fichier est tronqué",
            ), "truncated")  # fmt: skip
        self._tops += tops

    def finish(self, place: Span) -> None:
        """Read the statements that were taken: names, interfaces and objects, then lists, then the rest."""
        if self.version < (9, 0):
            self.entries.every = V4
        rest: list[Statement] = []
        for top in self._tops:
            words = top.words
            if words[0] == "name" and len(words) > 2:
                self.objects.names[words[2]] = words[1]
                self.notes.understood += 1
            elif words[0] == "interface" and len(words) > 1:
                self._interface(top)
            else:
                rest.append(top)
        self.entries.addresses = {name: item.address for name, item in self.named.items()}
        others = [top for top in rest if top.words[0] not in ("object", "object-group") or not self.objects.read(top)]
        self.objects.finish()
        self.nat = AsaNat(self.notes, self.objects, self.entries.addresses)
        self.management = Management(
            self.notes, self.objects, {name: item.statement for name, item in self.named.items()}
        )
        for name, line in self.objects.translated:
            self.nat.under(name, line)
        for top in others:
            if not self._list(top):
                self._words.update(top.words)
                self._other(top)
        for name, _, statement in self.vpn.bound:
            if self.named and name not in self.named:
                self.notes.error(statement.span(), unknown(name, self.named).message, "unknown-name")
        self.vpn.note()
        if not (self.lists or self.named) and not self.notes.errors:
            self.notes.error(place, say(
                "It holds neither a list nor a named interface: nothing can be concluded from it",
                "Il ne contient ni liste ni interface nommée : rien ne peut en être conclu",
            ))  # fmt: skip

    def _interface(self, top: Statement) -> None:
        self.notes.understood += 1
        own = Named("", top)
        level: int | None = None
        for line in top.walk():
            words = line.words
            try:
                if words[0] == "nameif" and len(words) > 1:
                    own.name = words[1]
                elif words[0] == "security-level" and len(words) > 1 and is_number(words[1]):
                    level = int(words[1])
                elif words == ["shutdown"]:
                    own.shut = True
                elif words[0] == "management-only":
                    own.apart = True
                elif words[:2] == ["ip", "address"] and len(words) > 3 and "." in words[3]:
                    text = self.objects.named(words[2])
                    own.address |= host(text, 4)
                    own.networks |= masked(text, words[3])
                elif words[:2] == ["ipv6", "address"] and len(words) > 2 and "/" in words[2]:
                    own.address |= host(words[2].split("/")[0], 6)
                    own.networks |= prefix(words[2], 6)
                elif of_interface(words):
                    self.notes.harmless += 1
                    continue
                else:
                    self.notes.leave(line.written(own.name), UNREAD)
                    continue
                self.notes.understood += 1
            except RefusedError as refused:
                self.notes.error(line.span(len(words) - 1), refused.message)
        if not own.name:
            return
        own.level = level if level is not None else 100 if own.name == "inside" else 0
        self.named[own.name] = own

    def _list(self, top: Statement) -> bool:
        words = top.words
        if words[:3] == ["clear", "configure", "access-list"] or words[:2] == ["no", "access-list"]:
            self.lists.pop(words[3] if words[0] == "clear" and len(words) > 3 else words[-1], None)
            self.notes.understood += 1
            return True
        if words[0] != "access-list" or len(words) < 3:
            return False
        if words[1] == "cached" or words[1].endswith(";"):
            self.notes.harmless += top.count()  # a heading of `show access-list`
            for line in top.children:
                self._list(line)
                self.notes.harmless -= 1
            return True
        name, at_word = words[1], 2
        number = 0
        if words[2] == "line" and len(words) > 4 and is_number(words[3]):
            number, at_word = int(words[3]), 4
        kind = words[at_word]
        if kind == "remark":
            own = self.lists.setdefault(name, AsaList(top))
            own.remarks.append(" ".join(words[at_word + 1 :]))
            self.notes.harmless += 1
        elif kind == "extended" or kind in ("permit", "deny"):
            own = self.lists.setdefault(name, AsaList(top))
            self._entry(name, own, top, at_word + (kind == "extended"), number)
            self.notes.harmless += sum(line.count() for line in top.children)  # of a dump: what a group holds
        elif kind in ("standard", "ethertype", "webtype"):
            self.notes.harmless += top.count()  # of routes, of what is no IP, of what a portal shows
        else:
            own = self.lists.setdefault(name, AsaList(top))
            written = top.written(name)
            self.notes.leave(written, UNREAD)
            own.last = max(own.last + 1, number)
            own.terms.append((own.last, doubtful(written, UNREAD)))
        return True

    def _entry(self, name: str, own: AsaList, top: Statement, at_word: int, number: int) -> None:
        hits: int | None = None
        words = top.words[at_word:]
        if top.text.find("hitcnt=") > 0 and (counted := _HITS.search(top.text)):
            hits = int(counted[1])
            inactive = "(inactive)" in top.text
            words = top.text[: counted.start()].split()[at_word:] + ["inactive"] * inactive
        written = top.written(" ".join(own.remarks) or (f"{name} {number}" if number else name), hits)
        own.remarks.clear()
        if number and number in own.lines and hits is not None:
            self.notes.harmless += 1  # of a dump: what a group holds
            return
        if number:
            own.lines.add(number)
        number = number or own.last + 1
        own.last = max(own.last, number)
        if not words or words[0] not in ("permit", "deny"):
            self.notes.leave(written, UNREAD)
            own.terms.append((number, doubtful(written, UNREAD)))
            return
        term = self.entries.entry(top, Cursor(words), written)
        if term is not None:
            own.terms.append((number, term))

    def _other(self, top: Statement) -> None:
        words = top.words
        if words[0] == "hostname" and len(words) > 1:
            self.hostname = words[1]
            self.notes.understood += 1
        elif words[0] in ("ASA", "PIX", "FWSM", ":", "names") or words[0].startswith("Cryptochecksum"):
            self.notes.harmless += 1
        elif words[0] == "access-group" and len(words) > 2:
            self._group(top)
        elif words[0] == "same-security-traffic":
            self.inter |= words[-1] == "inter-interface"
            self.intra |= words[-1] == "intra-interface"
            self.notes.understood += 1
        elif words[0] in ("nat", "static", "global"):
            self._translate(top)
        elif self.vpn.read(top) or (self.management is not None and self.management.read(top)):
            pass
        elif is_harmless(words):
            self.notes.harmless += top.count()
        else:
            for statement in (top, *top.walk()):
                self.notes.leave(statement.written(), UNREAD)
            if words[0] in _BEARING or filters(words) or any(filters(line.words) for line in top.walk()):
                self.doubts.append((top, UNREAD))

    def _translate(self, top: Statement) -> None:
        if top.words[0] == "nat" and top.text.partition(")")[0].count(",") == 1 and self.nat is not None:
            self.nat.twice(top)
            return
        self.notes.error(top.span(), say(
            "This translation is of a version before 8.3, whose lists see translated addresses; it is not supported",
            "Cette traduction est d’une version antérieure à 8.3, dont les listes voient les adresses traduites ; elle "
            "n’est pas prise en charge",
        ))  # fmt: skip

    def _group(self, top: Statement) -> None:
        words = top.words
        name, direction = words[1], words[2]
        interface = words[4] if words[3:4] == ["interface"] and len(words) > 4 else ""
        rest = words[5:] if interface else words[3:]
        if direction == "global" or (direction in ("in", "out") and interface):
            if name not in self.lists:
                self.notes.error(top.span(1), unknown(name, self.lists).message, "unknown-name")
            elif interface and interface not in self.named:
                self.notes.error(top.span(4), unknown(interface, self.named).message, "unknown-name")
            else:
                if "control-plane" in rest:
                    direction = "control-plane"
                elif rest:
                    why = say("per-user-override lets another list decide",
                              "per-user-override laisse une autre liste décider")  # fmt: skip
                    self.notes.leave(top.written(), why)
                    self.doubts.append((top, why))
                self.groups.append((name, direction, interface, top))
                self.notes.understood += 1
            return
        self.notes.error(top.span(), say("in, out or global is missing", "in, out ou global manque"))

    def interfaces(self) -> tuple[Interface, ...]:
        """Return the interfaces that have a name."""
        return tuple(
            Interface(item.name, item.address, item.networks, "", item.statement.span()) for item in self.named.values()
        )

    def closed(self, forward: bool) -> list[Term]:
        """Return the terms of interfaces that are shut down, and of those that ``forward`` nothing."""
        found: list[Term] = []
        for item in self.named.values():
            if item.shut or (forward and item.apart):
                here = frozenset((item.name,))
                written = item.statement.written(f"{item.name}: {'shutdown' if item.shut else 'management-only'}")
                found += [Term("deny", written, arriving=here), Term("deny", written, leaving=here)]
        return found

    def tunnels(self) -> list[Term]:
        """Return the terms of what a VPN may let pass the lists."""
        return self.vpn.terms(lambda name: self.lists[name].ordered() if name in self.lists else None)

    def unapplied(self, why: Message) -> None:
        """Note the lists that no other statement names."""
        for name, own in self.lists.items():
            if name not in self._words:
                self.notes.leave(own.statement.written(name), why)

    def lists_of(self, direction: str) -> list[tuple[frozenset[str], list[Term]]]:
        """Return the lists of a direction with the interfaces that name them."""
        found: dict[str, set[str]] = {}
        for name, own, interface, _ in self.groups:
            if own == direction:
                found.setdefault(name, set()).add(interface)
        return [(frozenset(names), self.lists[name].ordered()) for name, names in found.items()]
