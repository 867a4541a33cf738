"""Firewall filters and what they do on interfaces: every packet is judged by itself.

"Routing Policies, Firewall Filters, and Traffic Policers User Guide", Juniper: the first term that matches decides
unless it says ``next term``; a term without an action accepts; a packet that no term of a filter, of a list of
filters or of a filter with others nested in it matches is discarded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cloison.flows.configuration import Action, Stage, Term, Translation, Written
from cloison.flows.configuring.juniper.addresses import PrefixLists
from cloison.flows.configuring.juniper.bounds import EVERYWHERE, Addresses, Services, exactly, terms
from cloison.flows.configuring.juniper.interfaces import FAMILIES, Port, Ports
from cloison.flows.configuring.juniper.matches import Match, Matches
from cloison.flows.configuring.juniper.reading import Reading
from cloison.flows.configuring.juniper.tree import HARMLESS, UNDERSTOOD, Node
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.services import CONTINUING, EVERY_SERVICE, OPENING

MOST_TERMS = 2_000_000
FILTER = say("Filter", "Filtre")

_FILTER_HARMLESS = frozenset(
    {"interface-specific", "physical-interface-filter", "accounting-profile", "enhanced-mode", "instance-shared",
     "interface-shared", "fast-lookup-filter", "instance-specific", "apply-macro", "no-from-log-counter"}
)  # fmt: skip
_THEN_HARMLESS = frozenset(
    {"count", "log", "syslog", "sample", "port-mirror", "port-mirror-instance", "loss-priority", "forwarding-class",
     "dscp", "traffic-class", "service-accounting", "service-accounting-deferred", "service-filter-hit", "apply-macro"}
)  # fmt: skip
_ENDINGS = ("accept", "discard", "reject", "next")
_POLICERS = frozenset({"policer", "three-color-policer", "hierarchical-policer", "prefix-action"})
_RATE = say("A policer may discard what comes faster", "Un policer peut jeter ce qui vient plus vite")
_ELSEWHERE = say(
    "It hands the packet over to something else: {word}", "Elle remet le paquet à autre chose : {word}", word="then"
)
_ORDER = say(
    "A group gives terms to a filter that has its own: their order is not known",
    "Un groupe donne des termes à un filtre qui a les siens : leur ordre est inconnu",
)
_LOOPBACKS = say(
    "Several units of lo0 have filters: each holds for its own routing instance",
    "Plusieurs unités de lo0 ont des filtres : chacun vaut pour son instance de routage",
)
_BOTH_WAYS = say("It looks at addresses that are translated", "Elle regarde des adresses qui sont traduites")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a term of a filter says: ``action`` is ``None`` for a nested filter, named by ``nested``."""

    action: Action | None
    written: Written
    match: Match
    doubt: Message | None = None
    sure: bool = True
    rests: Callable[[], str | None] = lambda: None
    nested: Node | None = None


