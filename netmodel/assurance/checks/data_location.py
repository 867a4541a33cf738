"""data-location: data of tenants, technical data, administration and support are in the Union (SecNumCloud 19.2).

A country is in the European Union when it is one of its member states: neither the Economic Area nor Switzerland is
(section 4, trap 7, of the reading). What lies in the Union is in order whatever it holds; where something lies outside
and the map does not say what it holds, nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.holdings import DATA, holds
from cloison.netmodel.assurance.subjects.interfaces import serves_tenants_alone
from cloison.netmodel.assurance.subjects.locations import Locations
from cloison.netmodel.assurance.subjects.perimeter import is_service
from cloison.netmodel.assurance.subjects.support import origins, support_lines
from cloison.netmodel.assurance.subjects.third_parties import TOO_MUCH, access
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_TECHNICAL = frozenset(("directory", "log-collector", "siem", "sdn-controller", "certificate-authority"))
_OPERATIONS = frozenset(("administration", "supervision"))
_HOLDS = Text("the data of tenants", "des données de commanditaires")
_TECHNICAL_DATA = Text("technical data", "des données techniques")


def _outside(network: Network, subject: Ref, what: Text, outside: Iterator[tuple[str, Ref]]) -> Iterator[Breach]:
    for country, where in outside:
        message = say(
            "{name} holds {what} in {country}, outside the European Union: {where}",
            "{name} contient {what} en {country}, hors de l’Union européenne : {where}",
            name=subject.id,
            what=what,
            country=country,
            where=where.id,
        )
        yield Breach(subject, message, (*cited(network, subject), *cited(network, where)))


def _documented(network: Network, locations: Locations) -> Part:
    """Return whether the place of what stores or processes tenants' data is written: its site and its country."""
    zones = [name for name, zone in network.zones.items() if holds(network, zone, "tenant")]
    assets = dict.fromkeys(asset for name in zones for asset in network.zones[name].assets)
    places = [*map(locations.of_zone, zones), *map(locations.of_asset, assets)]
    breaches = []
    for item in dict.fromkeys(missing.subject for place in places for missing in place.missing):
        message = say(
            "{name} does not say where it lies, and data of tenants are stored or processed there",
            "{name} ne dit pas où il se trouve, alors que des données de commanditaires y sont stockées ou traitées",
            name=item.id,
        )
        breaches.append(Breach(item, message, cited(network, item)))
    missing: tuple[Missing, ...] = ()
    if not zones:
        missing = (Missing(Ref("map", network.model.name), _WHICH),)
    elif not network.model.sites:
        breaches, missing = [], (Missing(Ref("map", network.model.name), _SITES),)
    seen = say(
        "{assets} {assets:asset|assets} in {n} {n:zone|zones} that hold data of tenants",
        "{assets} {assets:bien|biens} dans {n} {n:zone|zones} contenant des données de commanditaires",
        assets=len(assets),
        n=len(zones),
    )
    return Part(seen, {"declared": len(zones) + len(assets)}, tuple(breaches), missing, name="documented")


_SITES = Text("the sites and their countries (`sites`)", "les sites et leurs pays (`sites`)")
_WHICH = Text("zones that hold data of tenants (`data`)", "des zones contenant des données de commanditaires (`data`)")


def _tenants(network: Network, locations: Locations) -> Part:
    breaches: list[Breach] = []
    missing: dict[Missing, None] = {}
    known = looked = 0
    for name, zone in network.zones.items():
        held = holds(network, zone, "tenant")
        if held is False:
            continue
        looked += 1
        known += held is True
        place = locations.of_zone(name)
        subject = Ref("zone", name)
        missing |= dict.fromkeys(place.missing)
        outside = place.outside()
        if held:
            breaches += _outside(network, subject, _HOLDS, iter(outside.items()))
        elif outside:
            missing[Missing(subject, DATA)] = None
    seen = say(
        "{n} {n:zone|zones} that {n:holds|hold} or may hold data of tenants, {known} for certain",
        "{n} {n:zone|zones} où sont ou peuvent être des données de commanditaires, {known} à coup sûr",
        n=looked,
        known=known,
    )
    return Part(seen, {"declared": looked}, tuple(breaches), tuple(missing), _none(looked), "tenant-data")


