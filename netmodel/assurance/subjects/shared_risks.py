"""What parties share, and so what a failure of segmentation would join: hardware, and filters that stand alone.

Two zones of different parties share hardware where both run on it, encrypted or not; they share a filter where a single
stage of filtering joins them. Public networks are nobody's resource, and are left out. Everything is linear: pairs are
never listed, but grouped by what is shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloison.netmodel.assurance.check import Missing
from cloison.netmodel.finding import Ref, Text
from cloison.netmodel.network import Network

OVER = Text("what it runs on (`over`, or `kind: physical`)", "ce sur quoi il repose (`over`, ou `kind: physical`)")


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing and the zones that share it, each with its owner; ``risk`` is what is written on the thing itself."""

    thing: Ref
    zones: Mapping[str, str]
    risk: str

    def open(self, network: Network) -> tuple[str, ...]:
        """Return the zones of which a pair, of different owners, has no risk: neither theirs nor the thing's."""
        if self.risk:
            return ()
        left = {zone: owner for zone, owner in self.zones.items() if not risk_of(network, zone)}
        return tuple(left) if len(set(left.values())) > 1 else ()


def risk_of(network: Network, zone: str) -> str:
    """Return the risk that a zone cites, or the nearest zone around it."""
    here = network.zones.get(zone)
    while here is not None:
        if here.zone.risk:
            return here.zone.risk
        here = network.zones.get(here.within)
    return ""


def sharers(network: Network) -> dict[str, str]:
    """Return the zones that share resources, with their owners: public networks do not."""
    return {
        name: zone.owner
        for name, zone in network.zones.items()
        if not zone.public and zone.owner_kind in ("provider", "tenant", "third-party")
    }


def shared_hardware(network: Network, zones: Mapping[str, str]) -> tuple[tuple[Shared, ...], tuple[Missing, ...]]:
    """Return the hardware under zones of several owners, and what does not say what it runs on."""
    under: dict[str, dict[str, str]] = {}
    missing: dict[Missing, None] = {}
    for zone, owner in zones.items():
        closure = network.separation.closure("zone", zone)
        for item in closure.hardware:
            under.setdefault(item, {})[zone] = owner
        if not risk_of(network, zone):
            missing |= dict.fromkeys(Missing(item, OVER) for item in closure.undeclared)
    found = []
    for name, held in sorted(under.items()):
        if len(set(held.values())) > 1:
            carrier = network.model.carriers.get(name)
            thing = Ref("asset", name) if carrier is None else Ref("carrier", name)
            risk = network.model.assets[name].risk if carrier is None else carrier.risk
            found.append(Shared(thing, held, risk))
    return tuple(found), tuple(missing)


def single_filters(network: Network, zones: Mapping[str, str]) -> Iterator[Shared]:
    """Yield the interconnections of zones of several owners that one stage of filtering keeps apart."""
    for name, item in network.model.interconnections.items():
        held = {zone: zones[zone] for zone in item.between if zone in zones}
        if len(set(held.values())) < 2:
            continue
        stages = [stage for stage in item.through
                  if all("filtering" in network.assets[asset].functions for asset in stage)]  # fmt: skip
        if len(stages) == 1:
            risks = {network.model.assets[asset].risk for asset in stages[0]}
            yield Shared(Ref("interconnection", name), held, item.risk or ("" if "" in risks else min(risks)))
