"""AWS: random clouds, as listings and as Terraform's state, against what a VPC does; many rules; hostile files."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import read
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import CONTINUING, OPENING

Object = dict[str, Any]
SUBNETS = {"subnet-1": "10.0.1.0/24", "subnet-2": "10.0.2.0/24"}
GROUPS = ("sg-1", "sg-2", "sg-3")
BLOCKS = ("0.0.0.0/0", "10.0.1.0/24", "10.0.2.0/25", "198.51.100.0/24", "::/0", "2001:db8:1::/64")
HOMES = {"10.0.1.5": "subnet-1", "10.0.1.6": "subnet-1", "10.0.2.5": "subnet-2", "10.0.2.200": "subnet-2"}
OUTSIDE = ("198.51.100.9", "203.0.113.9")
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1}


@dataclass(frozen=True)
class Rule:
    protocol: str
    low: int
    high: int
    end: str  # a block or a group

    def holds(self, protocol: str, field: int) -> bool:
        if self.protocol == "-1":
            return True
        if self.protocol != protocol:
            return False
        if protocol == "icmp":
            return self.low == -1 or (field >> 8 == self.low and self.high in (-1, field & 255))
        return self.low <= field <= self.high


SERVICES = st.sampled_from([("-1", -1, -1), ("tcp", 80, 80), ("tcp", 79, 81), ("udp", 53, 53), ("icmp", -1, -1),
                            ("icmp", 8, -1), ("icmp", 3, 1)])  # fmt: skip
RULES = st.lists(st.builds(lambda each, end: Rule(*each, end), SERVICES, st.sampled_from([*BLOCKS, *GROUPS])),
                 max_size=3)  # fmt: skip
ENTRIES = st.dictionaries(
    st.integers(1, 200),
    st.tuples(st.builds(lambda each, end: Rule(*each, end), SERVICES, st.sampled_from(BLOCKS)), st.booleans()),
    max_size=4,
)
MEMBERS = st.fixed_dictionaries(dict.fromkeys(HOMES, st.lists(st.sampled_from(GROUPS), max_size=2, unique=True)))
CLOUD = st.fixed_dictionaries({
    "in": st.fixed_dictionaries(dict.fromkeys(GROUPS, RULES)),
    "out": st.fixed_dictionaries(dict.fromkeys(GROUPS, RULES)),
    "members": MEMBERS,
    "acl-in": st.fixed_dictionaries(dict.fromkeys(SUBNETS, ENTRIES)),
    "acl-out": st.fixed_dictionaries(dict.fromkeys(SUBNETS, ENTRIES)),
})  # fmt: skip


def permission(rule: Rule) -> Object:
    found: Object = {"IpProtocol": rule.protocol, "FromPort": rule.low, "ToPort": rule.high}
    if rule.protocol == "-1":
        found = {"IpProtocol": "-1"}
    if rule.end.startswith("sg-"):
        return {**found, "UserIdGroupPairs": [{"GroupId": rule.end, "UserId": "1"}]}
    key, inner = ("Ipv6Ranges", "CidrIpv6") if ":" in rule.end else ("IpRanges", "CidrIp")
    return {**found, key: [{inner: rule.end}]}


def entry(number: int, rule: Rule, allows: bool, egress: bool) -> Object:
    protocol = {"tcp": "6", "udp": "17", "icmp": "1"}.get(rule.protocol, "-1")
    found: Object = {"RuleNumber": number, "Protocol": protocol, "RuleAction": "allow" if allows else "deny",
                     "Egress": egress, "Ipv6CidrBlock" if ":" in rule.end else "CidrBlock": rule.end}  # fmt: skip
    if rule.protocol == "icmp":
        found["IcmpTypeCode"] = {"Type": rule.low, "Code": rule.high}
    elif rule.protocol != "-1":
        found["PortRange"] = {"From": rule.low, "To": rule.high}
    return found


def listings(cloud: Object) -> Object:
    return {
        "SecurityGroups": [
            {"GroupId": group, "OwnerId": "1", "IpPermissions": [permission(rule) for rule in cloud["in"][group]],
             "IpPermissionsEgress": [permission(rule) for rule in cloud["out"][group]]}
            for group in GROUPS
        ],
        "NetworkInterfaces": [
            {"NetworkInterfaceId": f"eni-{address}", "Groups": [{"GroupId": each} for each in groups],
             "PrivateIpAddresses": [{"PrivateIpAddress": address}], "SubnetId": HOMES[address]}
            for address, groups in cloud["members"].items()
        ],
        "Subnets": [{"SubnetId": name, "CidrBlock": block} for name, block in SUBNETS.items()],
        "NetworkAcls": [
            {"NetworkAclId": f"acl-{name}", "Associations": [{"SubnetId": name}], "Entries": [
                *(entry(at, rule, allows, False) for at, (rule, allows) in cloud["acl-in"][name].items()),
                *(entry(at, rule, allows, True) for at, (rule, allows) in cloud["acl-out"][name].items()),
            ]}
            for name in SUBNETS
        ],
    }  # fmt: skip


def inline(rule: Rule) -> Object:
    return {
        "protocol": rule.protocol, "from_port": 0 if rule.protocol == "-1" else rule.low,
        "to_port": 0 if rule.protocol == "-1" else rule.high, "self": False, "prefix_list_ids": [],
        "cidr_blocks": [rule.end] if "." in rule.end else [],
        "ipv6_cidr_blocks": [rule.end] if ":" in rule.end else [],
        "security_groups": [rule.end] if rule.end.startswith("sg-") else [],
    }  # fmt: skip


def apart(at: str, group: str, egress: bool, rule: Rule) -> Object:
    """Write a rule as a resource of its own."""
    end = "cidr_ipv6" if ":" in rule.end else "cidr_ipv4" if "." in rule.end else "referenced_security_group_id"
    kind = f"aws_vpc_security_group_{'egress' if egress else 'ingress'}_rule"
    values = {"security_group_id": group, "ip_protocol": rule.protocol, end: rule.end}
    if rule.protocol != "-1":
        values |= {"from_port": rule.low, "to_port": rule.high}
    return resource(kind, at, values)


def resource(kind: str, at: str, values: Object) -> Object:
    return {"address": f"{kind}.x{at}", "mode": "managed", "type": kind, "name": f"x{at}", "values": values}


def state(cloud: Object) -> Object:
    found: list[Object] = []
    for group in GROUPS:
        own = group == "sg-2"
        found.append(resource("aws_security_group", group, {
            "id": group, "ingress": [] if own else [inline(rule) for rule in cloud["in"][group]],
            "egress": [] if own else [inline(rule) for rule in cloud["out"][group]]}))  # fmt: skip
        for way in ("in", "out") if own else ():
            found += [apart(f"{way}{at}", group, way == "out", rule) for at, rule in enumerate(cloud[way][group])]
    for address, groups in cloud["members"].items():
        found.append(resource("aws_network_interface", address, {
            "id": address, "private_ips": [address], "security_groups": groups}))  # fmt: skip
    for name, block in SUBNETS.items():
        found.append(resource("aws_subnet", name, {"id": name, "cidr_block": block}))
        found.append(resource("aws_network_acl", name, {"id": f"acl-{name}", "subnet_ids": [name]}))
        for way in ("in", "out"):
            for at, (rule, allows) in cloud[f"acl-{way}"][name].items():
                values: Object = {
                    "network_acl_id": f"acl-{name}", "egress": way == "out", "rule_number": at,
                    "protocol": rule.protocol, "rule_action": "allow" if allows else "deny",
                    "ipv6_cidr_block" if ":" in rule.end else "cidr_block": rule.end,
                }  # fmt: skip
                low, high = ("icmp_type", "icmp_code") if rule.protocol == "icmp" else ("from_port", "to_port")
                values |= {low: rule.low, high: rule.high} if rule.protocol != "-1" else {}
                found.append(resource("aws_network_acl_rule", f"{name}{way}{at}", values))
    return {"format_version": "1.0", "values": {"root_module": {"resources": found}}}


def within(address: str, block: str) -> bool:
    if ":" in block or ":" in address:
        return False  # the packets of these tests are IPv4's
    network, _, length = block.partition("/")
    shift = 32 - int(length)
    return (parse_address(address) & 0xFFFFFFFF) >> shift == (parse_address(network) & 0xFFFFFFFF) >> shift


def home(address: str) -> str:
    return next((name for name, block in SUBNETS.items() if within(address, block)), "")


def passes(cloud: Object, source: str, destination: str, protocol: str, field: int, opening: bool) -> bool:
    def group_passes(way: str, guarded: str, other: str) -> bool:
        groups = cloud["members"].get(guarded, [])
        if not groups or not opening:
            return True
        return any(
            rule.holds(protocol, field) and (
                other in cloud["members"] and rule.end in cloud["members"][other] if rule.end.startswith("sg-")
                else within(other, rule.end)
            )
            for group in groups for rule in cloud[way][group]
        )  # fmt: skip

    def acl_passes(way: str, subnet: str, other: str) -> bool:
        for _, (rule, allows) in sorted(cloud[way][subnet].items()):
            if rule.holds(protocol, field) and within(other, rule.end):
                return bool(allows)
        return False

    if not group_passes("out", source, destination) or not group_passes("in", destination, source):
        return False
    if home(source) == home(destination) and home(source):
        return True
    return (not home(source) or acl_passes("acl-out", home(source), destination)) and (
        not home(destination) or acl_passes("acl-in", home(destination), source)
    )


@settings(derandomize=True, max_examples=120, deadline=None)
@given(CLOUD)
def test_random_clouds_do_what_a_vpc_does(cloud: Object) -> None:
    both: list[Configuration] = [read([File("x", json.dumps(form))], "aws") for form in (listings(cloud), state(cloud))]
    empty = {group for group in GROUPS if not any(group in each for each in cloud["members"].values())}
    doubtful = any(rule.end in empty for way in ("in", "out") for group in GROUPS for rule in cloud[way][group])
    for source in (*HOMES, *OUTSIDE):
        for destination in (*HOMES, *OUTSIDE):
            if source == destination:
                continue
            for protocol, field in (("tcp", 80), ("tcp", 82), ("udp", 53), ("icmp", 8 << 8), ("icmp", 3 << 8 | 1)):
                for phase in (OPENING, CONTINUING):
                    expected = passes(cloud, source, destination, protocol, field, phase == OPENING)
                    ends = parse_address(source), parse_address(destination)
                    probe = Probe(*ends, NUMBERS[protocol], field, 50000, phase)
                    words = [fate(each.forward, probe).word for each in both]
                    assert words[0] == ("permit" if expected else "deny"), (cloud, probe)
                    # a state does not list every interface: a group without one may have some elsewhere
                    assert words[1] == words[0] or (doubtful and words[1] == "unknown"), (cloud, probe)


def test_thousands_of_rules_are_read_quickly() -> None:
    groups = [
        {"GroupId": f"sg-{at}", "OwnerId": "1", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
             "IpRanges": [{"CidrIp": f"10.{at & 255}.{each}.0/24"} for each in range(60)],
             "UserIdGroupPairs": [{"GroupId": f"sg-{(at + 1) % 200}", "UserId": "1"}]}]}
        for at in range(200)
    ]  # fmt: skip
    interfaces = [
        {"NetworkInterfaceId": f"eni-{at}", "Groups": [{"GroupId": f"sg-{at % 200}"}],
         "PrivateIpAddress": f"172.16.{at >> 8}.{at & 255}"}
        for at in range(2000)
    ]  # fmt: skip
    text = json.dumps({"SecurityGroups": groups, "NetworkInterfaces": interfaces}, indent=1)
    start = time.process_time()
    configuration = read([File("x", text)])
    assert time.process_time() - start < 6
    assert len(configuration.forward[-1].terms) >= 12_000


def test_public_addresses_are_translations_and_leave_doubt() -> None:
    listing = {
        "SecurityGroups": [{"GroupId": "sg-a", "OwnerId": "1", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}]}],
        "NetworkInterfaces": [
            {"NetworkInterfaceId": "a", "Groups": [{"GroupId": "sg-a"}], "PrivateIpAddress": "10.0.0.1"},
            {"NetworkInterfaceId": "b", "Groups": [], "PrivateIpAddresses": [
                {"PrivateIpAddress": "10.0.0.2", "Association": {"PublicIp": "203.0.113.7"}}]}],
    }  # fmt: skip
    configuration = read([File("x", json.dumps(listing))])
    assert [(each.kind, each.outside.least(), each.inside.least()) for each in configuration.translations] == [
        ("static", parse_address("203.0.113.7"), parse_address("10.0.0.2"))
    ]
    words = [
        fate(configuration.forward, Probe(parse_address(source), parse_address("10.0.0.1"), 6, 80, 1, OPENING)).word
        for source in ("203.0.113.7", "10.0.0.2", "10.0.0.3")
    ]
    assert words == ["permit", "unknown", "deny"]


@pytest.mark.parametrize(("changes", "word"), [
    ({"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}, "unknown"),
    ({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "TimeRange": "nights"}, "unknown"),
    ({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-x", "UserId": "2"}]}, "unknown"),
    ({"IpProtocol": "47", "FromPort": 5, "ToPort": 5, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "deny"),
])  # fmt: skip
def test_what_is_not_known_is_in_doubt(changes: Object, word: str) -> None:
    listing = {
        "SecurityGroups": [{"GroupId": "sg-a", "OwnerId": "1", "IpPermissions": [changes], "IpPermissionsEgress": []}],
        "NetworkInterfaces": [
            {"NetworkInterfaceId": "a", "Groups": [{"GroupId": "sg-a"}], "PrivateIpAddress": "10.0.0.1"}
        ],
    }
    configuration = read([File("x", json.dumps(listing))])
    packet = Probe(parse_address("198.51.100.1"), parse_address("10.0.0.1"), 6, 80, 50000, OPENING)
    assert fate(configuration.forward, packet).word == word
    assert len(configuration.undecided) == 1 + (word == "unknown")  # and that no network ACL is told


def test_groups_whose_rules_are_not_told_are_in_doubt() -> None:
    listing: Object = {
        "SecurityGroups": [{"GroupId": "sg-a", "OwnerId": "1"}],
        "NetworkInterfaces": [
            {"NetworkInterfaceId": "a", "Groups": [{"GroupId": "sg-a"}], "PrivateIpAddress": "10.0.0.1"}
        ],
    }
    packet = Probe(parse_address("198.51.100.1"), parse_address("10.0.0.1"), 6, 80, 50000, OPENING)
    assert fate(read([File("x", json.dumps(listing))]).forward, packet).word == "unknown"
    listing["SecurityGroupRules"] = [
        {"GroupId": "sg-a", "IsEgress": False, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
         "CidrIpv4": "0.0.0.0/0", "SecurityGroupRuleId": "sgr-1"}
    ]  # fmt: skip
    assert fate(read([File("x", json.dumps(listing))]).forward, packet).word == "deny"


def test_nothing_filters_the_resolver() -> None:
    listing: Object = {
        "SecurityGroups": [{"GroupId": "sg-a", "IpPermissions": [], "IpPermissionsEgress": []}],
        "NetworkInterfaces": [
            {"NetworkInterfaceId": "a", "Groups": [{"GroupId": "sg-a"}], "PrivateIpAddress": "10.0.1.9"}
        ],
        "Subnets": [{"SubnetId": "s", "CidrBlock": "10.0.1.0/24"}],
    }

    def word(to: str, port: int) -> str:
        stages = read([File("x", json.dumps(listing))]).forward
        return fate(stages, Probe(parse_address("10.0.1.9"), parse_address(to), 17, port, 50000, OPENING)).word

    assert [word("10.0.1.2", 53), word("10.0.1.2", 54), word("10.0.0.2", 53)] == ["unknown", "deny", "deny"]
    listing["Vpcs"] = [{"VpcId": "v", "CidrBlock": "10.0.0.0/16"}]
    assert [word("10.0.1.2", 53), word("10.0.0.2", 53)] == ["deny", "unknown"]


def test_a_network_firewall_of_terraform_leaves_everything_open() -> None:
    every = [inline(Rule("-1", 0, 0, "0.0.0.0/0"))]
    found = [
        resource("aws_security_group", "a", {"id": "sg-a", "ingress": [], "egress": every}),
        resource("aws_network_interface", "a", {"id": "a", "private_ips": ["10.0.0.1"], "security_groups": ["sg-a"]}),
    ]
    packet = Probe(parse_address("10.0.0.1"), parse_address("198.51.100.1"), 6, 80, 50000, OPENING)

    def word(resources: list[Object]) -> str:
        text = json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": resources}}})
        return fate(read([File("x", text)]).forward, packet).word

    assert word(found) == "permit"
    assert word([*found, resource("aws_networkfirewall_firewall", "f", {"id": "f"})]) == "unknown"


@pytest.mark.parametrize("text", [
    '{"SecurityGroups": ' + "[" * 100_000, '{"SecurityGroups": [{"GroupId": 7}]}', '{"SecurityGroups": [[]]}',
    '{"SecurityGroups": {"GroupId": "x"}}', '{"SecurityGroups": [{"GroupId": "\\u0000\\u001b[31m<b>"}, {}]}',
    '{"Subnets": [], "Subnets": []}', '{"format_version": "9.0", "values": {"type": "aws_subnet"}}',
    '{"NetworkInterfaces": [{"Groups": 1, "PrivateIpAddresses": [1], "NetworkInterfaceId": []}]}',
])  # fmt: skip
def test_hostile_files_are_refused_in_words(text: str) -> None:
    with pytest.raises(MapError):
        read([File("x", text)], "aws")
