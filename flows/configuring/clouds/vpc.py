"""A virtual private cloud of AWS as its files tell it, and the stages that its packets meet.

Amazon VPC User Guide, "Security groups" and "Network ACLs": a group permits and keeps state; a network ACL has entries
in the order of their numbers, judges every packet by itself, and is not met within a subnet. EC2 API Reference,
``IpPermission``, ``NetworkAclEntry``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cloison.flows.configuration import Action, Stage, Term, Translation, Written
from cloison.flows.configuring.clouds.ends import EVERYWHERE, Aliases, pairs, split, together
from cloison.flows.configuring.clouds.groups import Direction, Group, Guard, Guarded, Rule, everywhere_but
from cloison.flows.configuring.clouds.tree import Tree, unknown
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

_PROTOCOLS = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6}
_FAMILIES = {"IPv4": V4, "IPv6": V6}
LAST_ENTRY = 32767  # the first number of the entries that deny the rest

NO_LIST = say(
    "The entries of the prefix list are not known: give what `aws ec2 get-managed-prefix-list-entries "
    "--prefix-list-id ID` prints, in a file named by the id",
    "Les entrées de la liste de préfixes ne sont pas connues : donnez ce qu’affiche `aws ec2 "
    "get-managed-prefix-list-entries --prefix-list-id ID`, dans un fichier nommé d’après l’identifiant",
)
FOREIGN = say(
    "The group is of another account or VPC: the addresses of its interfaces are not known",
    "Le groupe est d’un autre compte ou VPC : les adresses de ses interfaces ne sont pas connues",
)
NOT_YET = say("It is not known before the plan is applied", "Ce n’est pas connu avant l’application du plan")
_NO_ACL = say(
    "Which network ACL is the one of this subnet is not known: none is given, or several",
    "L’ACL réseau de ce sous-réseau n’est pas connue : aucune n’est donnée, ou plusieurs",
)
_NO_RULES = say("The rules of the group are not told", "Les règles du groupe ne sont pas données")
_RESOLVER = say(
    "Neither groups nor network ACLs filter what goes to Amazon’s DNS resolver, if the VPC has it",
    "Ni groupes ni ACL réseau ne filtrent ce qui va au résolveur DNS d’Amazon, si le VPC en a un",
)
_DNS = ServiceSet.of((TCP, TCP), (53, 53)) | ServiceSet.of((UDP, UDP), (53, 53))
_ALIAS = say(
    "It names a public address of an interface of the cloud: whether its own traffic goes by it is not known",
    "Elle nomme une adresse publique d’une interface du nuage : que son propre trafic passe par elle n’est pas connu",
)


@dataclass(frozen=True, slots=True)
class Far:
    """The other end of a rule as it is written: addresses, a group or a prefix list, or nothing that is known."""

    addresses: IntervalSet = EMPTY
    group: str = ""
    prefix_list: str = ""
    foreign: bool = False
    doubt: Message | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a network ACL."""

    number: int
    direction: Direction
    action: Action
    services: ServiceSet
    addresses: IntervalSet
    written: Written
    doubt: Message | None = None


