"""`ip nat` of IOS: what translates, and lists at the outside brought to real ends.

From outside to inside the list that a packet meets on arriving comes before the translation, from inside to outside
the list on leaving comes after it (Cisco, "NAT Order of Operation", document 6209). So lists at an outside interface
see global addresses, and lists at an inside interface see local ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cloison.flows.configuration import Term, Translation, Written
from cloison.flows.configuring.cisco.either import POOLED, Pair, Product, either
from cloison.flows.configuring.cisco.groups import unknown
from cloison.flows.configuring.cisco.interfaces import Port
from cloison.flows.configuring.cisco.lists import AccessList, Lists
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import Cursor, host, masked, port, prefix
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import V4, parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import TCP, UDP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import CONTINUING, EVERY_SERVICE, ServiceSet

_HARMLESS = frozenset({"translation", "log", "service", "settings", "create", "portmap", "switchover", "sip-sbc"})
_MOST = 4_000_000  # pairs of an entry and a translation
_FULL = IntervalSet(((0, 65535),))
UNREAD = say(
    "this translation is not brought to real ends",
    "cette traduction n’est pas ramenée aux extrémités réelles",
)
MANY = say("the lists and translations are too many", "les listes et les traductions sont trop nombreuses")


@dataclass(frozen=True, slots=True)
class Static:
    """An inside address (or network) and the outside one that stands for it; of one port where there is a protocol."""

    inside: IntervalSet
    outside: IntervalSet
    written: Written
    protocol: int = 0
    inside_port: int = 0
    outside_port: int = 0

    def services(self) -> tuple[tuple[ServiceSet, ServiceSet], ...]:
        """Return the pairs of outside and inside services; none when all are unchanged."""
        if not self.protocol:
            return ()
        own = (self.protocol, self.protocol)
        outside = ServiceSet.of(own, (self.outside_port, self.outside_port))
        return ((outside, ServiceSet.of(own, (self.inside_port, self.inside_port))),)


@dataclass(frozen=True, slots=True)
class Pool:
    """Inside sources that share outside addresses; ``exact`` unless other packets of theirs keep their source."""

    inside: IntervalSet
    outside: IntervalSet
    written: Written
    exact: bool


@dataclass(slots=True)
class Nat:
    """All translations of a device."""

    notes: Notes
    statics: list[Static] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    doubts: list[Written] = field(default_factory=list)
    inside: frozenset[str] = frozenset()
    _groups: dict[str, IntervalSet] = field(default_factory=dict)
    _dynamic: list[Statement] = field(default_factory=list)
    _fixed: list[Statement] = field(default_factory=list)

    def read(self, statement: Statement) -> None:
        """Read a statement that begins with ``ip nat``; what needs other statements waits for :meth:`finish`."""
        words = statement.words
        try:
            if words[2:3] == ["pool"]:
                self._pool(words)
            elif words[2:5] == ["inside", "source", "static"]:
                self._fixed.append(statement)
                return
            elif words[2:4] == ["inside", "source"]:
                self._dynamic.append(statement)
                return
            elif words[2:3] and words[2] in _HARMLESS:
                self.notes.harmless += 1
                return
            else:
                self.doubts.append(statement.written("ip nat"))
                self.notes.leave(statement.written("ip nat"), UNREAD)
                return
            self.notes.understood += 1
        except RefusedError as refused:
            self.notes.error(statement.span(3), refused.message)

    def finish(self, ports: dict[str, Port], lists: Lists) -> None:
        """Read what names interfaces, pools and lists, once all of these are known."""
        self.inside = frozenset(item.name for item in ports.values() if item.side == "inside")
        for statement in self._fixed:
            self._try(statement, ports, lists, dynamic=False)
        for statement in self._dynamic:
            self._try(statement, ports, lists, dynamic=True)

    def translations(self) -> tuple[Translation, ...]:
        """Return them as a configuration has them."""
        found = [
            Translation("static", item.outside, item.inside, item.written, item.services()) for item in self.statics
        ]
        return (*found, *(Translation("source", item.outside, item.inside, item.written) for item in self.pools))

    def bring(self, listed: AccessList, where: str, whole: Sequence[Term]) -> list[Term]:
        """Return a list's terms at real ends; ``where`` is the side and the direction of its interfaces."""
        doubts = [
            Term("unknown", written, V4, V4, EVERY_SERVICE, sure=False, doubt=UNREAD)
            for written in self.doubts if listed.family == 4 and where.split()[0] in ("inside", "outside")
        ]  # fmt: skip
        if listed.family == 6 or not where.startswith("outside") or not (self.statics or self.pools):
            return [*doubts, *whole]
        if len(whole) * (len(self.statics) + len(self.pools)) > _MOST:
            statement = listed.statement.written(listed.name)
            self.notes.leave(statement, MANY)
            return [Term("unknown", statement, V4, V4, EVERY_SERVICE, sure=False, doubt=MANY), *whole]
        return [*doubts, *(self._arriving(whole) if where.endswith("in") else self._leaving(whole))]

    def _arriving(self, whole: Sequence[Term]) -> list[Term]:
        found: list[Term] = []
        for static in sorted(self.statics, key=lambda item: not item.protocol):
            pairs = [Pair(term, _to_inside(term, static), _direct(term, static)) for term in whole]
            found += either(pairs)
        for pool in self.pools:
            replies = EVERY_SERVICE.in_phase(CONTINUING)
            pairs = []
            for term in whole:
                direct = Product.of(term.sources, term.destinations & pool.inside, term.services & replies)
                translated, sure = _from_pool(term, pool)
                pairs.append(Pair(term, translated, direct, sure))
            found += either(pairs)
        taken = IntervalSet.union(part for item in self.statics if not item.protocol for part in item.outside.ranges)
        ported: dict[IntervalSet, ServiceSet] = {}
        for static in self.statics:
            for outside, _ in static.services():
                ported[static.outside] = ported.get(static.outside, ServiceSet()) | outside
        for term in whole:
            found += _untranslated(term, taken, ported)
        return found

    def _leaving(self, whole: Sequence[Term]) -> list[Term]:
        found: list[Term] = []
        for static in sorted(self.statics, key=lambda item: not item.protocol):
            for term in whole:
                product = _to_outside(term, static)
                if product is not None:
                    found.append(product.term(term, term.sure, term.doubt, self.inside))
        for pool in self.pools:
            for term in whole:
                if not term.sources.overlaps(pool.outside):
                    continue
                segments = term.services.segments
                own = ServiceSet.union(ServiceSet(((low, high, _any_port(ports)),)) for low, high, ports in segments)
                sure = term.sure and pool.exact and pool.outside <= term.sources and own == term.services
                product = Product(pool.inside, term.destinations, own)
                found.append(product.term(term, sure, None if sure else term.doubt or POOLED, self.inside))
        return [*found, *whole]

    def _pool(self, words: list[str]) -> None:
        if len(words) < 6:
            raise refuse("The pool has no addresses", "Le groupe n’a pas d’adresses")
        first, last = parse_address(words[4]), parse_address(words[5])
        if last < first:
            raise refuse("The pool {name} is reversed", "Le groupe {name} est inversé", name=words[3])
        self._groups[words[3]] = IntervalSet(((first, last),))

    def _try(self, statement: Statement, ports: dict[str, Port], lists: Lists, dynamic: bool) -> None:
        try:
            if dynamic:
                self._shared(statement, ports, lists)
            else:
                self._static(statement, ports)
            self.notes.understood += 1
        except RefusedError as refused:
            self.notes.error(statement.span(5), refused.message)

    def _static(self, statement: Statement, ports: dict[str, Port]) -> None:
        cursor = Cursor(statement.words, 5)
        written = statement.written("ip nat")
        number, network = {"tcp": TCP, "udp": UDP}.get(cursor.peek(), 0), cursor.peek() == "network"
        if number or network:
            cursor.take()
        inside_text = cursor.take()
        inside_port = port(cursor.take(), number) if number else 0
        if cursor.peek() == "interface":
            cursor.take()
            name = cursor.take()
            if name not in ports:
                raise unknown(name, list(ports))
            outside = ports[name].addresses & V4
            outside = IntervalSet(outside.ranges[:1])
            outside_text = ""
        else:
            outside_text = cursor.take()
            outside = EMPTY if network else host(outside_text, 4)
        outside_port = port(cursor.take(), number) if number else 0
        if network:
            mask = cursor.take()
            inside, outside = (
                prefix(f"{text}{mask}", 4) if mask.startswith("/") else masked(text, mask)
                for text in (inside_text, outside_text)
            )
        else:
            inside = host(inside_text, 4)
        if "route-map" in cursor.words[cursor.at :]:
            self.doubts.append(written)
            self.notes.leave(written, UNREAD)
        if not outside:  # the interface has its address from elsewhere: the list cannot be brought to real ends
            self.doubts.append(written)
            self.notes.leave(written, UNREAD)
            return
        self.statics.append(Static(inside, outside, written, number, inside_port, outside_port))

    def _shared(self, statement: Statement, ports: dict[str, Port], lists: Lists) -> None:
        words = statement.words
        written = statement.written("ip nat")
        inside, exact = V4, False
        if words[4:5] == ["list"] and len(words) > 5:
            listed = lists.found.get((4, words[5]))
            if listed is None:
                raise unknown(words[5], [name for _, name in lists.found])
            inside, exact = _permitted(listed)
        outside = EMPTY
        if "pool" in words[:-1]:
            name = words[words.index("pool") + 1]
            if name not in self._groups:
                raise unknown(name, list(self._groups))
            outside = self._groups[name]
        elif "interface" in words[:-1]:
            name = words[words.index("interface") + 1]
            if name not in ports:
                raise unknown(name, list(ports))
            outside = ports[name].addresses & V4
        if not outside or not inside:
            self.doubts.append(written)
            self.notes.leave(written, UNREAD)
            return
        self.pools.append(Pool(inside, outside, written, exact))


