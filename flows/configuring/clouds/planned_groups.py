"""Security groups and their rules in Terraform's plans and states.

The AWS provider's documentation of ``aws_security_group``: rules are written in it or in resources of their own, never
both. Of a group that is there already, ``ingress`` and ``egress`` hold every rule that it had before the plan, those of
such resources too: so what the plan takes away or changes is taken from them. A group is made without the rule that
lets everything out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cloison.flows.configuration import Term
from cloison.flows.configuring.clouds.groups import Direction, Group
from cloison.flows.configuring.clouds.listings import new
from cloison.flows.configuring.clouds.plans import Resource
from cloison.flows.configuring.clouds.vpc import NOT_YET, Far, Vpc, services
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")
_ENDS = ("cidr_blocks", "ipv6_cidr_blocks", "security_groups", "prefix_list_ids", "self")
_ASKED = ("protocol", "from_port", "to_port")
_Key = tuple[str, Direction, ServiceSet, Far]


@dataclass(slots=True)
class Groups:
    """The groups of a plan or a state while they are read.

    ``within`` holds the rules that groups were written with or had, ``gone`` those that the plan takes away; ``apart``
    are the groups with rules in resources of their own.
    """

    vpc: Vpc
    within: Vpc = field(default_factory=lambda: Vpc(Notes()))
    gone: set[_Key] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    late: list[tuple[Resource, Direction]] = field(default_factory=list)

    def group(self, resource: Resource) -> None:
        """Read a group."""
        tree, vpc, name = resource.tree, self.vpc, resource.id
        if not new(tree, resource.node, name, vpc.groups):
            return
        title = f"{resource.address} {resource.text('name')}".strip()
        vpc.groups[name] = Group(name, tree.written(resource.node, title, name))
        vpc.notes.understood += 1
        for direction in DIRECTIONS:
            for item in resource.items(direction, dict):
                _inline(resource, self.within, name, direction, item)
            if resource.later(direction) and direction not in resource.values.value:
                self.late.append((resource, direction))

    def rule(self, resource: Resource) -> None:
        """Read ``aws_security_group_rule``."""
        direction: Direction = "egress" if resource.text("type") == "egress" else "ingress"
        name = self._owner(resource, direction)
        if name:
            found, doubt = _asked(resource, "protocol")
            keys = ("cidr_blocks", "ipv6_cidr_blocks", "source_security_group_id", "prefix_list_ids", "self")
            late = any(resource.later(key) for key in keys)
            _add(resource, self.vpc, name, direction, found, resource.node, late=late, doubt=doubt)
            self._other(resource, name, direction, found, "source_security_group_id", doubt)

    def single(self, direction: Direction) -> Callable[[Resource], None]:
        """Return the reader of ``aws_vpc_security_group_ingress_rule``, or of egress."""

        def read(resource: Resource) -> None:
            name = self._owner(resource, direction)
            if not name:
                return
            vpc, tree, text = self.vpc, resource.tree, f"{resource.address} {direction}"
            found, doubt = _asked(resource, "ip_protocol")
            for key in ("cidr_ipv4", "cidr_ipv6"):
                each = resource.one(key)
                addresses = tree.prefix(each) if each.value else None
                if addresses is not None:
                    far = Far(addresses, doubt=doubt)
                    vpc.add_rule(name, direction, found, far, tree, each, f"{text} {each.value}", name)
            if resource.text("prefix_list_id"):
                far = Far(prefix_list=resource.text("prefix_list_id"), doubt=doubt)
                vpc.add_rule(name, direction, found, far, tree, resource.node, text, name)
            self._other(resource, name, direction, found, "referenced_security_group_id", doubt)
            keys = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
            if any(resource.later(key) for key in keys):
                vpc.add_rule(name, direction, found, Far(doubt=NOT_YET), tree, resource.node, text, name)

        return read

    def _other(
        self, resource: Resource, name: str, direction: Direction, found: ServiceSet | None, key: str,
        doubt: Message | None,
    ) -> None:  # fmt: skip
        each = resource.one(key)
        if each.value:
            _, slash, other = str(each.value).rpartition("/")
            far = Far(group=other, foreign=bool(slash), doubt=doubt)
            self.vpc.add_rule(name, direction, found, far, resource.tree, each, f"{resource.address} {other}", name)

    def _owner(self, resource: Resource, direction: Direction) -> str:
        """Return the group that a rule is of; nothing, and a doubt about every interface, where it is not known yet."""
        name = resource.text("security_group_id")
        if name:
            self.apart.add(name)
            return name
        written = resource.tree.written(resource.node, resource.address)
        resource.tree.notes.leave(written, NOT_YET)
        self.vpc.late[direction].append(Term("permit", written, sure=False, doubt=NOT_YET))
        return ""

    def take_away(self, resource: Resource) -> None:
        """Take the rules of a resource, as it was before the plan, from those that its group had."""
        before = Groups(Vpc(Notes()))
        reader = {"aws_security_group_rule": before.rule}.get(resource.kind) or before.single(
            "egress" if "egress" in resource.kind else "ingress"
        )
        reader(resource)
        self.gone.update(_key(each) for each in before.vpc.rules)

    def finish(self) -> None:
        """Add what groups keep of their own rules, and what is not known of them yet."""
        self.vpc.rules += [each for each in self.within.rules if _key(each) not in self.gone]
        for resource, direction in self.late:
            if resource.id not in self.apart:
                self.vpc.add_rule(resource.id, direction, EVERY_SERVICE, Far(doubt=NOT_YET), resource.tree,
                                  resource.node, f"{resource.address} {direction}", resource.id)  # fmt: skip


def _key(rule: tuple[str, Direction, ServiceSet, Far, object, object, object]) -> _Key:
    return rule[0], rule[1], rule[2], replace(rule[3], doubt=None)


def _inline(resource: Resource, vpc: Vpc, name: str, direction: Direction, item: Node) -> None:
    tree, late = resource.tree, resource.later(direction)
    if late and any(key not in item.value for key in _ASKED):
        text = f"{resource.address} {direction}"
        vpc.add_rule(name, direction, EVERY_SERVICE, Far(doubt=NOT_YET), tree, item, text, name)
        return
    inner = Resource(tree, resource.node, resource.address, "", item, {}, made=resource.made)
    found, _ = _asked(inner, "protocol")
    listed = [each for key in item.value.values() if type(key.value) is list for each in key.value]
    late = late and (any(key not in item.value for key in _ENDS) or any(each.value is None for each in listed))
    _add(inner, vpc, name, direction, found, item, late=late)
    for each in inner.items("security_groups"):
        _, slash, other = str(each.value).rpartition("/")
        vpc.add_rule(name, direction, found, Far(group=other, foreign=bool(slash)), tree, each,
                     f"{resource.address} {direction} {other}", name)  # fmt: skip


def _add(
    inner: Resource, vpc: Vpc, name: str, direction: Direction, found: ServiceSet | None, node: Node, *, late: bool,
    doubt: Message | None = None,
) -> None:  # fmt: skip
    """Add the rules that a rule of Terraform's makes: one for each of its other ends."""
    tree, text = inner.tree, f"{inner.address} {direction}"
    for key in ("cidr_blocks", "ipv6_cidr_blocks"):
        for each in inner.items(key):
            addresses = tree.prefix(each)
            if addresses is not None:
                far = Far(addresses, doubt=doubt)
                vpc.add_rule(name, direction, found, far, tree, each, f"{text} {each.value}", name)
    for each in inner.items("prefix_list_ids"):
        far = Far(prefix_list=each.value, doubt=doubt)
        vpc.add_rule(name, direction, found, far, tree, each, f"{text} {each.value}", name)
    if tree.get(inner.values, "self", bool, default=False).value:
        vpc.add_rule(name, direction, found, Far(group=name, doubt=doubt), tree, node, f"{text} self", name)
    if late:
        vpc.add_rule(name, direction, found, Far(doubt=NOT_YET), tree, node, text, name)


def _asked(resource: Resource, key: str) -> tuple[ServiceSet | None, Message | None]:
    """Return the services of a rule, at most; why they may be fewer; no services where they are wrong."""
    protocol = resource.text(key)
    if resource.later(key) and not protocol:
        return EVERY_SERVICE, NOT_YET
    low, high = resource.whole("from_port"), resource.whole("to_port")
    if resource.later("from_port") or resource.later("to_port"):
        ported = protocol.lower() in ("tcp", "udp", "6", "17")
        low, high = (0, 65535) if ported else (-1, -1)
        return services(resource.tree, resource.values, protocol, low, high), NOT_YET
    return services(resource.tree, resource.values, protocol, low, high), None
