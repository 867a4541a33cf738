"""What of a map a page holds: all of it, or what is one tenant's own and the names at the other ends of its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cloison.diagrams.atlas.words import ours
from cloison.netmodel.facts import Line, ZonePair
from cloison.netmodel.finding import Finding, Ref
from cloison.netmodel.network import Network
from cloison.netmodel.report import Scene

SECTIONS = ("parties", "zones", "subnets", "assets", "interconnections", "endpoints", "groups", "carriers", "sites",
            "vrfs", "translations", "applications", "flows")  # fmt: skip
WORD = re.compile(r"[\w.<>-]+")
KINDS = {"party": "parties", "zone": "zones", "subnet": "subnets", "asset": "assets", "endpoint": "endpoints",
         "interconnection": "interconnections", "carrier": "carriers", "site": "sites", "group": "groups",
         "vrf": "vrfs", "translation": "translations", "application": "applications",
         "line": "flows", "flow": "flows"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """The ids that a page holds, by section; ``own`` zones are told whole, of the others the name alone.

    ``foreign`` are the names of the map that the page may not hold: a text with one of them is left out.
    """

    own: frozenset[str]
    held: dict[str, frozenset[str]]
    foreign: frozenset[str]
    whole: bool

    def has(self, section: str, name: str) -> bool:
        """Return whether the page holds the entry."""
        return self.whole or name in self.held.get(section, ())

    def kept(self, section: str, names: Iterable[str]) -> list[str]:
        """Return those of the names that the page holds."""
        return [name for name in names if self.has(section, name)]

    def may_say(self, text: str) -> bool:
        """Return whether a text names nothing that the page may not hold."""
        return self.whole or (not self.foreign.intersection(WORD.findall(text)) and text not in self.foreign)

    def pairs(self, pairs: Sequence[ZonePair]) -> list[ZonePair]:
        """Return the pairs of zones of a line with an end among the page's own zones."""
        return [pair for pair in pairs if self.whole or set(pair) & self.own]


def whole() -> Scope:
    """Return the scope of a page that holds everything."""
    return Scope(frozenset(), {}, frozenset(), True)


def tenant_scope(network: Network, tenant: str) -> Scope:
    """Return what is one tenant's: its zones, what lies in them and belongs to it, the lines with an end there.

    Of what is not its own, the names that its lines write, the zones at their other ends and the equipment that they
    cross are held, as names; nothing of another tenant is.
    """
    own = frozenset(name for name, facts in network.zones.items() if facts.owner == tenant)
    model = network.model
    lines = [line for line in network.lines if any(set(pair) & own for pair in line.zone_pairs)]
    pairs = [pair for line in lines for pair in line.zone_pairs if set(pair) & own]
    others = {name for name, party in model.parties.items() if party.kind == "tenant" and name != tenant}
    others_own = {name for name, facts in network.zones.items() if facts.owner in others}
    told = [
        end for line in lines for end in (*line.sources, *line.targets)
        if not end.zones or not set(end.zones) <= others_own
    ]  # fmt: skip
    ends = {end.name for end in told}
    crossed = {one for line in lines for pair, route in line.routes.items() if set(pair) & own for one in route}
    met = {name for name, item in model.interconnections.items() if set(item.between) & own} | crossed
    through = {asset for name in met for stage in model.interconnections[name].through for asset in stage}
    assets = {name for zone in own for name in network.zones[zone].assets}
    assets |= {name for name, facts in network.assets.items() if facts.owner == tenant}
    held_assets = assets | through | (ends & network.assets.keys())
    held_assets |= {network.endpoints[name].asset for name in ends if name in network.endpoints}
    held_assets = {name for name in held_assets if network.assets[name].owner not in others}
    zones = own | {zone for pair in pairs for zone in pair if network.zones[zone].owner not in others}
    zones |= {zone for name in met for zone in model.interconnections[name].between
              if network.zones[zone].owner not in others}  # fmt: skip
    subnets = {name for zone in own for name in network.zones[zone].subnets} | (ends & network.subnets.keys())
    held = {
        "parties": {tenant} | {network.zones[zone].owner for zone in zones},
        "zones": zones, "subnets": subnets, "assets": held_assets, "interconnections": met,
        "ends": {end.id for end in told},
        "endpoints": {name for name in ends if name in network.endpoints}
        | {name for name, facts in network.endpoints.items() if facts.asset in assets},
        "groups": ends & model.groups.keys(), "flows": {line.id for line in lines},
        "vrfs": {network.subnets[name].vrf for name in subnets if name in network.subnets},
    }  # fmt: skip
    foreign = {name for section in SECTIONS for name in getattr(model, section)}
    foreign -= {name for names in held.values() for name in names}
    return Scope(own, {key: frozenset(names) for key, names in held.items()}, frozenset(foreign), False)


def scoped_lines(network: Network, scope: Scope) -> list[Line]:
    """Return the lines that a page holds, by id."""
    return sorted((line for line in network.lines if scope.has("flows", line.id)), key=lambda line: line.id)


def scoped_findings(findings: Sequence[Finding], scope: Scope) -> list[Finding]:
    """Return the findings about what a page holds whose words and proof name nothing else."""
    if scope.whole:
        return list(findings)
    return [one for one in findings if _about(one.subject, scope) and scope.may_say(_words(one))]


def _about(subject: Ref, scope: Scope) -> bool:
    section = KINDS.get(subject.kind, "")
    if section == "zones":
        return subject.id in scope.own
    return scope.has(section, subject.id.partition("/")[0])


def _words(one: Finding) -> str:
    steps = one.witness.steps if one.witness else ()
    said = [one.message.say("en"), one.message.say("fr"), *(step.subject.id for step in steps)]
    said += [step.note.say("en") for step in steps if step.note]
    if one.remedy:
        said.append(one.remedy.say("en"))
    return " ".join(said)


def scoped_scene(scene: Scene, scope: Scope) -> Scene:
    """Return a scene without what a page may not hold, and without its tables' rows that name it."""
    if scope.whole:
        return scene

    def kept(subject: Ref) -> bool:
        return scope.has(KINDS.get(subject.kind, ""), subject.id)

    boxes = tuple(item for item in scene.clusters if kept(item.subject))
    homes = {item.id for item in boxes}
    nodes = tuple(
        replace(item, detail=tuple(line for line in item.detail if scope.may_say(_said(line))))
        for item in scene.nodes
        if kept(item.subject) and (not item.cluster or item.cluster in homes) and scope.may_say(_said(item.label))
    )
    places = homes | {item.id for item in nodes}
    edges = tuple(
        replace(item, label=item.label if scope.may_say(_said(item.label)) else "")
        for item in scene.edges
        if {item.source, item.target} <= places and all(scope.has("flows", line) for line in item.lines)
    )
    tables = tuple(
        replace(table, rows=tuple(row for row in table.rows if all(scope.may_say(_said(cell)) for cell in row)))
        for table in scene.tables
        if all(ours(column) or scope.may_say(column.en) for column in table.columns)
    )
    hidden = tuple(item for item in scene.hidden if scope.may_say(item.say("en")))
    return replace(scene, clusters=boxes, nodes=nodes, edges=edges, tables=tables, hidden=hidden, grid=None)


def _said(what: object) -> str:
    from cloison.diagrams.cells import cell_said

    return cell_said(what, "en")  # type: ignore[arg-type]
