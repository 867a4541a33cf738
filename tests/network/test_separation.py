"""What runs on what, and how far two things are apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloison.netmodel.network import Network

Compile = Callable[..., Network]

WORLD = """cloison: 1
name: separation
parties: {aster: {kind: provider}}
carriers:
  fabric: {kind: hardware}
  fabric-2: {kind: hardware}
  fibre: {kind: hardware}
  ipsec: {kind: tunnel, protocol: ipsec, over: fibre}
  overlay: {kind: tunnel, protocol: vxlan, over: [fabric]}
  deep: {kind: tunnel, protocol: vxlan, over: [ipsec]}
  both: {kind: tunnel, protocol: vxlan, over: [fibre, ipsec]}
zones:
  a: {owner: aster, nature: production}
  b: {owner: aster, nature: development}
  c: {owner: aster, nature: production}
subnets:
  on-fabric: {cidr: 10.1.0.0/24, zone: a, over: fabric}
  on-fabric-2: {cidr: 10.2.0.0/24, zone: b, over: fabric-2}
  on-overlay: {cidr: 10.3.0.0/24, zone: c, over: overlay}
  on-fibre: {cidr: 10.4.0.0/24, zone: c, over: fibre}
  in-ipsec: {cidr: 10.5.0.0/24, zone: c, over: ipsec}
  in-deep: {cidr: 10.6.0.0/24, zone: c, over: deep}
  in-both: {cidr: 10.7.0.0/24, zone: c, over: both}
  nowhere: {cidr: 10.8.0.0/24, zone: c}
  half: {cidr: 10.9.0.0/24, zone: c, over: vm-unknown}
  on-vm: {cidr: 10.10.0.0/24, zone: c, over: vm}
assets:
  hyp: {kind: physical}
  vm: {kind: virtual, over: hyp}
  vm-2: {kind: virtual, over: hyp}
  vm-unknown: {kind: virtual}
  pair: {members: [hyp, box]}
  box: {kind: physical}
"""

PAIRS = [
    (("subnet", "on-fabric"), ("subnet", "on-fabric-2"), "physical", ()),
    (("subnet", "on-fabric"), ("subnet", "on-overlay"), "shared", ("fabric",)),
    (("subnet", "on-fibre"), ("subnet", "in-ipsec"), "encryption", ("fibre",)),
    (("subnet", "on-fibre"), ("subnet", "in-deep"), "encryption", ("fibre",)),
    (("subnet", "in-ipsec"), ("subnet", "in-deep"), "encryption", ("fibre",)),
    (("subnet", "on-fibre"), ("subnet", "in-both"), "shared", ("fibre",)),
    (("subnet", "on-fabric"), ("subnet", "nowhere"), "undeclared", ()),
    (("subnet", "on-fabric"), ("subnet", "half"), "undeclared", ()),
    (("asset", "vm"), ("asset", "vm-2"), "shared", ("hyp",)),
    (("asset", "vm"), ("asset", "box"), "physical", ()),
    (("asset", "pair"), ("asset", "vm"), "shared", ("hyp",)),
    (("asset", "hyp"), ("subnet", "on-vm"), "shared", ("hyp",)),
    (("carrier", "ipsec"), ("carrier", "fibre"), "encryption", ("fibre",)),
]


@pytest.mark.parametrize(("one", "other", "word", "shared"), PAIRS, ids=[f"{p[0][1]}~{p[1][1]}" for p in PAIRS])
def test_how_two_things_are_apart(
    one: tuple[str, str], other: tuple[str, str], word: str, shared: tuple[str, ...], compiled: Compile
) -> None:
    separation = compiled(WORLD).separation
    for found in (separation.between(one, other), separation.between(other, one)):
        assert (found.word, found.shared) == (word, shared)


def test_the_witness_is_the_way_down_from_each(compiled: Compile) -> None:
    found = compiled(WORLD).separation.between(("subnet", "on-fibre"), ("subnet", "in-deep"))
    assert [[ref.id for ref in way] for way in found.witness] == [["on-fibre", "fibre"],
                                                                  ["in-deep", "deep", "ipsec", "fibre"]]  # fmt: skip


def test_shared_hardware_settles_it_whatever_is_undeclared(compiled: Compile) -> None:
    more = "subnets: {mixed: {cidr: 10.20.0.0/24, zone: c, over: [fabric, vm-unknown]}}"
    found = compiled(WORLD, more).separation.between(("subnet", "mixed"), ("subnet", "on-fabric"))
    assert found.word == "shared"
    assert [ref.id for ref in found.undeclared] == ["vm-unknown"]


def test_a_zone_includes_its_subnets_and_assets_but_not_where_zones_meet(compiled: Compile) -> None:
    more = """
subnets: {other: {cidr: 10.21.0.0/24, zone: b, over: fabric-2}}
assets:
  fw: {kind: physical, functions: filtering, interfaces: {a: 10.1.0.1, b: 10.2.0.1}}
  waf: {kind: physical, functions: waf, interfaces: {a: 10.1.0.2, b: 10.2.0.2}}
  server: {kind: virtual, over: hyp, interfaces: {a: 10.1.0.3}}
  tool: {kind: virtual, over: hyp, interfaces: {b: 10.2.0.3}}
"""
    network = compiled(WORLD, more)
    assert network.separation.closure("zone", "a").hardware == {"fabric", "hyp"}
    found = network.separation.between(("zone", "a"), ("zone", "b"))
    assert (found.word, found.shared) == ("shared", ("hyp",))
    assert [ref.id for ref in found.witness[0]] == ["a", "server", "hyp"]