def _none(count: int) -> Message | None:
    return None if count else say("the map has no zone of the service", "la carte n’a aucune zone du service")


def _operates(network: Network, line: Line) -> bool:
    """Tell whether a line is administration or supervision by the provider, or by somebody for it; support is none."""
    if line.nature == "support":
        return False
    if line.nature in _OPERATIONS:
        kind = network.model.parties[line.owner].kind if line.owner in network.model.parties else ""
        return kind != "tenant"
    return bool(line.endpoint_services) and any(
        end.kind == "endpoint"
        and network.endpoints[end.id].endpoint.kind in _OPERATIONS
        and not serves_tenants_alone(network, network.endpoints[end.id])
        for end in line.targets
    )


def _administration(network: Network, locations: Locations) -> Part:
    breaches = []
    missing: dict[Missing, None] = {}
    lines = 0
    for line in network.lines:
        if not line.live or not _operates(network, line):
            continue
        lines += 1
        abroad: dict[str, Ref] = {}
        for end in line.sources:
            place = locations.of_end(end)
            missing |= dict.fromkeys(place.missing)
            abroad |= place.outside()
        if abroad:
            message = say(
                "{line} is administration or supervision from {countries}, outside the European Union: {where}",
                "{line} est de l’administration ou de la supervision depuis {countries}, hors de l’Union européenne : "
                "{where}",
                line=line.id,
                countries=tuple(abroad),
                where=tuple(item.id for item in abroad.values()),
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    seen = say(
        "the places from which {n} {n:line|lines} of administration and supervision {n:begins|begin}",
        "les lieux d’où {n:part|partent} {n} {n:ligne|lignes} d’administration et de supervision",
        n=lines,
    )
    absent = None
    if not lines:
        absent = say(
            "no line of the map is of administration or supervision",
            "aucune ligne de la carte n’est d’administration ni de supervision",
        )
    return Part(seen, {"declared": lines}, tuple(breaches), tuple(missing), absent, "administration")


def _technical(network: Network, locations: Locations) -> Part:
    breaches: list[Breach] = []
    missing: dict[Missing, None] = {}
    assets = [
        name
        for name, facts in network.assets.items()
        if facts.functions
        and not facts.members
        and facts.owner_kind != "tenant"
        and not _TECHNICAL.isdisjoint(facts.functions)
    ]
    zones = [
        name
        for name, zone in network.zones.items()
        if zone.owner_kind != "tenant" and holds(network, zone, "technical") is True
    ]
    for name in assets:
        place = locations.of_asset(name)
        missing |= dict.fromkeys(place.missing)
        breaches += _outside(network, Ref("asset", name), _TECHNICAL_DATA, iter(place.outside().items()))
    for name in zones:
        place = locations.of_zone(name)
        missing |= dict.fromkeys(place.missing)
        breaches += _outside(network, Ref("zone", name), _TECHNICAL_DATA, iter(place.outside().items()))
    if not assets and not zones:
        missing[Missing(Ref("map", network.model.name), _HOLDERS)] = None
    seen = say(
        "{assets} {assets:asset|assets} and {zones} {zones:zone|zones} that hold technical data",
        "{assets} {assets:bien|biens} et {zones} {zones:zone|zones} contenant des données techniques",
        assets=len(assets),
        zones=len(zones),
    )
    return Part(seen, {"declared": len(assets) + len(zones)}, tuple(breaches), tuple(missing), name="technical-data")


_HOLDERS = Text(
    "a directory, log collector, SIEM, SDN controller or certificate authority, or a zone of `technical` data",
    "un annuaire, collecteur de journaux, SIEM, contrôleur SDN ou autorité de certification, ou une zone de données "
    "`technical`",
)


def _support(network: Network, locations: Locations) -> Part:
    """Return what support from outside the Union reaches past every bastion that is in it."""
    lines = support_lines(network)
    found = origins(network, locations, lines)
    places, abroad, missing = found.places, found.lines, found.missing
    bastions = [
        name
        for name, facts in network.assets.items()
        if "bastion" in facts.functions and (here := locations.of_asset(name)).countries and not here.outside()
        and not here.missing
    ]  # fmt: skip
    breaches = []
    if places:
        service = tuple(
            Ref("zone", name) for name, zone in network.zones.items()
            if is_service(zone) and not any(item == Ref("zone", name) for item in places)
        )  # fmt: skip
        past = access(network, places, service, bastions)
        text = Text(
            "{line} leads from {what}, outside the European Union, to {zones} past every bastion in it",
            "{line} mène de {what}, hors de l’Union européenne, à {zones} sans passer par un bastion qui y soit",
        )
        for item in past.direct:
            values: dict[str, str | tuple[str, ...]] = {
                "line": item.line.id,
                "what": tuple(place.id for place in item.sources),
                "zones": tuple(place.id for place in item.targets),
            }
            subject = ref(item.line)
            breaches.append(
                Breach(
                    subject, Message(text, values), cited(network, subject), along(network, item.line), remedy=_BASTION
                )
            )
        for chain in past.chains:
            values = {"line": chain.last, "what": chain.start.id, "zones": (chain.target.id,)}
            breaches.append(
                Breach(chain.target, Message(text, values), spans(network, chain.hops), shown(network, chain.hops),
                       remedy=_BASTION)
            )  # fmt: skip
        if past.more:
            missing = (*missing, Missing(Ref("map", network.model.name), TOO_MUCH))
    seen = say(
        "{n} {n:line|lines} of support, {abroad} from outside the European Union; {bastions} "
        "{bastions:bastion|bastions} in it",
        "{n} {n:ligne|lignes} de support, dont {abroad} depuis l’extérieur de l’Union européenne ; {bastions} "
        "{bastions:bastion|bastions} à l’intérieur",
        n=len(lines),
        abroad=abroad,
        bastions=len(bastions),
    )
    absent = None
    if not abroad:
        absent = say(
            "no line of support of the map comes from outside the European Union",
            "aucune ligne de support de la carte ne vient de l’extérieur de l’Union européenne",
        )
    return Part(seen, {"declared": len(lines)}, tuple(breaches), missing, None if missing else absent, "support")


_BASTION = say(
    "Let support from outside the European Union in by a bastion that lies in it, and by nothing else.",
    "Ne faire entrer le support depuis l’extérieur de l’Union européenne que par un bastion qui s’y trouve.",
)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    locations = Locations(network)
    return Outcome(
        (
            _documented(network, locations),
            _tenants(network, locations),
            _administration(network, locations),
            _technical(network, locations),
            _support(network, locations),
        )
    )


CHECK = Check(
    name="data-location",
    title=Text(
        "Data and those who operate are in the European Union", "Données et opérations sont dans l’Union européenne"
    ),
    why=Text(
        "What lies outside the European Union, or is operated from there, is under another law. Its member states "
        "count, not the Economic Area nor Switzerland. A thing lies where its site is; without one, where its "
        "hypervisor, its cluster or its zone is. Where a workstation that travels is used from, no map can say.",
        "Ce qui se trouve hors de l’Union européenne, ou s’opère de là, relève d’un autre droit. Seuls comptent ses "
        "États membres, ni l’Espace économique ni la Suisse. Une chose est là où est son site ; à défaut, là où sont "
        "son hyperviseur, sa grappe ou sa zone. D’où l’on emploie un poste nomade, aucune carte ne le dit.",
    ),
    remedy=Text(
        "Move it into the European Union, or write where it lies (`site`, `country`) and what it holds (`data`).",
        "Le ramener dans l’Union européenne, ou écrire où il se trouve (`site`, `country`) et ce qu’il contient "
        "(`data`).",
    ),
    severity="error",
    run=_run,
    parts=("documented", "tenant-data", "administration", "technical-data", "support"),
)
