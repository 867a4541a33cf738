"""Tables that say what a drawing shows, whole: nothing is clipped or aggregated away in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloison.diagrams.scenes.parts import functions_said, home, is_security
from cloison.diagrams.words import DOMAINS, KINDS, NATURES, SENSITIVITIES, word
from cloison.netmodel.facts import AssetFacts, InterfaceFacts
from cloison.netmodel.finding import Message, Text, Value
from cloison.netmodel.network import Network
from cloison.netmodel.report import Table
from cloison.netmodel.space.addresses import prefixes

Cell = Value | Message | None
YES = Text("yes", "oui")


def zones_table(network: Network, zones: Sequence[str]) -> Table:
    """Return the zones with their attributes, lent ones included."""
    rows: list[tuple[Cell, ...]] = []
    for name in zones:
        facts = network.zones[name]
        rows.append((
            name, facts.within, facts.owner, word(KINDS, facts.owner_kind), word(NATURES, facts.nature),
            word(SENSITIVITIES, facts.sensitivity), word(DOMAINS, facts.domain), YES if facts.public else "",
            YES if facts.sensitive else "", facts.subnets,
        ))  # fmt: skip
    return Table("zones", Text("Zones", "Zones"), (
        Text("zone", "zone"), Text("within", "dans"), Text("owner", "propriétaire"), Text("party", "partie"),
        Text("nature", "nature"), Text("sensitivity", "sensibilité"), Text("domain", "domaine"),
        Text("public", "publique"), Text("sensitive", "sensible"), Text("subnets", "sous-réseaux"),
    ), tuple(rows))  # fmt: skip


def subnets_table(network: Network, subnets: Sequence[str]) -> Table:
    """Return the subnets with their prefixes."""
    rows: list[tuple[Cell, ...]] = []
    for name in subnets:
        facts = network.subnets[name]
        subnet = facts.subnet
        rows.append((name, facts.zone, subnet.cidr, facts.vrf, subnet.vlan, subnet.vni, facts.over, subnet.site))
    return Table("subnets", Text("Subnets", "Sous-réseaux"), (
        Text("subnet", "sous-réseau"), Text("zone", "zone"), Text("prefixes", "préfixes"), Text("VRF", "VRF"),
        Text("VLAN", "VLAN"), Text("VNI", "VNI"), Text("over", "support"), Text("site", "site"),
    ), tuple(rows))  # fmt: skip


def interconnections_table(network: Network, names: Sequence[str]) -> Table:
    """Return the interconnections with the equipment of each stage and whether it filters."""
    rows: list[tuple[Cell, ...]] = []
    for name in names:
        declared = network.model.interconnections[name]
        stages = tuple(" / ".join(stage) for stage in declared.through)
        filters = any(all("filtering" in network.assets[one].functions for one in stage) for stage in declared.through)
        nerve = any(
            network.zones[zone].public or network.zones[zone].owner_kind == "third-party" for zone in declared.between
        )
        rows.append((name, declared.between, stages, YES if filters else "", declared.over, YES if nerve else ""))
    return Table("interconnections", Text("Interconnections", "Interconnexions"), (
        Text("interconnection", "interconnexion"), Text("zones", "zones"), Text("through", "à travers"),
        Text("filtered", "filtrée"), Text("over", "support"),
        Text("with the public or a third party", "avec le public ou un tiers"),
    ), tuple(rows))  # fmt: skip


def interfaces_table(homes: Sequence[tuple[AssetFacts, InterfaceFacts]]) -> Table:
    """Return interfaces with their asset and its functions, every address of them."""
    rows: list[tuple[Cell, ...]] = [
        (asset.id, functions_said(asset.functions), one.name, prefixes(one.addresses), one.mac, one.subnets)
        for asset, one in homes
    ]
    return Table("assets", Text("Assets and their interfaces", "Biens et leurs interfaces"), (
        Text("asset", "bien"), Text("functions", "fonctions"), Text("interface", "interface"),
        Text("addresses", "adresses"), Text("MAC", "MAC"), Text("subnet", "sous-réseau"),
    ), tuple(rows))  # fmt: skip


def nerve_centres_table(network: Network, assets: Sequence[str]) -> Table:
    """Return the security equipment with its functions, and the sensitive servers (13.1.a)."""
    rows: list[tuple[Cell, ...]] = []
    for name in assets:
        facts = network.assets[name]
        if is_security(facts) or facts.sensitive:
            sensitive = YES if facts.sensitive else ""
            rows.append((name, functions_said(facts.functions), sensitive, home(facts), facts.subnets, facts.members,
                         facts.asset.site))  # fmt: skip
    return Table("nerve-centres", Text("Security equipment and sensitive servers",
                                       "Équipements de sécurité et serveurs sensibles"), (
        Text("asset", "bien"), Text("functions", "fonctions"), Text("sensitive", "sensible"), Text("zone", "zone"),
        Text("subnets", "sous-réseaux"), Text("members", "membres"), Text("site", "site"),
    ), tuple(rows))  # fmt: skip


def flows_table(network: Network, pairs: Mapping[tuple[str, str], Sequence[str]]) -> Table:
    """Return the lines of each pair of zones, with the interconnections that they cross."""
    lines = {line.id: line for line in network.lines}
    rows: list[tuple[Cell, ...]] = []
    for (source, target), ids in sorted(pairs.items()):
        crossed = tuple(sorted({name for one in ids for name in lines[one].routes.get((source, target), ())}))
        services = tuple(sorted({name for one in ids for name, _ in lines[one].services}))
        rows.append((source, target, len(ids), tuple(ids), services, crossed))
    return Table("flows", Text("Authorised flows by pair of zones", "Flux autorisés par paire de zones"), (
        Text("from", "de"), Text("to", "vers"), Text("lines", "lignes"), Text("ids", "identifiants"),
        Text("services", "services"), Text("interconnections crossed", "interconnexions traversées"),
    ), tuple(rows))  # fmt: skip


def matrix_table(zones: Sequence[str], pairs: Mapping[tuple[str, str], Sequence[str]]) -> Table:
    """Return the number of lines from each zone (a row) to each zone that any line goes to (a column)."""
    reached = {target for _, target in pairs}
    columns = [name for name in zones if name in reached]
    rows: list[tuple[Cell, ...]] = [
        (name, *(len(pairs.get((name, other), ())) or "" for other in columns)) for name in zones
    ]
    heads = (Text("from \\ to", "de \\ vers"), *(Text(name, name) for name in columns))
    return Table("matrix", Text("Lines by pair of zones", "Lignes par paire de zones"), heads, tuple(rows))
