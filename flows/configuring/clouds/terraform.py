"""``terraform show -json`` of a plan or a state, into a virtual private cloud of AWS.

HashiCorp, "JSON output format" (version 1): ``values`` of a state, ``planned_values`` of a plan, where what is known
only after the plan was applied is left out and named in ``resource_changes``. Of the AWS provider's documentation:
``aws_security_group``, whose rules are written in it or in resources of their own, never both, and which is made
without the rule that lets everything out; ``aws_network_acl`` likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloison.flows.configuration import Term
from cloison.flows.configuring.clouds.groups import Direction, Group
from cloison.flows.configuring.clouds.listings import add_entry, add_interface, add_public, add_subnet, new
from cloison.flows.configuring.clouds.plans import Resource, resources_of
from cloison.flows.configuring.clouds.tree import Tree
from cloison.flows.configuring.clouds.vpc import NOT_YET, Acl, Far, Vpc, services
from cloison.netmodel.finding import say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

_FILTERS = ("aws_networkfirewall_", "aws_vpc_block_public_access_", "aws_fms_")
_FIREWALL = say(
    "It filters packets too, in a way that is not read", "Elle filtre aussi des paquets, d’une façon qui n’est pas lue"
)
_MORE = say(
    "It has security groups, and addresses that are not told here: give what `aws ec2 describe-network-interfaces` "
    "prints",
    "Elle a des groupes de sécurité, et des adresses qui ne sont pas dites ici : donnez ce qu’affiche `aws ec2 "
    "describe-network-interfaces`",
)
_DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")


@dataclass(slots=True)
class _Reading:
    vpc: Vpc
    apart: set[tuple[str, Direction]] = field(default_factory=set)  # groups with rules in resources of their own
    late: list[tuple[Resource, Direction]] = field(default_factory=list)
    acls: list[Resource] = field(default_factory=list)
    acl_rules: list[Resource] = field(default_factory=list)


def read_terraform(tree: Tree, node: Node, vpc: Vpc) -> None:
    """Add what a plan or a state holds."""
    version = tree.text(node, "format_version")
    if version.partition(".")[0] not in ("0", "1"):
        tree.wrong(node, say("The format version {version} is not read", "La version de format {version} n’est pas lue",
                             version=version))  # fmt: skip
        return
    key = "planned_values" if "planned_values" in node.value else "values"
    changes = {tree.text(item, "address"): item for item in tree.items(node, "resource_changes")}
    resources = list(resources_of(tree, tree.get(node, key, dict, default={}), changes))
    prior = tree.get(tree.get(node, "prior_state", dict, default={}), "values", dict, default={})
    resources += [each for each in resources_of(tree, prior, {}) if tree.text(each.node, "mode") == "data"]
    reading = _Reading(vpc)
    for resource in sorted(resources, key=lambda each: each.kind == "aws_network_interface_sg_attachment"):
        reader = _READERS.get(resource.kind)
        mode = tree.text(resource.node, "mode", "managed")
        if reader is not None and (mode == "managed" or resource.kind in _DATA):
            reader(reading, resource)
        elif mode == "managed" and resource.kind.startswith(_FILTERS):
            written = tree.written(resource.node, resource.address)
            tree.notes.leave(written, _FIREWALL)
            vpc.others.append(Term("deny", written, sure=False, doubt=_FIREWALL))
        elif mode == "managed" and resource.kind.startswith("aws_") and resource.grouped():
            tree.notes.leave(tree.written(resource.node, resource.address), _MORE)
        else:
            tree.notes.harmless += 1
    _late(reading)


def _id(resource: Resource) -> str:
    return resource.text("id") or f"({resource.address})"


def _group(reading: _Reading, resource: Resource) -> None:
    tree, vpc, name = resource.tree, reading.vpc, _id(resource)
    if not new(tree, resource.node, name, vpc.groups):
        return
    title = f"{resource.address} {resource.text('name')}".strip()
    vpc.groups[name] = Group(name, tree.written(resource.node, title, name))
    vpc.notes.understood += 1
    for direction in _DIRECTIONS:
        for item in resource.items(direction, dict):
            _inline(resource, vpc, name, direction, item)
        if resource.later(direction) and direction not in resource.values.value:
            reading.late.append((resource, direction))


def _inline(resource: Resource, vpc: Vpc, name: str, direction: Direction, item: Node) -> None:
    inner = Resource(resource.tree, resource.node, resource.address, "", item, {}, made=resource.made)
    found = _services(inner, "protocol")
    missing = [
        key for key in ("cidr_blocks", "ipv6_cidr_blocks", "security_groups", "prefix_list_ids", "self")
        if key not in item.value
    ]  # fmt: skip
    listed = [each for key in item.value.values() if type(key.value) is list for each in key.value]
    late = resource.later(direction) and (missing or any(each.value is None for each in listed))
    _add(inner, vpc, name, direction, found, item, late=bool(late))
    for key in ("security_groups",):
        for each in inner.items(key):
            own = "/" in str(each.value)
            other = str(each.value).rpartition("/")[2]
            vpc.add_rule(name, direction, found, Far(group=other, foreign=own), inner.tree, each,
                         f"{resource.address} {direction} {other}", name)  # fmt: skip


def _add(
    inner: Resource, vpc: Vpc, name: str, direction: Direction, found: ServiceSet | None, node: Node, *, late: bool
) -> None:
    """Add the rules that a rule of Terraform's makes: one for each of its other ends."""
    tree, text = inner.tree, f"{inner.address} {direction}"
    for key in ("cidr_blocks", "ipv6_cidr_blocks"):
        for each in inner.items(key):
            addresses = tree.prefix(each)
            if addresses is not None:
                vpc.add_rule(name, direction, found, Far(addresses), tree, each, f"{text} {each.value}", name)
    for each in inner.items("prefix_list_ids"):
        vpc.add_rule(name, direction, found, Far(prefix_list=each.value), tree, each, f"{text} {each.value}", name)
    if tree.get(inner.values, "self", bool, default=False).value:
        vpc.add_rule(name, direction, found, Far(group=name), tree, node, f"{text} self", name)
    if late:
        vpc.add_rule(name, direction, found, Far(doubt=NOT_YET), tree, node, text, name)


