"""application-firewall: a WAF stands on every public way to the tenants' consoles (SecNumCloud 13.2.d).

An application firewall never protects itself: for an endpoint that lies on one, what must be behind it is the
endpoint's backends. No other relay stands for one: chains go on behind proxies and bastions.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.chains import Through, beginnings, breaks_everything, shown, spans
from cloison.netmodel.assurance.searching.exposure import Offered, exposed_past_relays, none_exposed
from cloison.netmodel.assurance.subjects.interfaces import consoles
from cloison.netmodel.facts import EndpointFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop


def _stops(network: Network, asset: str) -> bool:
    """Tell whether a chain through a relay is none past the firewalls: it is one, or lets nobody in from outside."""
    return "waf" in network.assets[asset].functions or breaks_everything(network, asset)


def _stops_or_bastion(network: Network, asset: str) -> bool:
    """The same towards what lies behind a firewall, by whatever service: from a bastion one administers machines."""
    return _stops(network, asset) or "bastion" in network.assets[asset].functions


def _behind(
    network: Network, starts: tuple[int, ...], cut: frozenset[str], endpoint: EndpointFacts
) -> tuple[tuple[Hop, ...], str]:
    """Return a chain past the firewall on which an endpoint lies to one of its backends, and which; empty if none."""
    reached, leaps = Through(network, _stops_or_bastion).search(starts, cut)
    for backend in endpoint.backends:
        vertex = reached.first(network.reach.into("asset", backend))
        if vertex is not None:
            return Through.chain(reached, leaps, vertex), backend
    return (), ""


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    every = consoles(network)
    offered = Offered(network, every)
    starts = beginnings(network, [name for name, zone in network.zones.items() if zone.public])
    wafs = tuple(name for name, asset in network.assets.items() if "waf" in asset.functions)
    cut = network.lines_cut(wafs) if wafs else frozenset()
    _, public = exposed_past_relays(network, starts, offered)
    followed, bare = exposed_past_relays(network, starts, offered, _stops, cut)
    breaches = []
    for endpoint in every:
        if endpoint.id not in public:
            continue
        if "waf" in network.assets[endpoint.asset].functions:
            hops, target = _behind(network, starts, cut, endpoint)
        else:
            hops, target = (bare[endpoint.id].hops, endpoint.id) if endpoint.id in bare else ((), "")
        if not hops:
            continue
        if target == endpoint.id:
            message = say(
                "{endpoint}, a console of tenants, is reached from a public network without an application firewall",
                "{endpoint}, console de commanditaires, est atteinte depuis un réseau public sans pare-feu applicatif",
                endpoint=endpoint.id,
            )
        else:
            message = say(
                "{backend}, behind {endpoint}, is reached from a public network past the application firewall",
                "{backend}, derrière {endpoint}, est atteint depuis un réseau public sans passer par le pare-feu "
                "applicatif",
                backend=target,
                endpoint=endpoint.id,
            )
        breaches.append(
            Breach(
                Ref("endpoint", endpoint.id),
                message,
                (*spans(network, hops), entry(network, Ref("endpoint", endpoint.id))),
                shown(network, hops),
            )
        )
    seen = say(
        "{consoles} administration {consoles:endpoint|endpoints} of tenants, {public} of them public, {wafs} "
        "application {wafs:firewall|firewalls}, {lines} {lines:line|lines} followed",
        "{consoles} {consoles:interface|interfaces} d’administration de commanditaires, dont {public} "
        "{public:publique|publiques}, {wafs} {wafs:pare-feu applicatif|pare-feux applicatifs}, {lines} "
        "{lines:ligne suivie|lignes suivies}",
        consoles=len(every),
        public=len(public),
        wafs=len(wafs),
        lines=followed,
    )
    absent = None
    if not public:
        absent = none_exposed(len(every))
    return one(Part(seen, {"declared": len(public)}, tuple(breaches), absent=absent))


def _applies(evidence: Evidence) -> Message | None:
    if consoles(evidence.network):
        return None
    return say(
        "the map has no administration endpoint of tenants",
        "la carte n’a aucune interface d’administration de commanditaires",
    )


CHECK = Check(
    name="application-firewall",
    title=Text(
        "An application firewall stands before the tenants’ consoles",
        "Un pare-feu applicatif précède les consoles des commanditaires",
    ),
    why=Text(
        "A console that the whole world can reach is attacked through what it says, which only a WAF reads.",
        "Une console à portée de tous s’attaque par ce qu’elle échange, que seul un pare-feu applicatif sait lire.",
    ),
    remedy=Text(
        "Make every public way to the console and its backends pass by the WAF, on its endpoint alone.",
        "Faire passer tout chemin public vers la console et ses serveurs par le pare-feu applicatif, "
        "sur sa seule interface.",
    ),
    severity="error",
    run=_run,
    refines=("effective",),
    applies=_applies,
)
