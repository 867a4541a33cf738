"""The vectorised judge against a slow and obvious one, on random maps and conversations."""

from __future__ import annotations

import random
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flows_world import NOON, SECOND, capture_of, network_of, talk, words

from cloison.flows.audit import Options, audit
from cloison.flows.judging import contacts, loops, spreading
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import OPENING


@pytest.fixture(autouse=True)
def no_segmentation_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules have their own cases: here the matrix alone decides."""
    monkeypatch.setattr(contacts, "forbidden_by", lambda network: lambda contact: ())


SERVICES = ["tcp/22", "tcp/443", "tcp/440-450", "udp/53", "icmp/8", "ospf", "peer", "web", "tcp/1-65535"]
ASKED = [(6, 22), (6, 443), (6, 445), (6, 80), (17, 53), (17, 123), (1, 8 << 8), (89, 0), (6, 40001)]
FOREIGN = ["8.8.8.8", "192.168.77.1", "239.1.1.1"]


def random_map(draw: random.Random) -> str:
    zones, subnets, assets, flows = [], [], [], []
    ends = ["internet", "fleet", "odd"]
    for number in range(draw.randint(2, 4)):
        inside = draw.choice(["subnet", "zone", "matrix"])
        zones.append(f"  z{number}: {{owner: p, nature: production, sensitivity: internal, domain: processing, "
                     f"inside: {inside}}}")  # fmt: skip
        ends.append(f"z{number}")
        for part in range(draw.randint(1, 3)):
            subnets.append(f"  s{number}{part}: {{cidr: 10.{number}.{part}.0/28, zone: z{number}}}")
            ends.append(f"s{number}{part}")
            for host in range(1, draw.randint(1, 4)):
                assets.append(f"  h{number}{part}{host}: {{interfaces: {{e: 10.{number}.{part}.{host}}}}}")
                ends.append(f"h{number}{part}{host}/e")
    where = "owner: p, nature: production, sensitivity: internal, domain: processing"
    for number in range(draw.randint(0, 24)):
        dates = ""
        first, last = sorted(draw.choices(range(7, 14), k=2))
        if draw.random() < 0.3:
            dates += f", starts: 2026-03-{first:02}"
        if draw.random() < 0.4:
            dates += f", expires: 2026-03-{last:02}"
        service = draw.sample(SERVICES, draw.randint(1, 2))
        if draw.random() < 0.15:
            what = f"between: [{', '.join(draw.sample(ends, 2))}]"
        elif draw.random() < 0.1:
            what = f"from: {draw.choice(ends)}, to: any, exception: {{why: x, by: y}}"
        else:
            what = f"from: [{', '.join(draw.sample(ends, draw.randint(1, 2)))}], to: {draw.choice(ends)}"
        flows.append(f"  L{number:02}: {{{what}, services: [{', '.join(service)}], {where}{dates}}}")
    return "\n".join([
        "cloison: 1", "name: random", "timezone: Europe/Paris",
        "parties: {p: {kind: provider}, w: {kind: public}}",
        "services: {peer: {ports: {to: udp/123, from: udp/123}}, web: {ports: [tcp/80, tcp/443]}}",
        "zones:", "  internet: {owner: w, nature: public, sensitivity: public, domain: transport, addresses: global}",
        *zones, "subnets:", *subnets, *(["assets:", *assets] if assets else []),
        "interconnections: {all: {between: [" + ", ".join(["internet", *(f"z{n}" for n in range(len(zones)))]) + "]}}",
        "groups: {fleet: [239.1.1.1], odd: [10.0.0.1, 10.1.0.2, 10.1.0.3, 10.1.0.9]}",
        *(["flows:", *flows] if flows else []),
    ])  # fmt: skip


def random_talk(draw: random.Random, network: Network) -> dict[str, object]:
    lans = [subnet.subnet.cidr[0].removesuffix("0/28") for subnet in network.subnets.values()]

    def address() -> str:
        if draw.random() < 0.1:
            return draw.choice(FOREIGN)
        return f"{draw.choice(lans)}{draw.randint(0, 4)}"

    a, b = address(), address()
    while a == b or a == "239.1.1.1":
        a, b = address(), address()
    protocol, port = draw.choice(ASKED)
    at = NOON + draw.randint(-80, 80) * 3600 * SECOND
    row = talk(a, b, port, protocol, first=at, last=at + SECOND)
    row["a_port"] = 0 if protocol == 89 else draw.choice([123, 443, 40000, 50000])
    if protocol == 89:
        row["evidence"] = 1 << 8  # the initiator is told
    return row


def scalar(network: Network, row: dict[str, object]) -> tuple[str, str, str]:
    """Return (verdict, reason, line) of a conversation that A began: section 5 of the design, word for word."""
    zone = ZoneInfo("Europe/Paris")
    day = datetime.fromtimestamp(int(row["first"]) // SECOND, zone).date()  # type: ignore[call-overload]
    owners = []
    for side in "ab":
        found = network.ownership.locate(0, parse_address(str(row[side])))
        owners.append(network.ownership.owners[found[1]] if found else None)
    cast = row["b"] == "239.1.1.1"
    if owners[0] and owners[1] and network.ownership.inside(owners[0], owners[1]):
        return "local", "inside", ""
    if cast and owners[0] and network.zones[owners[0].zone].inside == "zone":
        return "local", "inside", ""
    live = matching_lines(network, row, owners, cast, lambda line: is_live(line, day))
    if live:
        return "authorised", "", min(live)[-1]
    if not owners[0] or not (owners[1] or cast):
        return "unmapped", "no-subnet", ""
    expired = matching_lines(network, row, owners, cast, lambda line: not is_live(line, day))
    if expired:
        return "illegitimate", "expired", min(expired)[-1]
    back = row | {"a": row["b"], "b": row["a"]}
    other = back | {"a_port": row["b_port"], "b_port": row["a_port"]}
    turned = [owners[1], owners[0]]
    if matching_lines(network, back, turned, False, lambda line: is_live(line, day)):
        return "illegitimate", "direction", ""
    if row["protocol"] != 1 and matching_lines(network, other, turned, False, lambda line: is_live(line, day)):
        return "illegitimate", "direction", ""
    if matching_lines(network, row, owners, cast, lambda line: is_live(line, day), any_service=True):
        return "illegitimate", "service", ""
    return "illegitimate", "no-line", ""


def is_live(line: object, day: date) -> bool:
    flow = line.flow  # type: ignore[attr-defined]
    return not (flow.starts and day < flow.starts) and not (flow.expires and day > flow.expires)


def matching_lines(network, row, owners, cast, wanted, any_service=False):  # type: ignore[no-untyped-def]
    found = []
    for line in network.lines:
        if not wanted(line):
            continue
        for source, target in line.pairs():
            services = [item for _, item in line.services_to(target)]
            size = 0
            ok = False
            for one in services:
                ok = ok or any_service or one.holds(row["protocol"], row["b_port"], row["a_port"], OPENING)
            for box in (box for one in services for box in one.boxes()):
                size += (box.high - box.low + 1) * (box.source_high - box.source_low + 1)
            here = source.kind == "any" or (owners[0] and parse_address(row["a"]) in source.points)
            there = target.kind == "any" or ((owners[1] or cast) and parse_address(row["b"]) in target.points)
            if ok and here and there:
                whole = 1 << 200
                sizes = [whole if end.kind == "any" else end.points.size for end in (target, source)]
                found.append((*sizes, size, line.id))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_judged_like_the_scalar_judge(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    network = network_of(random_map(draw), tmp_path)
    rows = [random_talk(draw, network) for _ in range(150)]
    result = audit(network, [("", capture_of(*rows))], Options())
    expected = [scalar(network, row) for row in rows]
    found = [(verdict, reason, line) for verdict, reason, _, line, _ in words(result)]
    assert found == expected


@pytest.mark.parametrize("seed", range(40, 46))
def test_compiled_loops_agree(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    network = network_of(random_map(draw), tmp_path)
    rows = [random_talk(draw, network) for _ in range(150)]
    few = words(audit(network, [("", capture_of(*rows))], Options()))
    monkeypatch.setattr(loops, "MANY", 0)
    assert words(audit(network, [("", capture_of(*rows))], Options())) == few


@pytest.mark.parametrize("large", [0, 1, 2])
def test_layers_change_nothing(large: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(60, 66):
        draw = random.Random(seed)
        network = network_of(random_map(draw), tmp_path)
        rows = [random_talk(draw, network) for _ in range(100)]
        with monkeypatch.context() as patch:
            patch.setattr(spreading, "_LARGE", large)
            found = [(verdict, reason, line) for verdict, reason, _, line, _ in
                     words(audit(network, [("", capture_of(*rows))], Options()))]  # fmt: skip
        assert found == [scalar(network, row) for row in rows]


def test_random_conversations_meet_every_reason(tmp_path: Path) -> None:
    met = set()
    for seed in range(30):
        draw = random.Random(seed)
        network = network_of(random_map(draw), tmp_path)
        met |= {scalar(network, random_talk(draw, network))[:2] for _ in range(150)}
    assert met == {
        ("local", "inside"), ("authorised", ""), ("unmapped", "no-subnet"), ("illegitimate", "expired"),
        ("illegitimate", "direction"), ("illegitimate", "service"), ("illegitimate", "no-line"),
    }  # fmt: skip
