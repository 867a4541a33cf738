"""``security nat``: what stands for what. Policies see real ends, so that no policy changes by it.

"NAT User Guide for Security Devices", Juniper: static, then destination translations come before the look-up of route
and policy, those of sources after it.
"""

from __future__ import annotations

from typing import Literal

from cloison.flows.configuration import Translation
from cloison.flows.configuring.juniper.addresses import Book
from cloison.flows.configuring.juniper.interfaces import Ports, Zones
from cloison.flows.configuring.juniper.reading import Reading, interval
from cloison.flows.configuring.juniper.services import Applications
from cloison.flows.configuring.juniper.tree import UNDERSTOOD, Node
from cloison.flows.configuring.juniper.words import PORTS, PROTOCOLS
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import ANY, V4
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import ServiceSet

Kind = Literal["destination", "source", "static"]

_KINDS: tuple[Kind, ...] = ("static", "destination", "source")
_HARMLESS = frozenset({"proxy-arp", "proxy-ndp", "traceoptions", "natv6v4"})
_SIDE_HARMLESS = frozenset(
    {"port-randomization", "interface", "address-persistent", "pool-utilization-alarm", "pool-default-port-range",
     "port-round-robin", "session-persistence-scan", "port-scaling-enlargement"}
)  # fmt: skip
_POOL_HARMLESS = frozenset(
    {"description", "port", "overflow-pool", "host-address-base", "address-pooling", "address-persistent",
     "routing-instance", "address-shared", "pool-utilization-alarm"}
)  # fmt: skip
_MATCH = frozenset(
    {"source-address", "source-address-name", "destination-address", "destination-address-name", "destination-port",
     "source-port", "protocol", "application"}
)  # fmt: skip
_THEN_HARMLESS = frozenset({"persistent-nat", "rule-session-count-alarm", "mapping-type", "secure-nat-mapping"})
_FAMILY = say(
    "It translates between IPv4 and IPv6: what is behind is not followed",
    "Elle traduit entre IPv4 et IPv6 : ce qu’il y a derrière n’est pas suivi",
)
POOL = say("Pool", "Réserve")


