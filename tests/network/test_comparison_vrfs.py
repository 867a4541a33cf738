"""What opens and closes where the maps have different VRFs, line by line, against packets on random maps."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import date
from ipaddress import IPv4Address
from typing import Any

import yaml

from cloison.netmodel.assurance.assess import Assessment
from cloison.netmodel.comparing.flows import Moved
from cloison.netmodel.comparing.order import both
from cloison.netmodel.comparison import Comparison, compare
from cloison.netmodel.finding import MapError
from cloison.netmodel.language.read import read_text
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.packets import Packet

AT = date(2026, 6, 1)
LIVE = (None, "2026-06-01", "2027-01-01")  # days of expiry on which a line still holds
SERVICES: dict[str, set[tuple[int, int]]] = {
    "ssh": {(6, 22)}, "tcp/20-30": {(6, 20), (6, 22), (6, 30)}, "tcp/25-443": {(6, 30), (6, 443)}, "udp/53": {(17, 53)},
}  # fmt: skip
PORTS = sorted({port for held in SERVICES.values() for port in held} | {(6, 19), (17, 22)})
UNJUDGED = Assessment((), {}, (), ())
Point = tuple[str, str]  # a VRF and an address


def written(dice: random.Random, vrfs: list[str]) -> dict[str, Any]:
    """Return a map of small subnets in some VRFs, with lines between subnets alone."""
    common = {"owner": "p", "nature": "production", "sensitivity": "internal", "domain": "processing"}
    data: dict[str, Any] = {
        "cloison": 1, "name": "x", "parties": {"p": {"kind": "provider"}}, "vrfs": {name: {} for name in vrfs},
        "zones": {f"z{number}": dict(common) for number in range(2)},
        "interconnections": {"all": {"between": ["z0", "z1"]}},
        "subnets": {
            f"s{number}": {"cidr": f"10.0.{number}.0/31", "zone": f"z{dice.randrange(2)}",
                           "vrf": dice.choice(["default", *vrfs])}
            for number in range(5)
        },
    }  # fmt: skip
    data["flows"] = {f"F{number}": line(dice, common) for number in range(6)}
    return data


def line(dice: random.Random, common: dict[str, str]) -> dict[str, Any]:
    names = [f"s{number}" for number in range(5)]
    source = dice.sample(names, dice.randint(1, 2))
    target = [name for name in names if name not in source][: dice.randint(1, 2)]
    return {**common, "from": source, "to": target, "services": dice.choice(list(SERVICES)),
            "expires": dice.choice([*LIVE, "2026-05-31"])}  # fmt: skip


def changed(dice: random.Random, data: dict[str, Any]) -> dict[str, Any]:
    new = deepcopy(data)
    new["vrfs"] |= {name: {} for name in dice.sample(["a0", "m", "zz"], dice.randint(0, 2))}
    for name, held in list(new["flows"].items()):
        what = dice.random()
        if what < 0.2:
            del new["flows"][name]
        elif what < 0.4:
            held["services"] = dice.choice(list(SERVICES))
        elif what < 0.6:
            new["flows"][f"G-{name}"] = deepcopy(held)  # the very same once more, under another name
        elif what < 0.7:
            held["expires"] = dice.choice([None, "2026-05-31"])
    if dice.random() < 0.5:
        subnet = new["subnets"][dice.choice(list(new["subnets"]))]
        subnet |= {"cidr": subnet["cidr"].replace("10.0.", "10.9."), "vrf": dice.choice(["default", *new["vrfs"]])}
    return new


def without_nothing(data: dict[str, Any]) -> str:
    for held in data["flows"].values():
        if held["expires"] is None:
            del held["expires"]
    return yaml.safe_dump(data, sort_keys=False)


def authorised(data: dict[str, Any], name: str, source: Point, target: Point, port: tuple[int, int]) -> bool:
    """Say what a map's text says of a packet by one of its lines."""
    held = data["flows"][name]

    def among(point: Point, names: list[str]) -> bool:
        return any((data["subnets"][one]["vrf"], data["subnets"][one]["cidr"].removesuffix("/31")) == point
                   for one in names)  # fmt: skip

    return (
        held.get("expires") in LIVE and port in SERVICES[held["services"]]
        and among(source, held["from"]) and among(target, held["to"])
    )  # fmt: skip


def told(found: Comparison, moves: tuple[Moved, ...], name: str, packet: tuple[Point, Point, tuple[int, int]]) -> bool:
    def point(place: Point) -> int:
        mapped = 0xFFFF << 32 | int(IPv4Address(place[1]))
        return found.sides[0].vrfs.index(place[0]) << VRF_SHIFT | mapped

    source, target, port = packet
    sent = Packet(point(source), point(target), *port, 40000, 0)
    return any(sent in product for move in moves if move.line == name for product in move.products)


def test_each_line_opens_and_closes_what_packets_say_whatever_the_vrfs() -> None:
    opened = closed = shared = 0
    for seed in range(40):
        dice = random.Random(f"vrfs {seed}")
        old = written(dice, dice.sample(["b", "c"], dice.randint(0, 2)))
        new = changed(dice, old)
        texts = [without_nothing(data) for data in (old, new)]
        try:
            networks: tuple[Network, Network] = both(read_text(texts[0], "old"), read_text(texts[1], "new"), AT)
        except MapError:
            continue
        found = compare((networks[0], UNJUDGED), (networks[1], UNJUDGED))
        shared += networks[0].vrfs != networks[1].vrfs
        places = sorted({
            (item["vrf"], item["cidr"].removesuffix("/31")) for data in (old, new) for item in data["subnets"].values()
        })  # fmt: skip
        for source in places:
            for target in places:
                for port in PORTS:
                    packet = (source, target, port)
                    for one, other, moves in ((new, old, found.opened), (old, new, found.closed)):
                        there = any(authorised(other, name, *packet) for name in other["flows"])
                        for name in one["flows"]:
                            wanted = authorised(one, name, *packet) and not there
                            assert told(found, moves, name, packet) == wanted, f"seed {seed}: {name} {packet}"
                            opened += wanted and one is new
                            closed += wanted and one is old
    assert min(opened, closed, shared) > 15


def test_every_line_that_opens_the_same_is_told() -> None:
    dice = random.Random(0)
    old = written(dice, [])
    old["flows"] = {}
    new = deepcopy(old)
    common = {"owner": "p", "nature": "production", "sensitivity": "internal", "domain": "processing"}
    same = {**common, "from": ["s0"], "to": ["s1"], "services": "ssh"}
    new["flows"] = {"A": same, "B": dict(same)}
    networks = both(read_text(yaml.safe_dump(old), "old"), read_text(yaml.safe_dump(new), "new"), AT)
    found = compare((networks[0], UNJUDGED), (networks[1], UNJUDGED))
    assert [(move.line, move.products) for move in found.opened] == [
        (name, networks[1].line[name].products) for name in "AB"
    ]
