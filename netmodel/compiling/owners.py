"""Whose every placed address is, and where no line is needed between owners."""

from __future__ import annotations

from cloison.netmodel.compiling.places import Places
from cloison.netmodel.language import model as m
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.ownership import LAST, Claim, Owner, Ownership


def whose(model: m.Model, places: Places, *, with_hosts: bool) -> Ownership:
    """Return whose every address is: of zones and subnets alone, or of assets too."""
    owners: dict[Owner, int] = {}
    claims: list[list[Claim]] = [[] for _ in places.vrfs]
    for vrf, prefixes in enumerate(places.prefixes):
        for item in prefixes:
            index = owners.setdefault(Owner(item.zone, item.subnet), len(owners))
            claims[vrf].append(Claim(item.low, item.high, item.length, index))
    everywhere = [owners.setdefault(Owner(zone), len(owners)) if zone else -1 for zone in places.everywhere]
    if with_hosts:
        for point, owner in places.hosts.items():
            address = point & LAST
            claims[point >> VRF_SHIFT].append(Claim(address, address, 128, owners.setdefault(owner, len(owners))))
    keys: dict[str, int] = {}
    known: dict[tuple[str, str], int] = {}  # an asset's address is inside what its place is inside
    inside = []
    for owner in owners:
        place = (owner.zone, owner.subnet)
        if place not in known:
            known[place] = _inside_key(model, places, owner, keys)
        inside.append(known[place])
    return Ownership.of(places.vrfs, places.sees, claims, everywhere, tuple(owners), inside)


def _inside_key(model: m.Model, places: Places, owner: Owner, keys: dict[str, int]) -> int:
    """Return a number that owners share where no line is needed between them, -1 where one always is."""
    chain = places.within.get(owner.zone, ())
    words = []
    for position in range(len(chain)):
        word = next((model.zones[outer].inside for outer in chain[position:] if model.zones[outer].inside), None)
        words.append(word or "subnet")
    if not words or words[0] == "matrix" or (words[0] == "subnet" and not owner.subnet):
        return -1
    if words[0] == "subnet":
        return keys.setdefault(f"subnet {owner.subnet}", len(keys))
    top = owner.zone
    for name, word in zip(chain, words, strict=True):
        if word != "zone":
            break
        top = name
    return keys.setdefault(f"zone {top}", len(keys))
