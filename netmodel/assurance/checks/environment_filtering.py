"""environment-filtering: every way between production and other environments is filtered (SecNumCloud 12.3.a).

Hardware apart (`overlapping-hardware`) leaves the network that joins environments at all. Take the filtering equipment
out of the layer-3 graph: no way may be left from another environment of the provider to its production or a tenant's,
by a public network neither. What passes the filters is then what their configurations let through, and each of it has
to be a line: what they permit beyond the matrix between production and another environment is a breach.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.unfiltered import filters
from cloison.netmodel.assurance.subjects.perimeter import is_environment, is_production
from cloison.netmodel.finding import Message, Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.topology import Node

_ENTRIES = ("zone", "subnet", "asset", "interconnection")


def _environments(network: Network) -> tuple[str, ...]:
    return tuple(name for name, zone in network.zones.items() if is_environment(zone))


def _production(network: Network) -> tuple[str, ...]:
    return tuple(name for name, zone in network.zones.items() if is_production(zone))


def _step(network: Network, node: Node) -> Step:
    place = Ref(node[0], node[1].partition("@")[0])
    return Step(place, None, entry(network, place))


def _unfiltered(network: Network) -> list[Breach]:
    """Return a breach for each environment that production can be reached from past every filter."""
    parts = network.topology.without(filters(network))
    by_part: dict[int, str] = {}
    for name in _production(network):
        by_part.setdefault(parts.of(("zone", name)), name)
    by_part.pop(-1, None)
    breaches = []
    for name in _environments(network):
        other = by_part.get(parts.of(("zone", name)))
        if other is None:
            continue
        way = network.topology.route(("zone", name), ("zone", other), filters(network)) or ()
        message = say(
            "from {zone}, another environment, {target} can be reached past every filter",
            "depuis {zone}, un autre environnement, on atteint {target} sans passer par aucun filtre",
            zone=name,
            target=other,
        )
        joint = next((Ref(*node) for node in way if node[0] == "interconnection"), None) or next(
            (Ref("asset", node[1].partition("@")[0]) for node in way if node[0] == "asset"), Ref("zone", name)
        )
        steps = tuple(_step(network, node) for node in way if node[0] in _ENTRIES)
        breaches.append(Breach(Ref("zone", name), message, cited(network, joint), Witness("path", steps)))
    return breaches


def _permitted(network: Network) -> list[Breach]:
    """Return a breach for each rule of a configuration that permits beyond the matrix between the two."""
    breaches = []
    for line in network.lines:
        if line.rule is None:
            continue
        for here, there in ((line.sources, line.targets), (line.targets, line.sources)):
            environments = [zone for end in here for zone in end.zones if is_environment(network.zones[zone])]
            production = [zone for end in there for zone in end.zones if is_production(network.zones[zone])]
            if environments and production:
                message = say(
                    "{rule} lets through between {zone}, another environment, and {target}, and no line asks for it",
                    "{rule} laisse passer entre {zone}, un autre environnement, et {target}, sans qu’aucune ligne le "
                    "demande",
                    rule=line.id,
                    zone=environments[0],
                    target=production[0],
                )
                breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
                break
    return breaches


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    environments, production = _environments(network), _production(network)
    breaches = _unfiltered(network) + _permitted(network)
    seen = say(
        "{production} {production:zone|zones} of production and {others} of other environments, without the filters",
        "{production} {production:zone|zones} de production et {others} d’autres environnements, filtres ôtés",
        production=len(production),
        others=len(environments),
    )
    return one(Part(seen, {"declared": len(production) * len(environments)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    network = evidence.network
    if not _environments(network):
        return say(
            "the map has no other environment, such as development",
            "la carte n’a aucun autre environnement, de développement par exemple",
        )
    if not _production(network):
        return say("the map has no zone of production", "la carte n’a aucune zone de production")
    return None


CHECK = Check(
    name="environment-filtering",
    title=Text(
        "Production and other environments meet behind filters alone",
        "La production et les autres environnements ne se joignent que derrière un filtrage",
    ),
    why=Text(
        "Where development is joined to production without a filter, whoever takes a developer’s post is in "
        "production.",
        "Là où le développement rejoint la production sans filtre, qui prend un poste de développeur est en "
        "production.",
    ),
    remedy=Text(
        "Put filtering equipment on every way between them, and take out of configurations what no line asks for.",
        "Placer un équipement de filtrage sur chaque chemin entre eux, et ôter des configurations ce qu’aucune ligne "
        "ne demande.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    applies=_applies,
)
