"""Applications: their protocols, ports and ICMP types, out of ``applications`` or of the predefined ones."""

from __future__ import annotations

from cloison.flows.configuring.juniper.bounds import NONE, Services, all_services, exactly
from cloison.flows.configuring.juniper.reading import Reading
from cloison.flows.configuring.juniper.tree import HARMLESS, UNDERSTOOD, Node, attributes, nested_first
from cloison.flows.configuring.juniper.words import (
    APPLICATIONS,
    ICMP6_TYPES,
    ICMP_CODES,
    ICMP_TYPES,
    PORTS,
    PROTOCOLS,
)  # fmt: skip
from cloison.netmodel.finding import say
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

APPLICATION = say("Application", "Application")

_HARMLESS = frozenset(
    {"inactivity-timeout", "description", "application-protocol", "alg", "ether-type", "learn-sip-register",
     "ttl-threshold", "do-not-translate-A-query-to-AAAA-query", "do-not-translate-AAAA-query-to-A-query"}
)  # fmt: skip
_NEGOTIATED = say(
    "What it takes beyond this is negotiated, or differs between releases",
    "Ce qu’elle prend de plus est négocié, ou diffère selon les versions",
)
_RPC = frozenset({"rpc-program-number", "uuid"})


def catalogued(text: str) -> Services:
    """Return the services of an entry of the catalogue (see :mod:`.words`)."""
    lower, upper = [], []
    for part in text.split():
        if part == "?":
            continue
        word, _, rest = part.partition("/")
        number = int(word) if word.isdigit() else PROTOCOLS[word]
        whole = ServiceSet.of((number, number))
        upper.append(whole)
        if number in (ICMP, ICMPV6) and rest:
            kind, _, code = rest.partition("/")
            first, _, last = kind.partition("-")
            low = (int(first) << 8 | int(code or 0), int(last or first) << 8 | int(code or 255))
            lower.append(ServiceSet.of((number, number), low))
        elif rest:
            first, _, last = rest.partition("-")
            lower.append(ServiceSet.of((number, number), (int(first), int(last or first))))
        elif "?" not in text:
            lower.append(whole)
    if "?" not in text:
        return exactly(ServiceSet.union(lower))
    return Services(ServiceSet.union(lower), ServiceSet.union(upper) if upper else EVERY_SERVICE, _NEGOTIATED)


