"""The layer-3 graph: ways, cuts and what is left of it."""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.network import Network

Compile = Callable[..., Network]

WORLD = """cloison: 1
name: topology
parties: {aster: {kind: provider}, world: {kind: public}}
vrfs: {mgmt: {}, tenant: {sees: default}}
zones:
  internet: {owner: world, nature: public, addresses: [global, 198.51.100.0/24]}
  payments: {within: internet, owner: world, addresses: 198.51.100.77}
  edge: {owner: aster, nature: production, transit: true}
  front: {owner: aster, nature: production}
  data: {owner: aster, nature: production, sensitivity: sensitive}
  admin: {owner: aster, nature: administration}
subnets:
  edge-lan: {cidr: 192.0.2.0/24, zone: edge}
  front-lan: {cidr: [10.1.0.0/24, "2001:db8:1::/64"], zone: front}
  data-lan: {cidr: [10.2.0.0/24, "2001:db8:2::/64"], zone: data}
  mgmt-lan: {cidr: 10.3.0.0/24, zone: admin, vrf: mgmt}
assets:
  rtr: {functions: routing, interfaces: {out: 198.51.100.3, in: 192.0.2.1, mgmt: {addresses: 10.3.0.1, vrf: mgmt}}}
  fw-a: {functions: filtering, interfaces: {edge: 192.0.2.2, front: 10.1.0.1, data: 10.2.0.1}}
  fw-b: {functions: filtering, interfaces: {edge: 192.0.2.3, front: 10.1.0.2, data: 10.2.0.2}}
  dual: {interfaces: {front: 10.1.0.9, data: 10.2.0.9}}
  web: {interfaces: {front: 10.1.0.10}}
  db: {interfaces: {data: [10.2.0.10, "2001:db8:2::10"]}}
interconnections:
  border: {between: [internet, edge], through: rtr}
  core: {between: [edge, front, data], through: [[fw-a, fw-b]]}
"""

FLOWS = """flows:
  F-1: {from: internet, to: web, services: https}
  F-2: {from: web, to: db, services: postgresql}
  F-3: {from: front, to: web, services: ssh}
  F-4: {from: payments, to: web, services: https}
"""


def test_a_line_takes_the_only_way_over_transit_zones(compiled: Compile) -> None:
    network = compiled(WORLD, FLOWS)
    assert network.line["F-1"].routes == {("internet", "front"): ("border", "core"),
                                          ("payments", "front"): ("border", "core")}  # fmt: skip
    assert network.line["F-2"].routes == {("front", "data"): ("core",)}
    assert network.line["F-3"].routes == {}
    assert network.line["F-4"].routes == {("payments", "front"): ("border", "core")}
    assert network.filtering(network.line["F-1"]) == ("fw-a", "fw-b")


def test_a_zone_that_is_not_transit_is_not_crossed(compiled: Compile) -> None:
    more = """
zones: {office: {owner: aster, nature: office}}
subnets: {office-lan: {cidr: 10.9.0.0/24, zone: office}}
interconnections: {office-front: {between: [office, front]}}
flows: {F-9: {from: office, to: db, services: ssh}}
"""
    network = compiled(WORLD, more)
    assert network.line["F-9"].routes == {}
    assert network.line["F-9"].unrouted == (("office", "data"),)
    assert network.topology.paths("office", "data") == (("office-front", "core"),)


def test_via_names_the_way(compiled: Compile) -> None:
    more = """
zones: {office: {owner: aster, nature: office}}
subnets: {office-lan: {cidr: 10.9.0.0/24, zone: office}}
assets: {fw-c: {functions: filtering}}
interconnections:
  office-front: {between: [office, front]}
  office-data: {between: [office, data]}
  office-data-2: {between: [office, data], through: fw-c}
flows:
  F-7: {from: office, to: db, services: ssh, via: [office-front, fw-a]}
  F-8: {from: office, to: db, services: ssh, via: fw-c}
  F-9: {from: office, to: db, services: ssh, via: office-data}
"""
    network = compiled(WORLD, more)
    routes = {name: network.line[name].routes["office", "data"] for name in ("F-7", "F-8", "F-9")}
    assert routes == {"F-7": ("office-front", "core"), "F-8": ("office-data-2",), "F-9": ("office-data",)}


def test_a_redundant_pair_cuts_together(compiled: Compile) -> None:
    topology = compiled(WORLD).topology
    assert topology.without(()).joined(("zone", "internet"), ("subnet", "data-lan"))
    assert topology.without({"fw-a"}).joined(("zone", "internet"), ("subnet", "data-lan"))
    assert not topology.without({"fw-a", "fw-b"}).joined(("zone", "internet"), ("subnet", "data-lan"))
    assert topology.route(("zone", "internet"), ("subnet", "data-lan"), {"fw-a", "fw-b"}) is None


