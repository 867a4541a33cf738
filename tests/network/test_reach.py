"""Who reaches whom: the numbered rules of the reach graph, and the cases that a reading of it must hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloison.netmodel.network import Network

Compile = Callable[..., Network]

WORLD = """cloison: 1
name: reach
parties: {aster: {kind: provider}, world: {kind: public}, psp: {kind: third-party}}
carriers: {fibre: {kind: hardware}, roaming: {kind: tunnel, protocol: ipsec, ends: [vpn], over: fibre}}
zones:
  internet: {owner: world, nature: public, addresses: [global, 198.51.100.0/24]}
  payments: {within: internet, owner: psp, addresses: 198.51.100.77}
  partner: {within: internet, owner: psp, nature: production, addresses: 198.51.100.78}
  front: {owner: aster, nature: production}
  app: {owner: aster, nature: production}
  data: {owner: aster, nature: production, sensitivity: sensitive}
  admin: {owner: aster, nature: administration}
subnets:
  front-lan: {cidr: [10.1.0.0/24, "2001:db8:1::/64"], zone: front}
  app-lan: {cidr: 10.2.0.0/24, zone: app}
  data-lan: {cidr: [10.3.0.0/24, "2001:db8:3::/64"], zone: data}
  pool: {cidr: 10.4.0.0/24, zone: admin, over: roaming}
assets:
  fw: {functions: filtering, interfaces: {wan: 198.51.100.2, front: 10.1.0.1, app: 10.2.0.1, data: 10.3.0.1}}
  waf: {functions: waf, interfaces: {front: 10.1.0.10, back: 10.2.0.10}}
  vpn: {functions: vpn, interfaces: {front: 10.1.0.20}}
  web: {interfaces: {lan: [10.1.0.30, "2001:db8:1::30"]}}
  app-1: {interfaces: {lan: 10.2.0.30}}
  db: {sensitive: true, interfaces: {lan: [10.3.0.30, "2001:db8:3::30"]}}
  log: {functions: log-collector, interfaces: {lan: 10.3.0.40}}
  dns: {interfaces: {lan: 198.51.100.53}}
interconnections:
  all: {between: [internet, front, app, data, admin], through: fw}
endpoints:
  console: {asset: waf/front, service: https, kind: user, backends: app-1}
