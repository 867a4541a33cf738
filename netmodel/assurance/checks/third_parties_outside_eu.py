"""third-parties-outside-eu: no line leads them to data of tenants or to technical data (SecNumCloud 19.6.c).

A third party is outside the European Union by its country or by that of whoever controls it. What is asked is necessary
and not sufficient: access that no network shows, and who holds the keys of encrypted data, are declared.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.places import Places
from cloison.netmodel.assurance.subjects.holdings import DATA, holds
from cloison.netmodel.assurance.subjects.third_parties import TOO_MUCH, access, owner_of, places_of
from cloison.netmodel.assurance.subjects.union import in_union
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_COUNTRY = Text("its country, in two letters (`country`)", "son pays, en deux lettres (`country`)")
_CONTROL = Text("the country of whoever controls it (`control`)", "le pays de qui la contrôle (`control`)")
_LEADS = Text(
    "{line} leads {party}, outside the European Union, from {what} to {zones}",
    "{line} mène {party}, hors de l’Union européenne, de {what} à {zones}",
)


def _third_parties(network: Network) -> tuple[str, ...]:
    return tuple(name for name, party in network.model.parties.items() if party.kind == "third-party")


def _outside(network: Network, name: str) -> bool | None:
    """Tell whether a third party is of, or controlled from, outside the Union; nothing where that is not written."""
    party = network.model.parties[name]
    answers = (in_union(party.country), in_union(party.control))
    return True if False in answers else None if None in answers else False


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    parties = {name: _outside(network, name) for name in _third_parties(network)}
    missing = [
        Missing(Ref("party", name), _COUNTRY if in_union(network.model.parties[name].country) is None else _CONTROL)
        for name, outside in parties.items()
        if outside is None
    ]
    outside = frozenset(name for name, answer in parties.items() if answer)
    places = places_of(network, outside)
    held = {
        name: holds(network, zone, "tenant", "technical")
        for name, zone in network.zones.items()
        if zone.owner not in outside
    }
    known = tuple(Ref("zone", name) for name, answer in held.items() if answer)
    unknown = tuple(Ref("zone", name) for name, answer in held.items() if answer is None)
    breaches = []
    found = access(network, places, known)
    for item in found.direct:
        values: dict[str, str | tuple[str, ...]] = {
            "line": item.line.id,
            "party": tuple(sorted({owner_of(network, place) for place in item.sources})),
            "what": tuple(place.id for place in item.sources),
            "zones": tuple(place.id for place in item.targets),
        }
        subject = ref(item.line)
        witness = along(network, item.line)
        breaches.append(Breach(subject, Message(_LEADS, values), cited(network, subject), witness))
    for chain in found.chains:
        values = {
            "line": chain.last,
            "party": owner_of(network, chain.start),
            "what": chain.start.id,
            "zones": (chain.target.id,),
        }
        breaches.append(
            Breach(chain.target, Message(_LEADS, values), spans(network, chain.hops), shown(network, chain.hops))
        )
    perhaps = access(network, places, unknown)
    reached = [place for item in perhaps.direct for place in item.targets]
    reached += [chain.target for chain in perhaps.chains]
    missing += [Missing(place, DATA) for place in dict.fromkeys(reached)]
    if found.more or perhaps.more:
        missing.append(Missing(Ref("map", network.model.name), TOO_MUCH))
    seen = say(
        "{n} third {n:party|parties} of {all} outside the European Union, with {places} {places:place|places} on the "
        "map; {targets} {targets:zone|zones} that {targets:holds|hold} or may hold data",
        "{n} {n:tiers|tiers} sur {all} hors de l’Union européenne, ayant {places} {places:lieu|lieux} sur la carte ; "
        "{targets} {targets:zone|zones} où sont ou peuvent être des données",
        n=len(outside),
        all=len(parties),
        places=len(places),
        targets=len(known) + len(unknown),
    )
    absent = None
    if not outside and not missing:
        absent = say(
            "no third party of the map is of, or controlled from, outside the European Union",
            "aucun tiers de la carte n’est établi ni contrôlé hors de l’Union européenne",
        )
    return one(Part(seen, {"declared": len(outside)}, tuple(breaches), tuple(missing), absent))


def _applies(evidence: Evidence) -> Message | None:
    if _third_parties(evidence.network):
        return None
    return say("the map has no third party", "la carte n’a aucun tiers")


def _forbids(network: Network) -> Callable[[Contact], bool]:
    """Return the direct reading, but of what sits on a public network: there it does as everybody may."""
    outside = frozenset(name for name in _third_parties(network) if _outside(network, name))
    if not outside:
        return lambda _: False
    zones = network.zones
    sources = Places(
        network,
        tuple(
            item for item in places_of(network, outside)
            if not all(zones[zone].public
                       for zone in ((item.id,) if item.kind == "zone" else network.assets[item.id].zones))
        ),
    )  # fmt: skip
    targets = Places(
        network,
        tuple(
            Ref("zone", name) for name, zone in network.zones.items()
            if zone.owner not in outside and holds(network, zone, "tenant", "technical")
        ),
    )  # fmt: skip
    return lambda contact: sources.hold(contact.source) and targets.hold(contact.target)


CHECK = Check(
    name="third-parties-outside-eu",
    title=Text(
        "No third party outside the European Union reaches the data",
        "Aucun tiers hors de l’Union européenne n’atteint les données",
    ),
    why=Text(
        "A third party that is of another law, by its country or by whoever controls it, may be ordered to hand over "
        "what it can reach. Neither the Economic Area nor Switzerland is in the Union. What is open to a whole public "
        "network is open to everybody, and is not asked about here.",
        "Un tiers qui relève d’un autre droit, par son pays ou par qui le contrôle, peut être contraint de livrer ce "
        "qu’il peut atteindre. Ni l’Espace économique ni la Suisse ne sont dans l’Union. Ce qui est ouvert à tout un "
        "réseau public l’est à tous, et n’est pas demandé ici.",
    ),
    remedy=Text(
        "Cut the line, or the chain that is shown; access to data that are encrypted, and whose key it has not, is "
        "declared.",
        "Couper la ligne, ou la suite de lignes montrée ; l’accès à des données chiffrées dont le tiers n’a pas la clé "
        "se déclare.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
