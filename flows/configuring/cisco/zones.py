"""The zone-based firewall of IOS: between zones what a policy inspects or passes, nothing else.

Source: Cisco, "Zone-Based Policy Firewall Design and Application Guide" (document 98628) and IOS Security
Configuration Guide, "Zone-Based Policy Firewall": interfaces of one zone reach each other, a zone and an interface
without zone do not, the device itself (zone `self`) reaches and is reached unless a zone pair says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cloison.flows.configuration import Action, Stage, Term, Written
from cloison.flows.configuring.cisco.classes import Classes, Held
from cloison.flows.configuring.cisco.either import Product
from cloison.flows.configuring.cisco.groups import unknown
from cloison.flows.configuring.cisco.interfaces import Port
from cloison.flows.configuring.cisco.lists import UNREAD
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import CONTINUING, EVERY_SERVICE, ServiceSet

_INSPECTED = ServiceSet.union(ServiceSet.of((number, number)) for number in (TCP, UDP, ICMP, ICMPV6))
_MOST = 200_000
_WORDS: dict[str, Action] = {"pass": "permit", "drop": "deny"}
Names = frozenset[str] | None
_Acted = tuple[Term, bool]
_REPLIES = say(
    "the replies to what is passed without inspection are not followed here",
    "les réponses à ce qui passe sans inspection ne sont pas suivies ici",
)
_NO_STATE = say(
    "only TCP, UDP and ICMP are inspected; what becomes of other protocols depends on the version",
    "seuls TCP, UDP et ICMP sont inspectés ; le sort des autres protocoles dépend de la version",
)
_NO_ACTION = say("the class has no action that is known here", "la classe n’a pas d’action connue ici")


@dataclass(slots=True)
class ZonePair:
    """A pair of zones with the policy from the first to the second; an empty name where there is none."""

    source: str
    destination: str
    statement: Statement
    policy: str = ""


@dataclass(slots=True)
class Zones:
    """Zones, pairs of them, policies."""

    notes: Notes
    classes: Classes
    around: Surroundings
    zones: dict[str, Statement] = field(default_factory=dict)
    pairs: list[ZonePair] = field(default_factory=list)
    policies: dict[str, list[tuple[Statement, list[Statement]]]] = field(default_factory=dict)

    def zone(self, statement: Statement) -> None:
        """Read ``zone security NAME``."""
        self.zones.setdefault(statement.words[-1], statement)
        self.notes.understood += 1
        self.notes.harmless += statement.count() - 1

    def pair(self, statement: Statement) -> None:
        """Read ``zone-pair security NAME source ZONE destination ZONE`` and its policy."""
        words = statement.words
        if "source" not in words[:-1] or "destination" not in words[:-1]:
            self.notes.error(statement.span(), say("The pair has no two zones", "La paire n’a pas deux zones"))
            return
        own = ZonePair(words[words.index("source") + 1], words[words.index("destination") + 1], statement)
        for line in statement.children:
            if line.words[:3] == ["service-policy", "type", "inspect"] and len(line.words) == 4:
                own.policy = line.words[3]
                self.notes.understood += 1
            else:
                self.notes.harmless += 1
        self.pairs.append(own)
        self.notes.understood += 1

    def policy(self, statement: Statement) -> None:
        """Read ``policy-map type inspect NAME`` and its classes with their actions."""
        found: list[tuple[Statement, list[Statement]]] = []
        for line in statement.walk():
            if line.words[0] == "class":
                found.append((line, []))
            elif line.words[0] in ("description", "exit"):
                self.notes.harmless += 1
            elif found:
                found[-1][1].append(line)
        self.policies[statement.words[-1]] = found
        self.notes.understood += 1

    def check(self, ports: Iterable[Port]) -> None:
        """Say which names of zones and policies are not defined."""
        for port in ports:
            if port.zone and port.zone not in self.zones:
                self.notes.error(port.statement.span(), unknown(port.zone, self.zones).message, "unknown-name")
        for pair in self.pairs:
            for zone in (pair.source, pair.destination):
                if zone not in self.zones and zone not in ("self", "default"):
                    self.notes.error(pair.statement.span(), unknown(zone, self.zones).message, "unknown-name")
            if pair.policy and pair.policy not in self.policies:
                self.notes.error(pair.statement.span(), unknown(pair.policy, self.policies).message, "unknown-name")

    def stages(self, ports: list[Port]) -> tuple[list[Stage], Stage | None, Stage | None]:
        """Return the stages of what is forwarded, and of what reaches and leaves the device itself."""
        members: dict[str, set[str]] = {name: set() for name in self.zones}
        members.setdefault("default", set())
        for port in ports:
            members.setdefault(port.zone or "default", set()).add(port.name)
        named = {name: frozenset(names) for name, names in members.items()}
        forward: list[Term] = []
        own: dict[str, list[Term]] = {"in": [], "out": []}
        every: dict[tuple[str, str], list[_Acted]] = {}
        for pair in self.pairs:
            if "self" in (pair.source, pair.destination):
                if pair.policy in self.policies:
                    inward = pair.destination == "self"
                    ends = (named.get(pair.source), None) if inward else (None, named.get(pair.destination))
                    own["in" if inward else "out"] += (term for term, _ in self._terms(pair, *ends))
                continue
            terms = self._terms(pair, named.get(pair.source), named.get(pair.destination))
            forward += (term for term, _ in terms)
            every[pair.source, pair.destination] = terms
        for name, names in named.items():
            statement = self.zones.get(name) or next(iter(self.zones.values()))
            if names:
                text = "same zone" if name in self.zones else "no zone"
                forward.append(Term("permit", Written(statement.span(), statement.text, text),
                                    arriving=names, leaving=names))  # fmt: skip
        stages = [Stage("zones", tuple(forward), "implicit")]
        if any(passes for terms in every.values() for _, passes in terms):
            stages.append(Stage("passed replies", tuple(_replies(every, named)), "none", "permit"))
        reach = Stage("zone self", tuple(own["in"]), "implicit", "permit") if own["in"] else None
        leave = Stage("zone self", tuple(own["out"]), "implicit", "permit") if own["out"] else None
        return stages, reach, leave

    def _terms(self, pair: ZonePair, arriving: Names, leaving: Names) -> list[_Acted]:
        """Return a pair's terms, each with whether it passes packets without inspecting them."""
        terms: list[_Acted] = []
        closed = False
        for line, actions in self.policies.get(pair.policy, []):
            name = line.words[-1]
            action, doubt = self._action(actions, name == "class-default")
            held = [Held(Product(ANY, ANY, EVERY_SERVICE))]
            rests = None
            self.notes.understood += 1
            closed |= name == "class-default"
            if name != "class-default":
                try:
                    held = self.classes.held(name)
                except RefusedError as refused:
                    self.notes.error(line.span(len(line.words) - 1), refused.message, "unknown-name")
                    continue
            for item in held:
                at = item.written or line.written(name)
                written = Written(at.span, at.text, name)
                for word, product, why in _acted(item.product, action):
                    doubts = item.doubt or doubt or why
                    if doubts is not None and rests is None:
                        rests = self.around.under("\n".join(text.text for text in (line, *actions)))
                    terms.append((
                        Term(word, written, product.sources, product.destinations, product.services, arriving, leaving,
                             item.doubt is None and doubt is None, doubts, rests if doubts is not None else None),
                        action == "pass",
                    ))  # fmt: skip
        if not closed:
            written = pair.statement.written("class-default")
            terms.append((Term("deny", written, arriving=arriving, leaving=leaving), False))
        return terms

    def _action(self, actions: list[Statement], default: bool) -> tuple[str, Message | None]:
        action, doubt = "", None
        for line in actions:
            if line.words[0] in ("inspect", "pass", "drop"):
                action = line.words[0]
                self.notes.understood += 1
            else:
                self.notes.leave(line.written(), UNREAD)
                doubt = UNREAD
        if not action and not default:
            return "unknown", doubt or _NO_ACTION
        return action or "drop", doubt