@dataclass(slots=True)
class Acl:
    """A network ACL and the subnets that it is of; ``whole`` is false where it may have entries that are not known."""

    id: str
    written: Written
    entries: dict[tuple[Direction, int], Entry] = field(default_factory=dict)
    subnets: list[str] = field(default_factory=list)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet by its id."""

    id: str
    addresses: IntervalSet
    vpc: str
    written: Written


@dataclass(slots=True)
class Vpc:
    """What the files tell; ``listed`` says that every interface was asked for.

    ``others`` are terms of what filters beside groups and ACLs, ``late`` those of rules whose group is not known yet.
    """

    notes: Notes
    groups: dict[str, Group] = field(default_factory=dict)
    rules: list[tuple[str, Direction, ServiceSet, Far, Written, Tree, Node]] = field(default_factory=list)
    interfaces: dict[str, Guarded] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)  # of an interface its VPC
    acls: dict[str, Acl] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    lists: dict[str, IntervalSet | None] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    outside: dict[tuple[int, int], Written] = field(default_factory=dict)
    others: list[Term] = field(default_factory=list)
    untold: list[tuple[str, Direction, Tree, Node]] = field(default_factory=list)  # groups without a word of rules
    ruled: bool = False  # rules were listed by themselves
    blocks: list[IntervalSet] = field(default_factory=list)  # primary prefixes of VPCs
    late: dict[Direction, list[Term]] = field(default_factory=lambda: {"egress": [], "ingress": []})
    more: dict[str, list[IntervalSet]] = field(default_factory=dict)  # entries of prefix lists
    listed: bool = False
    unattached: bool = False  # some interface is in a group that is not known, or no longer in one
    moved: bool = False  # some subnet has another ACL than what is told
    _elsewhere: IntervalSet | None = None

    def add_rule(
        self, group: str, direction: Direction, services: ServiceSet | None, far: Far, tree: Tree, node: Node,
        text: str, name: str = "",
    ) -> None:  # fmt: skip
        """Add a rule of a group; of services that are nothing an error was said already."""
        if services is not None:
            self.rules.append((group, direction, services, far, tree.written(node, text, name), tree, node))

    @property
    def attached(self) -> bool:
        """Whether the address of any interface is told."""
        return any(each.addresses for each in self.interfaces.values())

    def join(self, interface: Guarded, group: str) -> None:
        """Put an interface into one more group."""
        self.interfaces[interface.id] = replace(interface, groups=(*interface.groups, group))

    def finish(self) -> None:
        """Bring the rules to their groups, now that all groups and prefix lists are known."""
        for name, entries in self.more.items():
            if self.lists.get(name) is not None or name not in self.lists:
                self.lists[name] = together([self.lists.get(name) or EMPTY, *entries])
        if self.unattached:
            self.interfaces = {name: replace(each, whole=False) for name, each in self.interfaces.items()}
        for name, direction, tree, node in () if self.ruled else self.untold:
            self.add_rule(name, direction, EVERY_SERVICE, Far(doubt=_NO_RULES), tree, node, f"{name} {direction}", name)
        for group, direction, services, far, written, tree, node in self.rules:
            owner = self.groups.get(group)
            if owner is None:
                tree.wrong(node, unknown(group, self.groups, Text("security group", "groupe de sécurité")))
                continue
            owner.rules[direction].append(self._rule(services, far, written, tree, node))
            if far.doubt is None:
                self.notes.understood += 1
        self._apart()

    def _apart(self) -> None:
        """Refuse an address that interfaces of two clouds have: which of them is meant is not known."""
        homes: dict[tuple[int, int], str] = {}
        for each in self.interfaces.values():
            home = self.homes.get(each.id, "")
            for low_high in each.addresses.ranges:
                first = homes.setdefault(low_high, home)
                if home and first and first != home:
                    self.notes.error(each.written.span, say(
                        "Interfaces of {first} and of {home} have the same address: give one VPC as one device "
                        "(--filters Name=vpc-id,Values=ID)",
                        "Des interfaces de {first} et de {home} ont la même adresse : donnez un VPC comme un "
                        "équipement (--filters Name=vpc-id,Values=ID)",
                        first=first, home=home))  # fmt: skip
                    return

    def _rule(self, services: ServiceSet, far: Far, written: Written, tree: Tree, node: Node) -> Rule:
        if far.doubt is not None:
            return Rule(written, services, far.addresses or ANY, doubt=far.doubt)
        if far.prefix_list:
            found = self.lists.get(far.prefix_list)
            if found is None:
                family = _FAMILIES.get(self.families.get(far.prefix_list, ""), ANY)
                return Rule(written, services, family, doubt=NO_LIST)
            return Rule(written, services, found)
        if far.group and far.group not in self.groups:
            if not far.foreign:
                tree.wrong(node, unknown(far.group, self.groups, Text("security group", "groupe de sécurité")))
            return Rule(written, services, self.elsewhere(), doubt=FOREIGN)
        return Rule(written, services, far.addresses, far.group)

    def known(self) -> Iterator[IntervalSet]:
        """Yield the addresses of every interface."""
        return (each.addresses for each in self.interfaces.values())

    def elsewhere(self) -> IntervalSet:
        """Return where an interface may be that the files do not tell."""
        if self._elsewhere is None:
            self._elsewhere = everywhere_but(self.known())
        return self._elsewhere

    def guard(self) -> Guard:
        """Return the groups with their interfaces."""
        inside = together(each.addresses for each in self.subnets.values())
        partial = EMPTY if self.listed else everywhere_but(self.known(), inside)
        return Guard(
            self.groups, list(self.interfaces.values()),
            everywhere_but(self.known(), inside) if inside and self.listed else self.elsewhere(),
            partial, self.aliases(), self.notes,
        )  # fmt: skip

    def aliases(self) -> Aliases:
        """Return the public addresses of interfaces."""
        return Aliases(self.outside)

    def translations(self) -> tuple[Translation, ...]:
        """Return the public addresses of interfaces as translations."""
        return tuple(
            Translation("static", IntervalSet(((out, out),)), IntervalSet(((own, own),)), written)
            for (out, own), written in self.outside.items()
        )

    def resolver(self) -> list[Term]:
        """Return what no group or ACL filters of the subnets' own: the DNS resolver at a VPC's second address."""
        blocks = self.blocks or [each.addresses & V4 for each in self.subnets.values()]
        found = IntervalSet.union((low + 2, low + 2) for each in blocks for low, high in each.ranges if high > low + 2)
        if not found or not self.subnets:
            return []
        written = next(iter(self.subnets.values())).written
        self.notes.leave(written, _RESOLVER)
        return [
            Term("permit", written, source, destination, _DNS, sure=False, doubt=_RESOLVER)
            for source, destination in pairs(EVERYWHERE, split(found))
        ]

    def acl_stage(self, direction: Direction, name: str, first: Sequence[Term]) -> Stage:
        """Return the stage of the network ACLs of a direction, after the terms that come first."""
        terms: list[Term] = list(first)
        covered: Counter[str] = Counter()
        aliases = self.aliases()
        for subnet in self.subnets.values():
            ends = split(subnet.addresses)
            terms += [Term("permit", subnet.written, source, destination) for source, destination in pairs(ends, ends)]
        for acl in self.acls.values():
            covered.update(acl.subnets)
        for subnet in self.subnets.values():
            if covered[subnet.id] != 1 or self.moved:
                if direction == "egress":
                    self.notes.leave(subnet.written, _NO_ACL)
                terms += _acl_terms("unknown", subnet.written, direction, [subnet.addresses], ANY, EVERY_SERVICE,
                                    _NO_ACL)  # fmt: skip
        for acl in self.acls.values():
            terms += self._acl(acl, direction, aliases)
        return Stage(name, tuple(terms), "none", "permit")

    def _acl(self, acl: Acl, direction: Direction, aliases: Aliases) -> Iterator[Term]:
        guarded = [self.subnets[each].addresses for each in acl.subnets if each in self.subnets]
        entries = sorted(
            (entry for (way, _), entry in acl.entries.items() if way == direction), key=lambda entry: entry.number
        )
        if not acl.whole and guarded:
            if direction == "egress":
                self.notes.leave(acl.written, NOT_YET)
            yield from _acl_terms("unknown", acl.written, direction, guarded, ANY, EVERY_SERVICE, NOT_YET)
        for entry in entries:
            if entry.number >= LAST_ENTRY and entry.action == "deny":
                continue  # the denial of the rest, which is there in any case
            if entry.doubt is not None:
                self.notes.leave(entry.written, entry.doubt)
            yield from _acl_terms(entry.action, entry.written, direction, guarded, entry.addresses, entry.services,
                                  entry.doubt)  # fmt: skip
            hidden = aliases.hidden(entry.addresses)
            if hidden and guarded:
                self.notes.leave(entry.written, _ALIAS)
                yield from _acl_terms(entry.action, entry.written, direction, guarded, hidden, entry.services, _ALIAS)
        closing = acl.entries.get((direction, LAST_ENTRY))
        written = closing.written if closing is not None and closing.action == "deny" else acl.written
        yield from _acl_terms("deny", written, direction, guarded, ANY, EVERY_SERVICE)


def _acl_terms(
    action: Action, written: Written, direction: Direction, guarded: Sequence[IntervalSet], far: IntervalSet,
    services: ServiceSet, doubt: Message | None = None,
) -> Iterable[Term]:  # fmt: skip
    inside, peer = split(together(guarded)), EVERYWHERE if far == ANY else split(far)
    for source, destination in pairs(*((inside, peer) if direction == "egress" else (peer, inside))):
        yield Term(action, written, source, destination, services, sure=doubt is None, doubt=doubt)


def services(tree: Tree, node: Node, protocol: Any, low: int | None, high: int | None) -> ServiceSet | None:
    """Return what a protocol with its ports, or its ICMP type and code, stands for; nothing, and an error, if wrong.

    ``-1`` is any protocol, type or code; the ports of protocols other than TCP and UDP mean nothing.
    """
    word = str(protocol).lower()
    if word in ("-1", "all"):
        return EVERY_SERVICE
    number = _PROTOCOLS.get(word, int(word) if word.isascii() and word.isdigit() and len(word) <= 3 else -1)
    if not 0 <= number <= 255:
        tree.wrong(node, unknown(word, (*_PROTOCOLS, "-1"), Text("protocol", "protocole")))
        return None
    if number in (ICMP, ICMPV6):
        kind, code = -1 if low is None else low, -1 if high is None else high
        if not -1 <= kind <= 255 or not -1 <= code <= 255 or (kind < 0 <= code):
            tree.wrong(node, say("ICMP type {kind}, code {code}: there is none", "ICMP type {kind}, code {code} : il "
                                 "n’y en a pas", kind=kind, code=code))  # fmt: skip
            return None
        first = 0 if kind < 0 else kind << 8 | max(code, 0)
        last = 0xFFFF if kind < 0 else kind << 8 | (255 if code < 0 else code)
        return ServiceSet.of((number, number), (first, last))
    if number not in (TCP, UDP):
        return ServiceSet.of((number, number))
    if low is None or high is None or not 0 <= low <= high <= 65535:
        tree.wrong(node, say("Ports {low}-{high}: they must go from 0 to 65535, upwards",
                             "Ports {low}-{high} : ils doivent aller de 0 à 65535, en montant",
                             low="" if low is None else low, high="" if high is None else high))  # fmt: skip
        return None
    return ServiceSet.of((number, number), (low, high))