"""


def reaches(network: Network, target: str, start: str = "internet", kind: str = "asset") -> list[str]:
    """Return the lines of the shortest chain to an asset or zone, nothing when there is none."""
    reach = network.reach
    found = reach.reachable(reach.starts("zone", start))
    vertex = found.first(reach.into(kind, target) if kind == "asset" else reach.inner(kind, target))
    return [] if vertex is None else [hop.line or "lateral" for hop in found.witness(vertex)[1:]]


def flows(*lines: str) -> str:
    return "flows:\n" + "".join(f"  F-{number}: {{{line}}}\n" for number, line in enumerate(lines, 1))


SAFE = [
    ("a relay breaks the chain", ["from: internet, to: console", "from: waf/back, to: app-1, services: https",
                                  "from: app-1, to: db, services: postgresql"]),
    ("a relay named on an endpoint's service", ["from: internet, to: waf/front, services: https",
                                                "from: waf/back, to: db, services: postgresql"]),
    ("a relay that logs", ["from: internet, to: console", "from: waf/back, to: log, services: syslog-tls"]),
    ("nothing chains through the public", ["from: app-1, to: internet, services: https",
                                           "from: data, to: internet, services: https"]),
    ("a line the other way", ["from: internet, to: web, services: https", "from: db, to: web, services: ssh"]),
    ("a part of the public that is not public", ["from: partner, to: db, services: ssh"]),
    ("an expired line", ["from: internet, to: web, services: https",
                         "from: web, to: db, services: ssh, expires: 2026-01-01"]),
    ("no lateral move", ["from: internet, to: waf/front, services: https", "from: web, to: db, services: ssh"]),
    ("each towards every other, not itself", ["from: internet, to: web, services: https",
                                              "between: [front-lan, empty], services: ssh",
                                              "from: vpn, to: db, services: ssh"]),
]  # fmt: skip

CHAINS = [
    ("a server between", ["from: internet, to: web, services: https", "from: web, to: db, services: postgresql"],
     ["F-1", "F-2"]),
    ("the zone that holds a relay", ["from: internet, to: front, services: https",
                                     "from: waf/back, to: db, services: postgresql"], ["F-1", "F-2"]),
    ("a relay on another port", ["from: internet, to: waf/front, services: ssh",
                                 "from: waf/back, to: db, services: postgresql"], ["F-1", "F-2"]),
    ("a relay on one port more", ["from: internet, to: waf/front, services: [https, ssh]",
                                  "from: waf/back, to: db, services: postgresql"], ["F-1", "F-2"]),
    ("a group that holds a relay", ["from: internet, to: fronts, services: https",
                                    "from: waf/back, to: db, services: postgresql"], ["F-1", "F-2"]),
    ("a vpn without authentication", ["from: internet, to: vpn, services: ike",
                                      "from: pool, to: db, services: ssh"], ["F-1", "F-2"]),
    ("a filter breaks nothing", ["from: internet, to: fw/front, services: ike",
                                 "from: fw/data, to: db, services: ssh"], ["F-1", "F-2"]),
    ("a server with two homes", ["from: internet, to: dual/front, services: https",
                                 "from: dual/app, to: db, services: ssh"], ["F-1", "F-2"]),
    ("a server through its subnet's line", ["from: internet, to: web, services: https",
                                            "from: front-lan, to: db, services: ssh"], ["F-1", "F-2"]),
    ("an unlisted host", ["from: internet, to: spare, services: https", "from: front, to: db, services: ssh"],
     ["F-1", "F-2"]),
    ("a circle on the way", ["from: internet, to: web, services: https", "from: web, to: app-1, services: https",
                             "from: app-1, to: web, services: https", "from: app-1, to: db, services: ssh"],
     ["F-1", "F-2", "F-4"]),
    ("IPv6 alone", ["from: internet, to: web6, services: https", "from: web6, to: data-lan, services: ssh"],
     ["F-1", "F-2"]),
    ("the shortest of two", ["from: internet, to: web, services: https", "from: web, to: app-1, services: https",
                             "from: app-1, to: db, services: ssh", "from: web, to: db, services: ssh"],
     ["F-1", "F-4"]),
    ("any", ["from: any, to: db, services: ssh, exception: {why: test, by: test}"], ["F-1"]),
    ("one of several that talk together", ["from: internet, to: web, services: https",
                                           "between: [app-1, web, db], services: ssh"], ["F-1", "F-2"]),
    ("a part of the public with its own line", ["from: payments, to: db, services: ssh"], ["F-1"]),
    ("a partner that the public reaches", ["from: web, to: internet, services: ssh",
                                           "from: internet, to: web, services: ssh",
                                           "from: partner, to: db, services: ssh"], ["F-2", "F-1", "F-3"]),
    ("a server that lies in the public", ["from: dns, to: db, services: dns"], ["F-1"]),
]  # fmt: skip

MORE = """
subnets: {empty: {cidr: 10.8.0.0/24, zone: admin, closed: true}}
assets: {dual: {interfaces: {front: 10.1.0.50, app: 10.2.0.50}}}
groups: {fronts: [waf/front, vpn], spare: [10.1.0.99], web6: ["2001:db8:1::30"]}
"""


@pytest.mark.parametrize("lines", [lines for _, lines in SAFE], ids=[name for name, _ in SAFE])
def test_no_chain(lines: list[str], compiled: Compile) -> None:
    assert reaches(compiled(WORLD, MORE, flows(*lines)), "db") == []


@pytest.mark.parametrize(("lines", "chain"), [item[1:] for item in CHAINS], ids=[item[0] for item in CHAINS])
def test_a_chain(lines: list[str], chain: list[str], compiled: Compile) -> None:
    assert reaches(compiled(WORLD, MORE, flows(*lines)), "db") == chain


def test_a_vpn_with_authentication_is_a_relay(compiled: Compile) -> None:
    lines = flows("from: internet, to: gate", "from: pool, to: db, services: ssh")
    more = "endpoints: {gate: {asset: vpn/front, service: ike, kind: administration, backends: [db]}}\n"
    assert reaches(compiled(WORLD, more + "assets: {vpn: {authentication: mfa}}\n" + lines), "db") == []


def test_the_pool_of_a_vpn_starts_by_its_own_lines(compiled: Compile) -> None:
    network = compiled(WORLD, flows("from: pool, to: db, services: ssh"))
    assert reaches(network, "db", "admin") == ["F-1"]


def test_a_closed_subnet_has_no_unlisted_hosts(compiled: Compile) -> None:
    lines = flows("from: internet, to: empty, services: https", "from: empty, to: db, services: ssh")
    assert reaches(compiled(WORLD, MORE, lines), "db") == []
    assert reaches(compiled(WORLD, MORE.replace("closed: true", "closed: false"), lines), "db") == ["F-1", "F-2"]


def test_lateral_moves_are_counted_as_steps(compiled: Compile) -> None:
    lines = flows("from: internet, to: web, services: https", "from: vpn, to: db, services: ssh")
    assert reaches(compiled(WORLD, lines), "db") == []
    assert reaches(compiled(WORLD, lines, "policy: {lateral: true}"), "db") == ["F-1", "lateral", "F-2"]


def test_no_lateral_move_where_every_line_is_needed(compiled: Compile) -> None:
    lines = flows("from: internet, to: web, services: https", "from: vpn, to: db, services: ssh")
    more = "zones: {front: {inside: matrix}}\npolicy: {lateral: true}"
    assert reaches(compiled(WORLD, lines, more), "db") == []


def test_a_lateral_move_may_cross_subnets_of_a_zone(compiled: Compile) -> None:
    lines = flows("from: internet, to: here, services: https", "from: there, to: db, services: ssh")
    more = """
