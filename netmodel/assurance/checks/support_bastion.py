"""support-bastion: support from outside the Union reaches tenants' data by a bastion alone (SecNumCloud 9.7.d).

Support are the lines of that nature. Where the place that one comes from lies outside the Union, nothing may lead from
there to what holds tenants' data past the bastions, save by what is open to whoever is on a public network; and the
bastions' actions are sent to a log collector. That somebody watches live, and may stop what is done, is declared.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.places import Places
from cloison.netmodel.assurance.subjects.equipment import reaching, with_function
from cloison.netmodel.assurance.subjects.holdings import DATA, holds
from cloison.netmodel.assurance.subjects.interfaces import family
from cloison.netmodel.assurance.subjects.locations import Locations
from cloison.netmodel.assurance.subjects.logs import NO_COLLECTOR, carries_logs, collectors
from cloison.netmodel.assurance.subjects.support import origins, support_lines
from cloison.netmodel.assurance.subjects.third_parties import TOO_MUCH, access
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network


def _unheard(network: Network, bastions: tuple[str, ...]) -> list[Breach]:
    goals = collectors(network) | with_function(network, "siem")
    speaking = reaching(network, goals, carries_logs())
    return [
        Breach(
            Ref("asset", name),
            say(
                "no live line carries the logs of the bastion {name}, which support passes, to any log collector",
                "aucune ligne en vigueur ne porte les journaux du bastion {name}, par où passe le support, à aucun "
                "collecteur de journaux",
                name=name,
            ),
            cited(network, Ref("asset", name)),
            remedy=say(
                "Write the line by which it sends what is done on it.",
                "Écrire la ligne par laquelle il envoie la trace de ce qui s’y fait.",
            ),
        )
        for name in bastions
        if speaking.isdisjoint(family(network, name))
    ]


def _passed(network: Network, lines: list[Line], outside: tuple[Ref, ...]) -> tuple[str, ...]:
    """Return the bastions that support from outside is given through, clusters as one."""
    here = Places(network, outside)
    ends = [
        asset
        for line in lines
        if any(here.touched(end) for end in line.sources)
        for end in line.targets
        for asset in end.assets
    ]
    tops = (network.assets[name].cluster or name for name in ends if "bastion" in network.assets[name].functions)
    return tuple(dict.fromkeys(tops))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    lines = support_lines(network)
    given = origins(network, Locations(network), lines)
    outside, missing = given.places, list(given.missing)
    data = tuple(name for name, zone in network.zones.items() if holds(network, zone, "tenant"))
    bastions = tuple(name for name, facts in network.assets.items() if "bastion" in facts.functions)
    breaches: list[Breach] = []
    looked = 0
    if outside and not data:
        missing.append(Missing(Ref("map", network.model.name), DATA))
    elif outside:
        found = access(network, outside, tuple(Ref("zone", name) for name in data), bastions)
        looked = found.looked
        for item in found.direct:
            message = say(
                "{line} leads from {sources}, outside the European Union, to the data of tenants in {targets}, past "
                "every bastion",
                "{line} mène de {sources}, hors de l’Union européenne, aux données de commanditaires dans {targets}, "
                "sans passer par un bastion",
                line=item.line.id,
                sources=tuple(place.id for place in item.sources),
                targets=tuple(place.id for place in item.targets),
            )
            breaches.append(Breach(ref(item.line), message, cited(network, ref(item.line)), along(network, item.line)))
        for chain in found.chains:
            message = say(
                "a chain of lines leads from {source}, outside the European Union, to the data of tenants in {target}, "
                "past every bastion, by {last}",
                "une suite de lignes mène de {source}, hors de l’Union européenne, aux données de commanditaires dans "
                "{target}, sans passer par un bastion, par {last}",
                source=chain.start.id,
                target=chain.target.id,
                last=chain.last,
            )
            breaches.append(Breach(chain.target, message, spans(network, chain.hops), shown(network, chain.hops)))
        if found.more:
            missing.append(Missing(Ref("map", network.model.name), TOO_MUCH))
        passed = _passed(network, lines, outside)
        if passed and not collectors(network):
            missing.append(Missing(Ref("map", network.model.name), NO_COLLECTOR))
        elif passed:
            breaches += _unheard(network, passed)
    absent = None
    if not outside and not missing:
        absent = say(
            "none of {n} {n:line|lines} of support comes from outside the European Union",
            "sur {n} {n:ligne|lignes} de support, aucune ne vient de hors de l’Union européenne",
            n=len(lines),
        )
    seen = say(
        "{lines} {lines:line|lines} of support, {outside} {outside:place|places} outside the European Union, {data} "
        "{data:zone|zones} with tenants’ data, {bastions} {bastions:bastion|bastions}, {looked} lines looked at",
        "{lines} {lines:ligne|lignes} de support, {outside} {outside:lieu|lieux} hors de l’Union européenne, {data} "
        "{data:zone|zones} avec des données de commanditaires, {bastions} {bastions:bastion|bastions}, {looked} lignes "
        "examinées",
        lines=len(lines),
        outside=len(outside),
        data=len(data),
        bastions=len(bastions),
        looked=looked,
    )
    return one(Part(seen, {"declared": len(lines)}, tuple(breaches), tuple(missing), absent))


def _applies(evidence: Evidence) -> Message | None:
    if support_lines(evidence.network):
        return None
    return say("no live line is of nature support", "aucune ligne en vigueur n’est de nature support")


CHECK = Check(
    name="support-bastion",
    title=Text(
        "Support from outside the Union passes a bastion",
        "Le support rendu hors de l’Union passe par un bastion",
    ),
    why=Text(
        "Only a bastion shows somebody in the Union, live, what is done to a tenant’s data from outside, and stops "
        "it. What is open to whoever is on a public network is no access of support.",
        "Seul un bastion montre à quelqu’un de l’Union, en temps réel, ce qui est fait des données d’un "
        "commanditaire, et permet de l’arrêter. Ce qui est ouvert à quiconque est sur un réseau public n’est pas "
        "un accès du support.",
    ),
    remedy=Text(
        "Let support in by a bastion on its endpoint alone, and take out what leads past it.",
        "Faire entrer le support par un bastion, sur sa seule interface, et retirer ce qui le contourne.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    applies=_applies,
)
