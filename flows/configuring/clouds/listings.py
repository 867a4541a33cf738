"""What ``aws ec2 describe-...`` prints, as JSON, into a virtual private cloud; one file may hold several listings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePath

from cloison.flows.configuring.clouds.groups import Direction, Group, Guarded
from cloison.flows.configuring.clouds.tree import Tree
from cloison.flows.configuring.clouds.vpc import Acl, Entry, Far, Subnet, Vpc, services
from cloison.netmodel.finding import say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.intervals import EMPTY, IntervalSet

_HARMLESS = frozenset({
    "RouteTables", "InternetGateways", "EgressOnlyInternetGateways", "NatGateways", "Tags", "KeyPairs",
    "Volumes", "Images", "AvailabilityZones", "Regions", "DhcpOptions", "ResponseMetadata", "FlowLogs",
})  # fmt: skip
_PERMISSIONS: tuple[tuple[str, Direction], ...] = (("IpPermissions", "ingress"), ("IpPermissionsEgress", "egress"))
_LIST_ID = re.compile(r"pl-[0-9a-z]+", re.ASCII)
_PERMISSION = ("IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


def read_listing(tree: Tree, node: Node, vpc: Vpc) -> None:
    """Add what a file holds."""
    for key, value in node.value.items():
        reader = _READERS.get(key)
        if key == "NextToken":
            if value.value:
                tree.wrong(value, say("The listing is one page of several: give the whole of it",
                                      "La liste est une page parmi plusieurs : donnez-la entière"))  # fmt: skip
        elif reader is not None:
            for item in tree.items(node, key):
                reader(tree, item, vpc)
            vpc.listed |= key == "NetworkInterfaces"
            vpc.ruled |= key == "SecurityGroupRules"
        elif key in _HARMLESS:
            tree.notes.harmless += 1
        elif key == "Entries":
            _entries(tree, node, vpc, _list_of(tree, value, vpc))
        else:
            tree.notes.leave(
                tree.written(value, key),
                say("This listing is not one of those that are read", "Cette liste n’est pas de celles qui sont lues"),
            )


def _list_of(tree: Tree, node: Node, vpc: Vpc) -> str:
    """Return the prefix list that a file of entries is of: it does not say so itself."""
    named = _LIST_ID.search(PurePath(tree.file.name).name)
    if named:
        return named[0]
    tree.wrong(node, say(
        "Which prefix list these entries are of is not told: name the file by its id, as in pl-0123abcd.json",
        "La liste de préfixes de ces entrées n’est pas dite : nommez le fichier d’après son identifiant, comme dans "
        "pl-0123abcd.json"))  # fmt: skip
    return ""


def _entries(tree: Tree, node: Node, vpc: Vpc, name: str) -> None:
    found = [tree.prefix(tree.get(item, "Cidr", str, default="")) for item in tree.items(node, "Entries")]
    vpc.lists[name] = IntervalSet.union(each for item in found if item is not None for each in item.ranges)
    vpc.notes.understood += 1


def _prefix_list(tree: Tree, node: Node, vpc: Vpc) -> None:
    name = tree.text(node, "PrefixListId")
    vpc.families[name] = tree.text(node, "AddressFamily")
    if "Cidrs" in node.value:
        found = [tree.prefix(item) for item in tree.items(node, "Cidrs", str)]
        vpc.lists[name] = IntervalSet.union(each for item in found if item is not None for each in item.ranges)
        vpc.notes.understood += 1
    elif "Entries" in node.value:
        _entries(tree, node, vpc, name)
    else:
        vpc.lists.setdefault(name, None)
        vpc.notes.harmless += 1


def _group(tree: Tree, node: Node, vpc: Vpc) -> None:
    name, title = tree.text(node, "GroupId"), tree.text(node, "GroupName")
    if not new(tree, node, name, vpc.groups):
        return
    owner = tree.text(node, "OwnerId")
    vpc.groups[name] = Group(name, tree.written(node, f"{name} {title}".strip(), name))
    vpc.notes.understood += 1
    vpc.untold += [(name, direction, tree, node) for key, direction in _PERMISSIONS if key not in node.value]
    for key, direction in _PERMISSIONS:
        for item in tree.items(node, key):
            _permission(tree, item, vpc, name, direction, owner)


def _permission(tree: Tree, node: Node, vpc: Vpc, group: str, direction: Direction, owner: str) -> None:
    protocol = node.value.get("IpProtocol")
    low, high = tree.get(node, "FromPort", int).value, tree.get(node, "ToPort", int).value
    found = services(tree, node, protocol.value if protocol else "", low, high)
    ports = "" if low is None or low == high == -1 else f" {low}" if low == high else f" {low}-{high}"
    start = f"{group} {direction} {protocol.value if protocol else ''}{ports}"
    strange = tuple(key for key in node.value if key not in _PERMISSION)
    doubt = say("It has {keys}, which is not read", "Elle porte {keys}, qui n’est pas lu", keys=strange)
    for key, inner in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
        for item in tree.items(node, key):
            addresses = tree.prefix(tree.get(item, inner, str, default=""))
            if addresses is not None:
                far = Far(addresses, doubt=doubt if strange else None)
                vpc.add_rule(group, direction, found, far, tree, item, f"{start} {tree.text(item, inner)}", group)
    for item in tree.items(node, "PrefixListIds"):
        name = tree.text(item, "PrefixListId")
        far = Far(prefix_list=name, doubt=doubt if strange else None)
        vpc.add_rule(group, direction, found, far, tree, item, f"{start} {name}", group)
    for item in tree.items(node, "UserIdGroupPairs"):
        name = tree.text(item, "GroupId")
        foreign = tree.text(item, "UserId") not in ("", owner) or "VpcPeeringConnectionId" in item.value
        far = Far(group=name, foreign=foreign or "VpcId" in item.value, doubt=doubt if strange else None)
        vpc.add_rule(group, direction, found, far, tree, item, f"{start} {name}", group)


def _group_rule(tree: Tree, node: Node, vpc: Vpc) -> None:
    """Read what ``describe-security-group-rules`` prints of a rule."""
    group = tree.text(node, "GroupId")
    direction: Direction = "egress" if tree.get(node, "IsEgress", bool, default=False).value else "ingress"
    protocol = tree.text(node, "IpProtocol")
    found = services(tree, node, protocol, tree.get(node, "FromPort", int).value, tree.get(node, "ToPort", int).value)
    other = tree.get(node, "ReferencedGroupInfo", dict, default={})
    start = f"{group} {direction} {protocol}"
    far: Far | None = None
    if tree.text(node, "CidrIpv4") or tree.text(node, "CidrIpv6"):
        key = "CidrIpv4" if tree.text(node, "CidrIpv4") else "CidrIpv6"
        addresses = tree.prefix(tree.get(node, key, str, default=""))
        far = None if addresses is None else Far(addresses)
    elif tree.text(node, "PrefixListId"):
        far = Far(prefix_list=tree.text(node, "PrefixListId"))
    elif tree.text(other, "GroupId"):
        foreign = tree.text(other, "UserId") not in ("", tree.text(node, "GroupOwnerId"))
        foreign = foreign or bool(tree.text(other, "VpcPeeringConnectionId") or tree.text(other, "VpcId"))
        far = Far(group=tree.text(other, "GroupId"), foreign=foreign)
    else:
        far = Far(doubt=say("Its other end is none of those that are read", "Son autre extrémité n’est pas de celles "
                            "qui sont lues"))  # fmt: skip
    if far is not None:
        vpc.add_rule(group, direction, found, far, tree, node, start, tree.text(node, "SecurityGroupRuleId", group))


def _acl(tree: Tree, node: Node, vpc: Vpc) -> None:
    name = tree.text(node, "NetworkAclId")
    if not new(tree, node, name, vpc.acls):
        return
    acl = vpc.acls[name] = Acl(name, tree.written(node, name, name))
    acl.subnets += [tree.text(item, "SubnetId") for item in tree.items(node, "Associations")]
    for item in tree.items(node, "Entries"):
        ports = tree.get(item, "PortRange", dict, default={})
        kinds = tree.get(item, "IcmpTypeCode", dict, default={})
        low, high = (
            (tree.get(kinds, "Type", int).value, tree.get(kinds, "Code", int).value)
            if kinds.value
            else (tree.get(ports, "From", int).value, tree.get(ports, "To", int).value)
        )
        egress = bool(tree.get(item, "Egress", bool, default=False).value)
        key = "Ipv6CidrBlock" if tree.text(item, "Ipv6CidrBlock") else "CidrBlock"
        add_entry(
            tree, item, acl, tree.get(item, "RuleNumber", int, default=0).value, egress,
            tree.text(item, "RuleAction"), tree.text(item, "Protocol"), low, high, tree.get(item, key, str),
        )  # fmt: skip


def add_entry(
    tree: Tree, node: Node, acl: Acl, number: int, egress: bool, action: str, protocol: str, low: int | None,
    high: int | None, cidr: Node,
) -> None:  # fmt: skip
    """Add an entry to a network ACL; the same one twice is one."""
    direction: Direction = "egress" if egress else "ingress"
    found = services(tree, node, protocol, low, high)
    addresses = tree.prefix(Node(cidr.value or "", cidr.at))
    if action not in ("allow", "deny"):
        tree.wrong(
            node,
            say(
                "An entry allows or denies; this one has “{action}”",
                "Une entrée est « allow » ou « deny » ; celle-ci a « {action} »",
                action=action,
            ),
        )
        return
    if found is None or addresses is None:
        return
    text = f"{acl.id} {direction} {number} {action} {protocol} {cidr.value}"
    entry = Entry(number, direction, "permit" if action == "allow" else "deny", found, addresses,
                  tree.written(node, text, f"{acl.id} {number}"))  # fmt: skip
    first = acl.entries.setdefault((direction, number), entry)
    if first is entry:
        tree.notes.understood += 1
    elif (first.action, first.services, first.addresses) != (entry.action, entry.services, entry.addresses):
        tree.wrong(node, say("The entry {number} of {acl} is given twice", "L’entrée {number} de {acl} est donnée deux "
                             "fois", number=number, acl=acl.id))  # fmt: skip


def _interface(tree: Tree, node: Node, vpc: Vpc) -> None:
    name = tree.text(node, "NetworkInterfaceId")
    addresses = [tree.get(node, "PrivateIpAddress", str)]
    public: list[tuple[IntervalSet, Node]] = []
    for item in tree.items(node, "PrivateIpAddresses"):
        own = tree.get(item, "PrivateIpAddress", str)
        addresses.append(own)
        outside = tree.get(tree.get(item, "Association", dict, default={}), "PublicIp", str)
        if outside.value and own.value:
            public.append((tree.prefix(own) or EMPTY, outside))
    addresses += [tree.get(item, "Ipv6Address", str) for item in tree.items(node, "Ipv6Addresses")]
    addresses += [tree.get(item, "Ipv4Prefix", str) for item in tree.items(node, "Ipv4Prefixes")]
    addresses += [tree.get(item, "Ipv6Prefix", str) for item in tree.items(node, "Ipv6Prefixes")]
    groups = tuple(tree.text(item, "GroupId") for item in tree.items(node, "Groups"))
    add_interface(tree, node, vpc, name, [each for each in addresses if each.value], groups, tree.text(node, "VpcId"))
    for own_set, outside in public:
        add_public(tree, vpc, own_set, outside)


def add_interface(
    tree: Tree, node: Node, vpc: Vpc, name: str, addresses: list[Node], groups: tuple[str, ...], home: str, *,
    whole: bool = True,
) -> None:  # fmt: skip
    """Add an interface; one that was given already with the same addresses and groups is left as it is."""
    found = [tree.prefix(each) for each in addresses]
    every = IntervalSet.union(each for item in found if item is not None for each in item.ranges)
    first = vpc.interfaces.get(name)
    if first is not None:
        if first.addresses != every or set(first.groups) != set(groups):
            tree.wrong(node, say("The interface {name} is given twice, differently", "L’interface {name} est donnée "
                                 "deux fois, différemment", name=name))  # fmt: skip
        return
    vpc.notes.understood += 1
    vpc.homes[name] = home
    vpc.interfaces[name] = Guarded(name, every, groups, tree.written(node, name, name), whole=whole)


def add_public(tree: Tree, vpc: Vpc, own: IntervalSet, outside: Node) -> None:
    """Add a public address of an interface's own one."""
    found = tree.prefix(outside)
    if found is not None and own and found != own:
        vpc.outside.setdefault((found.least(), own.least()), tree.written(outside, str(outside.value)))


