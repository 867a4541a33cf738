"""Verification against brute force: every packet of a small world, by the fate that the terms give it one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from cloison.flows.configuration import Configuration, Interface, Stage, State, Term, Written
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.verify import verify
from cloison.flows.verifying import boxes
from cloison.flows.verifying.verdict import Box
from cloison.netmodel.finding import Span, say
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.addresses import ANY, V4, V6, parse, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.services import BOTH, CONTINUING, EVERY_SERVICE, OPENING, ServiceSet

HOSTS = {
    "a": ["10.1.0.1", "10.1.0.2", "2001:db8:1::1"],
    "b": ["10.2.0.1", "10.2.0.2", "2001:db8:2::1"],
    "c": ["10.3.0.1", "10.3.0.2"],
}
OWN = {"a": "10.1.0.3", "b": "10.2.0.3", "c": "10.3.0.3"}
ZONE_OF = {address: zone for zone, hosts in HOSTS.items() for address in hosts}
MAP = """\
cloison: 1
name: small
parties: {us: {kind: provider, country: FR}}
zones:
  a: {owner: us, nature: production, sensitivity: internal, domain: processing}
  b: {owner: us, nature: production, sensitivity: internal, domain: processing}
  c: {owner: us, nature: production, sensitivity: internal, domain: processing}
subnets:
  a-lan: {cidr: [10.1.0.0/30, "2001:db8:1::1/128"], zone: a}
  b-lan: {cidr: [10.2.0.0/30, "2001:db8:2::1/128"], zone: b}
  c-lan: {cidr: 10.3.0.0/30, zone: c}
assets:
  fw: {functions: filtering, owner: us, interfaces: {a: 10.1.0.3, b: 10.2.0.3, c: 10.3.0.3}}
groups:
  all-a: [10.1.0.0/30]
  one-a: [10.1.0.1, "2001:db8:1::1"]
  one-b: [10.2.0.1]
  one-c: [10.3.0.1]
interconnections:
  core: {between: [a, b, c], through: fw}
