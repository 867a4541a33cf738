"""Security policies: pairs of zones, then global ones, then the default; and what reaches the device itself.

"Security Policies User Guide for Security Devices", Juniper: static and destination translations come before the
look-up and those of sources after it, so that policies see real ends; traffic within a zone needs a policy too; what
no policy matches is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cloison.flows.configuration import Action, Stage, Term, Written
from cloison.flows.configuring.juniper.addresses import Book
from cloison.flows.configuring.juniper.bounds import EVERYWHERE, Addresses, Services, all_services, exactly, terms
from cloison.flows.configuring.juniper.interfaces import HOST, Zones
from cloison.flows.configuring.juniper.reading import Reading
from cloison.flows.configuring.juniper.services import Applications, catalogued
from cloison.flows.configuring.juniper.tree import HARMLESS, UNDERSTOOD, Node
from cloison.flows.configuring.juniper.words import HOST_PROTOCOLS, HOST_SERVICES
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import V6
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_ENDS = ("source-address", "destination-address", "application")
_ANY_ONLY = frozenset(
    {"dynamic-application", "source-identity", "url-category", "source-end-user-profile", "destination-identity"}
)
_SCHEDULER = say("A scheduler says when it holds", "Un calendrier dit quand elle vaut")
_HARMLESS_SERVICES = frozenset(
    {"idp", "idp-policy", "utm-policy", "ssl-proxy", "gprs-gtp-profile", "gprs-sctp-profile",
     "application-traffic-control", "redirect-wx", "reverse-redirect-wx", "icap-redirect", "packet-capture",
     "security-metadata-streaming-policy"}
)  # fmt: skip
_GLOBAL_WORDS = frozenset({"policy"})
_POLICIES_HARMLESS = frozenset({"policy-rematch", "policy-stats", "traceoptions", "pre-id-default-policy"})


class Policies:
    """The policies of a device and the stages that they are."""

    def __init__(self, reading: Reading, zones: Zones, applications: Applications) -> None:
        self.reading = reading
        self.zones = zones
        self.applications = applications
        self.rules = 0
        self.host_in: list[Term] = []
        self.host_out: list[Term] = []
        self.forward: list[Term] = []
        self.closing: Written | None = None
        self._sets: dict[object, Addresses | Services] = {}
        self._books()
        top = reading.root.get("security", "policies")
        self.written = top is not None or zones.written
        if top is not None:
            self._read(top)

    def stage(self) -> Stage:
        """Return the stage of what is forwarded."""
        return Stage("security policies", (*self.reading.doubtful(), *self._ipv6(), *self.forward), "implicit",
                     closing=self.closing)  # fmt: skip

    def to_host(self) -> list[Stage]:
        """Return the stages of what is addressed to the device itself."""
        found: list[Term] = [*self.reading.doubtful()]
        for node, zone, ports in self.zones.inbound():
            found += self._inbound(node, zone, ports)
        stages = [Stage("host-inbound-traffic", tuple(found), "implicit")]
        if self.host_in:
            stages.append(self._host("policies to junos-host", self.host_in))
        return stages

    def from_host(self) -> list[Stage]:
        """Return the stages of what the device sends of its own."""
        return [self._host("policies from junos-host", self.host_out)] if self.host_out else []

    def _host(self, name: str, found: list[Term]) -> Stage:
        why = say(
            "What no policy of junos-host matches is not known",
            "Le sort de ce qu’aucune politique de junos-host ne vise est inconnu",
        )
        arriving, leaving = _union(term.arriving for term in found), _union(term.leaving for term in found)
        rest = Term("deny", found[-1].written, arriving=arriving, leaving=leaving, sure=False, doubt=why)
        return Stage(name, (*self.reading.doubtful(), *found, rest), "implicit", otherwise="permit")

    def _books(self) -> None:
        reading = self.reading
        books = reading.root.under("security", "address-book")
        named = {book.word: book for book in books}
        self.common = Book(reading, named.pop("global", None))
        self.books: dict[str, Book] = {}
        for node in named.values():
            book = Book(reading, node, self.common)
            for zone in node.under("attach", "zone"):
                self.books[zone.word] = book
        for zone in self.zones.nodes.values():
            own = zone.get("address-book")
            if own is not None:
                self.books[zone.word] = Book(reading, own, self.books.get(zone.word, self.common))

    def _read(self, top: Node) -> None:
        reading = self.reading
        known = frozenset({"from-zone", "global", "default-policy"})
        for item in reading.sort(top, known, _POLICIES_HARMLESS):
            reading.leave(item, everywhere=True)
        for start in top.under("from-zone"):
            for end in start.under("to-zone"):
                self._pair(start, end)
        shared = top.get("global")
        if shared is not None:
            for item in reading.sort(shared, _GLOBAL_WORDS, frozenset()):
                reading.leave(item, everywhere=True)
            for policy in shared.under("policy"):
                match = policy.get("match")
                arriving = self._zones(match.under("from-zone") if match else ())
                leaving = self._zones(match.under("to-zone") if match else ())
                self.forward += self._policy(policy, self.common, self.common, arriving, leaving, everywhere=True)
        default = top.value("default-policy")
        if default is not None:
            self.closing = default.written(start=2)
            self.rules += 1
            if default.word == "permit-all":
                every = self.zones.every
                self.forward += terms(
                    "permit", self.closing, EVERYWHERE, EVERYWHERE, exactly(EVERY_SERVICE), every, every
                )
            elif default.word not in ("deny-all", "reject-all"):
                reading.leave(default, everywhere=True)

    def _pair(self, start: Node, end: Node) -> None:
        for item in self.reading.sort(end, _GLOBAL_WORDS, frozenset()):
            self.reading.leave(item, everywhere=True)
        arriving = None if start.word == HOST else self.zones.of(start)
        leaving = None if end.word == HOST else self.zones.of(end)
        into = (
            self.forward if HOST not in (start.word, end.word) else self.host_in if end.word == HOST else self.host_out
        )
        sources, destinations = self.books.get(start.word, self.common), self.books.get(end.word, self.common)
        for policy in end.under("policy"):
            into += self._policy(policy, sources, destinations, arriving, leaving)

    def _zones(self, nodes: Sequence[Node]) -> frozenset[str]:
        if not nodes or any(node.word == "any" for node in nodes):
            return self.zones.every
        return frozenset(name for node in nodes if node.word != HOST for name in self.zones.of(node))

    def _policy(
        self, node: Node, sources: Book, destinations: Book, arriving: frozenset[str] | None,
        leaving: frozenset[str] | None, *, everywhere: bool = False,
    ) -> Iterator[Term]:  # fmt: skip
        node.mark = UNDERSTOOD
        self.rules += 1
        written = node.written(node.word, 2)
        match = node.get("match")
        doubts: list[Message] = []
        for item in self.reading.sort(node, frozenset({"match", "then"}), frozenset({"description"})):
            if item.word == "scheduler-name":
                doubts.append(self.reading.leave(item, _SCHEDULER))
            else:
                doubts.append(self.reading.leave(item))
        for item in match or ():
            if item.word in _ENDS or item.word in ("source-address-excluded", "destination-address-excluded"):
                continue
            if item.word in ("from-zone", "to-zone") and everywhere:
                continue
            if item.word in _ANY_ONLY and all(value.word in ("any", "none") for value in item):
                item.mark = HARMLESS
            else:
                doubts.append(self.reading.leave(item))
        missing = [word for word in _ENDS if match is None or not match.under(word)]
        action, doubt = self._action(node.get("then"))
        if missing or action is None:
            self.reading.wrong(node, say(
                "The policy {name} lacks {words}", "Il manque {words} à la politique {name}",
                name=node.word[:80], words=tuple(missing or ["then"])))  # fmt: skip
            return
        if match is None:
            return
        yield from terms(
            action, written, self._ends(match, "source-address", sources),
            self._ends(match, "destination-address", destinations), self._services(match.under("application")),
            arriving, leaving, doubts[0] if doubts else doubt, sure=not doubts,
            rests=self.reading.rests(node),
        )  # fmt: skip

    def _ends(self, match: Node, word: str, book: Book) -> Addresses:
        nodes = match.under(word)
        excluded = match.get(f"{word}-excluded") is not None
        key = (id(book), excluded, *(node.word for node in nodes))
        found = self._sets.get(key)
        if not isinstance(found, Addresses):
            found = book.union(nodes)
            if excluded:
                found = found.without()
            self._sets[key] = found
        return found

    def _services(self, nodes: Sequence[Node]) -> Services:
        key = tuple(node.word for node in nodes)
        found = self._sets.get(key)
        if not isinstance(found, Services):
            found = self._sets[key] = all_services(self.applications.named(node.word, node) for node in nodes)
        return found

    def _action(self, then: Node | None) -> tuple[Action | None, Message | None]:
        reading = self.reading
        if then is None:
            return None, None
        chosen = then.latest("permit", "deny", "reject")
        doubt: Message | None = None
        for item in reading.sort(then, frozenset({"permit", "deny", "reject"}), frozenset({"log", "count"})):
            doubt = reading.leave(item)
        if chosen is None:
            return None, doubt
        if chosen.word != "permit":
            for item in reading.sort(chosen, frozenset(), frozenset({"profile", "ssl-proxy", "application-services"})):
                reading.leave(item)
            return "deny", None
        for item in reading.sort(chosen, frozenset(), frozenset({"tcp-options", "services-offload"})):
            if item.word == "application-services":
                for service in reading.sort(item, frozenset(), _HARMLESS_SERVICES):
                    doubt = reading.leave(service, say(
                        "{word} may refuse what it permits", "{word} peut refuser ce qu’elle permet",
                        word=service.word))  # fmt: skip
            else:
                doubt = reading.leave(item, say(
                    "It permits under a condition: {word}", "Elle permet sous condition : {word}",
                    word=item.word))  # fmt: skip
        return ("permit", None) if doubt is None else ("unknown", doubt)

    def _ipv6(self) -> Iterator[Term]:
        """Yield what ``security forwarding-options`` say of IPv6: dropped is the documented default of the mode."""
        node = self.reading.root.value_at("security", "forwarding-options", "family", "inet6", "mode")
        every = self.zones.every
        if node is not None and node.word == "flow-based":
            return
        if node is not None and node.word == "drop":
            yield from (Term("deny", node.written(start=1), V6, V6, arriving=every, leaving=every),)
            return
        top = node or self.reading.root.get("security") or self.reading.root
        why = say(
            "IPv6 is dropped or filtered, depending on the release, unless security forwarding-options says its mode",
            "Selon la version, IPv6 est jeté ou filtré, à moins que security forwarding-options ne dise son mode",
        )  # fmt: skip
        action: Action = "deny" if node is None else "unknown"
        yield Term(action, Written(top.span, "security"), V6, V6, arriving=every, leaving=every, sure=False, doubt=why,
                   rests=self.reading.around.under(""))  # fmt: skip

    def _inbound(self, node: Node | None, zone: Node, ports: frozenset[str]) -> Iterator[Term]:
        if not ports:
            return
        written = zone.written(zone.word, 2)
        yield from terms("permit", written, EVERYWHERE, EVERYWHERE, catalogued(HOST_PROTOCOLS["ndp"]), ports)
        if node is None:
            return
        known = frozenset({"system-services", "protocols"})
        for item in self.reading.sort(node, known, frozenset()):
            yield Term("unknown", item.written(), arriving=ports, sure=False, doubt=self.reading.leave(item))
        named = [(item, HOST_SERVICES) for item in node.under("system-services")]
        named += [(item, HOST_PROTOCOLS) for item in node.under("protocols")]
        for excepted in (True, False):
            for item, catalogue in named:
                if (item.get("except") is not None) != excepted:
                    continue
                item.mark = UNDERSTOOD
                action: Action = "deny" if excepted else "permit"
                yield from terms(action, item.written(item.word, 2), EVERYWHERE, EVERYWHERE,
                                 self._host_service(item, catalogue), ports,
                                 rests=self.reading.rests(item))  # fmt: skip

    def _host_service(self, node: Node, catalogue: dict[str, str]) -> Services:
        if node.word == "any-service":
            return _ANY_SERVICE
        if node.word == "all":
            lower = ServiceSet.union(catalogued(text).lower for text in catalogue.values())
            return Services(lower, EVERY_SERVICE, say(
                "What all stands for beyond the usual services depends on the release",
                "Ce que vaut all au-delà des services usuels dépend de la version"))  # fmt: skip
        if node.word in catalogue:
            return catalogued(catalogue[node.word])
        return Services(NO_SERVICE, EVERY_SERVICE, self.reading.leave(node))


def _union(names: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: set[str] = set()
    for item in names:
        if item is None:
            return None
        found |= item
    return frozenset(found)


_ANY_SERVICE = Services(
    ServiceSet.union((ServiceSet.of((6, 6)), ServiceSet.of((17, 17)), catalogued(HOST_SERVICES["ping"]).lower)),
    EVERY_SERVICE,
    say(
        "What any-service lets in beyond TCP and UDP is not told",
        "Ce qu’any-service laisse entrer hors TCP et UDP n’est pas dit",
    ),
)
