"""Addresses and services of PAN-OS by name, of a virtual system and of what it shares.

Source: Palo Alto Networks, PAN-OS Administrator's Guide, "Address Objects", "Service Objects"; PAN-OS Networking
Administrator's Guide, "NAT Policy Rules" (IPv4 addresses are those of ``::/96``, so that ``::/0`` holds them too).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloison.flows.configuration import File, Written
from cloison.flows.configuring.bounds import A, Bounds, Group, Names, addresses, exactly, services
from cloison.flows.configuring.masks import masked, wildcard
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import Message, Span, Text, say
from cloison.netmodel.space.addresses import ANY, V4, parse, parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import SCTP, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_V4_IN_V6 = 96  # an IPv6 prefix of at most this length that begins at :: holds every IPv4 address
_REGION = re.compile(r"[A-Z][A-Z0-9]")
_LITERAL = re.compile(r"[0-9a-fA-F:.]+(?:/[0-9]+|-[0-9a-fA-F:.]+)?", re.ASCII)
_QUIET = frozenset({"description", "tag", "disable-override", "color", "comments"})
_PORTED = {"tcp": TCP, "udp": UDP, "sctp": SCTP}
_GIVEN: Mapping[str, Bounds[ServiceSet]] = {
    "any": exactly(EVERY_SERVICE),
    "service-http": exactly(ServiceSet.of((TCP, TCP), (80, 80)) | ServiceSet.of((TCP, TCP), (8080, 8080))),
    "service-https": exactly(ServiceSet.of((TCP, TCP), (443, 443))),
}


def named(element: Element) -> str:
    """Return an entry's name."""
    return element.attributes.get("name", "")


def place(file: File, element: Element) -> Span:
    """Return where an element begins."""
    return file.span(element.line, element.column)


def written(file: File, element: Element, kind: str) -> Written:
    """Return where an entry is written, and its name."""
    return Written(place(file, element), f"{kind} {named(element)}", named(element))


def members(file: File, element: Element | None) -> tuple[tuple[str, Span], ...]:
    """Return the members of a list, each with its place; a text alone is one member."""
    if element is None:
        return ()
    if not element.children and element.text:
        return ((element.text, place(file, element)),)
    return tuple((item.text, place(file, item)) for item in element.children if item.tag == "member")