def _permitted(listed: AccessList) -> tuple[IntervalSet, bool]:
    """Return the sources that a list permits, and whether all of their packets are permitted."""
    permitted, denied, exact = EMPTY, EMPTY, True
    for term in listed.ordered():
        whole = term.destinations >= V4 and term.services == EVERY_SERVICE and term.sure
        if term.action == "permit":
            permitted |= term.sources - denied
            exact &= whole
        elif whole:
            denied |= term.sources - permitted
        else:
            exact = False
    return permitted, exact


def _to_inside(term: Term, static: Static) -> Product | None:
    shared = term.destinations & static.outside
    if not shared:
        return None
    destinations = shared.shifted(static.inside.least() - static.outside.least())
    if not static.protocol:
        return Product.of(term.sources, destinations, term.services)
    return Product.of(term.sources, destinations, _moved(term.services, static))


def _moved(services: ServiceSet, static: Static) -> ServiceSet:
    key, own = static.protocol << 16 | static.outside_port, static.protocol << 16 | static.inside_port
    for low, high, sources in services.segments:
        if low <= key <= high:
            return ServiceSet(((own, own, sources),))
    return ServiceSet()


def _direct(term: Term, static: Static) -> Product | None:
    destinations = term.destinations & static.inside
    if not destinations:
        return None
    services = term.services
    for _, inside in static.services():
        services = services & inside
    return Product.of(term.sources, destinations, services)