def _replies(every: dict[tuple[str, str], list[_Acted]], named: dict[str, frozenset[str]]) -> Iterator[Term]:
    """Yield the fate of replies to what is passed: what the pair the other way passes, and no more."""
    budget = _MOST
    for (source, destination), terms in every.items():
        if not any(passes for _, passes in terms):
            continue
        back = every.get((destination, source), [])
        ends = (named.get(destination), named.get(source))
        for term, passes in terms:
            mirror = _mirror(term)
            if mirror is None or term.action == "deny":
                continue
            budget -= len(back) if passes else 1
            if budget < 0 or not term.sure or term.action == "unknown":
                yield _term("unknown", term, mirror, ends, term.doubt or _REPLIES)
                continue
            if not passes:
                yield _term("permit", term, mirror, ends)
                continue
            for other, answers in back:
                product = mirror & Product(other.sources, other.destinations, other.services)
                if product is None:
                    continue
                if answers or other.action != "permit":
                    yield _term(other.action, other, product, ends, None if other.sure else other.doubt)
                else:  # of a conversation that is inspected the other way, or a reply that nothing expects
                    yield _term("unknown", other, product, ends, _REPLIES)
            yield _term("deny", term, mirror, ends)


def _term(
    action: Action, term: Term, product: Product, ends: tuple[Names, Names], doubt: Message | None = None
) -> Term:
    return Term(
        action, term.written, product.sources, product.destinations, product.services, *ends, doubt is None, doubt
    )


def _acted(product: Product, action: str) -> Iterator[tuple[Action, Product, Message | None]]:
    if action != "inspect":
        yield _WORDS.get(action, "unknown"), product, None
        return
    inspected = Product.of(product.sources, product.destinations, product.services & _INSPECTED)
    if inspected is not None:
        yield "permit", inspected, None
    other = Product.of(product.sources, product.destinations, product.services - _INSPECTED)
    if other is not None:
        yield "unknown", other, _NO_STATE


def _mirror(term: Term) -> Product | None:
    """Return the replies to a term's packets: ends and ports exchanged, of ICMP all types."""
    parts: list[ServiceSet] = []
    for box in term.services.boxes():
        own = (box.protocol, box.protocol)
        if box.protocol in (ICMP, ICMPV6):
            parts.append(ServiceSet.of(own, phases=CONTINUING))
        else:
            parts.append(ServiceSet.of(own, (box.source_low, box.source_high), (box.low, box.high), CONTINUING))
    return Product.of(term.destinations, term.sources, ServiceSet.union(parts))
