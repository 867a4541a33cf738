"""Network ACLs in Terraform's plans and states; their entries are written in them or in resources of their own.

As of security groups, what an ACL had before the plan holds the entries of such resources too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.flows.configuring.clouds.listings import add_entry, new
from cloison.flows.configuring.clouds.plans import Resource
from cloison.flows.configuring.clouds.vpc import NOT_YET, Acl, Vpc

_DIRECTIONS = ("ingress", "egress")
_WORDS = ("protocol", "action", "rule_no")


@dataclass(slots=True)
class Acls:
    """The network ACLs of a plan or a state while they are read; ``gone`` are entries that the plan takes away."""

    vpc: Vpc
    acls: list[Resource] = field(default_factory=list)
    rules: list[Resource] = field(default_factory=list)
    associations: list[Resource] = field(default_factory=list)
    gone: set[tuple[str, str, int]] = field(default_factory=set)

    def acl(self, resource: Resource) -> None:
        """Keep an ACL until all is read."""
        self.acls.append(resource)

    def rule(self, resource: Resource) -> None:
        """Keep an entry that is a resource of its own until all is read."""
        self.rules.append(resource)

    def association(self, resource: Resource) -> None:
        """Keep an association that is a resource of its own until all is read."""
        self.associations.append(resource)

    def take_away(self, resource: Resource) -> None:
        """Take an entry, as it was before the plan, from those that its ACL had."""
        self.gone.add((resource.text("network_acl_id"), _way(resource), resource.whole("rule_number") or 0))

    def finish(self) -> None:
        """Add the ACLs with their entries and subnets."""
        ruled = {resource.text("network_acl_id") for resource in self.rules}
        for resource in self.acls:
            self._acl(resource, apart=resource.id in ruled)
        for resource in self.rules:
            acl = self.vpc.acls.get(resource.text("network_acl_id"))
            if acl is None or any(resource.later(key) for key in resource.unknown if key != "id"):
                for each in self.vpc.acls.values() if acl is None else (acl,):
                    each.whole = False
                resource.tree.notes.leave(resource.tree.written(resource.node, resource.address), NOT_YET)
            else:
                _entry(resource, acl, _way(resource), "rule_number", "rule_action")
        for resource in self.associations:
            acl, subnet = self.vpc.acls.get(resource.text("network_acl_id")), resource.text("subnet_id")
            if acl is None or not subnet:
                resource.tree.notes.leave(resource.tree.written(resource.node, resource.address), NOT_YET)
                self.vpc.moved = True
            elif subnet not in acl.subnets:
                acl.subnets.append(subnet)

    def _acl(self, resource: Resource, *, apart: bool) -> None:
        tree, name = resource.tree, resource.id
        if not new(tree, resource.node, name, self.vpc.acls):
            return
        acl = self.vpc.acls[name] = Acl(name, tree.written(resource.node, resource.address, name))
        acl.subnets += [each.value for each in resource.items("subnet_ids")]
        for direction in _DIRECTIONS:
            for item in resource.items(direction, dict):
                inner = Resource(tree, resource.node, resource.address, "", item, {}, made=resource.made)
                if resource.later(direction) and any(key not in item.value for key in _WORDS):
                    acl.whole = False
                elif (name, direction, inner.whole("rule_no") or 0) not in self.gone:
                    _entry(inner, acl, direction, "rule_no", "action")
            if resource.later(direction) and not (apart and direction not in resource.values.value):
                acl.whole = False


def _way(resource: Resource) -> str:
    return "egress" if resource.tree.get(resource.values, "egress", bool, default=False).value else "ingress"


def _entry(resource: Resource, acl: Acl, direction: str, number: str, action: str) -> None:
    protocol = resource.text("protocol")
    icmp = protocol.lower() in ("1", "58", "icmp", "icmpv6")
    low, high = (
        (resource.whole("icmp_type"), resource.whole("icmp_code"))
        if icmp
        else (resource.whole("from_port"), resource.whole("to_port"))
    )
    key = "ipv6_cidr_block" if resource.text("ipv6_cidr_block") else "cidr_block"
    add_entry(
        resource.tree, resource.values, acl, resource.whole(number) or 0, direction == "egress", resource.text(action),
        protocol, low, high, resource.one(key),
    )  # fmt: skip