def _services(resource: Resource, key: str) -> ServiceSet | None:
    protocol = resource.text(key)
    if not protocol and resource.later(key):
        return EVERY_SERVICE
    if resource.later("from_port") or resource.later("to_port"):
        return EVERY_SERVICE
    return services(resource.tree, resource.values, protocol, resource.whole("from_port"), resource.whole("to_port"))


def _rule(reading: _Reading, resource: Resource) -> None:
    """Read ``aws_security_group_rule``."""
    direction: Direction = "egress" if resource.text("type") == "egress" else "ingress"
    found = _services(resource, "protocol")
    name = _owner(reading, resource, direction, found)
    if not name:
        return
    keys = ("cidr_blocks", "ipv6_cidr_blocks", "source_security_group_id", "prefix_list_ids", "self", "protocol",
            "from_port", "to_port")  # fmt: skip
    late = any(resource.later(key) for key in keys)
    _add(resource, reading.vpc, name, direction, found, resource.node, late=late)
    _other(reading, resource, name, direction, found, "source_security_group_id")


def _single(direction: Direction) -> Callable[[_Reading, Resource], None]:
    """Return the reader of ``aws_vpc_security_group_ingress_rule``, or of egress."""

    def read(reading: _Reading, resource: Resource) -> None:
        found = _services(resource, "ip_protocol")
        name = _owner(reading, resource, direction, found)
        if not name:
            return
        vpc, tree, text = reading.vpc, resource.tree, f"{resource.address} {direction}"
        for key in ("cidr_ipv4", "cidr_ipv6"):
            each = resource.one(key)
            addresses = tree.prefix(each) if each.value else None
            if addresses is not None:
                vpc.add_rule(name, direction, found, Far(addresses), tree, each, f"{text} {each.value}", name)
        if resource.text("prefix_list_id"):
            far = Far(prefix_list=resource.text("prefix_list_id"))
            vpc.add_rule(name, direction, found, far, tree, resource.node, text, name)
        _other(reading, resource, name, direction, found, "referenced_security_group_id")
        keys = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id", "ip_protocol", "from_port",
                "to_port")  # fmt: skip
        if any(resource.later(key) for key in keys):
            vpc.add_rule(name, direction, found, Far(doubt=NOT_YET), tree, resource.node, text, name)

    return read


