"""From where support is given (SecNumCloud 9.7.d, 19.2.e): one answer for the rules that ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloison.netmodel.assurance.check import Missing
from cloison.netmodel.assurance.subjects.locations import Locations
from cloison.netmodel.assurance.subjects.union import in_union
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Ref, Text
from cloison.netmodel.network import Network

COUNTRY = Text(
    "the country from which support is given (`site`, or its owner’s `country`)",
    "le pays depuis lequel le support est rendu (`site`, ou le `country` de son propriétaire)",
)


@dataclass(frozen=True, slots=True)
class Origins:
    """The places outside the Union from which support is given, by how many lines, and what nobody can place."""

    places: tuple[Ref, ...]
    lines: int
    missing: tuple[Missing, ...]


def support_lines(network: Network) -> list[Line]:
    """Return the live lines of support."""
    return [line for line in network.lines if line.live and line.nature == "support"]


def origins(network: Network, locations: Locations, lines: Sequence[Line]) -> Origins:
    """Return from where outside the Union support is given.

    A place lies at its site, or where its equipment does; what is not the provider's and has neither lies in the
    country of its owner.
    """
    places: dict[Ref, None] = {}
    missing: dict[Missing, None] = {}
    count = 0
    for line in lines:
        abroad = False
        for end in line.sources:
            outside, lacking = _outside(network, locations, end)
            missing |= dict.fromkeys(lacking)
            if outside:
                abroad = True
                places |= dict.fromkeys(_named(network, end))
        count += abroad
    return Origins(tuple(places), count, tuple(missing))


def _outside(network: Network, locations: Locations, end: End) -> tuple[bool, tuple[Missing, ...]]:
    located = locations.of_end(end)
    if located.outside():
        return True, located.missing
    if located.countries or not end.zones:
        return False, located.missing
    missing: list[Missing] = []
    for zone in end.zones:
        party = network.model.parties.get(network.zones[zone].owner)
        inside = in_union(party.country) if party is not None and party.kind != "provider" else None
        if inside is False:
            return True, ()
        if inside is None:
            missing.append(Missing(Ref("zone", zone), COUNTRY))
    return False, tuple(missing)


def _named(network: Network, end: End) -> Iterator[Ref]:
    """Yield the places that an end of a line names."""
    for leaf in end.leaves:
        if leaf.kind in ("zone", "subnet"):
            yield Ref(leaf.kind, leaf.id)
        elif leaf.kind == "literal":
            yield from (
                Ref("asset", owner.asset) if owner.asset
                else Ref("subnet", owner.subnet) if owner.subnet
                else Ref("zone", owner.zone)
                for owner in leaf.owners
            )  # fmt: skip
        else:
            yield Ref("asset", leaf.id.partition("/")[0])
