"""What a plan holds, and everything that it refuses, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from generating_maps import HEAD, LINES, compiled

from cloison.flows.generate import generate
from cloison.flows.generating.matches import Match, matches
from cloison.flows.generating.planning import plan_of
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import parse
from cloison.netmodel.space.services import CONTINUING, EVERY_SERVICE, OPENING, ServiceSet, parse_ports

THIRD = "  c: {owner: us, nature: production, sensitivity: internal, domain: processing}\n"


def refused(folder: Path, lines: dict[str, dict[str, object]], more: str = "", head: str = HEAD) -> list[str]:
    with pytest.raises(MapError) as raised:
        generate(compiled(folder, lines, more, head), "fw", "nftables")
    return [f"{item.spans[0].line}:{item.spans[0].column} {item.message.say('en')}" for item in raised.value.findings]


def test_lines_are_cut_along_interfaces(tmp_path: Path) -> None:
    plan = plan_of(compiled(tmp_path, {"F-1": LINES["F-1"]}), "fw")
    (four, six) = plan.of("forward")
    assert (four.arriving, four.leaving, four.family, six.family) == ("lan-a", "lan-b", 4, 6)
    assert (four.sources, four.destinations) == (parse("10.1.0.11"), parse("10.2.0.11"))
    assert (six.sources, six.destinations) == (parse("2001:db8:1::11"), parse("2001:db8:2::11"))
    assert four.why == "why F-1"
    assert not plan.of("input")
    assert not plan.of("output")


def test_answers_of_a_stateless_plan_go_back(tmp_path: Path) -> None:
    plan = plan_of(compiled(tmp_path, {"F-1": LINES["F-1"]}), "fw", stateless=True)
    back = plan.answers[0]
    assert (back.arriving, back.leaving, back.answer) == ("lan-b", "lan-a", True)
    assert matches(back.services) == (Match(6, (), ((443, 443), (8000, 8099))),)


def test_a_line_that_expired_asks_for_nothing(tmp_path: Path) -> None:
    plan = plan_of(compiled(tmp_path, {"F-1": {**LINES["F-1"], "expires": "2026-11-01"}, "F-2": LINES["F-2"]}), "fw")
    assert {item.line for item in plan.rules} == {"F-2"}


def test_a_line_inside_one_zone_passes_between_the_networks_of_the_device(tmp_path: Path) -> None:
    head = HEAD.replace("zone: b}", "zone: a}").replace("[out, a, b]", "[out, a]")
    plan = plan_of(compiled(tmp_path, {"F-1": LINES["F-1"]}, head=head), "fw")
    assert {(item.arriving, item.leaving) for item in plan.rules} == {("lan-a", "lan-b")}


def test_a_zone_inside_which_everything_goes_needs_no_line(tmp_path: Path) -> None:
    head = HEAD.replace("zone: b}", "zone: a}").replace("[out, a, b]", "[out, a]")
    head = head.replace("  b: {owner: us,", "  b: {owner: us, addresses: 10.9.0.0/24,")
    head = head.replace("  a: {owner: us,", "  a: {owner: us, inside: zone,")
    plan = plan_of(compiled(tmp_path, {"F-2": LINES["F-2"]}, head=head), "fw")
    inner = [item for item in plan.of("forward") if item.line == "a"]
    assert {(item.arriving, item.leaving) for item in inner} == {("lan-a", "lan-b"), ("lan-b", "lan-a")}
    assert all(matches(item.services) == (Match(None),) for item in inner)


def test_all_that_cannot_be_expressed_is_said_at_once(tmp_path: Path) -> None:
    excepted = {"exception": {"why": "a test", "by": "us"}}
    lines: dict[str, dict[str, object]] = {
        "F-1": {"from": "a-1", "to": "any", "services": "ssh", **excepted},
        "F-2": {"from": "a-1", "to": "b-1", "services": "any", **excepted},
        "F-3": {"from": "fw/lan-a", "to": "neighbours", "services": "ospf"},
        "F-4": {"from": "a-1", "to": "stream", "services": "udp/5000"},
        "F-5": {"from": "a-1", "to": "b-1", "services": "ssh"},
    }
    more = 'groups: {neighbours: [224.0.0.5, "ff02::5"], stream: 239.1.2.3}\n'
    found = refused(tmp_path, lines, more)
    first = HEAD.count("\n") + 4  # the line of F-1
    assert [text.partition(" ")[0] for text in found] == [f"{first + at}:3" for at in (0, 1, 3)]
    assert ["any" in text for text in found] == [True, True, False]
    assert "239.1.2.3" in found[2]


def test_what_neighbours_say_on_a_link_is_said_and_heard_there(tmp_path: Path) -> None:
    line = {"from": "fw/lan-a", "to": "neighbours", "services": "ospf"}
    more = 'groups: {neighbours: [224.0.0.5, "ff02::5"]}\n'
    plan = plan_of(compiled(tmp_path, {"F-1": line}, more), "fw")
    assert {(item.hook, item.leaving) for item in plan.rules} == {("output", "lan-a")}
    heard = {"from": "a-1", "to": "neighbours", "services": "ospf"}
    plan = plan_of(compiled(tmp_path, {"F-1": heard}, more), "fw")
    assert {(item.hook, item.arriving) for item in plan.rules} == {("input", "lan-a")}


def test_multicast_on_a_link_that_the_device_is_not_on_is_not_its_own(tmp_path: Path) -> None:
    far = "  far: {owner: us, interfaces: {lan: 10.3.0.9}}\n"
    router = "  rtr: {functions: routing, owner: us, interfaces: {b: 10.2.0.200, c: 10.3.0.1}}\n"
    head = HEAD.replace("assets:\n", f"assets:\n{far}{router}")
    head = head.replace("subnets:\n", "subnets:\n  c-lan: {cidr: 10.3.0.0/24, zone: c}\n")
    head = head.replace("subnets:\n", f"{THIRD}subnets:\n", 1)
    head = head.replace("interconnections:\n", "interconnections:\n  deep: {between: [b, c], through: rtr}\n")
    lines = {"F-1": {"from": "far", "to": "neighbours", "services": "ospf"}, "F-2": LINES["F-2"]}
    network = compiled(tmp_path, lines, "groups: {neighbours: 224.0.0.5}\n", head)
    assert {item.line for item in plan_of(network, "fw").rules} == {"F-2"}


def test_vrfs_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    head = HEAD.replace("zones:\n", "vrfs: {red: {sees: default}}\nzones:\n", 1)
    head = head.replace("subnets:\n", f"{THIRD}subnets:\n  c-lan: {{cidr: 10.1.0.0/24, zone: c, vrf: red}}\n", 1)
    head = head.replace("between: [out, a, b]", "between: [out, a, b, c]")
    found = refused(tmp_path, {"F-1": {"from": "c-lan", "to": "b-1", "services": "ssh"}}, head=head)
    assert len(found) == 1
    assert "red" in found[0]
    apart = head.replace("lan-b: [10.2.0.1", "red: {addresses: 10.1.0.2, vrf: red}, lan-b: [10.2.0.1")
    plan = plan_of(compiled(tmp_path, {"F-1": {"from": "c-lan", "to": "b-1", "services": "ssh"}}, head=apart), "fw")
    assert {(item.arriving, item.leaving) for item in plan.of("forward")} == {("red", "lan-b")}


def test_an_unknown_device_and_one_between_nothing(tmp_path: Path) -> None:
    network = compiled(tmp_path)
    for device in ("fx", "a-1"):
        with pytest.raises(MapError):
            plan_of(network, device)
    with pytest.raises(MapError, match="nftables"):
        generate(network, "fw", "nftable")


def test_matches_are_the_services() -> None:
    assert matches(EVERY_SERVICE) == matches(EVERY_SERVICE.in_phase(OPENING)) == (Match(None),)
    assert matches(parse_ports("tcp/1-65535")) == (Match(6),)
    assert matches(parse_ports("tcp/22") | parse_ports("tcp/24-25")) == (Match(6, ((22, 22), (24, 25))),)
    assert matches(parse_ports("udp/123", "udp/123")) == (Match(17, ((123, 123),), ((123, 123),)),)
    assert matches(parse_ports("icmp/8")) == (Match(1, kinds=((8, 0, 255),)),)
    assert matches(parse_ports("icmp/3/4")) == (Match(1, kinds=((3, 4, 4),)),)
    assert matches(parse_ports("icmp/0-255")) == (Match(1),)
    assert matches(parse_ports("tcp/22").mirrored()) == (Match(6, (), ((22, 22),)),)
    assert matches(ServiceSet.of((47, 47), phases=CONTINUING)) == (Match(47),)