def _other(
    reading: _Reading, resource: Resource, name: str, direction: Direction, found: ServiceSet | None, key: str
) -> None:
    each = resource.one(key)
    if each.value:
        _, slash, other = str(each.value).rpartition("/")
        far = Far(group=other, foreign=bool(slash))
        reading.vpc.add_rule(name, direction, found, far, resource.tree, each, f"{resource.address} {other}", name)


def _owner(reading: _Reading, resource: Resource, direction: Direction, found: ServiceSet | None) -> str:
    """Return the group that a rule is of; nothing, and a doubt about every interface, where that is not known yet."""
    name = resource.text("security_group_id")
    if name:
        reading.apart.update((name, each) for each in _DIRECTIONS)
        return name
    written = resource.tree.written(resource.node, resource.address)
    resource.tree.notes.leave(written, NOT_YET)
    reading.vpc.late[direction].append(Term("permit", written, services=found or EVERY_SERVICE, sure=False,
                                            doubt=NOT_YET))  # fmt: skip
    return ""


def _late(reading: _Reading) -> None:
    """Add what rules a group may have that are known later, unless all its rules are resources of their own."""
    for resource, direction in reading.late:
        name = _id(resource)
        if (name, direction) not in reading.apart:
            reading.vpc.add_rule(name, direction, EVERY_SERVICE, Far(doubt=NOT_YET), resource.tree, resource.node,
                                 f"{resource.address} {direction}", name)  # fmt: skip
    for resource in reading.acl_rules:
        acl = reading.vpc.acls.get(resource.text("network_acl_id"))
        if acl is None or any(resource.later(key) for key in resource.unknown if key != "id"):
            for each in reading.vpc.acls.values() if acl is None else (acl,):
                each.whole = False
            resource.tree.notes.leave(resource.tree.written(resource.node, resource.address), NOT_YET)
            continue
        egress = bool(resource.tree.get(resource.values, "egress", bool, default=False).value)
        _entry(resource, acl, egress, "rule_number", "rule_action")
    ruled = {resource.text("network_acl_id") for resource in reading.acl_rules}
    for resource in reading.acls:
        acl = reading.vpc.acls[_id(resource)]
        late = any(resource.later(key) and key not in resource.values.value for key in _DIRECTIONS)
        acl.whole &= not (late and acl.id not in ruled)


def _entry(resource: Resource, acl: Acl, egress: bool, number: str, action: str) -> None:
    protocol = resource.text("protocol")
    icmp = protocol.lower() in ("1", "58", "icmp", "icmpv6")
    low, high = (
        (resource.whole("icmp_type"), resource.whole("icmp_code"))
        if icmp
        else (resource.whole("from_port"), resource.whole("to_port"))
    )
    key = "ipv6_cidr_block" if resource.text("ipv6_cidr_block") else "cidr_block"
    place: Any = resource.whole(number)
    add_entry(resource.tree, resource.values, acl, place or 0, egress, resource.text(action), protocol, low, high,
              resource.one(key))  # fmt: skip


def _acl(reading: _Reading, resource: Resource) -> None:
    tree, vpc, name = resource.tree, reading.vpc, _id(resource)
    if not new(tree, resource.node, name, vpc.acls):
        return
    acl = vpc.acls[name] = Acl(name, tree.written(resource.node, resource.address, name))
    acl.subnets += [each.value for each in resource.items("subnet_ids")]
    for direction in _DIRECTIONS:
        for item in resource.items(direction, dict):
            inner = Resource(tree, resource.node, resource.address, "", item, {}, made=resource.made)
            _entry(inner, acl, direction == "egress", "rule_no", "action")
    reading.acls.append(resource)


def _association(reading: _Reading, resource: Resource) -> None:
    acl = reading.vpc.acls.get(resource.text("network_acl_id"))
    subnet = resource.text("subnet_id")
    if acl is None or not subnet:
        resource.tree.notes.leave(resource.tree.written(resource.node, resource.address), NOT_YET)
    elif subnet not in acl.subnets:
        acl.subnets.append(subnet)


def _acl_rule(reading: _Reading, resource: Resource) -> None:
    reading.acl_rules.append(resource)


