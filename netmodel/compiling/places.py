"""Where everything is: the prefixes of zones and subnets, the homes of assets, and what was refused of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloison.netmodel.compiling.problems import Problems, Route
from cloison.netmodel.facts import InterfaceFacts
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.ownership import Owner


@dataclass(frozen=True, slots=True)
class Prefix:
    """One prefix of a zone or a subnet and where it is written."""

    low: int
    high: int
    length: int
    zone: str
    subnet: str  # empty for a zone's own addresses
    route: Route


@dataclass(slots=True)
class Places:
    """Prefixes of each VRF (by index), of each subnet, and the interfaces of each asset."""

    vrfs: tuple[str, ...]
    sees: tuple[tuple[int, ...], ...]
    within: Mapping[str, tuple[str, ...]]  # zone -> itself and the zones around it, from the inside
    prefixes: list[list[Prefix]]
    everywhere: list[str]  # the zone that has `global` in each VRF, or empty
    of_subnet: dict[str, IntervalSet]
    nested: dict[str, list[str]] = field(default_factory=dict)  # aggregate -> subnets inside it
    interfaces: dict[str, dict[str, InterfaceFacts]] = field(default_factory=dict)
    hosts: dict[int, Owner] = field(default_factory=dict)  # by the point of each address of an asset


def refuse_prefix(places: Places, zone: str, subnet: str, problems: Problems) -> None:
    """Note that addresses of a subnet, of its zone and of the zones around it were refused: they have had an error."""
    problems.holes = True
    problems.refused.update((subnet, zone, *places.within.get(zone, ())))
