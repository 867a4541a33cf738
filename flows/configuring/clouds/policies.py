"""NetworkPolicy of Kubernetes (networking.k8s.io/v1) -> terms.

A pod that a policy selects is isolated in the policy's directions, and open in the others; what any policy permits is
permitted. So each direction is one list: what may be in doubt, the permits of every policy, then a denial of the rest
for each policy's pods. Kubernetes documentation, "Network Policies"; Kubernetes API, ``NetworkPolicySpec``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloison.flows.configuration import Action, Term, Written
from cloison.flows.configuring.clouds.ends import by_family, together
from cloison.flows.configuring.clouds.labels import Chosen, Cluster, Selector, selector_of
from cloison.flows.configuring.clouds.tree import Tree, unknown
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import SCTP, TCP, UDP
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_NUMBERS = {"TCP": TCP, "UDP": UDP, "SCTP": SCTP}
LAYER4 = ServiceSet.union(ServiceSet.of((number, number)) for number in _NUMBERS.values())
OTHERS = LAYER4.complement()
DIRECTIONS = ("Egress", "Ingress")

NOT_LAYER4 = say(
    "Kubernetes leaves it to the network plugin what a policy does to protocols other than TCP, UDP and SCTP",
    "Kubernetes laisse au greffon réseau ce qu’une politique fait des protocoles autres que TCP, UDP et SCTP",
)
_SHARED = say(
    "A pod that it selects uses its node’s network, where plugins differ on policies",
    "Un pod qu’elle sélectionne utilise le réseau de son nœud, où les greffons diffèrent sur les politiques",
)
_NO_POD = say(
    "No pod with a known address is selected here: which addresses are meant is not known",
    "Aucun pod d’adresse connue n’est sélectionné ici : les adresses visées ne sont pas connues",
)
_PERHAPS = say(
    "The labels of a namespace that may be selected are not known: give the namespaces too",
    "Les étiquettes d’un espace de noms peut-être sélectionné ne sont pas connues : donnez aussi les espaces de noms",
)
_BLOCK = say(
    "Plugins differ on whether an ipBlock holds the addresses of the cluster’s own pods and nodes",
    "Les greffons diffèrent : un ipBlock contient, ou non, les adresses des pods et nœuds de la grappe",
)
_NAMED = say(
    "The port is a name that no pod known here gives to a port of this protocol",
    "Le port est un nom qu’aucun pod connu ici ne donne à un port de ce protocole",
)


class Port(NamedTuple):
    """A port of a rule: a protocol with the range of its numbers, or with the name of a port of a pod."""

    protocol: str
    low: int
    high: int
    name: str
    node: Node


@dataclass(slots=True)
class Rule:
    """A rule as it is written: ``peers`` is nothing where any end is meant, ``ports`` where any service is."""

    written: Written
    peers: list[tuple[str | Selector, Selector, Node] | IntervalSet] | None
    ports: list[Port] | None


@dataclass(slots=True)
class Policy:
    """A policy as it is written, with the rules of each direction that it isolates."""

    written: Written
    namespace: str
    pods: Selector
    rules: dict[str, list[Rule]]
    tree: Tree


class Peer(NamedTuple):
    """What a rule's other end is: addresses that are sure, those in doubt and why, and the pods among them."""

    sure: IntervalSet
    unsure: IntervalSet
    doubt: Message | None
    chosen: Sequence[Chosen]
    blocks: IntervalSet


def read_policy(tree: Tree, node: Node, namespace: str, name: str) -> Policy:
    """Return a policy; what is wrong with it is an error in the notes."""
    title = f"{namespace}/{name}"
    spec = tree.get(node, "spec", dict, default={})
    tree.only(node, ("apiVersion", "kind", "metadata", "spec", "status"))
    tree.only(spec, ("podSelector", "policyTypes", "ingress", "egress"))
    types = tree.texts(spec, "policyTypes")
    for each in types:
        if each not in DIRECTIONS:
            tree.wrong(tree.get(spec, "policyTypes", list), unknown(each, DIRECTIONS, Text("policy type", "type")))
    rules: dict[str, list[Rule]] = {}
    for direction, key, side in (("Egress", "egress", "to"), ("Ingress", "ingress", "from")):
        found = [
            _rule(tree, item, namespace, title, f"{key} {at}", side) for at, item in enumerate(tree.items(spec, key), 1)
        ]
        if direction in types or (not types and (direction == "Ingress" or found)):
            rules[direction] = found
            tree.notes.understood += len(found)
        else:
            tree.notes.harmless += len(found)  # of a direction that policyTypes leaves out: no effect
    tree.notes.understood += 1
    selector = selector_of(tree, tree.get(spec, "podSelector", dict, default={}))
    return Policy(tree.written(node, f"NetworkPolicy {title}", title), namespace, selector, rules, tree)