def _instance(reading: _Reading, resource: Resource) -> None:
    """Read ``aws_instance`` and ``aws_network_interface``: both say addresses and groups."""
    tree, vpc = resource.tree, reading.vpc
    network = resource.kind == "aws_network_interface"
    listed = ("private_ips", "ipv6_addresses", "ipv4_prefixes", "ipv6_prefixes") if network else (
        "secondary_private_ips", "ipv6_addresses"
    )  # fmt: skip
    nodes = [each for key in listed for each in resource.items(key)]
    if resource.text("private_ip"):
        nodes.append(resource.one("private_ip"))
    keys = ("security_groups",) if network else ("vpc_security_group_ids",)
    groups = tuple(dict.fromkeys(str(each.value) for key in keys for each in resource.items(key)))
    whole = not any(resource.later(key) for key in keys)
    add_interface(tree, resource.node, vpc, _id(resource), nodes, groups, "", whole=whole)
    if not network and resource.text("public_ip") and resource.text("private_ip"):
        add_public(tree, vpc, tree.prefix(resource.one("private_ip")) or EMPTY, resource.one("public_ip"))


def _attachment(reading: _Reading, resource: Resource) -> None:
    vpc = reading.vpc
    interface = vpc.interfaces.get(resource.text("network_interface_id"))
    group = resource.text("security_group_id")
    if interface is None or not group:
        resource.tree.notes.leave(resource.tree.written(resource.node, resource.address), NOT_YET)
        vpc.unattached = True
    elif group not in interface.groups:
        vpc.join(interface, group)


def _elastic(reading: _Reading, resource: Resource) -> None:
    if resource.text("public_ip") and resource.text("private_ip"):
        own = resource.tree.prefix(resource.one("private_ip"))
        add_public(resource.tree, reading.vpc, own or EMPTY, resource.one("public_ip"))


def _subnet(reading: _Reading, resource: Resource) -> None:
    if _id(resource) in reading.vpc.subnets and resource.text("id"):
        return  # of a data source as well
    blocks = [resource.one("cidr_block"), resource.one("ipv6_cidr_block")]
    add_subnet(resource.tree, resource.node, reading.vpc, _id(resource), blocks, resource.text("vpc_id"))


def _home(reading: _Reading, resource: Resource) -> None:
    block = resource.one("cidr_block")
    if block.value:
        reading.vpc.blocks.append(resource.tree.prefix(block) or EMPTY)


def _prefix_list(reading: _Reading, resource: Resource) -> None:
    tree, name = resource.tree, _id(resource)
    reading.vpc.families[name] = resource.text("address_family")
    listed = resource.items("cidr_blocks") + [tree.get(each, "cidr", str) for key in ("entry", "entries")
                                              for each in resource.items(key, dict)]  # fmt: skip
    found = [tree.prefix(each) for each in listed if each.value]
    if any(resource.later(key) for key in ("entry", "entries", "cidr_blocks")):
        reading.vpc.lists[name] = None
        return
    reading.vpc.lists[name] = (reading.vpc.lists.get(name) or EMPTY) | IntervalSet.union(
        each for item in found if item is not None for each in item.ranges
    )
    reading.vpc.notes.understood += 1


def _prefix_entry(reading: _Reading, resource: Resource) -> None:
    name, cidr = resource.text("prefix_list_id"), resource.one("cidr")
    found = resource.tree.prefix(cidr) if cidr.value else None
    if not cidr.value:
        reading.vpc.lists[name] = None
    elif found is not None:
        reading.vpc.more.setdefault(name, []).append(found)


_DATA = frozenset({"aws_subnet", "aws_vpc", "aws_ec2_managed_prefix_list", "aws_prefix_list"})
_READERS: Mapping[str, Callable[[_Reading, Resource], None]] = {
    "aws_security_group": _group,
    "aws_default_security_group": _group,
    "aws_security_group_rule": _rule,
    "aws_vpc_security_group_ingress_rule": _single("ingress"),
    "aws_vpc_security_group_egress_rule": _single("egress"),
    "aws_network_acl": _acl,
    "aws_default_network_acl": _acl,
    "aws_network_acl_rule": _acl_rule,
    "aws_network_acl_association": _association,
    "aws_instance": _instance,
    "aws_network_interface": _instance,
    "aws_network_interface_sg_attachment": _attachment,
    "aws_eip": _elastic,
    "aws_subnet": _subnet,
    "aws_vpc": _home,
    "aws_default_vpc": _home,
    "aws_default_subnet": _subnet,
    "aws_ec2_managed_prefix_list": _prefix_list,
    "aws_prefix_list": _prefix_list,
    "aws_ec2_managed_prefix_list_entry": _prefix_entry,
}