def _reservation(tree: Tree, node: Node, vpc: Vpc) -> None:
    for instance in tree.items(node, "Instances"):
        for item in tree.items(instance, "NetworkInterfaces"):
            _interface(tree, item, vpc)


def _subnet(tree: Tree, node: Node, vpc: Vpc) -> None:
    name = tree.text(node, "SubnetId")
    if not new(tree, node, name, vpc.subnets):
        return
    blocks = [tree.get(node, "CidrBlock", str)]
    for item in tree.items(node, "Ipv6CidrBlockAssociationSet"):
        state = tree.text(tree.get(item, "Ipv6CidrBlockState", dict, default={}), "State")
        if state in ("", "associated"):
            blocks.append(tree.get(item, "Ipv6CidrBlock", str))
    add_subnet(tree, node, vpc, name, blocks, tree.text(node, "VpcId"))


def add_subnet(tree: Tree, node: Node, vpc: Vpc, name: str, blocks: list[Node], home: str) -> None:
    """Add a subnet with its prefixes."""
    found = [tree.prefix(each) for each in blocks if each.value]
    whole = IntervalSet.union(each for item in found if item is not None for each in item.ranges)
    vpc.subnets[name] = Subnet(name, whole, home, tree.written(node, name, name))
    vpc.notes.understood += 1