def _rule(tree: Tree, node: Node, namespace: str, title: str, place: str, side: str) -> Rule:
    tree.only(node, (side, "ports"))
    peers = [_peer(tree, item, namespace) for item in tree.items(node, side)]
    ports = [port for item in tree.items(node, "ports") if (port := _port(tree, item)) is not None]
    written = tree.written(node, f"NetworkPolicy {title}: {place}", title)
    return Rule(written, [peer for peer in peers if peer is not None] if peers else None, ports or None)


def _peer(tree: Tree, node: Node, namespace: str) -> tuple[str | Selector, Selector, Node] | IntervalSet | None:
    tree.only(node, ("podSelector", "namespaceSelector", "ipBlock"))
    given = [key for key, value in node.value.items() if value.value is not None]
    if not given or ("ipBlock" in given and len(given) > 1):
        tree.wrong(node, say(
            "A peer is an ipBlock, or a podSelector, a namespaceSelector or both",
            "Un pair est un ipBlock, ou un podSelector, un namespaceSelector ou les deux"))  # fmt: skip
        return None
    if "ipBlock" in given:
        block = tree.get(node, "ipBlock", dict, default={})
        tree.only(block, ("cidr", "except"))
        whole = tree.prefix(tree.get(block, "cidr", str, default=""))
        for item in tree.items(block, "except", str):
            less = tree.prefix(item)
            if less is not None and whole is not None and less <= whole and less != whole:
                whole = whole - less
            elif less is not None and whole is not None:
                tree.wrong(item, say("{text} is not inside the block’s cidr", "{text} n’est pas dans le cidr du bloc",
                                     text=str(item.value)))  # fmt: skip
        return whole
    pods = selector_of(tree, tree.get(node, "podSelector", dict, default={}))
    if "namespaceSelector" in given:
        return selector_of(tree, tree.get(node, "namespaceSelector", dict, default={})), pods, node
    return namespace, pods, node


def _port(tree: Tree, node: Node) -> Port | None:
    tree.only(node, ("protocol", "port", "endPort"))
    protocol = tree.text(node, "protocol", "TCP")
    if protocol not in _NUMBERS:
        tree.wrong(node, unknown(protocol, _NUMBERS, Text("protocol", "protocole")))
        return None
    found = node.value.get("port")
    last = tree.get(node, "endPort", int)
    if found is None or found.value is None:
        if last.value is not None:
            tree.wrong(last, say("endPort needs a port", "endPort demande un port"))
        return Port(protocol, 0, 65535, "", node)
    if type(found.value) is str:
        if last.value is not None:
            tree.wrong(last, say("endPort needs a port that is a number", "endPort demande un port qui soit un nombre"))
        return Port(protocol, 0, 0, found.value, node)
    low = tree.get(node, "port", int, default=1).value
    high = low if last.value is None else last.value
    if not 1 <= low <= high <= 65535:
        tree.wrong(node, say("Ports {low}-{high}: they must go from 1 to 65535, upwards",
                             "Ports {low}-{high} : ils doivent aller de 1 à 65535, en montant",
                             low=low, high=high))  # fmt: skip
        return None
    return Port(protocol, low, high, "", node)


