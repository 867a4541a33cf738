"""Security groups of OpenStack's network service: its API's JSON, or what ``openstack ... -f json`` prints.

OpenStack Networking API v2.0, "Security groups" and "Security group rules": a rule without a remote end is of every
address of its ethertype, one without a protocol of every protocol; ICMP has its type and code in the place of ports. A
group as a remote end is the addresses of its ports, with those of their allowed address pairs. Ports of the network
itself (``network:...``) and those without port security are not filtered. ``openstack security group rule list`` shows
neither an ICMP type nor a code that is 0 (python-openstackclient, ``format_network_port_range``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloison.flows.configuration import Translation, Written
from cloison.flows.configuring.clouds.ends import Aliases, together
from cloison.flows.configuring.clouds.groups import DIRECTIONS, Direction, Group, Guard, Guarded, Rule, everywhere_but
from cloison.flows.configuring.clouds.rules import pick, services_of, text_of
from cloison.flows.configuring.clouds.tree import Tree, unknown
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet

_FAMILIES = {"ipv4": V4, "ipv6": V6}
_FIXED = re.compile(r"ip_address='([^']*)'")
_WORD = re.compile(r"[^\s,\[\]'\"]+")
_ADDRESS_GROUP = say(
    "The addresses of the address group are not known", "Les adresses du groupe d’adresses ne sont pas connues"
)
_PAIRS = say(
    "It may send and receive for a whole prefix, and what goes through it is not known",
    "Il peut émettre et recevoir pour tout un préfixe, et ce qui le traverse n’est pas connu",
)


@dataclass(slots=True)
class Neutron:
    """What the files tell; ``told`` are the groups whose rules are known, ``every`` says that all rules were listed."""

    notes: Notes
    groups: dict[str, Group] = field(default_factory=dict)
    ports: dict[str, Guarded] = field(default_factory=dict)
    subnets: dict[str, tuple[IntervalSet, Written]] = field(default_factory=dict)
    sets: dict[str, IntervalSet] = field(default_factory=dict)
    outside: dict[tuple[int, int], Written] = field(default_factory=dict)
    rules: list[tuple[str, Tree, Node]] = field(default_factory=list)
    wide: list[tuple[IntervalSet, Written]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    every: bool = False
    listed: bool = False
    _seen: set[str] = field(default_factory=set)

    def read(self, tree: Tree, node: Node) -> None:
        """Add what a file holds: a listing of the client's, or an answer of the API's."""
        if type(node.value) is list:
            for item in tree.of_kind(node.value, "", dict):
                self._row(tree, item)
            return
        for key, value in node.value.items():
            if key.endswith("_links"):
                tree.wrong(value, say("The listing is one page of several: give the whole of it",
                                      "La liste est une page parmi plusieurs : donnez-la entière"))  # fmt: skip
            elif key in _SINGLE and type(value.value) is dict:
                _LISTS[_SINGLE[key]](self, tree, value)
            elif key in _LISTS:
                self.listed |= key == "ports"
                self.every |= key == "security_group_rules"
                for item in tree.items(node, key):
                    _LISTS[key](self, tree, item)
            elif key == "rules":
                _group(self, tree, node)  # `openstack security group show`
                return
            elif key in _HARMLESS:
                tree.notes.harmless += 1
            else:
                tree.notes.leave(
                    tree.written(value, key),
                    say(
                        "This listing is not one of those that are read",
                        "Cette liste n’est pas de celles qui sont lues",
                    ),
                )

    def _row(self, tree: Tree, node: Node) -> None:
        for key, reader in _ROWS:
            if key in node.value:
                self.listed |= key == "Fixed IP Addresses"
                self.every |= key == "IP Protocol" and "Security Group" in node.value
                reader(self, tree, node)
                return
        tree.notes.leave(
            tree.written(node, "…"),
            say("This listing is not one of those that are read", "Cette liste n’est pas de celles qui sont lues"),
        )

    def finish(self) -> None:
        """Bring the rules to their groups, now that all of them are known."""
        for name, tree, node in self.rules:
            owner = name or (next(iter(self.groups)) if len(self.groups) == 1 else "")
            if not owner:
                tree.wrong(node, say(
                    "Which group the rule is of is not told: list the rules without naming a group",
                    "Le groupe de la règle n’est pas dit : listez les règles sans nommer de groupe"))  # fmt: skip
                continue
            group = self.groups.get(owner)
            if group is None:
                tree.wrong(node, unknown(owner, self.groups, Text("security group", "groupe de sécurité")))
                continue
            self.told.add(owner)
            identity = str(pick(tree, node, "id", "ID").value or "")
            if identity and identity in self._seen:
                continue  # told by another file as well
            self._seen.add(identity)
            found = _rules(self, tree, node, group)
            if found is not None:
                group.rules[found[0]] += found[1]
                self.notes.understood += all(rule.doubt is None for rule in found[1])

    def guard(self) -> Guard:
        """Return the groups with their ports."""
        if not self.every:
            for name, port in self.ports.items():
                if any(group in self.groups and group not in self.told for group in port.groups):
                    self.ports[name] = Guarded(
                        port.id, port.addresses, port.groups, port.written, port.peers, whole=False
                    )
        inside = together(each for each, _ in self.subnets.values())
        known = [port.addresses for port in self.ports.values()]
        return Guard(
            self.groups, list(self.ports.values()), everywhere_but(known, inside) if inside else everywhere_but(known),
            EMPTY if self.listed else everywhere_but(known, inside), Aliases(self.outside), self.notes,
        )  # fmt: skip

    def translations(self) -> tuple[Translation, ...]:
        """Return the floating addresses as translations."""
        return tuple(
            Translation("static", IntervalSet(((out, out),)), IntervalSet(((own, own),)), written)
            for (out, own), written in self.outside.items()
        )


def _group(neutron: Neutron, tree: Tree, node: Node) -> None:
    name = text_of(tree, node, "id", "ID")
    if not name:
        tree.wrong(node, say("A security group has no id", "Un groupe de sécurité n’a pas d’identifiant"))
        return
    inner = pick(tree, node, "security_group_rules", "rules")
    if type(inner.value) is str:
        tree.wrong(inner, say(
            "Rules as one text are not read: use a client that prints them as a list, or give what `openstack security "
            "group rule list --long -f json` prints",
            "Des règles en un seul texte ne sont pas lues : utilisez un client qui les affiche en liste, ou donnez ce "
            "qu’affiche `openstack security group rule list --long -f json`"))  # fmt: skip
        return
    title = f"{name} {text_of(tree, node, 'name', 'Name')}".strip()
    group = neutron.groups.get(name)
    if group is None:
        group = neutron.groups[name] = Group(name, tree.written(node, title, name))
        neutron.notes.understood += 1
    if pick(tree, node, "stateful", "Stateful").value is False:
        group.state = "none"
    if type(inner.value) is list:
        neutron.told.add(name)
        neutron.rules += [(name, tree, item) for item in tree.of_kind(inner.value, "rules", dict)]


def _listed_rule(neutron: Neutron, tree: Tree, node: Node) -> None:
    neutron.rules.append((text_of(tree, node, "security_group_id", "Security Group"), tree, node))


def _rules(neutron: Neutron, tree: Tree, node: Node, group: Group) -> tuple[Direction, list[Rule]] | None:
    """Return what a rule is: one, or two where the one is sure and the other perhaps more."""
    direction = text_of(tree, node, "direction", "Direction")
    if direction not in DIRECTIONS:
        tree.wrong(node, say("The direction of the rule is not told: list the rules with --long",
                             "Le sens de la règle n’est pas dit : listez les règles avec --long")
                   if not direction else unknown(direction, DIRECTIONS, Text("direction", "sens")))  # fmt: skip
        return None
    ethertype = text_of(tree, node, "ethertype", "ether_type", "Ethertype") or "IPv4"
    family = _FAMILIES.get(ethertype.lower())
    if family is None:
        tree.wrong(node, unknown(ethertype, ("IPv4", "IPv6"), Text("ethertype", "ethertype")))
        return None
    found = services_of(tree, node, family)
    if found is None:
        return None
    doubt: Message | None = None
    prefix = pick(tree, node, "remote_ip_prefix", "IP Range")
    remote = text_of(tree, node, "remote_group_id", "Remote Security Group")
    addresses = text_of(tree, node, "remote_address_group_id", "Remote Address Group")
    ends, other = family, ""
    if remote:
        if remote not in neutron.groups:
            tree.wrong(node, unknown(remote, neutron.groups, Text("security group", "groupe de sécurité")))
            return None
        ends, other = EMPTY, remote
    elif addresses:
        known = neutron.sets.get(addresses)
        ends, doubt = (family, _ADDRESS_GROUP) if known is None else (known & family, None)
    elif prefix.value:
        whole = tree.prefix(prefix)
        if whole is None:
            return None
        if not whole <= family:
            tree.wrong(prefix, say("{text} is not of the rule’s ethertype, {family}", "{text} n’est pas de l’ethertype "
                                   "de la règle, {family}", text=str(prefix.value), family=ethertype))  # fmt: skip
            return None
        ends = whole
    text = " ".join(str(each) for each in (
        group.id, direction, ethertype, text_of(tree, node, "protocol", "IP Protocol") or "any",
        remote or addresses or prefix.value or "any") if each)  # fmt: skip
    written = tree.written(node, text, group.id)
    return direction, [Rule(written, services, ends, other, doubt or why, family) for services, why in found]


def _port(neutron: Neutron, tree: Tree, node: Node) -> None:
    name = text_of(tree, node, "id", "ID")
    if not name or name in neutron.ports:
        tree.wrong(node, say("{name} is given twice", "{name} est donné deux fois", name=name) if name else say(
            "A port has no id", "Un port n’a pas d’identifiant"))  # fmt: skip
        return
    neutron.notes.understood += 1
    written = tree.written(node, f"{name} {text_of(tree, node, 'name', 'Name')}".strip(), name)
    found = _fixed(tree, pick(tree, node, "fixed_ips", "Fixed IP Addresses"))
    groups = _names(tree, pick(tree, node, "security_groups", "security_group_ids", "Security Groups"))
    owner = text_of(tree, node, "device_owner", "Device Owner")
    secured = pick(tree, node, "port_security_enabled", "Port Security").value
    if owner.startswith("network:") or secured is False:
        neutron.ports[name] = Guarded(name, found, (), written)
        return
    wide: list[IntervalSet] = []
    narrow: list[IntervalSet] = [found]
    for item in tree.items(node, "allowed_address_pairs"):
        addresses = tree.prefix(tree.get(item, "ip_address", str, default=""))
        if addresses is not None:
            (narrow if addresses.size == 1 else wide).append(addresses)
    if wide:
        neutron.wide.append((together(wide), written))
        neutron.notes.leave(written, _PAIRS)
    if groups is None or (not groups and secured is None):
        neutron.ports[name] = Guarded(name, together(narrow), (), written, together(wide), whole=False)
        return
    if not groups:
        alone = f"(port {name})"  # it is filtered, and nothing permits anything
        neutron.groups[alone] = Group(alone, written, state="none")
        neutron.told.add(alone)
        groups = (alone,)
    neutron.ports[name] = Guarded(name, together(narrow), groups, written, together(wide))


def _fixed(tree: Tree, node: Node) -> IntervalSet:
    if type(node.value) is str:
        items = [Node(text, node.at) for text in _FIXED.findall(node.value)]
    else:
        listed = node.value if type(node.value) is list else ()
        items = [tree.get(item, "ip_address", str, default="") for item in tree.of_kind(listed, "fixed_ips", dict)]
    found = [tree.prefix(item) for item in items]
    return together(each for each in found if each is not None)


def _names(tree: Tree, node: Node) -> tuple[str, ...] | None:
    """Return the groups of a port; nothing where they are not told."""
    if type(node.value) is str:
        return tuple(_WORD.findall(node.value))
    if type(node.value) is list:
        return tuple(str(item.value) for item in tree.of_kind(node.value, "security_groups", str))
    return None


def _subnet(neutron: Neutron, tree: Tree, node: Node) -> None:
    name = text_of(tree, node, "id", "ID")
    found = tree.prefix(pick(tree, node, "cidr", "Subnet"))
    if found is not None:
        neutron.subnets[name] = found, tree.written(node, name, name)
        neutron.notes.understood += 1


def _floating(neutron: Neutron, tree: Tree, node: Node) -> None:
    outside = pick(tree, node, "floating_ip_address", "Floating IP Address")
    inside = pick(tree, node, "fixed_ip_address", "Fixed IP Address")
    if not inside.value:
        neutron.notes.harmless += 1  # it stands for nothing yet
        return
    out, own = tree.prefix(outside), tree.prefix(inside)
    if out is not None and own is not None:
        neutron.outside[out.least(), own.least()] = tree.written(node, str(outside.value))
        neutron.notes.understood += 1


def _address_group(neutron: Neutron, tree: Tree, node: Node) -> None:
    listed: Any = pick(tree, node, "addresses", "Addresses").value
    found = [tree.prefix(item) for item in tree.of_kind(listed if type(listed) is list else (), "addresses", str)]
    neutron.sets[text_of(tree, node, "id", "ID")] = together(each for each in found if each is not None)
    neutron.notes.understood += 1


_Reader = Callable[[Neutron, Tree, Node], None]
_LISTS: Mapping[str, _Reader] = {
    "security_groups": _group,
    "security_group_rules": _listed_rule,
    "ports": _port,
    "subnets": _subnet,
    "floatingips": _floating,
    "address_groups": _address_group,
}
_SINGLE = {"security_group": "security_groups", "port": "ports"}
_ROWS: tuple[tuple[str, _Reader], ...] = (
    ("IP Protocol", _listed_rule), ("Fixed IP Addresses", _port), ("Floating IP Address", _floating),
    ("Subnet", _subnet), ("Addresses", _address_group), ("Description", _group), ("Name", _group),
)  # fmt: skip
_HARMLESS = frozenset({"networks", "routers", "subnetpools", "address_scopes", "availability_zones", "quotas"})
LISTINGS = frozenset({*_LISTS, *_SINGLE})
