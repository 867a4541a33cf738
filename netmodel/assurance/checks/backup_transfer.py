"""backup-transfer: backups between sites are encrypted and stay in the Union (SecNumCloud 12.5.d).

A line of backup is one of nature `backup`, or of no nature at all and towards a zone of that one. It joins sites where
an end of it has equipment, subnets or a zone at another site than the other end. Encryption is its own, or that of its
tunnel; whether the profile will do is the affair of chapter 10. The place of a backup has the same rules as that of the
data (19.2): a member state of the European Union. Whether the sites are far enough from one another is declared. What
captures show of it is told line by line when they are audited: before its tunnel, a conversation in clear refutes
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.encryption import encrypts, tunnelled
from cloison.netmodel.assurance.subjects.equipment import is_ours, touching
from cloison.netmodel.assurance.subjects.union import in_union
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_SITE = Text("a site (`site`)", "un site (`site`)")
_COUNTRY = Text("a country (`country`, in two letters)", "un pays (`country`, en deux lettres)")
_NONE = Text("a live line of backup (nature `backup`)", "une ligne de sauvegarde en vigueur (nature `backup`)")


@dataclass(slots=True)
class _Sites:
    """The sites of ends, each found once; what has none is kept."""

    network: Network
    _of: dict[str, tuple[frozenset[str], tuple[Ref, ...]]] = field(default_factory=dict)

    def of(self, end: End) -> tuple[frozenset[str], tuple[Ref, ...]]:
        """Return the sites of an end, and what in it has none."""
        found = self._of.get(end.id)
        if found is None:
            sites: set[str] = set()
            lacking: list[Ref] = []
            for name in end.assets:
                facts = self.network.assets[name]
                if facts.forwards and end.kind in ("zone", "subnet"):
                    continue  # it stands between places
                places = [self.network.assets[item].asset.site for item in (name, *facts.members)]
                here = {place.partition("/")[0] for place in places if place} or self._around(
                    facts.subnets, facts.zones
                )
                sites |= here
                if not here:
                    lacking.append(Ref("asset", name))
            if not end.assets:
                sites |= self._around(end.subnets, end.zones)
                lacking += [] if sites else [Ref("zone", zone) for zone in end.zones]
            found = self._of[end.id] = frozenset(sites), tuple(lacking)
        return found

    def _around(self, subnets: tuple[str, ...], zones: tuple[str, ...]) -> set[str]:
        around = {self.network.subnets[name].subnet.site for name in subnets}
        if not all(around) or not around:
            around |= {self.network.zones[zone].site for zone in zones}
        return {place.partition("/")[0] for place in around if place}


def _lines(network: Network) -> list[Line]:
    """Return the live lines of backup of the provider."""
    stores = touching(lambda end: _is_store(network, end))
    return [
        line
        for line in network.lines
        if line.live
        and (line.nature == "backup" or (not line.nature and len(stores(line.targets)) == len(line.targets)))
    ]


def _is_store(network: Network, end: End) -> bool:
    zones = [network.zones[zone] for zone in end.zones]
    return bool(zones) and all(zone.nature == "backup" and is_ours(zone) for zone in zones)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    lines = _lines(network)
    sites = _Sites(network)
    breaches = []
    missing: dict[Ref, Missing] = {}
    between = 0
    reached: dict[str, Line] = {}
    for line in lines:
        here = [sites.of(end) for end in line.sources]
        there = [sites.of(end) for end in line.targets]
        for _, lacking in (*here, *there):
            for item in lacking:
                missing.setdefault(item, Missing(item, _SITE))
        sources = frozenset(site for found, _ in here for site in found)
        targets = frozenset(site for found, _ in there for site in found)
        for site in sorted(targets):
            reached.setdefault(site, line)
        if not sources or not targets or len(sources | targets) == 1:
            continue
        between += 1
        if not encrypts(line) and not tunnelled(network, line):
            message = say(
                "{line} carries backups from {sources} to {targets} without encryption",
                "{line} porte des sauvegardes de {sources} à {targets} sans chiffrement",
                line=line.id,
                sources=tuple(sorted(sources)),
                targets=tuple(sorted(targets)),
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    for site, line in reached.items():
        place = Ref("site", site)
        country = network.model.sites[site].country if site in network.model.sites else ""
        inside = in_union(country)
        if inside is None:
            missing.setdefault(place, Missing(place, _COUNTRY))
        elif not inside:
            message = say(
                "{line} keeps backups at {site}, in {country}, outside the European Union",
                "{line} conserve des sauvegardes à {site}, en {country}, hors de l’Union européenne",
                line=line.id,
                site=site,
                country=country,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), along(network, line)))
    if not lines:
        whole = Ref("map", network.model.name)
        missing[whole] = Missing(whole, _NONE)
    seen = say(
        "{n} {n:line|lines} of backup, {between} between sites, to {sites} {sites:site|sites}",
        "{n} {n:ligne|lignes} de sauvegarde, {between} entre sites, vers {sites} {sites:site|sites}",
        n=len(lines),
        between=between,
        sites=len(reached),
    )
    return one(Part(seen, {"declared": len(lines)}, tuple(breaches), tuple(missing.values())))


def _applies(evidence: Evidence) -> Message | None:
    if any(is_ours(zone) for zone in evidence.network.zones.values()):
        return None
    return say("the map has no zone of the service", "la carte n’a aucune zone du service")


CHECK = Check(
    name="backup-transfer",
    title=Text(
        "Backups between sites are encrypted and stay in the Union",
        "Les sauvegardes entre sites sont chiffrées et restent dans l’Union",
    ),
    why=Text(
        "A backup is all the data at once: on a link between sites, whoever taps the link has all of it.",
        "Une sauvegarde, ce sont toutes les données à la fois : sur une liaison entre sites, qui écoute a tout.",
    ),
    remedy=Text(
        "Write the `encryption` of the line, or the `tunnel` that wraps it, and keep backups in a member state.",
        "Écrire le `encryption` de la ligne, ou le `tunnel` qui l’enveloppe, et garder les sauvegardes dans un État "
        "membre.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