def test_an_unfiltered_link_beside_is_a_way_left(compiled: Compile) -> None:
    more = "assets: {r2: {functions: routing, interfaces: {a: 192.0.2.9, b: 10.2.0.99}}}"
    topology = compiled(WORLD, more).topology
    assert topology.route(("zone", "internet"), ("subnet", "data-lan"), {"fw-a", "fw-b"}) == (
        ("zone", "internet"), ("asset", "rtr"), ("subnet", "edge-lan"), ("asset", "r2"), ("subnet", "data-lan"),
    )  # fmt: skip


def test_an_unfiltered_interconnection_is_a_way_left(compiled: Compile) -> None:
    topology = compiled(WORLD, "interconnections: {back: {between: [edge, data]}}").topology
    way = topology.route(("zone", "internet"), ("zone", "data"), {"fw-a", "fw-b"})
    assert way is not None
    assert ("interconnection", "back") in way


def test_a_bypass_in_one_family_alone_is_a_way_left(compiled: Compile) -> None:
    more = 'assets: {r6: {functions: routing, interfaces: {a: "2001:db8:1::6", b: "2001:db8:2::6"}}}'
    topology = compiled(WORLD, more).topology
    assert topology.without({"fw-a", "fw-b"}).joined(("subnet", "front-lan"), ("subnet", "data-lan"))


def test_a_series_is_cut_by_either_stage(compiled: Compile) -> None:
    more = """
zones: {vault: {owner: aster, nature: storage}}
subnets: {vault-lan: {cidr: 10.8.0.0/24, zone: vault}, middle: {cidr: 10.7.0.0/24, zone: admin}}
assets:
  s1: {functions: filtering, interfaces: {a: 10.2.0.50, b: 10.7.0.1}}
  s2: {functions: filtering, interfaces: {a: 10.7.0.2, b: 10.8.0.2}}
interconnections: {deep: {between: [data, vault], through: [s1, s2]}}
"""
    topology = compiled(WORLD, more).topology
    for gone in ({"s1"}, {"s2"}):
        assert not topology.without(gone).joined(("zone", "data"), ("zone", "vault"))
    assert topology.without({"fw-a"}).joined(("zone", "data"), ("zone", "vault"))
    assert topology.stages(("core", "deep")) == (("fw-a", "fw-b"), ("s1",), ("s2",))


def test_vrfs_apart_do_not_forward_to_one_another(compiled: Compile) -> None:
    topology = compiled(WORLD).topology
    assert not topology.without(()).joined(("subnet", "edge-lan"), ("subnet", "mgmt-lan"))
    assert ("asset", "rtr@mgmt") in topology.graph
    seen = compiled(WORLD, "vrfs: {mgmt: {sees: default}}").topology
    assert seen.without(()).joined(("subnet", "edge-lan"), ("subnet", "mgmt-lan"))


def test_a_server_with_several_homes_does_not_forward(compiled: Compile) -> None:
    topology = compiled(WORLD).topology
    assert topology.forwarding == {"rtr", "fw-a", "fw-b"}


def test_a_cluster_is_one_vertex_with_its_members_homes(compiled: Compile) -> None:
    more = """
zones: {lab: {owner: aster, nature: test}}
subnets: {lab-lan: {cidr: 10.6.0.0/24, zone: lab}}
assets:
  pair: {members: [pair-1, pair-2], functions: filtering, interfaces: {data: 10.2.0.60}}
  pair-1: {interfaces: {lab: 10.6.0.1}}
  pair-2: {interfaces: {lab: 10.6.0.2}}
interconnections: {lab-link: {between: [data, lab], through: pair}}
"""
    topology = compiled(WORLD, more).topology
    lab, data = ("zone", "lab"), ("zone", "data")
    assert "pair" in topology.forwarding
    assert topology.without({"pair-1"}).joined(lab, data)
    assert not topology.without({"pair-1", "pair-2"}).joined(lab, data)
    assert not topology.without({"pair"}).joined(lab, data)


def test_lines_that_a_cut_cuts(compiled: Compile) -> None:
    network = compiled(WORLD, FLOWS)
    assert network.lines_cut({"fw-a", "fw-b"}) == {"F-1", "F-2", "F-4"}
    assert network.lines_cut({"fw-a"}) == frozenset()


def test_ways_that_cross_any_zone(compiled: Compile) -> None:
    topology = compiled(WORLD, "interconnections: {back: {between: [front, data]}}").topology
    assert topology.paths("front", "data") == (("back",), ("core",))
    assert topology.paths("payments", "internet") == ((),)
