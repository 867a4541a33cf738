"""Lines and their ends: what a name stands for, which packets a line is, what its ends share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from cloison.netmodel.finding import Finding
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import parse
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import parse_ports

Compile = Callable[..., Network]
Errors = Callable[..., tuple[Finding, ...]]


def addresses(*texts: str) -> IntervalSet:
    found = IntervalSet()
    for text in texts:
        found |= parse(text)
    return found


def test_ends_stand_for_their_addresses(on_base: Compile) -> None:
    ends = on_base("groups: {g: [waf/front, web, 10.2.0.77], servers: {assets: {zone: compute}, not: [fw]}}").ends
    assert ends["front"].points == addresses("10.1.0.0/24")
    assert ends["waf"].points == addresses("10.1.0.10", "10.2.0.10")
    assert ends["waf"].split == ("waf",)
    assert ends["waf/*"].split == ()
    assert ends["waf/*"].points == ends["waf"].points
    assert ends["waf/back"].points == addresses("10.2.0.10")
    assert ends["waf/back"].zones == ("compute",)
    assert ends["g"].points == addresses("10.1.0.10", "10.2.0.20", "10.2.0.77")
    assert ends["g"].zones == ("compute", "front")
    assert ends["g"].assets == ("waf", "web")
    assert ends["servers/*"].assets == ("waf", "web")
    assert "core" not in ends
    assert set(ends) >= {"front", "front-lan", "fw", "fw/front", "g", "any"}


def test_a_part_of_a_group_is_the_part_of_each_member(on_base: Compile) -> None:
    more = "assets: {web-2: {interfaces: {lan: 10.2.0.21}}}\ngroups: {webs: [web, web-2], all: [webs]}"
    network = on_base(more)
    assert network.ends["all/lan"].points == addresses("10.2.0.20", "10.2.0.21")


def test_an_interface_without_address_stands_for_its_subnet(on_base: Compile) -> None:
    more = ("assets: {post: {interfaces: {lan: {subnet: front-lan}}}}\n"
            "flows: {F-1: {from: post, to: web, services: ssh}}")  # fmt: skip
    network = on_base(more)
    assert network.line["F-1"].products[0].source == addresses("10.1.0.0/24")
    assert network.assets["post"].interfaces["lan"].stands
    assert network.ownership.owner(parse("10.1.0.99").least()) == ("front", "front-lan", "", "")


def test_ends_pair_within_one_family(on_base: Compile) -> None:
    more = (
        'assets: {six: {interfaces: {lan: [10.2.0.6, "2001:db8:2::6"]}}}\n'
        "flows:\n  F-1: {from: six, to: back-lan, services: https}\n  F-2: {from: six, to: web, services: https}"
    )
    network = on_base(more)
    four, six = network.line["F-1"].products
    assert (four.source, four.destination) == (addresses("10.2.0.6"), addresses("10.2.0.0/24"))
    assert (six.source, six.destination) == (addresses("2001:db8:2::6"), addresses("2001:db8:2::/64"))
    assert four.services == six.services
    assert parse_ports("tcp/443") <= four.services
    (only,) = network.line["F-2"].products
    assert only.source == addresses("10.2.0.6")


def test_between_is_each_towards_every_other(on_base: Compile) -> None:
    more = (
        "assets: {l1: {interfaces: {lan: 10.2.0.31}}, l2: {interfaces: {lan: 10.2.0.32}}, "
        "l3: {interfaces: {lan: 10.2.0.33}}}\nflows: {F-1: {between: [l1, l2, l3], services: ssh}}"
    )
    line = on_base(more).line["F-1"]
    assert [(source.id, target.id) for source, target in line.pairs()] == [
        ("l1", "l2"), ("l1", "l3"), ("l2", "l1"), ("l2", "l3"), ("l3", "l1"), ("l3", "l2"),
    ]  # fmt: skip
    assert [(item.source, item.destination) for item in line.products] == [
        (addresses("10.2.0.31"), addresses("10.2.0.32", "10.2.0.33")),
        (addresses("10.2.0.32"), addresses("10.2.0.31", "10.2.0.33")),
        (addresses("10.2.0.33"), addresses("10.2.0.31", "10.2.0.32")),
    ]


def test_endpoints_bring_their_services(on_base: Compile) -> None:
    more = """
endpoints:
  shell: {asset: web, service: tcp/22, kind: administration}
  page: {asset: waf/front, service: tcp/8443, kind: user, backends: web}
