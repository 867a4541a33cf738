"""Literal addresses of a map: the points that they are in their VRF, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloison.netmodel.facts import AssetFacts, SubnetFacts
from cloison.netmodel.space.addresses import GLOBAL, MULTICAST, VRF_SHIFT, parse, parse_address, points
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.ownership import Owner, Ownership

_BROADCAST = IntervalSet(((parse_address("255.255.255.255"),) * 2,))
_LINKS = MULTICAST | _BROADCAST  # nobody's: they lie in their sender's zone


@dataclass(frozen=True, slots=True)
class Literal:
    """The points of literal addresses; ``owners`` is empty for multicast and for what is on nothing declared."""

    points: IntervalSet
    owners: tuple[Owner, ...]
    multicast: bool


def looks_literal(text: str) -> bool:
    """Say whether a text can only be meant as an address: it begins like one."""
    return ":" in text or (text[:1].isdigit() and "." in text)


def read_literal(text: str, vrf: int, ownership: Ownership) -> Literal:
    """Return what an address, prefix or range is in the VRF of that index; raises ``RefusedError``."""
    addresses = parse(text)
    if addresses <= _LINKS:
        return Literal(points(vrf, addresses), (), True)
    found = EMPTY
    left = addresses
    for other in (vrf, *ownership.sees[vrf]):
        held = IntervalSet.union(
            (max(low, segment.low), min(high, segment.high))
            for low, high in left.ranges for segment in ownership.segments_between(other, low, high)
        )  # fmt: skip
        found |= points(other, held)
        left -= held
    for other in (vrf, *ownership.sees[vrf]):
        if ownership.layers[other].everywhere >= 0:
            held = left & GLOBAL
            found |= points(other, held)
            left -= held
            break
    return Literal(found | points(vrf, left), owners_of(found, ownership), False)


def leased(subnet: str, subnets: Mapping[str, SubnetFacts], assets: Mapping[str, AssetFacts]) -> tuple[str, ...]:
    """Return the assets that stand for a subnet: any of its addresses that is nobody else's may be theirs."""
    return tuple(
        name
        for name in subnets[subnet].assets
        if any(home.stands and subnet in home.subnets for home in assets[name].interfaces.values())
    )


def owners_of(held: IntervalSet, ownership: Ownership) -> tuple[Owner, ...]:
    """Return whose some points are, each owner once, in the order of the points."""
    indices: dict[int, None] = {}
    for low, high in held.ranges:
        for vrf in range(low >> VRF_SHIFT, (high >> VRF_SHIFT) + 1):
            base = vrf << VRF_SHIFT
            indices |= dict.fromkeys(ownership.touching(max(low, base), min(high, base + (1 << VRF_SHIFT) - 1)))
    return tuple(ownership.owners[index] for index in indices)