zones: {wide: {owner: aster, nature: production}}
subnets: {wide-1: {cidr: 10.8.0.0/24, zone: wide}, wide-2: {cidr: 10.9.0.0/24, zone: wide}}
assets: {here: {interfaces: {lan: 10.8.0.3}}, there: {interfaces: {lan: 10.9.0.3}}}
policy: {lateral: true}
interconnections: {wide-all: {between: [wide, internet, data]}}
"""
    assert reaches(compiled(WORLD, lines, more), "db") == []
    assert reaches(compiled(WORLD, lines, more, "zones: {wide: {inside: zone}}"), "db") == ["F-1", "lateral", "F-2"]


def test_without_pivots_and_without_lines(compiled: Compile) -> None:
    lines = flows("from: internet, to: web, services: https", "from: web, to: db, services: ssh",
                  "from: internet, to: app-1, services: https", "from: app-1, to: db, services: ssh")  # fmt: skip
    network = compiled(WORLD, lines)
    reach = network.reach
    start, ends = reach.starts("zone", "internet"), reach.into("asset", "db")
    assert reach.reachable(start).first(ends) is not None
    assert reach.reachable(start, without_pivots={"web"}).first(ends) is not None
    assert reach.reachable(start, without_pivots={"web", "app-1"}).first(ends) is None
    assert reach.reachable(start, without_pivots={"web"}, without_lines={"F-4"}).first(ends) is None


def test_a_stop_is_reached_and_not_left(compiled: Compile) -> None:
    network = compiled(WORLD, flows("from: internet, to: web, services: https", "from: web, to: db, services: ssh"))
    reach = network.reach
    stop = frozenset(reach.into("asset", "web"))
    found = reach.reachable(reach.starts("zone", "internet"), stop=stop)
    assert found.first(stop) is not None
    assert found.first(reach.into("asset", "db")) is None


def test_the_witness_names_where_each_line_arrives(compiled: Compile) -> None:
    network = compiled(WORLD, flows("from: internet, to: front, services: https", "from: web, to: db, services: ssh"))
    reach = network.reach
    found = reach.reachable(reach.starts("zone", "internet"))
    vertex = found.first(reach.into("asset", "db"))
    assert vertex is not None
    assert [(hop.line, hop.at.kind, hop.at.id) for hop in found.witness(vertex)] == [
        ("", "zone", "internet"), ("F-1", "asset", "web"), ("F-2", "asset", "db"),
    ]  # fmt: skip


def test_a_relay_with_two_homes_is_reached_where_its_endpoint_is(compiled: Compile) -> None:
    network = compiled(WORLD, flows("from: internet, to: console"))
    assert reaches(network, "front", kind="zone") == ["F-1"]
    assert reaches(network, "app", kind="zone") == []


def test_a_cluster_is_one_vertex(compiled: Compile) -> None:
    more = """
assets:
  pair: {members: [pair-a, pair-b], interfaces: {vip: 10.1.0.60}}
  pair-a: {interfaces: {lan: 10.1.0.61}}
  pair-b: {interfaces: {lan: 10.2.0.62}}
"""
    lines = flows("from: internet, to: pair-a, services: https", "from: pair-b, to: db, services: ssh")
    assert reaches(compiled(WORLD, more, lines), "db") == ["F-1", "F-2"]


def test_what_a_group_leaves_out_is_not_reached(compiled: Compile) -> None:
    more = "groups: {rest-of-data: {members: [data], not: [db]}}\n"
    network = compiled(WORLD, more, flows("from: internet, to: rest-of-data, services: https"))
    assert reaches(network, "db") == []
    assert reaches(network, "log") == ["F-1"]
    assert network.ends["rest-of-data"].points == network.ends["data"].points - network.ends["db"].points


def test_an_aggregate_leads_to_the_subnets_inside_it_and_its_zone_does_not(compiled: Compile) -> None:
    more = "subnets:\n  ours: {cidr: 10.0.0.0/8, zone: front, aggregate: true}\n"
    whole = compiled(WORLD, more, flows("from: internet, to: ours, services: https"))
    assert reaches(whole, "db") == ["F-1"]


def test_the_zone_of_an_aggregate_does_not_lead_into_other_zones(compiled: Compile) -> None:
    more = "subnets:\n  ours: {cidr: 10.0.0.0/8, zone: front, aggregate: true}\n"
    zone = compiled(WORLD, more, flows("from: internet, to: front, services: https"))
    assert reaches(zone, "db") == []
    assert reaches(zone, "web") == ["F-1"]
