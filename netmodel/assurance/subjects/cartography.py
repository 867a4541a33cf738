"""What ANSSI's guide to cartography asks of each object of a map, view by view, as far as a map holds it.

The guide: *Cartographie du système d'information*, version 1.0, November 2018.

Annex 1 gives each attribute of an object a granularity, annex 2 says which granularity of which view a level of
maturity wants: of ecosystem, applications and logical infrastructures the first at level 1, of administration and
physical infrastructures the first at level 2, and the second of all at level 3. Attributes of switches, routers,
security devices and logical servers are those of the guide's page 40; those of the other objects are as Mercator
(sourcentis/mercator, ``docs/maturity.md`` and its page of levels), which implements the guide, requires them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cloison.netmodel.facts import AssetFacts
from cloison.netmodel.finding import Ref, Text
from cloison.netmodel.network import Network

ECOSYSTEM = Text("ecosystem", "écosystème")
APPLICATIONS = Text("applications", "applications")
ADMINISTRATION = Text("administration", "administration")
LOGICAL = Text("logical infrastructures", "infrastructures logiques")
PHYSICAL = Text("physical infrastructures", "infrastructures physiques")

_NETWORK = {"routing"}
_SECURITY = {"filtering", "waf", "proxy", "bastion", "vpn", "authentication", "encryption", "probe", "siem",
             "sas-in", "sas-out", "antivirus"}  # fmt: skip

_ADDRESS = Text("IP address", "adresse IP")
_MAC = Text("MAC address", "adresse MAC")
_MODEL = Text("model", "modèle")
_SOFTWARE = Text("system or software and its version", "système ou logiciel et sa version")
_DESCRIPTION = Text("description (function or role)", "description (fonction ou rôle)")
_OWNER = Text("owner", "propriétaire")
_NATURE = Text("nature", "nature")
_SENSITIVITY = Text("sensitivity", "sensibilité")


@dataclass(frozen=True, slots=True)
class Item:
    """An object of a view, and what it lacks of what is asked."""

    subject: Ref
    lacking: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """What one level of maturity asks of one view; ``before`` is the stage of the same view that it builds on.

    ``objects`` says what the map must have at least one of.
    """

    name: str
    view: Text
    level: int
    objects: Text
    items: Callable[[Network], Iterator[Item]]
    before: str = ""


def _lacks(*fields: tuple[object, Text]) -> tuple[Text, ...]:
    return tuple(text for held, text in fields if not held)


def _own(network: Network, facts: AssetFacts) -> bool:
    """Tell whether an asset is one of whose map it is: no cluster, since its members are listed, and no one else's.

    Without an owner it belongs to whoever owns the zones where it lies.
    """
    kinds = {facts.owner_kind} if facts.owner_kind else {network.zones[zone].owner_kind for zone in facts.zones}
    return not facts.members and (not kinds or not kinds.isdisjoint(("", "provider")))


def _assets(network: Network) -> Iterator[AssetFacts]:
    return (facts for facts in network.assets.values() if _own(network, facts))


def _described(network: Network, facts: AssetFacts) -> bool:
    cluster = network.assets.get(facts.cluster)
    return bool(facts.functions or facts.asset.role or (cluster and cluster.asset.role))


def _addressed(network: Network, facts: AssetFacts) -> bool:
    cluster = network.assets.get(facts.cluster)
    homes = [*facts.interfaces.values(), *(cluster.interfaces.values() if cluster else ())]
    return any(home.addresses or home.stands for home in homes)


def _software(facts: AssetFacts) -> bool:
    return bool(facts.asset.software) and all(item.version for item in facts.asset.software)


def _is_workstation(facts: AssetFacts) -> bool:
    """A machine without an address of its own (DHCP) is a workstation, of which the logical view says nothing."""
    return bool(facts.interfaces) and all(home.stands for home in facts.interfaces.values())


def ecosystem(network: Network) -> Iterator[Item]:
    """Yield each third party and tenant: its name, and what a third party contributes."""
    for name, party in network.model.parties.items():
        if party.kind in ("third-party", "tenant"):
            contribution = party.contribution or party.kind == "tenant"
            yield Item(
                Ref("party", name),
                _lacks(
                    (party.name, Text("name", "nom")),
                    (contribution, Text("nature of the relation (contribution)", "nature de la relation (apport)")),
                ),
            )


def applications(network: Network) -> Iterator[Item]:
    """Yield each application (what it is for, the assets that serve it) and each flow (what it is for)."""
    for name, application in network.model.applications.items():
        yield Item(
            Ref("application", name),
            _lacks(
                (application.function, Text("function", "fonction")),
                (application.assets, Text("assets", "biens")),
            ),
        )
    for line in network.lines:
        told = line.flow.justification is not None and line.flow.justification.text.strip()
        yield Item(Ref("line", line.id), _lacks((told, Text("description (justification)", "description (motif)"))))


def administration(network: Network) -> Iterator[Item]:
    """Yield each zone of administration (owner, addresses) and each directory (its software, its zone)."""
    for zone in network.zones.values():
        if zone.nature == "administration":
            yield Item(
                Ref("zone", zone.id),
                _lacks((zone.owner, _OWNER), (zone.points, Text("subnets or addresses", "sous-réseaux ou adresses"))),
            )
    for facts in _assets(network):
        if "directory" in facts.functions:
            solution = Text("solution (software)", "solution (logiciel)")
            yield Item(
                Ref("asset", facts.id),
                _lacks((facts.asset.software, solution), (facts.zones, Text("zone", "zone"))),
            )


def logical(network: Network) -> Iterator[Item]:
    """Yield each zone, subnet, network or security device and server: what the first granularity asks of it."""
    own = {zone.id for zone in network.zones.values() if zone.owner_kind in ("", "provider") and not zone.public}
    for zone in network.zones.values():
        if zone.id in own:
            yield Item(
                Ref("zone", zone.id),
                _lacks((zone.nature, _NATURE), (zone.owner, _OWNER), (zone.sensitivity, _SENSITIVITY)),
            )
    for subnet in network.subnets.values():
        if subnet.zone in own and not subnet.subnet.aggregate:
            tagged = subnet.subnet.vlan is not None or subnet.subnet.vni is not None or subnet.over
            gateway = any(network.assets[name].forwards for name in subnet.assets)
            yield Item(
                Ref("subnet", subnet.id),
                _lacks(
                    (tagged, Text("VLAN, VNI or carrier", "VLAN, VNI ou support")),
                    (gateway, Text("gateway", "passerelle")),
                ),
            )
    serving = {endpoint.asset for endpoint in network.endpoints.values()}
    applied = {name for application in network.model.applications.values() for name in application.assets}
    for facts in _assets(network):
        if not _is_workstation(facts):
            yield Item(Ref("asset", facts.id), _of_device(network, facts, serving, applied))


def _of_device(network: Network, facts: AssetFacts, serving: set[str], applied: set[str]) -> tuple[Text, ...]:
    modelled = facts.asset.model or facts.asset.kind == "virtual"
    lacking = _lacks((_addressed(network, facts), _ADDRESS), (modelled, _MODEL), (_software(facts), _SOFTWARE))
    if not facts.functions.isdisjoint(_NETWORK) and facts.functions.isdisjoint(_SECURITY):
        return lacking
    lacking += _lacks(
        (all(home.mac for home in facts.interfaces.values()), _MAC), (_described(network, facts), _DESCRIPTION)
    )
    if "vpn" in facts.functions and facts.id in serving:  # a gateway that lets in from outside
        way_in = network.assets.get(facts.cluster, facts).asset.authentication or facts.asset.authentication
        return lacking + _lacks((way_in, Text("authentication", "authentification")))
    if facts.functions.isdisjoint(_SECURITY) and facts.id in serving and not {facts.id, facts.cluster} & applied:
        lacking += (Text("application", "application"),)
    return lacking


def logical_in_detail(network: Network) -> Iterator[Item]:
    """Yield each virtual asset (what it runs on) and each interconnection with the outside (what it goes through)."""
    for facts in _assets(network):
        if facts.asset.kind == "virtual":
            yield Item(Ref("asset", facts.id), _lacks((facts.asset.over, Text("physical support", "support physique"))))
    for name, joined in network.model.interconnections.items():
        if any(network.zones[zone].owner_kind not in ("", "provider") for zone in joined.between):
            yield Item(
                Ref("interconnection", name),
                _lacks((joined.through, Text("equipment that it goes through", "équipement traversé"))),
            )


def physical(network: Network) -> Iterator[Item]:
    """Yield each site (country, rooms) and each physical asset (description, model, site and room, owner)."""
    for name, site in network.model.sites.items():
        yield Item(
            Ref("site", name), _lacks((site.country, Text("country", "pays")), (site.rooms, Text("rooms", "salles")))
        )
    for facts in _assets(network):
        if facts.asset.kind == "virtual":
            continue
        _, _, room = facts.asset.site.partition("/")
        yield Item(
            Ref("asset", facts.id),
            _lacks(
                (facts.asset.kind, Text("kind (physical or virtual)", "genre (physique ou virtuel)")),
                (_described(network, facts), _DESCRIPTION),
                (facts.asset.model, _MODEL),
                (facts.asset.site, Text("site", "site")),
                (room or not facts.asset.site, Text("room", "salle")),
                (facts.owner, _OWNER),
            ),
        )


STAGES: tuple[Stage, ...] = (
    Stage("ecosystem-1", ECOSYSTEM, 1, Text("a third party or a tenant", "un tiers ou un commanditaire"), ecosystem),
    Stage("applications-1", APPLICATIONS, 1, Text("an application", "une application"), applications),
    Stage("logical-1", LOGICAL, 1, Text("a zone", "une zone"), logical),
    Stage(
        "administration-2", ADMINISTRATION, 2,
        Text("a zone of nature administration", "une zone de nature administration"), administration,
    ),
    Stage("physical-2", PHYSICAL, 2, Text("a site or physical asset", "un site ou un bien physique"), physical),
    Stage(
        "logical-3", LOGICAL, 3,
        Text("a virtual asset or an interconnection with the outside",
             "un bien virtuel ou une interconnexion avec l’extérieur"), logical_in_detail, "logical-1",
    ),
)  # fmt: skip