class Filters:
    """The filters of each family, and the stages that their uses on interfaces are."""

    def __init__(self, reading: Reading, ports: Ports) -> None:
        self.reading = reading
        self.ports = ports
        self.matches = Matches(reading, PrefixLists(reading))
        self.nodes: dict[tuple[str, str], Node] = {}
        self.policers: dict[str, bool] = {}
        self.used = 0
        self._rules: dict[tuple[str, str], list[_Rule]] = {}
        self._made = 0
        top = reading.root.get("firewall")
        if top is not None:
            self._read(top)

    def _read(self, top: Node) -> None:
        reading = self.reading
        known = frozenset({"family", "filter", "policer", "three-color-policer", "hierarchical-policer"})
        for item in reading.sort(top, known, frozenset({"load-balance-group", "interface-set", "traceoptions"})):
            reading.leave(item)
        for policer in top.under("policer"):
            self.policers[policer.word] = policer.get("then", "discard") is not None
        for family in (top, *top.under("family")):
            name = "inet" if family is top else family.word
            if name not in (*FAMILIES, "any"):
                family.mark = HARMLESS
                continue
            for item in family:
                if item.word == "filter":
                    for node in item:
                        if (name, node.word) in self.nodes:
                            reading.wrong(node, say(
                                "The filter {name} is written twice, with its family and without",
                                "Le filtre {name} est écrit deux fois, avec sa famille et sans",
                                name=node.word[:80]))  # fmt: skip
                        self.nodes[name, node.word] = node
                elif family is not top:
                    item.mark = HARMLESS if item.word in ("service-filter", "simple-filter") else 0
                    if not item.mark:
                        reading.leave(item)
        for key in self.nodes:
            self._rules[key] = list(self._filter(*key))

    def _filter(self, family: str, name: str) -> Iterator[_Rule]:
        node = self.nodes[family, name]
        node.mark = UNDERSTOOD
        whole = Match([(EVERYWHERE, EVERYWHERE)], self.matches.read(None, family).services)
        for item in self.reading.sort(node, frozenset({"term"}), _FILTER_HARMLESS):
            yield _Rule("unknown", item.written(), whole, self.reading.leave(item), sure=False)
        others = [item for item in node if item.word != "term"]
        rules = [rule for term in node.under("term") if (rule := self._term(term, family, others)) is not None]
        given = {term.span for term in node.under("term") if term.inherited}
        if given and len(given) < len(node.under("term")):
            for rule in rules:
                if rule.written.span in given and rule.action is not None:
                    yield replace(rule, sure=False, doubt=_ORDER, rests=lambda: None)
        yield from rules

    def _term(self, node: Node, family: str, others: Sequence[Node]) -> _Rule | None:
        """Return what a term says, ``None`` if it lets every packet go on to the next one."""
        written = node.written(node.word, 1 if node.path()[1] == "filter" else 2)
        match = self.matches.read(node.get("from"), family)
        nested = node.value("filter")
        for item in self.reading.sort(node, frozenset({"from", "then", "filter"}), frozenset({"apply-macro"})):
            match.doubt = self.reading.leave(item)
        if nested is not None:
            if node.get("from") or node.get("then"):
                self.reading.wrong(node, say(
                    "A term with a filter in it has neither from nor then",
                    "Un terme qui contient un filtre n’a ni from ni then"))  # fmt: skip
            return _Rule(None, written, match, nested=nested)
        action, doubt, sure = self._action(node.get("then"))
        if action is None:
            return None
        return _Rule(action, written, match, match.doubt or doubt, sure and match.doubt is None,
                     self.reading.rests(node, others))  # fmt: skip

    def _action(self, then: Node | None) -> tuple[Action | None, Message | None, bool]:
        if then is None:
            return "permit", None, True
        ending = then.latest(*_ENDINGS)
        drops: Message | None = None
        other: Message | None = None
        for item in self.reading.sort(then, frozenset(_ENDINGS), _THEN_HARMLESS):
            if item.word in _POLICERS:
                if item.word == "policer" and all(self.policers.get(name.word) is False for name in item):
                    item.mark = HARMLESS
                else:
                    drops = self.reading.leave(item, _RATE)
            else:
                other = self.reading.leave(item, _ELSEWHERE)
        word = ending.word if ending is not None else "accept"
        if word in ("discard", "reject"):
            return "deny", None, True
        if word == "next":
            return ("deny", drops or other, False) if drops or other else (None, None, True)
        if drops or other:
            return "unknown", drops or other, True
        return "permit", None, True

    def stages(self, direction: str) -> list[Stage]:
        """Return the stages of the filters that packets meet on interfaces, ``input`` or ``output``."""
        names = {"input": "filters of input", "output": "filters of output"}
        loose = [
            self._at(Term("deny", written, sure=False, doubt=why), direction, frozenset({name}))
            for name, written, why in self.ports.doubts
        ]
        found = []
        for families in (("any",), tuple(FAMILIES)):
            uses = self._uses(direction, families, loopback=False)
            own = [term for chain, ports in uses for term in self._chain(chain, direction, ports)]
            if families != ("any",):
                own = [*loose, *own]
            if own:
                found.append(Stage(names[direction], (*self.reading.doubtful(), *own), "none", otherwise="permit"))
        return found

    def loopback(self, direction: str) -> list[Stage]:
        """Return the stages of the filters on the loopback interface, which all of the device's own packets meet."""
        found: list[Term] = []
        uses = self._uses(direction, (*FAMILIES, "any"), loopback=True)
        families = [family for (family, _), _ in uses]
        for (family, nodes), _ in uses:
            if families.count(family) > 1 and nodes:
                why = self.reading.leave(nodes[0], _LOOPBACKS)
                found.append(Term("unknown", nodes[0].written(), sure=False, doubt=why))
        for chain, _ in uses:
            found += self._chain(chain, direction, None)
        if not found:
            return []
        return [Stage(f"filters of {direction} on lo0", (*self.reading.doubtful(), *found), "none", otherwise="permit")]

    def lone(self) -> Stage | None:
        """Return the only filter of each family as what the device forwards, where the file has no interface at all."""
        of = {family: [name for kind, name in self.nodes if kind == family] for family in FAMILIES}
        if any(len(names) > 1 for names in of.values()) or not any(of.values()):
            return None
        found: list[Term] = []
        for family, names in of.items():
            if names:
                found += self._chain((family, (self.nodes[family, names[0]],)), "input", None)
            else:
                why = say("The file has no filter of {family}", "Le fichier n’a pas de filtre {family}", family=family)
                whole = FAMILIES[family]
                found.append(Term("unknown", next(iter(self.nodes.values())).written(), whole, whole, doubt=why))
        return Stage("filters", (*self.reading.doubtful(), *found), "none")

    def _uses(
        self, direction: str, families: tuple[str, ...], *, loopback: bool
    ) -> list[tuple[tuple[str, tuple[Node, ...]], frozenset[str]]]:
        """Return each chain of filters in use with the interfaces that have it, in order."""
        found: dict[tuple[str, tuple[str, ...]], tuple[tuple[Node, ...], list[Port]]] = {}
        for port in self.ports.ports.values():
            if port.name.startswith("lo0.") != loopback:
                continue
            for (family, way), nodes in port.filters.items():
                if way == direction and family in families:
                    key = (family, tuple(node.word for node in nodes))
                    found.setdefault(key, (tuple(nodes), []))[1].append(port)
        return [
            ((family, nodes), frozenset(port.name for port in ports)) for (family, _), (nodes, ports) in found.items()
        ]

    def _chain(
        self, chain: tuple[str, tuple[Node, ...]], direction: str, ports: frozenset[str] | None
    ) -> Iterator[Term]:
        family, nodes = chain
        known = [node for node in nodes if self._known(family, node)]
        self.used += len(known)
        for node in known:
            yield from self._terms(family, node.word, direction, ports, (node.word,))
        if known:
            whole = FAMILIES.get(family, ANY)
            end = Written(known[-1].span, f"implicit discard at the end of filter {known[-1].word}", known[-1].word)
            yield self._at(Term("deny", end, whole, whole), direction, ports)

    def _known(self, family: str, node: Node) -> bool:
        if (family, node.word) in self.nodes:
            return True
        self.reading.missing(node, FILTER, [name for kind, name in self.nodes if kind == family])
        return False

    def _terms(
        self, family: str, name: str, direction: str, ports: frozenset[str] | None, above: tuple[str, ...]
    ) -> Iterator[Term]:
        for rule in self._rules[family, name]:
            self._made += 1
            if self._made > MOST_TERMS:
                self.reading.wrong(self.nodes[family, name], say(
                    "Filters and interfaces give more than {most} terms",
                    "Filtres et interfaces donnent plus de {most} termes", most=MOST_TERMS))  # fmt: skip
                return
            if rule.nested is not None:
                if rule.nested.word in above or len(above) > 16:
                    inner = rule.nested.word[:80]
                    self.reading.wrong(
                        rule.nested, say("{name} contains itself", "{name} se contient lui-même", name=inner)
                    )
                elif self._known(family, rule.nested):
                    yield from self._terms(family, rule.nested.word, direction, ports, (*above, rule.nested.word))
                continue
            if rule.action is None:
                continue
            for sources, destinations in rule.match.ends:
                for one, other, services in self._real(sources, destinations, rule.match.services, direction):
                    for term in terms(rule.action, rule.written, one, other, services, None, None, rule.doubt,
                                      sure=rule.sure, rests=rule.rests):  # fmt: skip
                        yield self._at(term, direction, ports)

    def _real(
        self, sources: Addresses, destinations: Addresses, services: Services, direction: str
    ) -> Iterator[tuple[Addresses, Addresses, Services]]:
        """Yield the real ends of what a filter sees: destinations before their translation, or sources after theirs.

        Of a reply the ends are the other way round, so that it meets the translations of the other kind as well.
        """
        met = self.reading.translations
        first = [item for item in met if item.kind != ("source" if direction == "input" else "destination")]
        seen = destinations if direction == "input" else sources
        opening, continuing = self._unseen(seen, services, first), self._unseen(seen, services, met)
        if opening is seen and continuing is seen:
            yield sources, destinations, services
            return
        for phase, real in ((OPENING, opening), (CONTINUING, continuing)):
            low, high = services.lower.in_phase(phase), services.upper.in_phase(phase)
            part = exactly(low) if low == high else Services(low, high, services.why)
            yield (sources, real, part) if direction == "input" else (real, destinations, part)

    def _unseen(self, seen: Addresses, services: Services, met: list[Translation]) -> Addresses:
        """Return the real addresses of those that a filter sees.

        What is inside a translation may be seen as itself or as its outside: where the filter tells these apart, the
        inside is in doubt.
        """
        lower, upper, why = seen.lower, seen.upper, seen.why
        ported = services.lower is not services.upper or services.lower != EVERY_SERVICE
        for item in met:
            both = item.outside | item.inside
            if both <= lower and not (item.services and ported):
                continue
            if not both.overlaps(upper):
                continue
            lower, upper, why = lower - item.inside, upper | item.inside, why or _BOTH_WAYS
        return Addresses(lower, upper, why) if lower is not seen.lower or upper is not seen.upper else seen

    def _at(self, term: Term, direction: str, ports: frozenset[str] | None) -> Term:
        if ports is None:
            return term
        return replace(term, arriving=ports) if direction == "input" else replace(term, leaving=ports)
