"""Random matrices: equal by the comparison, and packet by packet by the fate that the terms give each of them."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
from generating_maps import compiled

from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.generate import generate
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.services import CONTINUING, OPENING

ENDS = {"a-1": "a", "a-2": "a", "a": "a", "b-1": "b", "b": "b", "out": "out"}
SERVICES = ("tcp/443", "tcp/1-65535", "udp/53", "udp/1000-2000", "ping", "tcp/22", "tcp/8000-8099")
HOSTS = {
    "lan-a": ("10.1.0.11", "10.1.0.12", "10.1.0.77", "2001:db8:1::11", "2001:db8:1::5"),
    "lan-b": ("10.2.0.11", "10.2.0.99", "2001:db8:2::11"),
    "wan": ("198.51.100.7", "2001:db8:f::7"),
}
ASKED = [(6, 443), (6, 22), (6, 8050), (6, 9), (17, 53), (17, 1500), (17, 9), (1, 8 << 8), (58, 128 << 8)]


@pytest.mark.parametrize("name", ["nftables", "iptables", "ios", "junos", "srx"])
@pytest.mark.parametrize("seed", range(8))
def test_a_random_matrix(name: str, seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    lines: dict[str, dict[str, object]] = {}
    while len(lines) < dice.randint(1, 6):
        one, other = dice.sample(sorted(ENDS), 2)
        if ENDS[one] != ENDS[other]:
            lines[f"F-{len(lines)}"] = {"from": one, "to": other, "services": dice.sample(SERVICES, 2)}
    network = compiled(tmp_path, lines)
    found = generate(network, "fw", name)
    assert found.equal, found.text
    names = {"srx": "{}.0", "junos": "{}.0"}.get(name, "{}")
    places = [(home, host) for home, hosts in HOSTS.items() for host in hosts]
    for (here, source), (there, target) in product(places, places):
        if here == there or (":" in source) != (":" in target):
            continue
        one, other = parse_address(source), parse_address(target)
        for protocol, port in ASKED:
            if protocol == (1 if ":" in source else 58):
                continue
            packet = Packet(one, other, protocol, port, 50000 if protocol in (6, 17) else 0, OPENING)
            asked = any(packet in item for line in network.lines for item in line.products)
            probe = Probe(one, other, protocol, port, packet.source_port, OPENING, names.format(here),
                          names.format(there))  # fmt: skip
            word = fate(found.configuration.forward, probe).word
            if name in ("ios", "junos") and protocol != 6 and word == "permit" and not asked:
                back = Packet(other, one, protocol, packet.source_port, port, CONTINUING)
                answers = any(back in item for line in network.lines for item in line.products)
                assert answers, f"{probe} passes, and answers nothing"
                continue
            assert word == ("permit" if asked else "deny"), f"{probe} is {word}"