class Applications:
    """The applications that a policy may name."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        top = reading.root.get("applications")
        self.own: dict[str, Node] = {}
        self.sets: dict[str, Node] = {}
        self._known: dict[str, Services] = {"any": exactly(EVERY_SERVICE)}
        self._only_sets: dict[str, Node] = {}
        if top is None:
            return
        for node in reading.sort(top, frozenset(), frozenset({"traceoptions"})):
            if node.word == "application":
                self.own = {item.word: item for item in node}
            elif node.word == "application-set":
                self.sets = {item.word: item for item in node}
            else:
                reading.leave(node, everywhere=True)
        self._only_sets = {name: item for name, item in self.sets.items() if name not in self.own}
        for name in (*self.own, *self.sets):
            self.named(name, None)

    def named(self, name: str, node: Node | None) -> Services:
        """Return what a name stands for; ``node`` is where it is used, for the error if it stands for nothing."""
        found = self._known.get(name)
        if found is not None:
            return found
        if name in self.own:
            found = self._application(self.own[name])
        elif name in self.sets:
            found = self._set(self.sets[name])
        elif name in APPLICATIONS:
            found = catalogued(APPLICATIONS[name])
        elif name.startswith("junos-"):
            found = Services(NO_SERVICE, EVERY_SERVICE, say(
                "The predefined application {name} is not in the catalogue",
                "L’application prédéfinie {name} n’est pas au catalogue", name=name))  # fmt: skip
            if node is not None:
                self.reading.leave(node, found.why or _NEGOTIATED)
        else:
            if node is not None:
                self.reading.missing(node, APPLICATION, [*self.own, *self.sets, *APPLICATIONS])
            return NONE
        self._known[name] = found
        return found

    def _set(self, node: Node) -> Services:
        def cyclic(member: Node) -> None:
            self.reading.wrong(member, say(
                "{name} contains itself", "{name} se contient lui-même", name=member.word[:80]))  # fmt: skip

        found = NONE
        kinds = ("application", "application-set")
        for group, members in nested_first(node, kinds, self._only_sets, self._known, cyclic):
            group.mark = UNDERSTOOD
            rest = self.reading.sort(group, frozenset(kinds), frozenset({"description"}))
            parts = [Services(NO_SERVICE, EVERY_SERVICE, self.reading.leave(item)) for item in rest]
            parts += [self.named(item.word, item) for item in members]
            found = self._known[group.word] = all_services(parts) if parts else NONE
        return found

    def _application(self, node: Node) -> Services:
        node.mark = UNDERSTOOD
        terms = node.under("term")
        base = [item for item in node if item.word not in ("term", "description")]
        parts = [self._one(term) for term in terms]
        described = node.get("description")
        if described is not None:
            described.mark = HARMLESS
        if any(item.word not in _HARMLESS for item in base) or not terms:
            parts.append(self._one(node))
        return all_services(parts)

    def _one(self, node: Node) -> Services:
        """Return the services of an application or of a term of one."""
        values: dict[str, Node] = {}
        doubt = None
        for keyword, value in attributes(node, "term"):
            word = keyword.word
            if word in _HARMLESS:
                keyword.mark = HARMLESS
            elif word in _RPC:
                keyword.mark = UNDERSTOOD
                doubt = doubt or _NEGOTIATED
            elif word in ("protocol", "source-port", "destination-port", "icmp-type", "icmp-code", "icmp6-type",
                          "icmp6-code"):  # fmt: skip
                if value is None:
                    self.reading.wrong(keyword, say("{word} has no value", "{word} n’a pas de valeur", word=word))
                elif word not in values or value.touched >= values[word].touched:
                    values[word] = value
            else:
                doubt = self.reading.leave(keyword)
        found = self._product(values)
        if "protocol" not in values and found is not None:
            doubt = doubt or say("It names no protocol", "Elle ne nomme aucun protocole")
        if doubt is None:
            return exactly(found) if found is not None else NONE
        return Services(NO_SERVICE, EVERY_SERVICE, doubt)

    def _product(self, values: dict[str, Node]) -> ServiceSet | None:
        reading = self.reading
        protocol = reading.numbers(values["protocol"], PROTOCOLS, 255) if "protocol" in values else (0, 255)
        if protocol is None:
            return None
        number = protocol[0]
        found = ServiceSet.of(protocol)
        ports = {word: reading.numbers(values[word], PORTS, 65535) for word in ("source-port", "destination-port")
                 if word in values}  # fmt: skip
        if any(pair is None for pair in ports.values()):
            return None
        if ports and "protocol" in values and number in PORTED:
            found = ServiceSet.of(protocol, ports.get("destination-port") or (0, 65535),
                                  ports.get("source-port") or (0, 65535))  # fmt: skip
        elif ports and "protocol" in values:
            reading.wrong(values.get("destination-port") or values["source-port"], say(
                "The protocol {name} has no ports", "Le protocole {name} n’a pas de ports",
                name=values["protocol"].word))  # fmt: skip
            return None
        for kind, code, names, wanted in (
            ("icmp-type", "icmp-code", ICMP_TYPES, ICMP), ("icmp6-type", "icmp6-code", ICMP6_TYPES, ICMPV6),
        ):  # fmt: skip
            if kind not in values and code not in values:
                continue
            if number == ICMPV6:
                names, wanted = ICMP6_TYPES, ICMPV6
            types = reading.numbers(values[kind], names, 255) if kind in values else (0, 255)
            codes = reading.numbers(values[code], ICMP_CODES, 255) if code in values else (0, 255)
            if types is None or codes is None:
                return None
            found &= ServiceSet.union(
                ServiceSet.of((wanted, wanted), (one << 8 | codes[0], one << 8 | codes[1]))
                for one in range(types[0], types[1] + 1)
            )
        return found