flows: {F-1: {from: front, to: [shell, page]}}
"""
    network = on_base(more)
    line = network.line["F-1"]
    assert {(item.destination, item.services) for item in line.products} == {
        (addresses("10.2.0.20"), parse_ports("tcp/22")), (addresses("10.1.0.10"), parse_ports("tcp/8443")),
    }  # fmt: skip
    assert line.service_set == parse_ports("tcp/22") | parse_ports("tcp/8443")
    assert [name for name, _ in line.services_to(network.ends["page"])] == ["tcp/8443"]
    assert network.endpoints["page"].relay
    assert network.endpoints["page"].backends == ("web",)


def test_multicast_lies_in_the_zone_of_its_sender(on_base: Compile) -> None:
    line = on_base('groups: {ospf-all: [224.0.0.5, "ff02::5"]}\n'
                   "flows: {F-1: {from: front, to: ospf-all, services: ospf}}").line["F-1"]  # fmt: skip
    assert line.zone_pairs == (("front", "front"),)
    assert line.products[0].destination == addresses("224.0.0.5")
    assert line.nature == "production"


def test_what_both_ends_share_is_the_lines_own(on_base: Compile) -> None:
    more = """flows:
  F-1: {from: front, to: web, services: ssh}
  F-2: {from: internet, to: waf/front, services: ssh}
  F-3: {from: front, to: web, services: ssh, sensitivity: exposed}
"""
    line = on_base(more).line
    assert (line["F-1"].owner, line["F-1"].nature, line["F-1"].sensitivity) == ("aster", "production", "")
    assert (line["F-2"].owner, line["F-2"].nature) == ("", "")
    assert line["F-3"].sensitivity == "exposed"


def test_the_last_day_of_a_line_is_included(compiled: Compile) -> None:
    text = """cloison: 1
name: dates
zones: {a: {}}
subnets: {lan: {cidr: 10.0.0.0/24, zone: a}}
flows: {F-1: {from: a, to: lan, services: ssh, starts: 2026-02-01, expires: 2026-03-31}}
"""
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 31), date(2026, 4, 1)]
    live = [compiled(text, at=day) for day in days]
    assert [network.lines[0].live for network in live] == [False, True, True, False]
    assert [len(network.declared.pieces) for network in live] == [0, 1, 1, 0]


def test_any_includes_the_unmapped(on_base: Compile) -> None:
    network = on_base("flows: {F-1: {from: any, to: web, services: ssh, exception: {why: x, by: y}}}")
    assert parse("172.31.0.1").least() in network.line["F-1"].products[0].source
    assert network.line["F-1"].routes == {}


def test_zones_lend_what_the_zones_within_them_do_not_set(on_base: Compile) -> None:
    more = ("zones: {bank: {within: internet, owner: psp, addresses: 198.51.100.77}}\n"
            "parties: {psp: {kind: third-party}}")  # fmt: skip
    zone = on_base(more).zones["bank"]
    assert (zone.owner, zone.owner_kind, zone.nature, zone.public) == ("psp", "third-party", "public", True)
    assert zone.lent == {"nature": "internet"}


def test_sensitive_is_the_last_of_the_scale_or_said_so(compiled: Compile) -> None:
    network = compiled("""cloison: 1
name: scale
vocabulary: {sensitivity: [low, middle, high]}
zones: {a: {sensitivity: high}, b: {sensitivity: middle}, c: {sensitivity: low, sensitive: true}}
""")
    assert [name for name, zone in network.zones.items() if zone.sensitive] == ["a", "c"]
    assert [network.rank(word) for word in ("low", "high", "sensitive", "")] == [0, 2, -1, -1]


def test_a_cluster_and_its_members_do_the_same(on_base: Compile) -> None:
    more = "assets:\n  pair: {members: [a, b], functions: waf}\n  a: {functions: probe}\n  b: {}"
    assets = on_base(more).assets
    assert assets["pair"].functions == {"waf", "probe"}
    assert assets["a"].functions == {"waf", "probe"}
    assert assets["b"].functions == {"waf"}
    assert assets["b"].cluster == "pair"
    assert assets["b"].relay


def test_selections_follow_references(on_base: Compile) -> None:
    more = """
parties: {acme: {kind: tenant, labels: {tier: gold}}}
assets: {vm: {owner: acme, interfaces: {lan: 10.2.0.90}}}
groups:
  tenants: {assets: {owner.kind: tenant}}
  gold: {assets: {owner.labels.tier: gold}}
  by-zone: {assets: {zone.sensitivity: sensitive, functions: [filtering, waf]}}
"""
    network = on_base(more)
    assert network.ends["tenants"].assets == network.ends["gold"].assets == ("vm",)
    assert network.ends["by-zone/*"].assets == ("fw", "waf")


def test_translations_pair_outside_with_inside(on_base: Compile) -> None:
    more = """
translations:
  vip: {on: fw, kind: destination, outside: 10.1.0.200, inside: web, services: {https: tcp/8443}}
  nat: {on: fw, kind: source, outside: front-lan, inside: [web, waf/back]}
