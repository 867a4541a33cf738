"""Class maps of type inspect -> the packets that each holds, as products.

Sources: Cisco IOS Security Configuration Guide, "Zone-Based Policy Firewall"; Cisco IOS Security Command Reference,
`class-map type inspect`, `match protocol (zone)`, `ip port-map`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cloison.flows.configuration import Written
from cloison.flows.configuring.cisco.either import Product
from cloison.flows.configuring.cisco.groups import unknown
from cloison.flows.configuring.cisco.lists import UNREAD, AccessList, Lists
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import port
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

_MOST = 20_000  # products of one class
_STEPS = 4_000_000
_DEEPEST = 60
_PORTS: dict[str, tuple[tuple[int, int], ...]] = {
    "http": ((TCP, 80),), "https": ((TCP, 443),), "ssh": ((TCP, 22),), "telnet": ((TCP, 23),), "smtp": ((TCP, 25),),
    "dns": ((TCP, 53), (UDP, 53)), "ftp": ((TCP, 21),), "tftp": ((UDP, 69),), "ntp": ((UDP, 123),),
    "snmp": ((UDP, 161),), "snmptrap": ((UDP, 162),), "syslog": ((UDP, 514),), "ldap": ((TCP, 389),),
    "ldaps": ((TCP, 636),), "imap": ((TCP, 143),), "imaps": ((TCP, 993),), "pop3": ((TCP, 110),),
    "pop3s": ((TCP, 995),), "isakmp": ((UDP, 500),), "pptp": ((TCP, 1723),),
}  # fmt: skip
_MANY = say("the class map holds too many products", "la classe contient trop de produits")
_APPLICATION = say(
    "the device recognises this application by more than a port that is known here",
    "l’équipement reconnaît cette application à autre chose qu’un port connu ici",
)


@dataclass(frozen=True, slots=True)
class Held:
    """Packets that a class holds: exactly these, unless there is a doubt."""

    product: Product
    doubt: Message | None = None
    written: Written | None = None  # the entry of a list that holds them


@dataclass(slots=True)
class ClassMap:
    """A class map as it is written."""

    name: str
    some: bool  # match-any
    statement: Statement
    criteria: list[Statement] = field(default_factory=list)


@dataclass(slots=True)
class Classes:
    """All class maps, the lists that they name, and ports added to applications."""

    notes: Notes
    lists: Lists
    written: dict[str, ClassMap] = field(default_factory=dict)
    used: set[tuple[int, str]] = field(default_factory=set)
    _ports: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _done: dict[str, list[Held]] = field(default_factory=dict)

    def read(self, statement: Statement) -> None:
        """Read ``class-map type inspect [match-any | match-all] NAME`` and what is under it."""
        words = statement.words
        some = "match-any" in words[3:4]
        name = words[-1]
        own = self.written.setdefault(name, ClassMap(name, some, statement))
        for line in statement.walk():
            if line.words[0] == "match":
                own.criteria.append(line)
            elif line.words[0] in ("description", "exit"):
                self.notes.harmless += 1
            else:
                own.criteria.append(line)
        self.notes.understood += 1

    def port_map(self, statement: Statement) -> None:
        """Read ``ip port-map APPLICATION port [tcp | udp] NUMBER``; raises ``RefusedError``."""
        words = statement.words
        if len(words) < 5 or words[3] != "port" or "list" in words:
            raise refuse("This port-map is not understood", "Ce port-map n’est pas compris")
        numbers = [{"tcp": TCP, "udp": UDP}[word] for word in words[4:5] if word in ("tcp", "udp")]
        for number in numbers or [TCP, UDP]:
            self._ports.setdefault(words[2], []).append((number, port(words[-1], number)))

    def held(self, name: str, above: tuple[str, ...] = ()) -> list[Held]:
        """Return what a class holds; raises ``RefusedError`` for an unknown name, a cycle or too deep a nesting."""
        if name not in self.written:
            raise unknown(name, self.written)
        if name in above or len(above) > _DEEPEST:
            raise refuse(
                "The class maps {cycle} hold each other", "Les classes {cycle} se contiennent l’une l’autre",
                cycle=(*above[-5:], name),
            )  # fmt: skip
        if name not in self._done:
            self._done[name] = self._expand(self.written[name], (*above, name))
        return self._done[name]

    def _expand(self, own: ClassMap, above: tuple[str, ...]) -> list[Held]:
        found: list[Held] | None = None
        for line in own.criteria:
            try:
                these = self._criterion(line, above)
            except RefusedError as refused:
                self.notes.error(line.span(len(line.words) - 1), refused.message, "unknown-name")
                continue
            if found is None:
                found = list(these)
            elif own.some:
                found += these
            elif len(found) * len(these) > _MOST:
                found = [Held(item.product, _MANY, item.written) for item in found]
            else:
                found = [both for one in found for other in these if (both := _both(one, other)) is not None]
        return found or []

    def _criterion(self, line: Statement, above: tuple[str, ...]) -> list[Held]:
        words = line.words
        whole = Product(ANY, ANY, EVERY_SERVICE)
        if words[:2] == ["match", "access-group"] and len(words) > 2:
            name = words[-1]
            chosen = [item for key, item in self.lists.found.items() if key[1] == name]
            self.used |= {(item.family, name) for item in chosen}
            if not chosen:
                why = unknown(name, [own for _, own in self.lists.found]).message
                self.notes.leave(line.written(), why)
                return [Held(whole, why)]
            self.notes.understood += 1
            return [held for item in chosen for held in permitted(item)]
        if words[:2] == ["match", "protocol"] and len(words) > 2:
            return self._protocol(line, words[2], words[3:])
        if words[:2] == ["match", "class-map"] and len(words) == 3:
            self.notes.understood += 1
            return self.held(words[2], above)
        self.notes.leave(line.written(), UNREAD)
        return [Held(whole, UNREAD)]

    def _protocol(self, line: Statement, name: str, rest: list[str]) -> list[Held]:
        if name in ("tcp", "udp") and not rest:
            self.notes.understood += 1
            number = TCP if name == "tcp" else UDP
            return [Held(Product(ANY, ANY, ServiceSet.of((number, number))))]
        if name == "icmp" and not rest:
            self.notes.understood += 1
            return [Held(Product(ANY, ANY, ServiceSet.of((ICMP, ICMP)) | ServiceSet.of((ICMPV6, ICMPV6))))]
        known = [*_PORTS.get(name, ()), *self._ports.get(name, ())]
        if name in _PORTS and not rest:
            self.notes.understood += 1
            return [Held(Product(ANY, ANY, ServiceSet.union(
                ServiceSet.of((number, number), (own, own)) for number, own in known)))]  # fmt: skip
        self.notes.leave(line.written(), _APPLICATION)
        return [Held(Product(ANY, ANY, EVERY_SERVICE), _APPLICATION)]


def _both(one: Held, other: Held) -> Held | None:
    product = one.product & other.product
    return None if product is None else Held(product, one.doubt or other.doubt, one.written or other.written)


def permitted(listed: AccessList) -> list[Held]:
    """Return the packets that a list permits, as products: of each entry what earlier ones do not deny."""
    found: list[Held] = []
    denied: list[Product] = []
    doubted: list[tuple[Product, Message]] = []
    steps = 0
    for term in listed.ordered():
        product = Product.of(term.sources, term.destinations, term.services)
        if product is None:
            continue
        if term.action == "deny" and term.sure:
            denied.append(product)
            continue
        if term.action == "deny":
            doubted.append((product, term.doubt or UNREAD))
            continue
        steps += len(denied) + len(doubted)
        if steps > _STEPS:
            return [Held(Product(listed.every(), listed.every(), EVERY_SERVICE), _MANY)]
        doubt = term.doubt or next((why for other, why in doubted if other & product is not None), None)
        found += [Held(piece, doubt, term.written) for piece in without(product, denied, _MOST - len(found))]
        if len(found) > _MOST:
            return [Held(Product(listed.every(), listed.every(), EVERY_SERVICE), _MANY)]
    return found


def without(product: Product, taken: Iterable[Product], most: int) -> list[Product]:
    """Return disjoint products: of one what is in none of the others; stops growing past ``most``."""
    pieces = [product]
    for other in taken:
        if other & product is None:
            continue
        pieces = [part for piece in pieces for part in _cut(piece, other)]
        if len(pieces) > most:
            break
    return pieces


def _cut(product: Product, other: Product) -> list[Product]:
    if (shared := product & other) is None:
        return [product]
    parts = (
        Product.of(product.sources - other.sources, product.destinations, product.services),
        Product.of(shared.sources, product.destinations - other.destinations, product.services),
        Product.of(shared.sources, shared.destinations, product.services - other.services),
    )
    return [part for part in parts if part is not None]
