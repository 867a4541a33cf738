"""``terraform show -json`` of a plan or a state, into a virtual private cloud of AWS.

HashiCorp, "JSON output format" (version 1): ``values`` of a state, ``planned_values`` of a plan, where what is known
only after the plan was applied is left out and named in ``resource_changes``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from cloison.flows.configuration import Term
from cloison.flows.configuring.clouds.listings import add_interface, add_public, add_subnet
from cloison.flows.configuring.clouds.planned_acls import Acls
from cloison.flows.configuring.clouds.planned_groups import Groups
from cloison.flows.configuring.clouds.plans import Resource, replaced, resources_of
from cloison.flows.configuring.clouds.tree import Tree
from cloison.flows.configuring.clouds.vpc import NOT_YET, Vpc
from cloison.netmodel.finding import say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.intervals import EMPTY, IntervalSet

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
    groups, acls = Groups(vpc), Acls(vpc)
    readers: Mapping[str, Callable[[Resource], None]] = {
        "aws_security_group": groups.group,
        "aws_default_security_group": groups.group,
        "aws_security_group_rule": groups.rule,
        "aws_vpc_security_group_ingress_rule": groups.single("ingress"),
        "aws_vpc_security_group_egress_rule": groups.single("egress"),
        "aws_network_acl": acls.acl,
        "aws_default_network_acl": acls.acl,
        "aws_network_acl_rule": acls.rule,
        "aws_network_acl_association": acls.association,
        **{kind: partial(reader, vpc) for kind, reader in _READERS.items()},
    }
    for resource in sorted(resources, key=lambda each: each.kind == "aws_network_interface_sg_attachment"):
        reader = readers.get(resource.kind)
        mode = tree.text(resource.node, "mode", "managed")
        if reader is not None and (mode == "managed" or resource.kind in _DATA):
            reader(resource)
        elif mode == "managed" and resource.kind.startswith(_FILTERS):
            written = tree.written(resource.node, resource.address)
            tree.notes.leave(written, _FIREWALL)
            vpc.others.append(Term("deny", written, sure=False, doubt=_FIREWALL))
        elif mode == "managed" and resource.kind.startswith("aws_") and resource.grouped():
            tree.notes.leave(tree.written(resource.node, resource.address), _MORE)
        else:
            tree.notes.harmless += 1
    for resource in replaced(tree, node):
        if resource.kind.startswith(("aws_security_group_rule", "aws_vpc_security_group_")):
            groups.take_away(resource)
        elif resource.kind == "aws_network_acl_rule":
            acls.take_away(resource)
        elif resource.kind == "aws_network_acl_association":
            vpc.moved = True
        elif resource.kind == "aws_network_interface_sg_attachment":
            vpc.unattached = True
        elif resource.kind == "aws_ec2_managed_prefix_list_entry":
            vpc.lists[resource.text("prefix_list_id")] = None
    groups.finish()
    acls.finish()


def _instance(vpc: Vpc, resource: Resource) -> None:
    """Read ``aws_instance`` and ``aws_network_interface``: both say addresses and groups."""
    tree = resource.tree
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
    add_interface(tree, resource.node, vpc, resource.id, nodes, groups, "", whole=whole)
    if not network and resource.text("public_ip") and resource.text("private_ip"):
        add_public(tree, vpc, tree.prefix(resource.one("private_ip")) or EMPTY, resource.one("public_ip"))


def _attachment(vpc: Vpc, resource: Resource) -> None:
    interface = vpc.interfaces.get(resource.text("network_interface_id"))
    group = resource.text("security_group_id")
    if interface is None or not group:
        resource.tree.notes.leave(resource.tree.written(resource.node, resource.address), NOT_YET)
        vpc.unattached = True
    elif group not in interface.groups:
        vpc.join(interface, group)


def _elastic(vpc: Vpc, resource: Resource) -> None:
    if resource.text("public_ip") and resource.text("private_ip"):
        own = resource.tree.prefix(resource.one("private_ip"))
        add_public(resource.tree, vpc, own or EMPTY, resource.one("public_ip"))


def _subnet(vpc: Vpc, resource: Resource) -> None:
    if resource.id in vpc.subnets and resource.text("id"):
        return  # of a data source as well
    blocks = [resource.one("cidr_block"), resource.one("ipv6_cidr_block")]
    add_subnet(resource.tree, resource.node, vpc, resource.id, blocks, resource.text("vpc_id"))


def _home(vpc: Vpc, resource: Resource) -> None:
    block = resource.one("cidr_block")
    if block.value:
        vpc.blocks.append(resource.tree.prefix(block) or EMPTY)


def _prefix_list(vpc: Vpc, resource: Resource) -> None:
    tree, name = resource.tree, resource.id
    vpc.families[name] = resource.text("address_family")
    listed = resource.items("cidr_blocks") + [tree.get(each, "cidr", str) for key in ("entry", "entries")
                                              for each in resource.items(key, dict)]  # fmt: skip
    found = [tree.prefix(each) for each in listed if each.value]
    if any(resource.later(key) for key in ("entry", "entries", "cidr_blocks")):
        vpc.lists[name] = None
        return
    vpc.lists[name] = (vpc.lists.get(name) or EMPTY) | IntervalSet.union(
        each for item in found if item is not None for each in item.ranges
    )
    vpc.notes.understood += 1


def _prefix_entry(vpc: Vpc, resource: Resource) -> None:
    name, cidr = resource.text("prefix_list_id"), resource.one("cidr")
    found = resource.tree.prefix(cidr) if cidr.value else None
    if not cidr.value:
        vpc.lists[name] = None
    elif found is not None:
        vpc.more.setdefault(name, []).append(found)


_DATA = frozenset({"aws_subnet", "aws_vpc", "aws_ec2_managed_prefix_list", "aws_prefix_list"})
_READERS: Mapping[str, Callable[[Vpc, Resource], None]] = {
    "aws_instance": _instance,
    "aws_network_interface": _instance,
    "aws_network_interface_sg_attachment": _attachment,
    "aws_eip": _elastic,
    "aws_subnet": _subnet,
    "aws_default_subnet": _subnet,
    "aws_vpc": _home,
    "aws_default_vpc": _home,
    "aws_ec2_managed_prefix_list": _prefix_list,
    "aws_prefix_list": _prefix_list,
    "aws_ec2_managed_prefix_list_entry": _prefix_entry,
}