@dataclass(slots=True)
class Objects:
    """The names of a virtual system or of what all share, which ``outer`` are."""

    file: File
    notes: Notes
    outer: Objects | None = None
    addresses: Names[IntervalSet] = field(init=False)
    services: Names[ServiceSet] = field(init=False)
    _doubtful: dict[str, Message] = field(default_factory=dict)
    _literals: dict[str, Bounds[IntervalSet]] = field(default_factory=dict)
    _cache: dict[tuple[str, ...], Bounds[IntervalSet]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        outer = self.outer
        self.addresses = Names(
            Text("address", "adresse"), self.notes, addresses, given={"any": exactly(ANY)},
            outer=outer.addresses if outer is not None else None,
        )  # fmt: skip
        self.services = Names(
            Text("service", "service"), self.notes, services, given=_GIVEN,
            outer=outer.services if outer is not None else None,
        )  # fmt: skip

    def add(self, holder: Element) -> None:
        """Read the objects that an element holds."""
        for entry in holder.all("address", "entry"):
            self.addresses.plain[named(entry)] = self._address(entry)
        for kind in ("external-list", "region"):
            for entry in holder.all(kind, "entry"):
                self.addresses.plain.setdefault(named(entry), self._outside(entry, kind))
        for entry in holder.all("address-group", "entry"):
            self._address_group(entry)
        for entry in holder.all("service", "entry"):
            self.services.plain[named(entry)] = self._service(entry)
        for entry in holder.all("service-group", "entry"):
            self.notes.understood += 1
            listed = members(self.file, entry.child("members"))
            self.services.groups[named(entry)] = Group(place(self.file, entry), listed)

    def check(self) -> None:
        """Expand every group, literals of groups first."""
        for group in self.addresses.groups.values():
            for name, span in group.members:
                self._literal(name, span)
        self.addresses.check()
        self.services.check()

    def of(self, names: tuple[tuple[str, Span], ...], written: Written) -> Bounds[IntervalSet]:
        """Return the addresses of the names and literals of a rule."""
        key = tuple(name for name, _ in names)
        if key not in self._cache:
            for name, span in names:
                self._literal(name, span)
            self._cache[key] = self.addresses.union(names)
        found = self._cache[key]
        if not found.exact and found.doubt is not None:
            self.notes.leave(written, found.doubt)
        return found

    def _literal(self, name: str, span: Span) -> None:
        """Make a name of an address that is written where a name may be, or of a region of the world."""
        if self.addresses.knows(name):
            return
        try:
            if _LITERAL.fullmatch(name) and ("." in name or ":" in name):
                self.addresses.plain[name] = exactly(_netmask(name))
            elif _REGION.fullmatch(name) or name.startswith("panw-"):
                why = say("the addresses of {name} are not in the file", "les adresses de {name} ne sont pas dans le "
                          "fichier", name=name)  # fmt: skip
                self.addresses.plain[name] = Bounds(EMPTY, ANY, why)
        except RefusedError as problem:
            self.notes.error(span, problem.message)
            self.addresses.plain[name] = exactly(EMPTY)

    def _address(self, entry: Element) -> Bounds[IntervalSet]:
        found: Bounds[IntervalSet] | None = None
        self.notes.understood += 1
        for item in entry.children:
            try:
                if item.tag == "ip-netmask":
                    found = exactly(_netmask(item.text))
                elif item.tag == "ip-range":
                    found = exactly(parse(item.text))
                elif item.tag == "ip-wildcard":
                    found = self._wildcard(entry, item)
                elif item.tag == "fqdn":
                    found = self._open(
                        entry,
                        "address",
                        say("{name} is a domain name", "{name} est un nom de domaine", name=named(entry)),
                        EMPTY,
                        ANY,
                    )
                elif item.tag in _QUIET:
                    self.notes.harmless += 1
                else:
                    found = self._open(entry, "address", say(
                        "{name}: {tag} is not understood", "{name} : {tag} n’est pas compris",
                        name=named(entry), tag=item.tag), EMPTY, ANY)  # fmt: skip
            except RefusedError as problem:
                self.notes.error(place(self.file, item), problem.message)
                found = exactly(EMPTY)
        if found is None:
            self.notes.error(place(self.file, entry), say(
                "address {name} has no address", "l’adresse {name} n’a pas d’adresse", name=named(entry)))  # fmt: skip
        return found or exactly(EMPTY)

    def _wildcard(self, entry: Element, item: Element) -> Bounds[IntervalSet]:
        first, _, second = item.text.partition("/")
        value, free = parse_address(first), parse_address(second)
        if value not in V4 or free not in V4:
            raise refuse("{text} is no IPv4 wildcard", "{text} n’est pas un masque générique IPv4", text=item.text)
        found = wildcard(value & 0xFFFFFFFF, free & 0xFFFFFFFF ^ 0xFFFFFFFF)
        if found is not None:
            return exactly(found)
        return self._open(entry, "address", say(
            "{name}: the wildcard is too many ranges", "{name} : le masque fait trop de plages", name=named(entry)),
            EMPTY, V4)  # fmt: skip

    def _address_group(self, entry: Element) -> None:
        self.notes.understood += 1
        static = entry.child("static")
        if static is None or entry.child("dynamic") is not None:
            self.addresses.plain[named(entry)] = self._open(entry, "address-group", say(
                "{name} is a dynamic group: its members are not in the file",
                "{name} est un groupe dynamique : ses membres ne sont pas dans le fichier", name=named(entry)),
                EMPTY, ANY)  # fmt: skip
            return
        self.addresses.groups[named(entry)] = Group(place(self.file, entry), members(self.file, static))

    def _outside(self, entry: Element, kind: str) -> Bounds[IntervalSet]:
        return self._open(entry, kind, say(
            "{name} is a list that is kept elsewhere", "{name} est une liste tenue ailleurs", name=named(entry)),
            EMPTY, ANY)  # fmt: skip

    def _service(self, entry: Element) -> Bounds[ServiceSet]:
        self.notes.understood += 1
        found: list[ServiceSet] = []
        protocol = entry.child("protocol")
        for item in protocol.children if protocol is not None else ():
            number = _PORTED.get(item.tag)
            strange = [inner.tag for inner in item.children if inner.tag not in ("port", "source-port", "override")]
            if number is None or strange:
                return self._open(entry, "service", say(
                    "{name}: {tag} is not understood", "{name} : {tag} n’est pas compris",
                    name=named(entry), tag=strange[0] if strange else item.tag), NO_SERVICE, EVERY_SERVICE)  # fmt: skip
            try:
                to, source = item.said("port"), item.said("source-port")
                found += [
                    ServiceSet.of((number, number), low, high)
                    for low in _ports(to) for high in (_ports(source) if source else [(0, 65535)])
                ]  # fmt: skip
            except RefusedError as problem:
                self.notes.error(place(self.file, item.child("port") or item), problem.message)
        if protocol is None or not protocol.children:
            self.notes.error(place(self.file, entry), say(
                "service {name} has no ports", "le service {name} n’a pas de ports", name=named(entry)))  # fmt: skip
        return exactly(ServiceSet.union(found))

    def _open(self, entry: Element, kind: str, why: Message, lower: A, upper: A) -> Bounds[A]:
        self.notes.leave(written(self.file, entry, kind), why)
        return Bounds(lower, upper, why)


def _netmask(text: str) -> IntervalSet:
    if "-" in text:
        return parse(text)
    found = masked(text)
    length = text.partition("/")[2]
    if ":" in text and length and int(length) <= _V4_IN_V6 and 0 in found:
        found |= V4
    return found


def _ports(text: str) -> list[tuple[int, int]]:
    found = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        numbers = [first, last] if dash else [first, first]
        for number in numbers:
            if not (number.isascii() and number.isdigit() and len(number) < 6 and int(number) < 65536):
                raise refuse("{text} is not a port or a range of ports",
                             "{text} n’est ni un port ni une plage de ports", text=part[:60])  # fmt: skip
        low, high = int(numbers[0]), int(numbers[1])
        if high < low:
            raise refuse("{text}: the range is reversed; write {right}", "{text} : la plage est inversée ; écrivez "
                         "{right}", text=part, right=f"{high}-{low}")  # fmt: skip
        found.append((0, high) if (low, high) == (1, 65535) else (low, high))
    return found
