"""Two versions of a map: laws, and brute force packet by packet and search by search on random maps."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from functools import cache
from itertools import product as every
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from cloison.netmodel.assurance.assess import Assessment, assess_network
from cloison.netmodel.comparing.entries import EntryChange, plain
from cloison.netmodel.comparing.flows import Moved
from cloison.netmodel.comparing.order import both
from cloison.netmodel.comparing.paths import Path as Chain
from cloison.netmodel.comparing.spread import spread
from cloison.netmodel.comparison import Comparison, compare
from cloison.netmodel.finding import MapError
from cloison.netmodel.language.read import Map, read_map, read_text
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.packets import Packet

SEEDS = range(80)
_BLOCK = 40


def _sibling(name: str) -> ModuleType:
    file = Path(__file__).parents[1] / "checks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"cloison_tests_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


naive = _sibling("referee")


UNJUDGED = Assessment((), {}, (), ())


def read(data: Any) -> Map:
    return read_text(data if isinstance(data, str) else yaml.safe_dump(data, sort_keys=False), "map.yaml")


def of(data: Any) -> Network:
    return compile_network(read(data), naive.AT)


def diff(old: Any, new: Any) -> Comparison:
    one, other = both(read(old), read(new), naive.AT)
    return compare((one, UNJUDGED), (other, UNJUDGED))


def altered(data: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return a map with some lines gone, turned, widened and added, a subnet in another zone, an asset less."""
    dice = random.Random(f"altered {seed}")
    new = deepcopy(data)
    for name, flow in list(new["flows"].items()):
        what = dice.random()
        if what < 0.2:
            del new["flows"][name]
        elif what < 0.4 and flow.get("from") and flow.get("to") and flow.get("services"):
            flow["from"], flow["to"] = flow["to"], flow["from"]
        elif what < 0.6 and flow.get("services"):
            flow["services"] = dice.choice(["ssh", "https", "tcp/20-30", ["udp/53", "tcp/443"]])
        elif what < 0.7:
            new["flows"][f"G-{name}"] = new["flows"].pop(name)
    subnets = [name for name, item in new["subnets"].items() if not item.get("aggregate")]
    if dice.random() < 0.4:
        new["subnets"][dice.choice(subnets)]["zone"] = dice.choice([name for name in new["zones"] if name[0] == "z"])
    if dice.random() < 0.4:
        zone = new["zones"][dice.choice([name for name in new["zones"] if name[0] == "z"])]
        zone["sensitivity"] = dice.choice(["exposed", "sensitive"])
    if dice.random() < 0.3 and new.get("assets"):
        del new["assets"][dice.choice(list(new["assets"]))]
    return new


@cache
def pairs(block: int) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    return list(_pairs(block))


def _pairs(block: int) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    for seed in SEEDS[block * _BLOCK : (block + 1) * _BLOCK]:
        data = naive.written(seed)
        try:
            of(data)
        except MapError:
            continue
        for further in range(4):
            new = altered(data, 10 * seed + further)
            try:
                of(new)
            except MapError:
                continue
            yield seed, data, new
            break