@dataclass(slots=True)
class Stages:
    """The terms of both directions, made policy by policy.

    ``elsewhere`` are the addresses that a pod which is not known may have. ``decided`` says that the plugin is known
    to hold all protocols to the policies, ``blocks`` that its ipBlocks hold the cluster's own addresses.
    """

    cluster: Cluster
    elsewhere: IntervalSet
    inside: IntervalSet
    decided: bool
    blocks: bool
    permits: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))
    denials: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))
    isolated: dict[str, list[IntervalSet]] = field(default_factory=lambda: defaultdict(list))

    def add(self, policy: Policy) -> None:
        """Add the terms of a policy; what is in doubt is in the notes of its file."""
        chosen = self.cluster.choose(policy.namespace, policy.pods)
        notes = policy.tree.notes
        unsure = chosen.shared | (self.elsewhere if chosen.open else EMPTY)
        doubt = _NO_POD if chosen.open else _SHARED if chosen.shared else None
        if doubt is not None and policy.rules:
            notes.leave(policy.written, doubt)
        for direction, rules in policy.rules.items():
            self.isolated[direction].append(chosen.sure)
            for rule in rules:
                self._permit(policy, rule, direction, chosen)
            denials = self.denials[direction]
            denials += self._terms("deny", policy.written, direction, chosen.sure, ANY, EVERY_SERVICE)
            if unsure:
                denials += self._terms("deny", policy.written, direction, unsure, ANY, EVERY_SERVICE, doubt)

    def _permit(self, policy: Policy, rule: Rule, direction: str, chosen: Chosen) -> None:
        peer = self._peer(policy, rule)
        sure = chosen.sure | chosen.shared  # of a policy that is not kept on a node's network, nothing is denied
        every = sure | self.elsewhere if chosen.open else sure
        permits = self.permits[direction]

        def permit(services: ServiceSet, ends: Peer, guarded: IntervalSet, doubt: Message | None = None) -> None:
            permits.extend(self._terms("permit", rule.written, direction, guarded, ends.sure, services, doubt))
            if ends.unsure:
                why = doubt or ends.doubt
                permits.extend(self._terms("permit", rule.written, direction, guarded, ends.unsure, services, why))

        services = _numbered(rule.ports)
        if services:
            permit(services, peer, sure)
            if chosen.open:
                permit(services, peer, every - sure, _NO_POD)
        for port in rule.ports or ():
            if port.name and direction == "Ingress":
                places = self._named(port, [chosen])
                for number, guarded in places.items():
                    permit(_service(port, number), peer, guarded)
                if not places or chosen.open:
                    policy.tree.notes.leave(rule.written, _NAMED)
                    permit(_service(port), peer, every - together(places.values()), _NAMED)
            elif port.name:
                named = [self._every_pod()] if rule.peers is None else peer.chosen
                places = self._named(port, named)
                for number, ends in places.items():
                    permit(_service(port, number), Peer(ends, EMPTY, None, (), EMPTY), every)
                rest = (peer.sure | peer.unsure) - together(item.sure for item in named)
                if rest or not places:
                    policy.tree.notes.leave(rule.written, _NAMED)
                    permit(_service(port), Peer(EMPTY, rest, _NAMED, (), EMPTY), every)

    def _peer(self, policy: Policy, rule: Rule) -> Peer:
        if rule.peers is None:
            return Peer(ANY, EMPTY, None, (), EMPTY)
        sure: list[IntervalSet] = []
        unsure: list[IntervalSet] = []
        blocks: list[IntervalSet] = []
        chosen: list[Chosen] = []
        doubt: Message | None = None
        for peer in rule.peers:
            if isinstance(peer, IntervalSet):
                blocks.append(peer)
                continue
            spaces, pods, node = peer
            found = self.cluster.choose(spaces, pods)
            chosen.append(found)
            sure.append(found.sure)
            unsure += [found.shared, found.perhaps]
            why = _NO_POD if found.open else _PERHAPS if found.perhaps else _SHARED if found.shared else None
            if found.open:
                unsure.append(self.elsewhere)
            if why is not None:
                written = Written(policy.tree.span(node), rule.written.text, rule.written.name)
                policy.tree.notes.leave(written, why)
                doubt = doubt or why
        every_block = together(blocks)
        if self.blocks:
            sure.append(every_block)
        else:
            within = every_block & self.inside
            sure.append(every_block - within)
            unsure.append(within)
            doubt = doubt or _BLOCK
        certain = together(sure)
        return Peer(certain, together(unsure) - certain, doubt, chosen, every_block)

    def _every_pod(self) -> Chosen:
        return self.cluster.choose(frozenset(), frozenset())

    def _named(self, port: Port, chosen: Iterable[Chosen]) -> dict[int, IntervalSet]:
        """Return the addresses of pods by the number that they give to a named port."""
        found: dict[int, list[IntervalSet]] = defaultdict(list)
        for item in chosen:
            self.cluster.count(len(item.pods))
            for pod in item.pods:
                for name, protocol, number in pod.ports:
                    if name == port.name and protocol == port.protocol:
                        found[number].append(pod.addresses)
        return {number: addresses for number, each in sorted(found.items()) if (addresses := together(each))}

    def _terms(
        self, action: Action, written: Written, direction: str, guarded: IntervalSet, peer: IntervalSet,
        services: ServiceSet, doubt: Message | None = None,
    ) -> Iterator[Term]:  # fmt: skip
        sources, destinations = (peer, guarded) if direction == "Ingress" else (guarded, peer)
        if services is EVERY_SERVICE and not self.decided:
            yield from _products(action, written, sources, destinations, LAYER4, doubt)
            yield from _products(action, written, sources, destinations, OTHERS, doubt or NOT_LAYER4)
        else:
            yield from _products(action, written, sources, destinations, services, doubt)


def _products(
    action: Action, written: Written, sources: IntervalSet, destinations: IntervalSet, services: ServiceSet,
    doubt: Message | None,
) -> Iterator[Term]:  # fmt: skip
    for source, destination in by_family(sources, destinations):
        yield Term(action, written, source, destination, services, sure=doubt is None, doubt=doubt)


def _numbered(ports: Sequence[Port] | None) -> ServiceSet:
    if ports is None:
        return EVERY_SERVICE
    return ServiceSet.union(_service(port) for port in ports if not port.name) if ports else NO_SERVICE


def _service(port: Port, number: int | None = None) -> ServiceSet:
    protocol = _NUMBERS[port.protocol]
    if number is not None:
        return ServiceSet.of((protocol, protocol), (number, number))
    return ServiceSet.of((protocol, protocol), (0, 65535) if port.name else (port.low, port.high))