def _home(tree: Tree, node: Node, vpc: Vpc) -> None:
    for item in tree.items(node, "CidrBlockAssociationSet"):
        found = tree.prefix(tree.get(item, "CidrBlock", str, default=""))
        if found is not None and tree.text(item, "CidrBlock") == tree.text(node, "CidrBlock"):
            vpc.blocks.append(found)  # the primary one, where the resolver is
    if not node.value.get("CidrBlockAssociationSet") and tree.text(node, "CidrBlock"):
        vpc.blocks.append(tree.prefix(tree.get(node, "CidrBlock", str)) or EMPTY)
    vpc.notes.understood += 1


def new(tree: Tree, node: Node, name: str, known: Mapping[str, object]) -> bool:
    """Say whether a name is there and none that is known; else write an error down."""
    if name and name not in known:
        return True
    tree.wrong(node, say("{name} is given twice", "{name} est donné deux fois", name=name) if name else say(
        "It has no id", "Il n’a pas d’identifiant"))  # fmt: skip
    return False


_READERS: Mapping[str, Callable[[Tree, Node, Vpc], None]] = {
    "SecurityGroups": _group,
    "SecurityGroupRules": _group_rule,
    "NetworkAcls": _acl,
    "NetworkInterfaces": _interface,
    "Reservations": _reservation,
    "Subnets": _subnet,
    "PrefixLists": _prefix_list,
    "Vpcs": _home,
}
LISTINGS = frozenset({*_READERS, *_HARMLESS, "Entries"})