def points(network: Network) -> set[int]:
    found = {0xFFFF08080808, 0xFFFFC0A86309, 0x20010DB8FFFF << 80}
    for facts in (*network.subnets.values(), *network.zones.values(), *network.assets.values()):
        for low, high in facts.points.ranges[:3]:
            found |= {low, high, (low + high) // 2, max(low - 1, 0), high + 1}
    return found


def services(network: Network) -> set[tuple[int, int]]:
    return {
        (box.protocol, port)
        for line in network.lines
        for item in line.products
        for box in item.services.boxes()
        for port in (box.low, box.high, min(box.high + 1, 65535))
    }


def authorised(network: Network, packet: Packet) -> bool:
    return any(packet in item for line in network.lines if line.live for item in line.products)


def moves(found: tuple[Moved, ...], packet: Packet) -> bool:
    return any(packet in item for move in found for item in move.products)


@pytest.mark.parametrize("block", range(len(SEEDS) // _BLOCK))
def test_what_opens_and_closes_is_what_packets_say(block: int) -> None:
    looked = opened = closed = 0
    for seed, data, new in pairs(block):
        found = diff(data, new)
        old, now = found.old, found.new
        assert old.vrfs == now.vrfs
        dice = random.Random(seed)
        hosts = sorted(points(old) | points(now))
        kinds = sorted(services(old) | services(now))
        packets = [Packet(*ends, *kind, 40000, 0) for ends in every(hosts, hosts) for kind in kinds]
        for packet in dice.sample(packets, min(len(packets), 700)):
            before, after = authorised(old, packet), authorised(now, packet)
            assert moves(found.opened, packet) == (after and not before), f"seed {seed}: {packet}"
            assert moves(found.closed, packet) == (before and not after), f"seed {seed}: {packet}"
            looked += 1
            opened += after and not before
            closed += before and not after
        assert all(move.whole for move in (*found.opened, *found.closed))
        for move in found.opened:
            assert authorised(now, move.witness)
            assert not authorised(old, move.witness)
            assert any(move.witness in item for item in now.line[move.line].products)
        for move in found.closed:
            assert authorised(old, move.witness)
            assert not authorised(now, move.witness)
    assert min(opened, closed) > 30
    assert looked > 5_000


@pytest.mark.parametrize("block", range(len(SEEDS) // _BLOCK))
def test_what_leads_where_is_what_searches_find(block: int) -> None:
    told = 0
    for seed, data, new in pairs(block):
        for network in (of(data), of(new)):
            reach, found = network.reach, spread(network)
            for source in network.zones:
                reached = reach.reachable(reach.starts("zone", source))
                for target, facts in network.zones.items():
                    if source != target and source not in facts.parts and target not in network.zones[source].parts:
                        wanted = any(vertex in reached for vertex in reach.inner("zone", target))
                        assert found.leads(source, target) == wanted, f"seed {seed}: {source} to {target}"
                        told += wanted
    assert told > 50


def chains(found: tuple[Chain, ...]) -> set[tuple[str, str, str, bool, bool, bool]]:
    return {(item.source, item.target.kind, item.target.id, item.exposing, item.relayed, item.ends_new)
            for item in found}  # fmt: skip


def mirrored(change: EntryChange) -> tuple[Any, ...]:
    kind = {"added": "removed", "removed": "added"}.get(change.kind, change.kind)
    names = (change.was or change.subject.id, change.subject.id) if kind == change.kind else (change.subject.id,) * 2
    fields = tuple((item.name, item.after, item.before, item.lent) for item in change.fields)
    return kind, change.subject.kind, names[1], names[0], fields


def as_told(change: EntryChange) -> tuple[Any, ...]:
    fields = tuple((item.name, item.before, item.after, item.lent) for item in change.fields)
    return change.kind, change.subject.kind, change.was or change.subject.id, change.subject.id, fields


@pytest.mark.parametrize("block", range(len(SEEDS) // _BLOCK))
def test_a_map_and_itself_and_both_ways(block: int) -> None:
    for seed, data, new in pairs(block):
        assert diff(data, data).empty, f"seed {seed}"
        there, back = diff(data, new), diff(new, data)
        assert sorted(map(as_told, there.entries)) == sorted(map(mirrored, back.entries)), f"seed {seed}"
        for one, other in ((there.opened, back.closed), (there.closed, back.opened)):
            assert [(item.line, item.witness, set(item.products)) for item in one] == [
                (item.line, item.witness, set(item.products)) for item in other
            ]
        assert chains(there.possible) == chains(back.impossible)
        assert chains(there.impossible) == chains(back.possible)
        assert {item.tenant: item.by for item in there.tenants}.keys() == {item.tenant for item in back.tenants}


ORDERED = ("via", "through", "sees", "addresses", "between")


def shuffled(value: Any, dice: random.Random, key: str = "") -> Any:
    if isinstance(value, dict):
        items = list(value.items())
        dice.shuffle(items)
        return {name: shuffled(item, dice, name) for name, item in items}
    if isinstance(value, list) and key not in ORDERED:
        items = [shuffled(item, dice) for item in value]
        dice.shuffle(items)
        return items
    return value


def test_order_and_files_change_nothing(tmp_path: Path) -> None:
    for seed, data, _ in pairs(0)[:12]:
        dice = random.Random(seed)
        other = shuffled(data, dice)
        one, turned = both(read(data), read(other), naive.AT)
        assert one.digest == of(data).digest
        assert compare((one, assess_network(one)), (turned, assess_network(turned))).empty, f"seed {seed}"
        folder = tmp_path / str(seed)
        folder.mkdir()
        head = {"cloison": 1, "name": data["name"]}
        for number, (section, value) in enumerate(data.items()):
            if section not in head and value:
                part = {**(head if number == 2 else {"cloison": 1}), section: value}
                (folder / f"{section}.yaml").write_text(yaml.safe_dump(part, sort_keys=False), encoding="utf-8")
        (folder / "name.yaml").write_text(yaml.safe_dump(head), encoding="utf-8")
        one, split = both(read(data), read_map(folder), naive.AT)
        assert compare((one, assess_network(one)), (split, assess_network(split))).empty, f"seed {seed}"


BASE = """cloison: 1
name: x
parties: {p: {kind: provider}, world: {kind: public}, acme: {kind: tenant}, globex: {kind: tenant}}
sites: {paris: {country: FR, rooms: {a: sensitive, b: private}}}
zones:
  internet: {owner: world, nature: public, addresses: global}
  front: {owner: p, nature: production, sensitivity: exposed, domain: exposure}
  back: {owner: p, nature: production, sensitivity: sensitive, domain: processing}
  inner: {within: back}
  acme-net: {owner: acme, nature: production, sensitivity: internal, domain: processing}
subnets:
  front-lan: {cidr: 10.1.0.0/24, zone: front}
  back-lan: {cidr: 10.2.0.0/24, zone: back}
  inner-lan: {cidr: 10.3.0.0/24, zone: inner}
  acme-lan: {cidr: 10.4.0.0/24, zone: acme-net}
assets:
  web: {interfaces: {lan: 10.1.0.10}, site: paris/a}
  db: {interfaces: {lan: 10.2.0.10}}
  app: {interfaces: {lan: 10.4.0.10}}
interconnections:
  all: {between: [internet, front, back, inner, acme-net]}
services: {pg: {ports: tcp/5432}}
groups: {servers: [web, app]}
flows:
  F-1: {from: front-lan, to: db, services: pg, owner: p, nature: production, sensitivity: sensitive, domain: processing}
  F-2: {from: acme-lan, to: web, services: https, owner: p, nature: production, sensitivity: exposed, domain: exposure}
"""


def edited(*changes: tuple[str, str]) -> Comparison:
    text = BASE
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    return diff(BASE, text)


def told(found: Comparison) -> list[tuple[str, str, str]]:
    return [(item.kind, item.subject.kind, item.subject.id) for item in found.entries]


def texts(found: tuple[Moved, ...], side: int, comparison: Comparison) -> list[tuple[str, str, str]]:
    name = comparison.sides[side].said
    return [(move.line, name(item.source), name(item.destination)) for move in found for item in move.products]


def test_only_what_is_added_to_a_line_opens() -> None:
    found = edited(("to: db, services: pg", "to: db, services: [pg, ssh]"))
    assert texts(found.opened, 1, found) == [("F-1", "front-lan", "db/lan")]
    (opened,) = (item for move in found.opened for item in move.products)
    assert [(box.protocol, box.low, box.high) for box in opened.services.boxes()] == [(6, 22, 22)]
    assert not found.closed
    assert told(found) == [("changed", "line", "F-1")]


def test_a_line_of_another_name_opens_nothing() -> None:
    found = edited(("F-1:", "F-9:"))
    assert [(item.kind, item.was, item.subject.id) for item in found.entries] == [("renamed", "F-1", "F-9")]
    assert (found.opened, found.closed) == ((), ())


def test_a_line_written_otherwise_for_the_same_packets_opens_nothing() -> None:
    found = edited(("services: pg", "services: tcp/5432"), ("from: front-lan", "from: front"))
    assert told(found) == [("changed", "line", "F-1")]
    assert (found.opened, found.closed, found.possible, found.impossible) == ((), (), (), ())


def test_attributes_of_a_line_are_told_apart() -> None:
    found = edited(("services: pg, owner", "services: pg, ticket: CHG-1, responsible: dba, expires: 2027-01-31, owner"))
    assert [(item.name, item.before, item.after) for item in found.entries[0].fields] == [
        ("expires", "", "2027-01-31"), ("responsible", "", "dba"), ("ticket", "", "CHG-1"),
    ]  # fmt: skip
    assert (found.opened, found.closed) == ((), ())


def test_a_line_that_is_past_its_date_closes() -> None:
    found = edited(("services: pg, owner", "services: pg, expires: 2020-01-31, owner"))
    assert texts(found.closed, 0, found) == [("F-1", "front-lan", "db/lan")]
    assert [(item.name, item.before, item.after, item.lent) for item in found.entries[0].fields] == [
        ("expires", "", "2020-01-31", False), ("live", "true", "false", True),
    ]  # fmt: skip
    assert [(path.source, path.target.id) for path in found.impossible if path.source == "front"] == [("front", "back")]


def test_a_service_or_a_group_that_changes_opens_through_its_lines() -> None:
    found = edited(("tcp/5432", "tcp/5432-5433"))
    assert texts(found.opened, 1, found) == [("F-1", "front-lan", "db/lan")]
    assert told(found) == [("changed", "service", "pg")]
    found = edited(("to: web, services: https", "to: servers, services: https"))
    assert told(found) == [("changed", "line", "F-2")]
    assert texts(found.opened, 1, found) == [("F-2", "acme-lan", "app/lan")]


def test_moves_are_told_as_such() -> None:
    found = edited(("cidr: 10.3.0.0/24, zone: inner", "cidr: 10.3.0.0/24, zone: front"))
    assert ("moved", "subnet", "inner-lan") in told(found)
    found = edited(("site: paris/a", "site: paris/b"))
    assert told(found) == [("moved", "asset", "web")]
    found = edited(("lan: 10.2.0.10", "lan: 10.3.0.10"))
    moved = next(item for item in found.entries if item.subject.id == "db")
    assert moved.kind == "moved"
    assert {item.name: (item.before, item.after) for item in moved.fields if item.lent} == {
        "subnets": ("back-lan", "inner-lan"), "zones": ("back", "inner"),
    }  # fmt: skip


def test_what_a_zone_lends_is_told() -> None:
    less = BASE.replace("sensitivity: sensitive, domain: processing}\n  inner",
                        "sensitivity: exposed, domain: processing}\n  inner")  # fmt: skip
    found = diff(BASE, less)
    lent = {item.subject.id: [(change.name, change.lent) for change in item.fields] for item in found.entries}
    assert lent["inner"] == [("sensitivity", True), ("sensitive", True)]
    assert lent["back"] == [("sensitivity", False), ("sensitive", True)]


def test_a_renamed_zone_is_one_change_and_what_names_it_follows() -> None:
    found = edited(("front:", "dmz:"), ("zone: front", "zone: dmz"), ("internet, front,", "internet, dmz,"))
    assert [(item.kind, item.was, item.subject.id, item.fields) for item in found.entries] == [
        ("renamed", "front", "dmz", ())
    ]
    assert (found.opened, found.closed, found.possible, found.impossible) == ((), (), (), ())
    assert found.major.verdict == "none-seen"


@pytest.mark.parametrize(
    "changes",
    [
        [("  app: {", "  app2: {"), ("[web, app]", "[web, app2]")],
        [("F-1:", "F-9:")],
        [("front:", "dmz:"), ("zone: front", "zone: dmz"), ("internet, front,", "internet, dmz,")],
    ],
    ids=["asset", "line", "zone"],
)
def test_what_is_found_of_a_renamed_entry_is_known(changes: list[tuple[str, str]]) -> None:
    text = BASE
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    old, new = both(read(BASE), read(text), naive.AT)
    found = compare((old, assess_network(old)), (new, assess_network(new)))
    fresh = changes[0][1].strip(" :{")
    about = [
        item for item in found.known.findings if fresh in (item.subject.id, *map(str, item.message.values.values()))
    ]
    assert about
    assert all(item.known for item in found.known.findings)
    assert (found.lost, found.clauses) == ((), ())


def test_names_that_are_spelt_alike_in_another_section_are_not_taken_for_a_renamed_one() -> None:
    sites = "sites: {front: {country: FR}, dmz: {country: DE}, paris: "
    place = ("interfaces: {lan: 10.2.0.10}", "interfaces: {lan: 10.2.0.10}, site: front, labels: {zone: front}")
    old = BASE.replace("sites: {paris: ", sites).replace(*place)
    new = old.replace("  front: {owner", "  dmz: {owner").replace("zone: front}", "zone: dmz}")
    new = new.replace("internet, front,", "internet, dmz,").replace("site: front", "site: dmz")
    assert told(diff(old, new)) == [("renamed", "zone", "dmz"), ("moved", "asset", "db")]
    (moved,) = (item for item in diff(old, new).entries if item.kind == "moved")
    assert [(item.name, item.before, item.after) for item in moved.fields] == [
        ("labels.zone", "front", "dmz"), ("site", "front", "dmz"),
    ]  # fmt: skip


def test_a_selection_by_name_follows_what_is_renamed() -> None:
    rule = "policy:\n  r: {forbid: {from: {zones: {id: front}}, to: {parties: {id: front}}}}\n"
    old = BASE.replace("parties: {", "parties: {front: {kind: provider}, ") + rule
    new = old.replace("  front: {owner", "  dmz: {owner").replace("zone: front}", "zone: dmz}")
    new = new.replace("internet, front,", "internet, dmz,").replace("{zones: {id: front}}", "{zones: {id: dmz}}")
    assert told(diff(old, new)) == [("renamed", "zone", "dmz")]


@pytest.mark.parametrize(
    ("section", "written", "bare"),
    [
        ("service", "pg: {ports: tcp/5432, safe: false}", "pg: {ports: tcp/5432}"),
        ("subnet", "zone: back, vni: 0}", "zone: back}"),
    ],
)
def test_no_and_zero_are_not_nothing(section: str, written: str, bare: str) -> None:
    old = BASE.replace(bare, written)
    assert old != BASE
    assert [item[:2] for item in told(diff(old, BASE))] == [("changed", section)]
    assert [item[:2] for item in told(diff(BASE, old))] == [("changed", section)]


def test_a_party_of_another_name_is_another_party() -> None:
    found = edited(("globex: {kind: tenant}", "initech: {kind: tenant}"))
    assert told(found) == [("added", "party", "initech"), ("removed", "party", "globex")]


def test_the_public_that_reaches_what_is_sensitive_is_told_with_its_chain() -> None:
    line = "  F-3: {from: internet, to: web, services: https, owner: p, nature: production, sensitivity: exposed}\n"
    found = diff(BASE, BASE + line)
    exposing = [path for path in found.possible if path.exposing]
    assert [(path.source, path.target.id, path.relayed) for path in exposing] == [("internet", "back", False)]
    assert [(hop.line, hop.at.id) for hop in exposing[0].hops] == [("", "internet"), ("F-3", "web"), ("F-1", "db")]
    assert found.major.verdict == "major"
    assert [item.name for item in found.major.criteria if item.holds == "yes"] == ["exposure"]


def test_flows_alone_are_to_be_judged() -> None:
    found = edited(("services: pg, owner", "services: ssh, owner"))
    assert found.major.verdict == "to-judge"
    assert [item.name for item in found.major.criteria if item.holds == "to-judge"] == ["flows"]
    assert [item.name for item in found.major.criteria if item.holds == "not-seen"] == [
        "organisation", "procedure", "planned",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("was", "now", "verdict"),
    [
        ("  db: {", "  spare: {interfaces: {lan: 10.2.0.11}}\n  db: {", "major"),
        ("interfaces: {lan: 10.2.0.10}", "interfaces: {lan: 10.2.0.10}, risk: R-1", "none-seen"),
        ("interfaces: {lan: 10.2.0.10}", "interfaces: {lan: 10.2.0.10}, model: X", "major"),
        ("zone: back}", "zone: back, vlan: 7}", "major"),
        ("globex: {kind: tenant}", "globex: {kind: tenant, country: FR}", "to-judge"),
    ],
)
def test_components_make_a_major_change_and_what_is_written_of_them_does_not(was: str, now: str, verdict: str) -> None:
    assert edited((was, now)).major.verdict == verdict


def test_tenants_are_affected_by_their_places_lines_and_paths_alone() -> None:
    assert [item.tenant for item in edited(("to: web, services: https", "to: web, services: ssh")).tenants] == ["acme"]
    assert edited(("services: pg, owner", "services: ssh, owner")).tenants == ()
    assert [item.tenant for item in edited(("zone: acme-net}", "zone: acme-net, vlan: 9}")).tenants] == ["acme"]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("acme: {sees: default}", "acme: {}"),  # the addresses that its subnet sees
        ("authentication: password", "authentication: none"),  # an interface that its line leads to
        ("lan: 10.1.0.10}, site", "lan: 10.1.0.10}, model: X, site"),  # what offers it
        ("between: [mid, front]}", "between: [mid, front], risk: R-1}"),  # what its line crosses
        ("fw: {functions: filtering", "fw: {functions: routing"),
    ],
)
def test_tenants_are_affected_by_what_their_lines_use_and_cross(was: str, now: str) -> None:
    old = (
        BASE.replace("zones:", "vrfs: {acme: {sees: default}}\nzones:")
        .replace("zone: acme-net}", "zone: acme-net, vrf: acme}")
        .replace("lan: 10.4.0.10", "lan: {addresses: 10.4.0.10, vrf: acme}")
        .replace("subnets:", "  mid: {owner: p, nature: production, sensitivity: internal, domain: transport, "
                 "transit: true}\nsubnets:")
        .replace("assets:", "assets:\n  fw: {functions: filtering}")
        .replace("all: {between: [internet, front, back, inner, acme-net]}",
                 "all: {between: [internet, front, back, inner]}\n  out: {between: [acme-net, mid], through: fw}\n"
                 "  in: {between: [mid, front]}")
        .replace("services: {pg", "endpoints: {console: {asset: web, service: https, kind: user, authentication: "
                 "password}}\nservices: {pg")
        .replace("to: web, services: https", "to: console")
    )  # fmt: skip
    new = old.replace(was, now)
    assert old != new
    assert [item.tenant for item in diff(old, new).tenants] == ["acme"]


def test_vrfs_are_the_same_where_their_names_are() -> None:
    def map_(vrfs: str, more: str = "") -> str:
        return BASE.replace("zones:", f"vrfs: {{{vrfs}}}\nzones:").replace(
            "zone: acme-net}", "zone: acme-net, vrf: acme}").replace(
            "lan: 10.4.0.10", "lan: {addresses: 10.4.0.10, vrf: acme}") + more  # fmt: skip

    found = diff(map_("acme: {sees: default}"), map_("zeta: {}, beta: {}, acme: {sees: default}"))
    assert told(found) == [("added", "vrf", "beta"), ("added", "vrf", "zeta")]
    assert (found.opened, found.closed) == ((), ())
    line = ("  F-3: {from: back-lan, to: app, services: ssh, owner: p, nature: production, sensitivity: internal, "
            "domain: processing}\n")  # fmt: skip
    found = diff(map_("acme: {sees: default}"), map_("zeta: {}, acme: {sees: default}", line))
    assert texts(found.opened, 1, found) == [("F-3", "back-lan", "app/lan")]
    assert found.sides[1].prefixes(found.opened[0].products[0].destination) == ("10.4.0.10 @acme",)
    back = diff(map_("zeta: {}, acme: {sees: default}", line), map_("acme: {sees: default}"))
    assert back.sides[0].prefixes(back.closed[0].products[0].destination) == ("10.4.0.10 @acme",)


def test_a_repeat_that_is_written_out_changes_nothing() -> None:
    zone = "nature: production, sensitivity: internal, domain: processing"
    fragment = (
        "repeat:\n  - for: {t: {parties: {kind: tenant}}}\n"
        f"    zones: {{<t>-zone: {{owner: <t>, {zone}}}}}\n"
        "    groups: {<t>-group: <t>-zone}\n"
    )
    written = BASE.replace("subnets:", "".join(
        f"  {name}-zone: {{owner: {name}, {zone}}}\n" for name in ("acme", "globex")
    ) + "subnets:", 1).replace("groups: {", "groups: {acme-group: acme-zone, globex-group: globex-zone, ")  # fmt: skip
    assert diff(BASE + fragment, written).empty
    assert [item[1:] for item in told(diff(BASE, BASE + fragment))] == [
        ("zone", "acme-zone"), ("zone", "globex-zone"), ("group", "acme-group"), ("group", "globex-group"),
    ]  # fmt: skip


def test_shorthands_and_writings_change_nothing() -> None:
    other = (
        BASE.replace("cidr: 10.1.0.0/24", "cidr: [10.1.0.0/24]")
        .replace("groups: {servers: [web, app]}", "groups: {servers: [app, web]}")
        .replace("lan: 10.2.0.10", "lan: {addresses: [10.2.0.10]}")
    )
    assert diff(BASE, other).empty
    six = BASE.replace("cidr: 10.2.0.0/24", 'cidr: [10.2.0.0/24, "2001:db8::/64"]')
    assert diff(six, six.replace("2001:db8::/64", "2001:DB8:0:0::/64")).empty


def test_order_counts_where_it_means_something() -> None:
    one = BASE.replace("  all: {between: [internet, front, back, inner, acme-net]}", "  all: {between: [front, back, "
                       "internet, inner, acme-net], through: [web, db]}")  # fmt: skip
    for other, name in (
        (one.replace("[web, db]}", "[db, web]}"), "through"),
        (one.replace("[front, back, ", "[back, front, "), "between"),
    ):
        found = diff(one, other)
        assert [(item.subject.id, [change.name for change in item.fields]) for item in found.entries] == [
            ("all", [name])
        ]
    assert diff(one, one.replace("internet, inner, acme-net]", "acme-net, inner, internet]")).empty
    assert diff(one.replace("[web, db]}", "web}"), one.replace("[web, db]}", "web}").replace(
        "[front, back, ", "[back, front, ")).empty  # fmt: skip


def test_every_section_is_compared() -> None:
    model = of(BASE).model
    assert plain(model.zones["back"]) == {
        "owner": "p", "nature": "production", "sensitivity": "sensitive", "domain": "processing",
    }  # fmt: skip
    added = """
waivers: [{rule: any-service, on: F-1, why: w, by: b, until: 2027-01-01}]
declarations: [{clause: 9.6.c, status: conformant, by: b, on: 2026-01-01}]
reviews: [{on: 2026-01-01, by: a}]
marking: secret
"""
    found = diff(BASE, BASE + added)
    assert told(found) == [
        ("added", "waiver", "any-service F-1"), ("added", "declaration", "secnumcloud-3.2 9.6.c 2026-01-01"),
        ("added", "review", "2026-01-01"), ("changed", "map", "x"),
    ]  # fmt: skip
    assert date(2026, 1, 1) == found.new.model.reviews[0].on
