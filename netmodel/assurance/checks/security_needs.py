"""security-needs: zones, equipment and lines have a level on the map's scale (SecNumCloud 8.3.a).

The scale is the map's own or the built-in one; a word outside it is refused when the map is read. A zone or a line
without a level is a need that nobody identified. Of equipment, which `incomplete-inventory` asks for its level, it is
asked here that some zone where it lies have a level as high: what is more sensitive than its surroundings is a remark,
for the clause asks for needs to be identified and not for their order. A map without any level is not evaluated;
whether the levels are the right ones is declared.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.assurance.subjects.equipment import listed
from cloison.netmodel.facts import AssetFacts, ZoneFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_LEVEL = Text("a level of sensitivity", "un niveau de sensibilité")


def _of_zone(network: Network, zone: ZoneFacts) -> int:
    """Return the rank of a zone's level, -1 where it has none."""
    return len(network.words.scale) - 1 if zone.sensitive else network.rank(zone.sensitivity)


def _of_asset(network: Network, facts: AssetFacts) -> int:
    """Return the rank of an asset's level, -1 where it has none."""
    return len(network.words.scale) - 1 if facts.sensitive else network.rank(facts.asset.sensitivity)


def _zones(network: Network) -> list[Breach]:
    breaches = []
    for name, zone in network.zones.items():
        if not zone.public and zone.zone.sensitive is None and _of_zone(network, zone) < 0:
            message = say("the zone {zone} has no level", "la zone {zone} n’a pas de niveau", zone=name)
            breaches.append(Breach(Ref("zone", name), message, cited(network, Ref("zone", name))))
    return breaches


def _lines(network: Network) -> list[Breach]:
    return [
        Breach(
            ref(line),
            say("{line} has no level", "{line} n’a pas de niveau", line=line.id),
            cited(network, ref(line)),
        )
        for line in network.lines
        if not line.sensitivity and line.rule is None
    ]


def _assets(network: Network, equipment: list[AssetFacts]) -> list[Breach]:
    breaches = []
    for facts in equipment:
        level = _of_asset(network, facts)
        zones = facts.zones or (network.assets[facts.cluster].zones if facts.cluster else ())
        levels = [_of_zone(network, network.zones[zone]) for zone in zones]
        if level < 0 or not levels or min(levels) < 0 or level <= max(levels):
            continue
        message = say(
            "{asset} is {level}, and lies in {zones}, of lower levels",
            "{asset} est {level}, et se trouve dans {zones}, de niveaux inférieurs",
            asset=facts.id,
            level=network.words.scale[level],
            zones=zones,
        )
        subject = Ref("asset", facts.id)
        breaches.append(Breach(subject, message, cited(network, subject, "sensitivity"), severity="warning"))
    return breaches


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    equipment = [facts for facts in network.assets.values() if listed(network, facts)]
    some = (
        any(zone.sensitivity or zone.sensitive for zone in network.zones.values())
        or any(_of_asset(network, facts) >= 0 for facts in equipment)
        or any(line.flow.sensitivity for line in network.lines)
    )
    breaches: list[Breach] = []
    missing: tuple[Missing, ...] = ()
    if some:
        breaches = _zones(network) + _assets(network, equipment) + _lines(network)
        missing = tuple(
            Missing(Ref("asset", facts.id), _LEVEL)
            for facts in equipment
            if _of_asset(network, facts) < 0 and facts.asset.sensitive is None
        )
    else:
        missing = (Missing(Ref("map", network.model.name), _LEVEL),)
    seen = say(
        "levels of {zones} {zones:zone|zones}, {assets} {assets:asset|assets} and {lines} {lines:line|lines}",
        "niveaux de {zones} {zones:zone|zones}, {assets} {assets:bien|biens} et {lines} {lines:ligne|lignes}",
        zones=len(network.zones),
        assets=len(equipment),
        lines=len(network.lines),
    )
    looked = len(network.zones) + len(equipment) + len(network.lines)
    return one(Part(seen, {"declared": looked}, tuple(breaches), missing))


def _applies(evidence: Evidence) -> Message | None:
    if evidence.network.zones or evidence.network.assets:
        return None
    return say("the map has neither zone nor asset", "la carte n’a ni zone ni bien")


CHECK = Check(
    name="security-needs",
    title=Text(
        "Zones, equipment and lines have a security need",
        "Zones, équipements et lignes ont un besoin de sécurité",
    ),
    why=Text(
        "Protection is measured by need: where none is identified nobody can say whether there is enough of it.",
        "La protection se mesure au besoin : là où nul n’est identifié, personne ne peut dire si elle suffit.",
    ),
    remedy=Text(
        "Write a level of the scale, and keep what is more sensitive in a zone of its level.",
        "Écrire un niveau de l’échelle, et garder ce qui est plus sensible dans une zone de son niveau.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
