"""OpenStack: random groups and ports, as the API and as the client print them, against what Neutron does."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import read
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import CONTINUING, OPENING

Object = dict[str, Any]
GROUPS = ("a", "b", "c")
PORTS = ("10.0.0.5", "10.0.0.6", "2001:db8::5")
OUTSIDE = ("198.51.100.9", "2001:db8:9::9")
SERVICES = st.sampled_from([
    (None, None, None), ("tcp", 80, 80), ("tcp", None, None), ("udp", 50, 60), ("6", 79, 81), ("icmp", 8, 0),
    ("icmp", None, None), ("icmp", 3, None), ("any", None, None),
])  # fmt: skip
REMOTES = st.sampled_from([
    ("IPv4", "", ""), ("IPv6", "", ""), ("IPv4", "10.0.0.0/29", ""), ("IPv6", "2001:db8::/64", ""), ("IPv4", "", "a"),
    ("IPv6", "", "b"), ("IPv4", "", "c"),
])  # fmt: skip
RULES = st.lists(st.tuples(st.sampled_from(["ingress", "egress"]), SERVICES, REMOTES), max_size=4)
CLOUD = st.fixed_dictionaries({
    "rules": st.fixed_dictionaries(dict.fromkeys(GROUPS, RULES)),
    "stateful": st.booleans(),
    "ports": st.fixed_dictionaries(dict.fromkeys(PORTS, st.lists(st.sampled_from(GROUPS), max_size=2, unique=True))),
})  # fmt: skip


def answers(cloud: Object) -> list[Object]:
    """Write a cloud as the API does."""
    rules = {
        name: [
            {"id": f"{name}{at}", "direction": direction, "ethertype": remote[0], "protocol": service[0],
             "port_range_min": service[1], "port_range_max": service[2], "remote_ip_prefix": remote[1] or None,
             "remote_group_id": remote[2] or None}
            for at, (direction, service, remote) in enumerate(found)
        ]
        for name, found in cloud["rules"].items()
    }  # fmt: skip
    return [
        {"security_groups": [{"id": name, "name": name, "stateful": cloud["stateful"], "security_group_rules": found}
                             for name, found in rules.items()]},
        {"ports": [{"id": f"p{address}", "fixed_ips": [{"ip_address": address, "subnet_id": "s"}],
                    "security_groups": groups, "port_security_enabled": True, "device_owner": "compute:x"}
                   for address, groups in cloud["ports"].items()],
         "subnets": [{"id": "s", "cidr": "10.0.0.0/24"}, {"id": "t", "cidr": "2001:db8::/64"}]},
    ]  # fmt: skip


def shown(service: tuple[str | None, int | None, int | None]) -> str:
    """Write ports as the client does: what is 0 is not shown of ICMP."""
    protocol, low, high = service
    if protocol == "icmp":
        return (f"type={low}" if low else "") + (f":code={high}" if high else "")
    return "" if low is None else f"{low}:{high}"


def printed(cloud: Object) -> list[list[Object]]:
    """Write a cloud as the client does."""
    rules = [
        {"ID": f"{name}{at}", "IP Protocol": service[0], "Ethertype": remote[0], "IP Range": remote[1],
         "Port Range": shown(service), "Direction": direction, "Remote Security Group": remote[2] or None,
         "Security Group": name}
        for name, found in cloud["rules"].items() for at, (direction, service, remote) in enumerate(found)
    ]  # fmt: skip
    return [
        [{"ID": name, "Name": name, "Description": "", "Project": "p", "Stateful": cloud["stateful"]}
         for name in GROUPS],
        [*rules, {"ID": "z", "IP Protocol": "gre", "Ethertype": "IPv4", "IP Range": "", "Port Range": "",
                  "Direction": "egress", "Security Group": "a"}],
        [{"ID": f"p{address}", "Name": "", "Fixed IP Addresses": [{"ip_address": address}], "Security Groups": groups,
          "Device Owner": "compute:x"} for address, groups in cloud["ports"].items()],
    ]  # fmt: skip


def passes(cloud: Object, source: str, destination: str, protocol: int, field: int, opening: bool) -> bool:
    def side(direction: str, guarded: str, other: str) -> bool:
        if guarded not in cloud["ports"] or (cloud["stateful"] and not opening and cloud["ports"][guarded]):
            return True
        return any(
            way == direction and family(remote, other) and serves(service, remote[0])
            for group in cloud["ports"][guarded] for way, service, remote in cloud["rules"][group]
        )  # fmt: skip

    def family(remote: tuple[str, str, str], other: str) -> bool:
        if (":" in other) is not (remote[0] == "IPv6"):
            return False
        if remote[2]:
            return remote[2] in cloud["ports"].get(other, ())
        if remote[1] == "10.0.0.0/29":
            return other in ("10.0.0.5", "10.0.0.6")
        return remote[1] == "" or other == "2001:db8::5"

    def serves(service: tuple[str | None, int | None, int | None], ethertype: str) -> bool:
        word, low, high = service
        if word in (None, "any"):
            return True
        if {"tcp": 6, "6": 6, "udp": 17}.get(str(word), 58 if ethertype == "IPv6" else 1) != protocol:
            return False
        if word == "icmp":
            return low is None or (field >> 8 == low and high in (None, field & 255))
        return low is None or high is None or low <= field <= high

    return side("egress", source, destination) and side("ingress", destination, source)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(CLOUD)
def test_random_clouds_do_what_neutron_does(cloud: Object) -> None:
    first = read([File(str(at), json.dumps(each)) for at, each in enumerate(answers(cloud))])
    second = read([File(str(at), json.dumps(each)) for at, each in enumerate(printed(cloud)) if each])
    for source in (*PORTS, *OUTSIDE):
        for destination in (*PORTS, *OUTSIDE):
            if source == destination or (":" in source) is not (":" in destination):
                continue
            ping, lost = ((58, 128 << 8), (58, 8 << 8)) if ":" in source else ((1, 8 << 8), (1, 3 << 8 | 1))
            for protocol, field in ((6, 80), (6, 82), (17, 55), ping, lost):
                for phase in (OPENING, CONTINUING):
                    ends = parse_address(source), parse_address(destination)
                    expected = passes(cloud, source, destination, protocol, field, phase == OPENING)
                    probe = Probe(*ends, protocol, field, 50000, phase)
                    word = fate(first.forward, probe).word
                    assert word == ("permit" if expected else "deny"), (cloud, probe)
                    # the client shows no code that is 0, no state of a port's security, and lists no subnet; of a
                    # port that may have none, what goes on with a conversation is judged with its opening
                    if phase == OPENING or all(cloud["ports"].get(end, "-") for end in (source, destination)):
                        assert fate(second.forward, probe).word in (word, "unknown"), (cloud, probe)


def test_what_the_client_prints_is_mostly_sure() -> None:
    cloud: Object = {
        "rules": {"a": [("ingress", ("tcp", 80, 80), ("IPv4", "", "b"))], "b": [], "c": []}, "stateful": True,
        "ports": {"10.0.0.5": ["a"], "10.0.0.6": ["b"]},
    }  # fmt: skip
    cloud["rules"]["b"] = [("egress", (None, None, None), ("IPv4", "", ""))]
    configuration = read([File(str(at), json.dumps(each)) for at, each in enumerate(printed(cloud))])
    words = [
        fate(configuration.forward, Probe(parse_address(source), parse_address("10.0.0.5"), 6, port, 1, OPENING)).word
        for source, port in (("10.0.0.6", 80), ("10.0.0.6", 81), ("198.51.100.9", 80))
    ]
    assert words == ["permit", "deny", "deny"]
    assert not configuration.undecided


def test_one_group_alone_is_what_carries_it() -> None:
    show = {"id": "g", "name": "web", "project_id": "p", "stateful": True, "rules": [
        {"id": "1", "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 443,
         "port_range_max": 443, "remote_ip_prefix": "0.0.0.0/0"},
        {"id": "2", "direction": "egress", "ethertype": "IPv4", "protocol": None, "remote_ip_prefix": "10.0.0.0/8"},
    ]}  # fmt: skip
    configuration = read([File("x", json.dumps(show))])
    assert configuration.input is not None
    assert configuration.output is not None
    far, own = parse_address("198.51.100.9"), parse_address("10.0.0.5")
    assert fate(configuration.input, Probe(far, own, 6, 443, 1, OPENING)).word == "permit"
    assert fate(configuration.input, Probe(far, own, 6, 80, 1, OPENING)).word == "deny"
    assert fate(configuration.output, Probe(own, parse_address("10.7.0.1"), 6, 80, 1, OPENING)).word == "permit"
    assert fate(configuration.output, Probe(own, far, 6, 80, 1, OPENING)).word == "deny"


def test_a_port_for_a_whole_prefix_leaves_doubt() -> None:
    cloud: Object = {
        "security_groups": [{"id": "g", "security_group_rules": []}],
        "ports": [{"id": "p", "fixed_ips": [{"ip_address": "10.0.0.5"}], "security_groups": ["g"],
                   "allowed_address_pairs": [{"ip_address": "172.16.0.0/16"}]}],
    }  # fmt: skip
    configuration = read([File("x", json.dumps(cloud))])
    far = parse_address("198.51.100.9")
    words = [
        fate(configuration.forward, Probe(far, parse_address(own), 6, 80, 1, OPENING)).word
        for own in ("172.16.3.3", "10.0.0.5", "172.17.0.1")
    ]
    assert words == ["unknown", "deny", "permit"]


def test_thousands_of_rules_are_read_quickly() -> None:
    rules = [
        {"ID": str(at), "IP Protocol": "tcp", "Ethertype": "IPv4", "IP Range": f"10.{at >> 8 & 255}.{at & 255}.0/24",
         "Port Range": "443:443", "Direction": "ingress", "Security Group": f"g{at % 200}"}
        for at in range(12_000)
    ]  # fmt: skip
    groups = [{"ID": f"g{at}", "Name": "", "Description": "", "Project": ""} for at in range(200)]
    ports = [
        {"ID": f"p{at}", "Fixed IP Addresses": [{"ip_address": f"172.16.{at >> 8}.{at & 255}"}],
         "Security Groups": [f"g{at % 200}"], "Device Owner": "compute:x"}
        for at in range(2000)
    ]  # fmt: skip
    files = [File(str(at), json.dumps(each)) for at, each in enumerate((rules, groups, ports))]
    start = time.process_time()
    configuration = read(files)
    assert time.process_time() - start < 6
    assert len(configuration.forward[-1].terms) == 12_200


@pytest.mark.parametrize("text", [
    '{"security_groups": ' + "[" * 100_000, '{"security_groups": [[]]}', '{"security_groups": [{"id": []}]}',
    '{"security_groups": [{"id": "g", "rules": "direction=ingress"}]}', '{"ports": 7}', '{"ports": [], "ports": []}',
    '{"security_groups": [{"id": "g", "security_group_rules": [{"direction": "ingress", "protocol": {}}]}]}',
    '[{"ID": "x", "IP Protocol": "tcp", "Direction": "ingress", "Port Range": "9:1", "Security Group": "x"}]',
    '"security_groups"', "[[[]]]",
])  # fmt: skip
def test_hostile_files_are_refused_in_words(text: str) -> None:
    with pytest.raises(MapError):
        read([File("x", text if text[0] != '"' else '{"security_groups": "x"}')], "openstack" if text[0] == "{" else "")
