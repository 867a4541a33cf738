"""Places that two tenants share: a VRF, addresses inside addresses, a network in which no line is needed (9.7.a).

Twice the same prefix, and twice a VLAN or VNI on one carrier, are errors of the map itself. The VRF ``default`` is the
provider's own: there lines and filters keep tenants apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloison.netmodel.assurance.check import Breach
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.finding import Message, Ref, Step, Witness, say
from cloison.netmodel.network import Network

_SHOWN = 5  # tenants and networks that a message names
_OWN_VRF = say(
    "Give each tenant a VRF of its own; what they all use lies in a VRF that theirs `sees`.",
    "Donner à chaque commanditaire sa propre VRF ; ce que tous emploient est dans une VRF que la leur voit (`sees`).",
)
_APART = say(
    "Give each tenant addresses of its own, side by side in a network of the provider.",
    "Donner à chaque commanditaire ses propres adresses, côte à côte dans un réseau du prestataire.",
)
_NETWORKS = say(
    "Give each tenant a network of its own, or write `inside: matrix` on the zone, so that lines alone are permitted.",
    "Donner à chaque commanditaire son propre réseau, ou écrire `inside: matrix` sur la zone, pour que seules les "
    "lignes soient permises.",
)


def shared_places(network: Network) -> Iterator[Breach]:
    """Yield each VRF, aggregate, zone and subnet that is of two tenants or more."""
    yield from _vrfs(network)
    yield from _overlaps(network)
    yield from _open_networks(network)


def _tenant(network: Network, zone: str) -> str:
    facts = network.zones[zone]
    return facts.owner if facts.owner_kind == "tenant" else ""


def _vrfs(network: Network) -> Iterator[Breach]:
    held: dict[str, dict[str, Ref]] = {}  # by VRF and tenant, the first place there
    for name, subnet in network.subnets.items():
        if tenant := _tenant(network, subnet.zone):
            held.setdefault(subnet.vrf, {}).setdefault(tenant, Ref("subnet", name))
    for name, zone in network.zones.items():
        if zone.zone.addresses and (tenant := _tenant(network, name)):
            held.setdefault(zone.zone.vrf, {}).setdefault(tenant, Ref("zone", name))
    for vrf, places in sorted(held.items()):
        if vrf == "default" or len(places) < 2:
            continue
        message = say(
            "the VRF {vrf} is of several tenants, {tenants}: {places}",
            "la VRF {vrf} est à plusieurs commanditaires, {tenants} : {places}",
            vrf=vrf,
            tenants=_named(places),
            places=_named({item.id: tenant for tenant, item in places.items()}),
        )
        yield _breach(network, Ref("vrf", vrf), message, places, _OWN_VRF)
    yield from _sights(network, held)


def _sights(network: Network, held: Mapping[str, Mapping[str, Ref]]) -> Iterator[Breach]:
    """Yield each VRF of one tenant that sees another's, unless a line of the matrix is approved by both."""
    exchanges = [{approval.party for approval in line.flow.approved} for line in network.lines if line.live]
    for name, vrf in network.model.vrfs.items():
        for seen in vrf.sees:
            if "default" in (name, seen):
                continue
            for mine in sorted(held.get(name, ())):
                theirs = {
                    tenant: place
                    for tenant, place in held.get(seen, {}).items()
                    if tenant != mine and not any({mine, tenant} <= parties for parties in exchanges)
                }
                if theirs:
                    message = say(
                        "the VRF {vrf}, of {tenant}, sees the VRF {seen}, of {others}, and no line is approved by both",
                        "la VRF {vrf}, de {tenant}, voit la VRF {seen}, de {others}, sans ligne approuvée par les deux",
                        vrf=name,
                        tenant=mine,
                        seen=seen,
                        others=_named(theirs),
                    )
                    yield _breach(network, Ref("vrf", name), message, theirs, _OWN_VRF)


def _overlaps(network: Network) -> Iterator[Breach]:
    """Yield subnets in another tenant's aggregate, and zones within another tenant's zone."""
    pairs = [
        (Ref("subnet", inner), Ref("subnet", outer), network.subnets[inner].zone, subnet.zone)
        for outer, subnet in network.subnets.items()
        for inner in subnet.parts
    ]
    pairs += [
        (Ref("zone", inner), Ref("zone", outer), inner, outer)
        for outer, zone in network.zones.items()
        for inner in zone.parts
    ]
    for inside, around, zone, other in pairs:
        mine, theirs = _tenant(network, zone), _tenant(network, other)
        if mine and theirs and mine != theirs:
            message = say(
                "{inner}, of {tenant}, lies inside {outer}, of {other}",
                "{inner}, de {tenant}, est à l’intérieur de {outer}, de {other}",
                inner=inside.id,
                tenant=mine,
                outer=around.id,
                other=theirs,
            )
            yield _breach(network, inside, message, {theirs: around}, _APART)


def _open_networks(network: Network) -> Iterator[Breach]:
    """Yield the networks in which no line is needed and where assets of one tenant lie beside another's."""
    held: dict[Ref, dict[str, Ref]] = {}
    for name, asset in network.assets.items():
        if asset.owner_kind != "tenant":
            continue
        for subnet in asset.subnets:
            held.setdefault(Ref("subnet", subnet), {}).setdefault(asset.owner, Ref("asset", name))
        for zone in asset.zones:
            held.setdefault(Ref("zone", zone), {}).setdefault(asset.owner, Ref("asset", name))
    for place, assets in held.items():
        zone = place.id if place.kind == "zone" else network.subnets[place.id].zone
        if network.zones[zone].inside != place.kind:
            continue
        tenants = dict(assets)
        if owner := _tenant(network, zone):
            tenants.setdefault(owner, Ref("zone", zone))
        if len(tenants) > 1:
            message = say(
                "{place}, in which no line is needed, is shared by the tenants {tenants}",
                "{place}, où aucune ligne n’est nécessaire, est partagé par les commanditaires {tenants}",
                place=place.id,
                tenants=_named(tenants),
            )
            yield _breach(network, place, message, tenants, _NETWORKS)


def _named(names: Mapping[str, object]) -> tuple[str, ...]:
    found = tuple(sorted(names))
    return (*found[:_SHOWN], "…") if len(found) > _SHOWN else found


def _breach(network: Network, subject: Ref, message: Message, places: Mapping[str, Ref], remedy: Message) -> Breach:
    shown = [place for _, place in sorted(places.items()) if place != subject][:_SHOWN]
    found = {place: cited(network, place) for place in (subject, *shown)}
    return Breach(
        subject,
        message,
        tuple(dict.fromkeys(span for spans in found.values() for span in spans)),
        Witness("facts", tuple(Step(place, None, spans[0]) for place, spans in found.items())),
        remedy=remedy,
    )