def _from_pool(term: Term, pool: Pool) -> tuple[Product | None, bool]:
    """Return the replies to the pool that an entry holds, at their inside ends, and whether it holds all of them."""
    if not term.destinations.overlaps(pool.outside):
        return None, True
    replies = (term.services & EVERY_SERVICE.in_phase(CONTINUING)).segments
    wide = ServiceSet.union(
        ServiceSet(((low >> 16 << 16, high >> 16 << 16 | 65535, sources),)) for low, high, sources in replies
    )
    sure = pool.exact and pool.outside <= term.destinations and wide.segments == replies
    return Product.of(term.sources, pool.inside, wide), sure


def _untranslated(term: Term, taken: IntervalSet, ported: dict[IntervalSet, ServiceSet]) -> list[Term]:
    """Return an entry that permits without the outside addresses and ports that are always translated."""
    if term.action == "deny":
        return [term]
    rest = term.destinations - taken
    found: list[Term] = []
    for outside, services in ported.items():
        if rest.overlaps(outside) and term.services.overlaps(services):
            product = Product.of(term.sources, rest & outside, term.services - services)
            rest -= outside
            if product is not None:
                found.append(product.term(term, term.sure, term.doubt))
    product = Product.of(term.sources, rest, term.services)
    return [*found, product.term(term, term.sure, term.doubt)] if product is not None else found


def _to_outside(term: Term, static: Static) -> Product | None:
    shared = term.sources & static.outside
    if not shared:
        return None
    sources = shared.shifted(static.inside.least() - static.outside.least())
    if not static.protocol:
        return Product.of(sources, term.destinations, term.services)
    kept = []
    for low, high, ports in term.services.segments:
        first, last = max(low, static.protocol << 16), min(high, static.protocol << 16 | 65535)
        if first <= last:
            shifts = [shift for shift in (0, 65536) if static.outside_port + shift in ports]
            if shifts:
                own = IntervalSet.union((static.inside_port + shift, static.inside_port + shift) for shift in shifts)
                kept.append((first, last, own))
    return Product.of(sources, term.destinations, ServiceSet(tuple(kept)))


def _any_port(sources: IntervalSet) -> IntervalSet:
    """Return source ports opened to all of them, phase by phase."""
    opening = sources.overlaps(_FULL)
    continuing = sources.overlaps(_FULL.shifted(65536))
    return IntervalSet.union([(0, 65535)] * opening + [(65536, 131071)] * continuing)