flows:
"""
ENDS = ("a", "b", "c", "one-a", "one-b", "one-c", "all-a")
SERVICES = ("tcp/1", "tcp/2-3", "udp/1", "icmp/8", "tcp/1-65535")
PLACES = {**{zone: zone for zone in HOSTS}, "one-a": "a", "one-b": "b", "one-c": "c", "all-a": "a"}
PACKETS = [(6, 1), (6, 2), (6, 3), (6, 9), (17, 1), (17, 9), (1, 8 << 8), (1, 0), (47, 0)]


def written(number: int) -> Written:
    return Written(Span("fw.conf", number), f"rule {number}")


def small_map(folder: Path, dice: random.Random) -> Network:
    lines = []
    for number in range(dice.randint(1, 4)):
        one, other = dice.sample(ENDS, 2)
        while PLACES[one] == PLACES[other] or ("2001" in one):
            one, other = dice.sample(ENDS, 2)
        lines.append(
            f"  F-{number}: {{from: {one}, to: {other}, services: {dice.choice(SERVICES)}, responsible: net, "
            "justification: {kind: business, text: t}}"
        )
    file = folder / "map.yaml"
    file.write_text(MAP + "\n".join(lines) + "\n", encoding="utf-8")
    return compile_network(read_map(file), date(2026, 11, 30))


def addresses(dice: random.Random) -> IntervalSet:
    return dice.choice([ANY, V4, V6, parse("10.1.0.0/30"), parse("10.2.0.1"), parse("10.1.0.1-10.2.0.1"),
                        parse("2001:db8:1::1"), parse("10.3.0.0/31"), parse("10.0.0.0/8")])  # fmt: skip


def services(dice: random.Random) -> ServiceSet:
    one = ServiceSet.of((6, 6), (1, 1))
    base = dice.choice([EVERY_SERVICE, ServiceSet.of((6, 6)), one, ServiceSet.of((6, 6), (2, 9)),
                        ServiceSet.of((17, 17), (1, 1)), ServiceSet.of((1, 1), (8 << 8, 8 << 8 | 255)),
                        one | ServiceSet.of((17, 17), (1, 1))])  # fmt: skip
    phase = dice.choice([BOTH, BOTH, OPENING, CONTINUING])
    return base if phase == BOTH else base.in_phase(phase)


def random_stage(dice: random.Random, name: str, states: Sequence[State], *, doubts: bool) -> Stage:
    terms = []
    for number in range(1, dice.randint(2, 7)):
        names = dice.choice([None, None, frozenset({"a"}), frozenset({"b", "c"})])
        leaving = dice.choice([None, None, None, frozenset({"b"}), frozenset({"a", "c"})])
        sure = not doubts or dice.random() < 0.8
        action = dice.choice(["permit", "permit", "deny"]) if not doubts or dice.random() < 0.9 else "unknown"
        terms.append(
            Term(
                action,
                written(number),
                addresses(dice),
                addresses(dice),
                services(dice),
                names,
                leaving,
                sure,
                None if sure and action != "unknown" else say("doubt", "doute"),
            )
        )
    return Stage(name, tuple(terms), dice.choice(states), dice.choice(["deny", "deny", "permit"]))


def world(network: Network) -> Iterator[tuple[Packet, Probe]]:
    """Yield every packet that can cross the device, both as the map and as the device see it."""
    for (source, here), (target, there) in product(ZONE_OF.items(), ZONE_OF.items()):
        if here == there or (":" in source) != (":" in target):
            continue
        one, other = parse_address(source), parse_address(target)
        for (protocol, port), phase in product(PACKETS, (OPENING, CONTINUING)):
            if protocol == 1 and ":" in source:
                continue
            for source_port in (1, 50000) if protocol in (6, 17) else (0,):
                yield (
                    Packet(one, other, protocol, port, source_port, phase),
                    Probe(one, other, protocol, port, source_port, phase, here, there),
                )


def authorised(network: Network, packet: Packet) -> bool:
    """Say whether a line authorises an opening packet, or a continuing one or its answer."""
    for line in network.lines:
        for item in line.products:
            if packet in item:
                return True
            if packet.phase == CONTINUING and packet.source in item.destination and packet.destination in item.source:
                if packet.protocol in (6, 17):
                    if item.services.holds(packet.protocol, packet.source_port, packet.port, CONTINUING):
                        return True
                elif packet.protocol == 1 and packet.port >> 8 == 0 and item.services.holds(1, 8 << 8, 0, CONTINUING):
                    return True  # an echo's reply
                elif packet.protocol not in (1, 6, 17) and item.services.holds(packet.protocol, 0, 0, CONTINUING):
                    return True
    return False


def in_box(box: Box, packet: Packet) -> bool:
    return (
        packet.source in box.source
        and packet.destination in box.target
        and box.services.holds(packet.protocol, packet.port, packet.source_port, packet.phase)
    )


def compared(network: Network, configuration: Configuration) -> None:
    verdict = verify(network, {"fw": configuration}).devices[0]
    assert not verdict.out_of_budget
    stages = configuration.forward
    bare = bool(stages) and all(stage.state == "none" for stage in stages)
    told = any(stage.state != "implicit" for stage in stages)
    seen = {"excess": False, "missing": False, "doubt": False}
    for packet, probe in world(network):
        asked = [stage for stage in stages if packet.phase == OPENING or stage.state != "implicit"]
        if packet.phase == CONTINUING and not told:
            continue
        word = fate(asked, probe).word
        listed = authorised(network, packet)
        if listed and packet.protocol == 1 and packet.source not in V4:  # no such packet: no device owes it
            assert not any(in_box(box, packet) for item in verdict.missing for box in item.boxes)
            continue
        judged = (packet.phase == OPENING and (not bare or packet.protocol == 6)) or (
            packet.phase == CONTINUING and bare
        )
        reply = packet.protocol == 1 and packet.port >> 8 == 0
        judged = judged and not reply
        extra = word == "permit" and not listed and judged
        short = word == "deny" and listed
        seen["excess"] |= extra
        seen["missing"] |= short
        seen["doubt"] |= word == "unknown" and (listed or judged)
        if packet.phase == OPENING:
            boxed = any(in_box(box, packet) for item in verdict.excess if item.phase == OPENING for box in item.boxes)
            assert all(item.whole for item in verdict.excess)
            assert boxed == extra, packet
            lost = any(in_box(box, packet) for item in verdict.missing if item.phase == OPENING for box in item.boxes)
            assert lost == short, packet
    # the world samples ports of any protocol: what the verdict finds must hold at its own witness too
    for item in verdict.excess:
        word = fate([stage for stage in stages if item.phase == OPENING or stage.state != "implicit"],
                    as_probe(item.witness)).word  # fmt: skip
        assert word == "permit"
        assert not authorised(network, item.witness)
    for lost_line in verdict.missing:
        word = fate([stage for stage in stages if lost_line.phase == OPENING or stage.state != "implicit"],
                    as_probe(lost_line.witness)).word  # fmt: skip
        assert word == "deny"
        assert authorised(network, lost_line.witness)
    if seen["excess"]:
        assert verdict.excess
    if seen["missing"]:
        assert verdict.missing
    if verdict.result == "equal":
        assert seen == {"excess": False, "missing": False, "doubt": False}
    if verdict.result == "undecided":
        assert not seen["excess"]
        assert not seen["missing"]
    if not any(seen.values()) and not verdict.excess and not verdict.missing:
        assert verdict.result in ("equal", "undecided")


PLACED = (
    ("a", parse("10.1.0.0/30")), ("b", parse("10.2.0.0/30")), ("c", parse("10.3.0.0/30")),
    ("a", parse("2001:db8:1::1")), ("b", parse("2001:db8:2::1")),
)  # fmt: skip


def as_probe(packet: Packet) -> Probe:
    here, there = (
        next(name for name, held in PLACED if point in held) for point in (packet.source, packet.destination)
    )
    return Probe(
        packet.source, packet.destination, packet.protocol, packet.port, packet.source_port, packet.phase, here, there
    )


INTERFACES = tuple(Interface(name) for name in HOSTS)


@pytest.mark.parametrize("seed", range(60))
def test_one_stage_is_compared_packet_by_packet(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    network = small_map(tmp_path, dice)
    stage = random_stage(dice, "only", ("implicit", "tracked", "none"), doubts=False)
    compared(network, Configuration("toy", INTERFACES, (stage,)))


@pytest.mark.parametrize("seed", range(12))
def test_what_joins_too_many_zones_is_told_whole(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A difference over many pairs of zones has few boxes, and the same packets in them."""
    monkeypatch.setattr(boxes, "_MOST_PAIRS", 0)
    dice = random.Random(seed)
    network = small_map(tmp_path, dice)
    stage = random_stage(dice, "only", ("implicit", "tracked", "none"), doubts=False)
    compared(network, Configuration("toy", INTERFACES, (stage,)))


