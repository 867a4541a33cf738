"""Conversations inside tunnels: in which network they are judged, what is one of them, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flows_world import MAP, NOON, capture_of, network_of, said, talk

from cloison.flows.audit import Options, audit, audit_report
from cloison.flows.auditing.account import Audit
from cloison.flows.table import Capture, Tunnel
from cloison.netmodel.finding import LANGS
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import parse_address

VTEPS = parse_address("192.0.2.1"), parse_address("192.0.2.2")
TUNNELS = (
    Tunnel("vxlan", VTEPS, 5001), Tunnel("gre", VTEPS, key=7), Tunnel("vxlan", VTEPS, 9001, within=1),
    Tunnel("vxlan", VTEPS, 9002), Tunnel("802.1ah", None, 5001),
)  # fmt: skip


@pytest.fixture
def network(tmp_path: Path) -> Network:
    return network_of(MAP, tmp_path)


def carried(*rows: dict[str, Any], **of_source: Any) -> Capture:
    """Return a capture with tunnels: rows that name one are inside it, with its VNI."""
    capture = capture_of(*[{"vni": TUNNELS[row["tunnel"]].vni} | row if "tunnel" in row else row for row in rows])
    (source,) = capture.sources
    return Capture(capture.table, (replace(source, tunnels=TUNNELS, **of_source),), capture.ledger)


def judged(network: Network, *rows: dict[str, Any], probe: str = "", vrf: str = "", **of_source: Any) -> Audit:
    return audit(network, [(probe, carried(*rows, **of_source))], Options(vrf=vrf, every=True))


ACME = ("10.50.1.1", "203.0.113.10", 443)


def test_a_vni_settles_the_vrf_of_what_is_inside(network: Network) -> None:
    assert said(judged(network, talk(*ACME, tunnel=0))) == ["authorised F-007"]
    assert said(judged(network, talk(*ACME, tunnel=4))) == ["authorised F-007"]
    assert said(judged(network, talk(*ACME, tunnel=2))) == ["unmapped ambiguous-vrf error"]  # the map has no such VNI


def test_neither_probe_nor_user_say_in_which_network_a_tunnel_is(network: Network) -> None:
    for more in ({"probe": "ids-acme"}, {"vrf": "acme"}):
        assert said(judged(network, talk(*ACME), **more)) == ["authorised F-007"]
        assert said(judged(network, talk(*ACME, tunnel=1), **more)) == ["unmapped ambiguous-vrf error"]
        assert said(judged(network, talk(*ACME, tunnel=0), **more)) == ["authorised F-007"]


def test_a_vlan_inside_a_tunnel_settles_the_vrf(network: Network) -> None:
    assert said(judged(network, talk(*ACME, tunnel=1, vlan=501 << 12))) == ["authorised F-007"]


def test_networks_that_the_map_does_not_know_are_never_one(network: Network) -> None:
    web = ("10.1.0.11", "10.2.0.21", 5432)
    assert len(judged(network, talk(*web, tunnel=2), talk(*web, tunnel=3)).verdicts) == 2
    assert len(judged(network, talk(*web, tunnel=2), talk(*web, tunnel=2, vlan=7)).verdicts) == 1
    assert len(judged(network, talk(*web, tunnel=2), talk(*web)).verdicts) == 2


def test_inside_and_outside_of_a_tunnel_is_one_conversation(network: Network) -> None:
    """As seen before and after the end of the tunnel: the VRF is the same."""
    rows = [talk(*ACME, tunnel=0), talk(*ACME, vlan=501 << 12, first=NOON + 1)]
    assert said(judged(network, *rows)) == ["authorised F-007"]
    web = ("10.1.0.11", "10.2.0.21", 5432)
    assert len(judged(network, talk(*web, tunnel=1), talk(*web)).verdicts) == 1


def test_each_conversation_names_its_tunnel(network: Network) -> None:
    hosts = [f"10.3.0.{host}" for host in range(1, 8)]
    rows = [talk("10.1.0.11", hosts[at], 22, tunnel=at) for at in range(5)]
    rows += [talk("10.1.0.11", hosts[5], 22), talk("10.1.0.11", hosts[6], 22, vni=44)]
    result = judged(network, *rows)
    listed = audit_report(result, network, every=True).data["conversations"]
    wanted = [
        "vxlan 5001 192.0.2.1 - 192.0.2.2",
        "gre 7 192.0.2.1 - 192.0.2.2",
        "vxlan 9001 192.0.2.1 - 192.0.2.2, gre 7 192.0.2.1 - 192.0.2.2",
        "vxlan 9002 192.0.2.1 - 192.0.2.2",
        "802.1ah 5001",
        None,
        "vni/44",
    ]
    assert {item["destination"]: item["tunnel"] for item in listed} == dict(zip(hosts, wanted, strict=True))


def test_what_tunnels_carry_undecoded_is_said_and_decides(network: Network) -> None:
    good = talk("10.1.0.11", "10.2.0.21", 5432)
    assert judged(network, good).exit_code() == 0
    result = judged(network, good, carried=12, inside={"tunnel-payload": 3, "arp": 4, "ethertype": 5})
    assert (result.undecoded, result.undecoded_ip) == (8, 3)
    assert [result.exit_code(allow_undecoded=allowed) for allowed in (0, 2, 3)] == [3, 3, 0]
    report = audit_report(result, network)
    assert report.data["summary"]["undecoded"] == 8
    assert report.data["undecoded"] == [
        {"reason": "ethertype", "packets": 5, "carried": True},
        {"reason": "tunnel-payload", "packets": 3, "carried": True},
    ]
    assert report.data["control"] == [{"reason": "arp", "packets": 4, "carried": True}]
    assert [text.say("en") for text in report.summary][-1] == (
        "a.pcap: what 8 packets of tunnels carry was not decoded, so not judged"
    )
    for lang in LANGS:
        assert not any("{" in text.say(lang) for text in report.summary)


TUNNELLED = """
  wan: {kind: tunnel, protocol: ipsec, ends: [vpn-a, vpn-b], over: fibre}
"""


def test_outside_its_tunnel_is_what_has_no_tunnel_around_it(tmp_path: Path) -> None:
    text = MAP.replace(
        "vrfs:\n", "carriers:\n  fibre: {kind: hardware}\n" + TUNNELLED.strip("\n") + "\nvrfs:\n", 1
    ).replace(
        "subnets:\n",
        "subnets:\n  transit: {cidr: 10.9.0.0/24, zone: front, over: fibre}\n"
        "  site: {cidr: 10.8.0.0/24, zone: admin, over: lan}\n", 1,
    ).replace("carriers:\n", "carriers:\n  lan: {kind: hardware}\n", 1).replace(
        "assets:\n",
        "assets:\n  vpn-a: {functions: vpn, interfaces: {out: 10.9.0.1, in: 10.8.0.1}}\n"
        "  vpn-b: {functions: vpn, interfaces: {out: 10.9.0.2}}\n"
        "  ids-wan: {functions: probe, watches: vpn-a/out}\n", 1,
    ) + "  F-011: {from: posts, to: db-1/eth0, services: ssh, tunnel: wan, nature: administration, " \
        "sensitivity: sensitive, domain: management}\n"  # fmt: skip
    network = network_of(text, tmp_path)
    seen = talk("10.3.0.5", "10.2.0.21", 22)
    assert said(judged(network, seen, probe="ids-wan")) == ["illegitimate outside-tunnel error F-011"]
    assert said(judged(network, seen)) == ["authorised F-011"]  # nobody knows where it was seen
    assert said(judged(network, seen | {"tunnel": 1}, probe="ids-wan")) == ["authorised F-011"]