"""
    found = on_base(more).translations
    assert found["vip"].outside == addresses("10.1.0.200")
    assert [end.id for end in found["vip"].inside] == ["web"]
    assert found["vip"].services[0][1] == parse_ports("tcp/8443")
    assert found["nat"].outside == addresses("10.1.0.0/24")
    assert found["nat"].services == ()


HEADER = "ID;source;destination;service;zone source;zone destination;réputé non sûr;équipement de filtrage\n"


def stated(errors: Errors, folder: Path, row: str) -> list[tuple[str, str, int, int]]:
    (folder / "matrix.csv").write_text(HEADER + row, encoding="utf-8")
    return [(item.rule, Path(item.spans[0].file).name, item.spans[0].line, item.spans[0].column)
            for item in errors("tables: {flows: matrix.csv}\n"
                               "zones: {bank: {within: internet, addresses: 198.51.100.77}}")]  # fmt: skip


def test_computed_columns_of_a_table_are_compared(errors: Errors, tmp_path: Path) -> None:
    assert stated(errors, tmp_path, "F-1;front;web;telnet;front;compute;oui;fw\n") == []
    assert stated(errors, tmp_path, "F-1;front;web;ssh;;;non;fw\n") == []
    for zones in ("internet", "internet, bank", "bank internet"):
        assert stated(errors, tmp_path, f'F-1;front;internet;ssh;front;"{zones}";non;fw\n') == []
    assert len(stated(errors, tmp_path, "F-1;front;internet;ssh;front;bank;non;fw\n")) == 1
    assert stated(errors, tmp_path, "F-1;front;web;ssh;front;front;oui;aucun\n") == [
        ("stated", "matrix.csv", 2, 6), ("stated", "matrix.csv", 2, 7), ("stated", "matrix.csv", 2, 8),
    ]  # fmt: skip


def test_a_way_through_an_unknown_asset_has_one_error_and_is_not_compared(errors: Errors, tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text(HEADER + "F-1;lab;front;ssh;;;;fw\n", encoding="utf-8")
    found = errors(
        "tables: {flows: matrix.csv}\nzones: {lab: {addresses: 198.51.100.0/24}}\n"
        "interconnections: {x: {between: [lab, front], through: [fw, fx]}}"
    )
    assert [item.rule for item in found] == ["unknown-name"]


def test_the_digest_leaves_reviews_and_order_out(compiled: Compile) -> None:
    one = compiled("cloison: 1\nname: d\nzones: {a: {}, b: {nature: test}}\n").digest
    other = compiled("cloison: 1\nname: d\nzones:\n  b: {nature: test}\n  a: {}\n"
                     "reviews: [{on: 2026-01-01, by: [x]}]\n").digest  # fmt: skip
    assert one == other
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", one)
    assert compiled("cloison: 1\nname: d\nzones: {a: {}, b: {nature: office}}\n").digest != one


def test_progress_is_told(on_base: Compile) -> None:
    from cloison.netmodel.language.document import Document
    from cloison.netmodel.language.read import Map
    from cloison.netmodel.network import compile_network

    model = on_base("flows: {F-1: {from: front, to: web, services: ssh}}").model
    seen: list[tuple[int, int]] = []
    compile_network(Map(model, Document({}, ()), ()), date(2026, 1, 1), lambda done, total: seen.append((done, total)))
    assert seen == [(0, 1), (1, 1)]


def test_groups_nest_deep_and_come_back_whole(on_base: Compile) -> None:
    deep = "groups:\n  g0: [web]\n" + "".join(f"  g{number}: [g{number - 1}]\n" for number in range(1, 3000))
    assert on_base(deep).ends["g2999"].assets == ("web",)


def test_all_parts_of_an_asset_stand_in_a_group(on_base: Compile) -> None:
    network = on_base("groups: {g: ['waf/*', web]}\nflows: {F-1: {from: front, to: g, services: ssh}}")
    assert network.ends["g"].points == addresses("10.1.0.10", "10.2.0.10", "10.2.0.20")


def test_zones_within_one_another_have_a_limit(errors: Errors) -> None:
    deep = "zones:\n  z0: {}\n" + "".join(f"  z{number}: {{within: z{number - 1}}}\n" for number in range(1, 40))
    assert {item.rule for item in errors(deep)} == {"too-deep"}


def test_a_maze_of_transit_zones_ends(on_base: Compile) -> None:
    zones = "zones:\n" + "".join(f"  t{number}: {{transit: true}}\n" for number in range(24)) + "  far: {}\n"
    joins = "interconnections:\n" + "".join(
        f"  j{one}-{other}: {{between: [t{one}, t{other}]}}\n" for one in range(24) for other in range(one)
    ) + "  in: {between: [front, t0]}\n  out: {between: [t23, far]}\n"  # fmt: skip
    routes = on_base(zones + joins).routes
    assert routes.crossings("front", "far")[0] == ("in", "j23-0", "out")
    assert len(routes.crossings("front", "far")) == 6


def test_a_prefix_that_cannot_be_read_is_the_only_error(errors: Errors) -> None:
    for cidr, rule in (("10.9.0.1/24", "host-bits"), ("10.9.0.0/33", "bad-address")):
        text = f"subnets: {{x: {{cidr: {cidr}, zone: front}}}}\nassets: {{a: {{interfaces: {{lan: 10.9.0.7}}}}}}"
        assert [item.rule for item in errors(text)] == [rule]