class Nat:
    """Reads the rules of translation into the reading's ``translations``."""

    def __init__(self, reading: Reading, book: Book, applications: Applications, ports: Ports, zones: Zones) -> None:
        self.reading = reading
        self.book = book
        self.applications = applications
        self.ports = ports
        self.zones = zones
        top = reading.root.get("security", "nat")
        if top is None:
            return
        for item in reading.sort(top, frozenset(_KINDS), _HARMLESS):
            reading.leave(item, everywhere=True)
        for kind in _KINDS:
            side = top.get(kind)
            if side is not None:
                self._side(kind, side)

    def _side(self, kind: Kind, side: Node) -> None:
        for item in self.reading.sort(side, frozenset({"pool", "rule-set"}), _SIDE_HARMLESS):
            self.reading.leave(item, everywhere=True)
        pools = {pool.word: pool for pool in side.under("pool")}
        for pool in pools.values():
            pool.mark = UNDERSTOOD
            for item in self.reading.sort(pool, frozenset({"address"}), _POOL_HARMLESS):
                self.reading.leave(item)
        for rules in side.under("rule-set"):
            for item in self.reading.sort(rules, frozenset({"from", "to", "rule"}), frozenset({"description"})):
                self.reading.leave(item, everywhere=True)
            for rule in rules.under("rule"):
                self._rule(kind, rules, rule, pools)

    def _rule(self, kind: Kind, rules: Node, rule: Node, pools: dict[str, Node]) -> None:
        reading = self.reading
        rule.mark = UNDERSTOOD
        for item in reading.sort(rule, frozenset({"match", "then"}), frozenset({"description"})):
            reading.leave(item, everywhere=True)
        match, then = rule.get("match"), rule.get("then", f"{kind}-nat")
        if then is None:
            reading.wrong(
                rule, say("The rule {name} translates nothing", "La règle {name} ne traduit rien", name=rule.word)
            )
            return
        for item in reading.sort(match or (), _MATCH, frozenset()):
            reading.leave(item, everywhere=True)
        written = rule.written(rule.word, 2)
        ends = {side: self._matched(match, side) for side in ("source", "destination")}
        if then.get("off") is not None:
            return
        if kind == "source":
            shown = self._shown(rules, then, pools)
            if shown is not None:
                reading.translations.append(Translation("source", shown, _or(ends["source"], ANY), written))
            return
        inside = self._target(kind, then, pools)
        if inside is None:
            return
        services = self._services(match, then, kind, pools)
        reading.translations.append(Translation(kind, _or(ends["destination"], V4), inside, written, services))

    def _matched(self, match: Node | None, side: str) -> IntervalSet:
        found = EMPTY
        for item in match.under(f"{side}-address") if match else ():
            pair = self.reading.prefix(item)
            found |= interval(pair) if pair is not None else EMPTY
        names = match.under(f"{side}-address-name") if match else ()
        return found | self.book.union(names).upper if names else found

    def _shown(self, rules: Node, then: Node, pools: dict[str, Node]) -> IntervalSet | None:
        """Return the addresses that sources are shown as: a pool's, or those of the interfaces that they leave by."""
        for item in self.reading.sort(then, frozenset({"interface", "pool"}), _THEN_HARMLESS):
            self.reading.leave(item, everywhere=True)
        pool = then.value("pool")
        if pool is not None:
            for item in self.reading.sort(pool, frozenset(), _THEN_HARMLESS):
                self.reading.leave(item)
            return self._pool(pool, pools)
        if then.get("interface") is None:
            self.reading.leave(then, everywhere=True)
            return None
        to = rules.get("to")
        names = {name for zone in (to.under("zone") if to else ()) for name in self.zones.of(zone)}
        names |= {item.word for item in (to.under("interface") if to else ())}
        return IntervalSet.union(
            pair for name in names if name in self.ports.ports for pair in self.ports.ports[name].addresses
        )

    def _target(self, kind: Kind, then: Node, pools: dict[str, Node]) -> IntervalSet | None:
        words = frozenset({"pool"}) if kind == "destination" else frozenset({"prefix", "prefix-name"})
        for item in self.reading.sort(then, words, _THEN_HARMLESS):
            self.reading.leave(item, _FAMILY, everywhere=True)
        if kind == "destination":
            pool = then.value("pool")
            return self._pool(pool, pools) if pool is not None else None
        found = EMPTY
        for item in then.under("prefix"):
            if item.word in ("mapped-port", "routing-instance"):
                continue
            pair = self.reading.prefix(item)
            found |= interval(pair) if pair is not None else EMPTY
        names = [item for item in then.under("prefix-name") if item.word not in ("mapped-port", "routing-instance")]
        found |= self.book.union(names).upper if names else EMPTY
        return found or None

    def _pool(self, node: Node, pools: dict[str, Node]) -> IntervalSet | None:
        pool = pools.get(node.word)
        if pool is None:
            self.reading.missing(node, POOL, pools)
            return None
        found = EMPTY
        for item in pool.under("address"):
            if item.word == "port":
                continue
            pair = self.reading.prefix(item)
            last = item.value("to")
            end = self.reading.prefix(last) if last is not None else pair
            if pair is None or end is None:
                continue
            if end[1] < pair[0]:
                self.reading.wrong(item, say(
                    "The range from {low} to {high} is reversed", "La plage de {low} à {high} est inversée",
                    low=item.word, high=last.word if last is not None else ""))  # fmt: skip
                continue
            found |= interval((pair[0], end[1]))
        return found

    def _services(
        self, match: Node | None, then: Node, kind: Kind, pools: dict[str, Node]
    ) -> tuple[tuple[ServiceSet, ServiceSet], ...]:
        """Return the outside services with the inside ones, where ports are matched or mapped."""
        asked = [pair for item in (match.under("destination-port") if match else ())
                 if (pair := self._port(item)) is not None]  # fmt: skip
        protocols = [pair for item in (match.under("protocol") if match else ())
                     if (pair := self.reading.numbers(item, PROTOCOLS, 255)) is not None]  # fmt: skip
        named = [
            self.applications.named(item.word, item).upper for item in (match.under("application") if match else ())
        ]
        mapped = self._mapped(then, kind, pools)
        if not asked and not mapped and not protocols and not named:
            return ()
        carried = protocols or [(6, 6), (17, 17)]
        outside = ServiceSet.union(
            ServiceSet.of(protocol, pair) for protocol in carried for pair in asked or [(0, 65535)]
        )
        if named:
            outside = ServiceSet.union(named)
        inside = ServiceSet.union(ServiceSet.of(protocol, mapped) for protocol in carried) if mapped else outside
        return ((outside, inside),)

    def _mapped(self, then: Node, kind: Kind, pools: dict[str, Node]) -> tuple[int, int] | None:
        node: Node | None = None
        if kind == "destination":
            pool = then.value("pool")
            holder = pools.get(pool.word) if pool is not None else None
            for item in holder.under("address") if holder is not None else ():
                node = (item.latest() if item.word == "port" else item.value("port")) or node
        else:
            for word in ("prefix", "prefix-name"):
                for item in then.under(word):
                    node = (item.latest() if item.word == "mapped-port" else item.value("mapped-port")) or node
        return self._port(node) if node is not None else None

    def _port(self, node: Node) -> tuple[int, int] | None:
        found = self.reading.numbers(node, PORTS, 65535)
        last = node.value("to")
        end = self.reading.numbers(last, PORTS, 65535) if last is not None else found
        return (found[0], end[1]) if found is not None and end is not None and found[0] <= end[1] else None


def _or(found: IntervalSet, other: IntervalSet) -> IntervalSet:
    return found or other
