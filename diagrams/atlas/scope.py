"""What of a map a page holds: all of it, or what is one tenant's own and the names at the other ends of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cloison.diagrams.atlas.naming import NOTHING, Naming
from cloison.netmodel.facts import AssetFacts, End, Line, ZonePair
from cloison.netmodel.finding import Message, Text, Value
from cloison.netmodel.network import Network

SECTIONS = ("parties", "zones", "subnets", "assets", "interconnections", "endpoints", "groups", "carriers", "sites",
            "vrfs", "translations", "applications", "flows")  # fmt: skip
KINDS = {"party": "parties", "zone": "zones", "subnet": "subnets", "asset": "assets", "endpoint": "endpoints",
         "interconnection": "interconnections", "carrier": "carriers", "site": "sites", "group": "groups",
         "vrf": "vrfs", "translation": "translations", "application": "applications",
         "line": "flows", "flow": "flows"}  # fmt: skip
UNTOLD = "…"


@dataclass(frozen=True, slots=True)
class Scope:
    """The ids that a page holds, by section; of the zones and assets that are not its ``own`` the name alone is told.

    ``naming`` tells a text that names what the page may not hold; ``pairs`` are those of each line that it may tell.
    """

    tenant: str = ""
    own: Mapping[str, frozenset[str]] = field(default_factory=dict)
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pairs: Mapping[str, frozenset[ZonePair]] = field(default_factory=dict)
    naming: Naming = NOTHING

    @property
    def whole(self) -> bool:
        """Whether the page holds everything."""
        return not self.tenant

    def owns(self, section: str, name: str) -> bool:
        """Return whether the page tells the entry whole."""
        return self.whole or name in self.own.get(section, ())

    def has(self, section: str, name: str) -> bool:
        """Return whether the page holds the entry."""
        return self.whole or name in self.held.get(section, ())

    def kept(self, section: str, names: Iterable[str]) -> list[str]:
        """Return those of the names that the page holds."""
        return [name for name in names if self.has(section, name)]

    def may_say(self, text: str) -> bool:
        """Return whether a text names nothing that the page may not hold."""
        return self.whole or self.naming.allows(text)

    def told(self, what: Value | Message | None) -> Value | Message | None:
        """Return a cell or a label without the names and addresses in it that the page may not hold."""
        if self.whole or what is None:
            return what
        if isinstance(what, Message):
            values = {name: self.told(value) for name, value in what.values.items()}
            said = Message(what.text, values)  # type: ignore[arg-type]
            return said if self.may_say(f"{said.say('en')} {said.say('fr')}") else UNTOLD
        if isinstance(what, tuple):
            return tuple(item for item in what if self.may_say(_said(item)))  # type: ignore[return-value]
        return what if not isinstance(what, (str, Text)) or self.may_say(_said(what)) else UNTOLD


def _said(item: str | Text) -> str:
    return f"{item.en} {item.fr}" if isinstance(item, Text) else item


def tenant_scope(network: Network, tenant: str) -> Scope:
    """Return what is one tenant's: its zones, what lies in them and belongs to it, the lines with an end there.

    Of what is not its own, the names that its lines write, the zones at their other ends and the equipment that they
    cross are held, as names; nothing of another tenant is. An asset of nobody is its zones'.
    """
    model = network.model
    others = {name for name, party in model.parties.items() if party.kind == "tenant" and name != tenant}
    own = frozenset(name for name, facts in network.zones.items() if facts.owner == tenant)
    others_own = {name for name, facts in network.zones.items() if facts.owner in others}

    def is_own(facts: AssetFacts) -> bool:
        return facts.owner == tenant if facts.owner else bool(facts.zones) and own.issuperset(facts.zones)

    def of_others(facts: AssetFacts) -> bool:
        return facts.owner in others if facts.owner else bool(facts.zones) and others_own.issuperset(facts.zones)

    own_assets = frozenset(name for name, facts in network.assets.items() if is_own(facts))
    other_assets = {name for name, facts in network.assets.items() if of_others(facts)}

    def foreign_end(end: End) -> bool:
        if end.zones and others_own.issuperset(end.zones):
            return True
        return end.kind != "zone" and bool(end.assets) and other_assets.issuperset(end.assets)

    pairs = {line.id: found for line in network.lines if (found := _pairs(line, own, own_assets))}
    lines = [line for line in network.lines if line.id in pairs]
    told = [end for line in lines for end in (*line.sources, *line.targets) if not foreign_end(end)]
    ends = {end.name for end in told}
    crossed = {one for line in lines for pair, route in line.routes.items() if pair in pairs[line.id] for one in route}
    met = {name for name, item in model.interconnections.items() if set(item.between) & own} | crossed
    through = {asset for name in met for stage in model.interconnections[name].through for asset in stage}
    inside = {name for zone in own for name in network.zones[zone].assets}
    assets = own_assets | inside | through | (ends & network.assets.keys())
    assets |= {network.endpoints[name].asset for name in ends if name in network.endpoints}
    zones = own | {zone for found in pairs.values() for pair in found for zone in pair}
    zones |= {zone for name in met for zone in model.interconnections[name].between}
    zones -= others_own
    own_subnets = frozenset(name for zone in own for name in network.zones[zone].subnets)
    subnets = own_subnets | (ends & network.subnets.keys())
    held = {
        "parties": {tenant} | {network.zones[zone].owner for zone in zones},
        "zones": zones, "subnets": subnets, "assets": assets - other_assets, "interconnections": met,
        "ends": {end.id for end in told},
        "endpoints": {name for name in ends if name in network.endpoints}
        | {name for name, facts in network.endpoints.items() if facts.asset in own_assets},
        "groups": ends & model.groups.keys(), "flows": pairs.keys(),
        "vrfs": {network.subnets[name].vrf for name in subnets if name in network.subnets},
    }  # fmt: skip
    services = {name for line in lines for end in line.targets if end.id in held["ends"]
                for name, _ in line.services_to(end)}  # fmt: skip
    services.update(name for line in lines for name in line.flow.services)
    foreign = {name for section in (*SECTIONS, "services") for name in getattr(model, section)} - services
    texts = [text for name in own for text in network.zones[name].zone.addresses]
    texts += [text for name in own_subnets for text in network.subnets[name].subnet.cidr]
    texts += [text for name in own_assets for one in network.assets[name].asset.interfaces.values()
              for text in one.addresses]  # fmt: skip
    kept = frozenset(name for names in held.values() for name in names)
    return Scope(
        tenant,
        {"parties": frozenset({tenant}), "zones": own, "subnets": own_subnets, "assets": own_assets,
         "endpoints": frozenset(name for name, facts in network.endpoints.items() if facts.asset in own_assets),
         "flows": frozenset(pairs)},
        {key: frozenset(names) for key, names in held.items()},
        pairs,
        Naming.of(kept, foreign - kept, others, texts),
    )  # fmt: skip


def _pairs(line: Line, own: frozenset[str], assets: frozenset[str]) -> frozenset[ZonePair]:
    """Return the pairs of zones of a line with an end among the tenant's zones, or that is equipment of its own."""
    sources, targets = (
        {zone for end in ends if end.kind not in ("zone", "subnet") and end.assets and assets.issuperset(end.assets)
         for zone in end.zones}
        for ends in (line.sources, line.targets)
    )  # fmt: skip
    return frozenset(
        pair for pair in line.zone_pairs if set(pair) & own or pair[0] in sources or pair[1] in targets
    )


def scoped_lines(network: Network, scope: Scope) -> list[Line]:
    """Return the lines that a page holds, by id."""
    return sorted((line for line in network.lines if scope.has("flows", line.id)), key=lambda line: line.id)
