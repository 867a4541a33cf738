"""administration-apart: what administers is apart from the technical infrastructure (SecNumCloud 9.7.c).

The technical infrastructure are the zones whose `layer` is tech-infra, what administers the provider's zones of nature
administration. No zone is both, and every way between them passes a filter.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.unfiltered import breach, meeting
from cloison.netmodel.assurance.subjects.interfaces import administration_zones
from cloison.netmodel.assurance.subjects.perimeter import PROVIDER
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_LAYER = "tech-infra"
_SHOWN = 5  # zones that a message names
_NO_LAYER = Text(
    "which zones are the technical infrastructure (`layer: tech-infra`)",
    "quelles zones forment l’infrastructure technique (`layer: tech-infra`)",
)
_NO_ADMINISTRATION = Text("a zone of administration of the provider", "une zone d’administration du prestataire")


def _infrastructure(network: Network) -> list[str]:
    return [name for name, zone in network.zones.items() if zone.layer == _LAYER and zone.owner_kind in PROVIDER]


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    infrastructure, administration = _infrastructure(network), list(administration_zones(network))
    both = [name for name in administration if name in set(infrastructure)]
    breaches: list[Breach] = []
    for name in both:
        message = say(
            "{zone} is both what administers and a zone of the technical infrastructure",
            "{zone} est à la fois ce qui administre et une zone de l’infrastructure technique",
            zone=name,
        )
        breaches.append(Breach(Ref("zone", name), message, cited(network, Ref("zone", name), "layer")))
    apart = [name for name in infrastructure if name not in both]
    for name, zones in meeting(network, apart, [item for item in administration if item not in both]).items():
        message = say(
            "a way leads from {zone}, which administers, to {n} {n:zone|zones} of the technical infrastructure past "
            "every filter: {zones}",
            "un chemin mène de {zone}, qui administre, à {n} {n:zone|zones} de l’infrastructure technique sans passer "
            "par aucun filtrage : {zones}",
            zone=name,
            n=len(zones),
            zones=(*zones[:_SHOWN], "…") if len(zones) > _SHOWN else tuple(zones),
        )
        breaches.append(breach(network, name, zones[0], message))
    breaches += _permitted(network, frozenset(apart), frozenset(administration))
    subject = Ref("map", network.model.name)
    missing = (
        *(() if infrastructure else (Missing(subject, _NO_LAYER),)),
        *(() if administration else (Missing(subject, _NO_ADMINISTRATION),)),
    )
    seen = say(
        "{infrastructure} {infrastructure:zone|zones} of the technical infrastructure and {administration} of "
        "administration",
        "{infrastructure} {infrastructure:zone|zones} de l’infrastructure technique et {administration} "
        "d’administration",
        infrastructure=len(infrastructure),
        administration=len(administration),
    )
    return one(Part(seen, {"declared": len(infrastructure) * len(administration)}, tuple(breaches), missing))


def _permitted(network: Network, infrastructure: frozenset[str], administration: frozenset[str]) -> list[Breach]:
    """Return what rules of configurations permit beyond the matrix between the two."""
    breaches = []
    for line in network.lines:
        if line.rule is None or not any(
            (one in infrastructure and other in administration) or (one in administration and other in infrastructure)
            for one, other in line.zone_pairs
        ):
            continue
        message = say(
            "{line} permits, in no line, what passes between administration and the technical infrastructure",
            "{line} permet, dans aucune ligne, ce qui passe entre l’administration et l’infrastructure technique",
            line=line.id,
        )
        breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    return breaches


def _applies(evidence: Evidence) -> Message | None:
    if any(zone.owner_kind in PROVIDER and not zone.public for zone in evidence.network.zones.values()):
        return None
    return say("the map has no zone of the provider", "la carte n’a aucune zone du prestataire")


CHECK = Check(
    name="administration-apart",
    title=Text(
        "What administers is apart from the technical infrastructure",
        "Ce qui administre est séparé de l’infrastructure technique",
    ),
    why=Text(
        "Whoever takes a hypervisor must not stand among the posts and bastions that command all the others. The "
        "infrastructure are the zones of the layer tech-infra, what administers those of nature administration.",
        "Qui prend un hyperviseur ne doit pas se trouver parmi les postes et bastions qui commandent tous les "
        "autres. L’infrastructure est l’ensemble des zones de la couche tech-infra, ce qui administre celles de "
        "nature administration.",
    ),
    remedy=Text(
        "Give administration zones of its own, and put a filter on the way that is shown.",
        "Donner à l’administration ses propres zones, et placer un filtrage sur le chemin montré.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    applies=_applies,
)