def test_a_device_that_permits_all_between_many_zones_is_told_in_few_boxes(tmp_path: Path) -> None:
    zones = range(40)
    text = "cloison: 1\nname: star\nparties: {us: {kind: provider}}\nzones:\n"
    text += "".join(f"  z{at}: {{owner: us, nature: production}}\n" for at in zones)
    text += "subnets:\n" + "".join(f"  n{at}: {{cidr: 10.0.{at}.0/24, zone: z{at}}}\n" for at in zones)
    text += "assets: {fw: {functions: filtering}}\n"
    text += f"interconnections: {{all: {{between: [{', '.join(f'z{at}' for at in zones)}], through: fw}}}}\n"
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    network = compile_network(read_map(tmp_path / "map.yaml"), date(2026, 11, 30))
    (verdict,) = verify(network, {"fw": Configuration("toy", (), (Stage("open", (), "implicit", "permit"),))}).devices
    (excess,) = verdict.excess
    assert len(excess.boxes) <= 1_000
    assert {(box.source_zone, box.target_zone) for box in excess.boxes} == {(f"z{at}", "*") for at in zones}
    for one in zones:
        targets = [box.target for box in excess.boxes if box.source_zone == f"z{one}"]
        wanted = IntervalSet.union(span for at in zones if at != one for span in parse(f"10.0.{at}.0/24").ranges)
        assert IntervalSet.union(span for held in targets for span in held.ranges) == wanted


@pytest.mark.parametrize("seed", range(40))
def test_stages_in_series_permit_what_all_of_them_do(seed: int, tmp_path: Path) -> None:
    dice = random.Random(1000 + seed)
    network = small_map(tmp_path, dice)
    stages = tuple(
        random_stage(dice, f"stage {number}", ("implicit", "tracked", "none"), doubts=False) for number in range(2)
    )
    compared(network, Configuration("toy", INTERFACES, stages))


@pytest.mark.parametrize("seed", range(60))
def test_what_is_in_doubt_is_bounded(seed: int, tmp_path: Path) -> None:
    dice = random.Random(2000 + seed)
    network = small_map(tmp_path, dice)
    stages = tuple(random_stage(dice, f"stage {number}", ("implicit", "tracked", "none"), doubts=True)
                   for number in range(dice.randint(1, 2)))  # fmt: skip
    compared(network, Configuration("toy", INTERFACES, stages))
