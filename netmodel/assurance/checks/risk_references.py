"""risk-references: what the analysis of risks must have studied cites the risk (SecNumCloud 5.3.c, 6.5.a).

What a map can show of the themes that an analysis must cover: levels mixed in one zone, resources that several parties
share, administration interfaces exposed to public networks, third parties that reach tenants' data, development, and
lines that are yet to come; and, where two versions are compared, what is new. Each cites its risk (``risk``); where the
map cites none at all, nothing is concluded.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Changes, Evidence
from cloison.netmodel.assurance.searching.chains import beginnings, shown, spans
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.assurance.searching.exposure import Offered, exposed_past_relays
from cloison.netmodel.assurance.subjects.holdings import DATA, holds
from cloison.netmodel.assurance.subjects.perimeter import is_environment
from cloison.netmodel.assurance.subjects.shared_risks import Shared, risk_of, shared_hardware, sharers, single_filters
from cloison.netmodel.assurance.subjects.third_parties import TOO_MUCH, access, owner_of, places_of
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.network import Network

_NONE = Text("references to the analysis of risks (`risk`)", "des références à l’appréciation des risques (`risk`)")
_SENSITIVITY = Text("its level of sensitivity", "son niveau de sensibilité")
_LINES = Text("lines", "des lignes")
_SHOWN = 5


def _levels(network: Network) -> Part:
    """Return the zones in which several levels live together: their own, and those of what lies in them alone."""
    breaches = []
    missing: list[Missing] = []
    mixed = 0
    for name, zone in network.zones.items():
        if zone.public or zone.owner_kind == "third-party":
            continue
        levels = {zone.sensitivity} if zone.sensitivity else set()
        unsaid = []
        for asset in zone.assets:
            facts = network.assets[asset]
            if facts.forwards or facts.relay or len(facts.zones) > 1 or facts.members:
                continue
            if facts.asset.sensitivity:
                levels.add(facts.asset.sensitivity)
            elif facts.asset.sensitive:
                levels.add(network.words.scale[-1])
            elif facts.asset.sensitive is None:
                unsaid.append(asset)
        risk = risk_of(network, name)
        if len(levels) > 1:
            mixed += 1
            if not risk:
                ranked = tuple(sorted(levels, key=network.rank))
                message = say(
                    "{zone} mixes the levels {levels}, and cites no risk",
                    "{zone} mêle les niveaux {levels}, et ne cite aucun risque",
                    zone=name,
                    levels=ranked,
                )
                breaches.append(Breach(Ref("zone", name), message, cited(network, Ref("zone", name))))
        elif unsaid and not risk:
            missing += (Missing(Ref("asset", asset), _SENSITIVITY) for asset in unsaid)
    zones = sum(not zone.public for zone in network.zones.values())
    seen = say(
        "{mixed} {mixed:zone|zones} of {n} that {mixed:mixes|mix} levels of sensitivity",
        "{mixed} {mixed:zone|zones} sur {n} {mixed:mêlant|mêlant} plusieurs niveaux de sensibilité",
        mixed=mixed,
        n=zones,
    )
    absent = None if zones else say("the map has no zone to protect", "la carte n’a aucune zone à protéger")
    return Part(seen, {"declared": zones}, tuple(breaches), tuple(missing), absent, "levels")


def _sharing(network: Network) -> Part:
    zones = sharers(network)
    if len(set(zones.values())) < 2:
        nothing = say(
            "the zones of the map all belong to the same party", "les zones de la carte sont toutes à la même partie"
        )
        return Part(nothing, {}, absent=nothing, name="sharing")
    hardware, missing = shared_hardware(network, zones)
    filters = tuple(single_filters(network, zones))
    breaches = [_shared(network, item, left) for item in (*hardware, *filters) if (left := item.open(network))]
    seen = say(
        "{hardware} {hardware:piece|pieces} of hardware and {filters} single {filters:filter|filters} shared by "
        "several of {n} parties",
        "{hardware} {hardware:matériel|matériels} et {filters} {filters:filtre seul|filtres seuls} que partagent "
        "plusieurs des {n} parties",
        hardware=len(hardware),
        filters=len(filters),
        n=len(set(zones.values())),
    )
    return Part(seen, {"declared": len(zones)}, tuple(breaches), missing, name="sharing")


def _shared(network: Network, item: Shared, left: tuple[str, ...]) -> Breach:
    owners = tuple(sorted({item.zones[zone] for zone in left}))
    message = say(
        "{thing} is all that keeps {owners} apart, or is shared by them, and neither it nor their zones cite a risk: "
        "{zones}",
        "{thing} est partagé par {owners}, ou seul à les séparer, et ni lui ni leurs zones ne citent de risque : "
        "{zones}",
        thing=item.thing.id,
        owners=(*owners[:_SHOWN], "…") if len(owners) > _SHOWN else owners,
        zones=(*left[:_SHOWN], "…") if len(left) > _SHOWN else left,
    )
    return Breach(item.thing, message, cited(network, item.thing))


def _administration(network: Network) -> Part:
    """Return the administration interfaces that a public network reaches, through any relay but a VPN."""
    endpoints = tuple(facts for facts in network.endpoints.values() if facts.endpoint.kind == "administration")
    public = [name for name, zone in network.zones.items() if zone.public]
    if not endpoints or not public:
        absent = say(
            "the map has no administration endpoint, or no public zone",
            "la carte n’a aucune interface d’administration, ou aucune zone publique",
        )
        return Part(absent, {}, absent=absent, name="administration")
    _, found = exposed_past_relays(network, beginnings(network, public), Offered(network, endpoints))
    breaches = []
    for name, item in found.items():
        if not item.endpoint.endpoint.risk:
            message = say(
                "{endpoint}, an administration interface, is exposed to a public network, and cites no risk",
                "{endpoint}, interface d’administration, est exposée à un réseau public, et ne cite aucun risque",
                endpoint=name,
            )
            subject = Ref("endpoint", name)
            where = (entry(network, subject), *spans(network, item.hops))
            breaches.append(Breach(subject, message, where, shown(network, item.hops)))
    seen = say(
        "{n} administration {n:endpoint|endpoints}, {found} exposed to a public network",
        "{n} {n:interface|interfaces} d’administration, dont {found} {found:exposée|exposées} à un réseau public",
        n=len(endpoints),
        found=len(found),
    )
    return Part(seen, {"declared": len(endpoints)}, tuple(breaches), name="administration")


def _third_parties(network: Network) -> Part:
    parties = {name: party for name, party in network.model.parties.items() if party.kind == "third-party"}
    if not parties:
        absent = say("the map has no third party", "la carte n’a aucun tiers")
        return Part(absent, {}, absent=absent, name="third-parties")
    uncited = frozenset(name for name, party in parties.items() if not party.risk)
    suspects = [
        item for item in places_of(network, uncited)
        if not (risk_of(network, item.id) if item.kind == "zone" else network.model.assets[item.id].risk)
    ]  # fmt: skip
    known, unknown = (
        tuple(
            Ref("zone", name)
            for name, zone in network.zones.items()
            if zone.owner_kind != "third-party" and holds(network, zone, "tenant") is answer
        )
        for answer in (True, None)
    )
    breaches = []
    missing: list[Missing] = []
    for targets in (known, unknown):
        found = access(network, suspects, targets)
        by_party: dict[str, tuple[str, Ref]] = {}
        for item in found.direct:
            for source in item.sources:
                by_party.setdefault(owner_of(network, source), (item.line.id, item.targets[0]))
        for chain in found.chains:
            by_party.setdefault(owner_of(network, chain.start), (chain.last, chain.target))
        if found.more:
            missing.append(Missing(Ref("map", network.model.name), TOO_MUCH))
        if targets is unknown:
            missing += (Missing(place, DATA) for place in dict.fromkeys(place for _, place in by_party.values()))
            continue
        for party, (line, place) in by_party.items():
            message = say(
                "{party} reaches {zone}, which holds data of tenants, by {line}, and cites no risk",
                "{party} atteint {zone}, qui contient des données de commanditaires, par {line}, et ne cite aucun "
                "risque",
                party=party,
                zone=place.id,
                line=line,
            )
            subject = Ref("party", party)
            breaches.append(
                Breach(subject, message, (*cited(network, subject), entry(network, ref(network.line[line]))))
            )
    seen = say(
        "{n} third {n:party|parties}, {cited} of which {cited:cites|cite} a risk; {zones} {zones:zone|zones} that "
        "{zones:holds|hold} data of tenants",
        "{n} {n:tiers|tiers}, dont {cited} {cited:cite|citent} un risque ; {zones} {zones:zone|zones} contenant des "
        "données de commanditaires",
        n=len(parties),
        cited=len(parties) - len(uncited),
        zones=len(known),
    )
    return Part(seen, {"declared": len(parties)}, tuple(breaches), tuple(missing), name="third-parties")


def _development(network: Network) -> Part:
    zones = [
        name for name, zone in network.zones.items()
        if is_environment(zone) and zone.nature in ("development", "test")
    ]  # fmt: skip
    breaches = []
    for name in zones:
        if not risk_of(network, name):
            message = say(
                "{zone} is an environment of development, and cites no risk",
                "{zone} est un environnement de développement, et ne cite aucun risque",
                zone=name,
            )
            breaches.append(Breach(Ref("zone", name), message, cited(network, Ref("zone", name))))
    seen = say(
        "{n} {n:zone|zones} of development and tests", "{n} {n:zone|zones} de développement et de test", n=len(zones)
    )
    absent = None
    if not zones:
        absent = say("the map has no zone of development", "la carte n’a aucune zone de développement")
    return Part(seen, {"declared": len(zones)}, tuple(breaches), (), absent, "development")


def _projects(network: Network, evidence: Evidence) -> Part:
    """Return the lines that are yet to start: what a map alone shows of projects."""
    lines = [line for line in network.lines if line.rule is None]
    planned = [line for line in lines if line.flow.starts is not None and line.flow.starts > evidence.at]
    breaches = []
    for line in planned:
        if not line.flow.risk:
            message = say(
                "{line} is planned for {starts}, and cites no risk",
                "{line} est prévue pour le {starts}, et ne cite aucun risque",
                line=line.id,
                starts=line.flow.starts or "",
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line), "starts")))
    seen = say(
        "{n} {n:line|lines}, {planned} of which {planned:is|are} yet to start",
        "{n} {n:ligne|lignes}, dont {planned} {planned:n’a|n’ont} pas encore commencé",
        n=len(lines),
        planned=len(planned),
    )
    missing = () if lines else (Missing(Ref("map", network.model.name), _LINES),)
    return Part(seen, {"declared": len(lines)}, tuple(breaches), missing, name="projects")


def _added(network: Network, changes: Changes) -> Part:
    """Return the zones, interconnections and equipment that are new since an earlier version."""
    breaches = []
    for subject in changes.added:
        if not _cites(network, subject):
            message = say(
                "{name} is new since {since}, and cites no risk",
                "{name} est nouveau depuis {since}, et ne cite aucun risque",
                name=subject.id,
                since=changes.since,
            )
            breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say(
        "{n} {n:zone, interconnection or asset is|zones, interconnections and assets are} new since {since}",
        "{n} {n:zone, interconnexion ou bien nouveau|zones, interconnexions et biens nouveaux} depuis {since}",
        n=len(changes.added),
        since=changes.since,
    )
    return Part(seen, {"declared": len(changes.added)}, tuple(breaches), name="projects")


def _cites(network: Network, subject: Ref) -> bool:
    """Tell whether a zone, an interconnection or an asset cites a risk: itself, or a zone that it is in or joins."""
    if subject.kind == "zone":
        return bool(risk_of(network, subject.id))
    if subject.kind == "interconnection":
        joined = network.model.interconnections[subject.id]
        return bool(joined.risk) or all(risk_of(network, zone) for zone in joined.between)
    asset = network.assets[subject.id]
    return bool(asset.asset.risk) or any(risk_of(network, zone) for zone in asset.zones)


def _cites_risks(network: Network) -> bool:
    model = network.model
    sections = (model.parties, model.zones, model.carriers, model.assets, model.interconnections, model.endpoints)
    return any(entry.risk for section in sections for entry in section.values()) or any(
        flow.risk for flow in model.flows.values()
    )


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    if not _cites_risks(network):
        nothing = say("no risk is cited", "aucun risque n’est cité")
        missing = (Missing(Ref("map", network.model.name), _NONE),)
        return Outcome(tuple(Part(nothing, {}, missing=missing, name=name) for name in CHECK.parts))
    return Outcome(
        (
            _levels(network),
            _sharing(network),
            _administration(network),
            _third_parties(network),
            _development(network),
            _projects(network, evidence),
            *((_added(network, evidence.changes),) if evidence.changes is not None else ()),
        )
    )


CHECK = Check(
    name="risk-references",
    title=Text("What carries a risk cites its study", "Ce qui porte un risque en cite l’étude"),
    why=Text(
        "An analysis of risks covers what was thought of; a map shows what is there. Levels mixed in one zone, what "
        "several parties share, what is exposed, who reaches tenants’ data, development and what is planned each cite "
        "their risk, on the thing itself or on its zones. A map that cites none is not judged.",
        "Une appréciation des risques couvre ce à quoi l’on a pensé ; une carte montre ce qui est là. Niveaux mêlés "
        "dans une zone, ressources partagées, interfaces exposées, tiers qui atteignent les données, développement, "
        "lignes prévues : chacun cite son risque, sur la chose même ou sur ses zones. Une carte qui n’en cite aucun "
        "n’est pas jugée.",
    ),
    remedy=Text(
        "Write the reference of the risk (`risk`) where it is named, or have it studied first.",
        "Écrire la référence du risque (`risk`) à l’endroit nommé, ou le faire d’abord étudier.",
    ),
    severity="warning",
    run=_run,
    parts=("levels", "sharing", "administration", "third-parties", "development", "projects"),
)
