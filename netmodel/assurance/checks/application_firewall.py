"""application-firewall: a WAF stands on every public way to the tenants' consoles (SecNumCloud 13.2.d).

An application firewall never protects itself: for an endpoint that lies on one, what must be behind it is the
endpoint's backends.
"""

from __future__ import annotations

from cloison.netmodel.assurance.chains import beginnings, chain, shown, spans
from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.exposure import Exposed, Offered, exposed, exposed_past_relays, none_exposed
from cloison.netmodel.facts import EndpointFacts
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.reach import Hop


def _consoles(network: Network) -> tuple[EndpointFacts, ...]:
    return tuple(
        facts
        for facts in network.endpoints.values()
        if facts.endpoint.kind == "administration" and "tenant" in facts.endpoint.audience
    )


def _bypass(
    network: Network, starts: tuple[int, ...], cut: frozenset[str], endpoint: EndpointFacts, found: dict[str, Exposed]
) -> tuple[tuple[Hop, ...], str]:
    """Return a chain past the WAF to what it should protect, and what that is; empty where there is none."""
    if "waf" not in network.assets[endpoint.asset].functions:
        item = found.get(endpoint.id)
        return (item.hops, endpoint.id) if item is not None else ((), "")
    reached = network.reach.reachable(starts, without_lines=cut)
    for backend in endpoint.backends:
        vertex = reached.first(network.reach.into("asset", backend))
        if vertex is not None:
            return chain(reached, vertex), backend
    return (), ""


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    consoles = _consoles(network)
    offered = Offered(network, consoles)
    starts = beginnings(network, [name for name, zone in network.zones.items() if zone.public])
    wafs = tuple(name for name, asset in network.assets.items() if "waf" in asset.functions)
    cut = network.lines_cut(wafs) if wafs else frozenset()
    _, public = exposed_past_relays(network, starts, offered)
    followed, bare = exposed(network, starts, offered, cut)
    breaches = []
    for endpoint in consoles:
        if endpoint.id not in public:
            continue
        hops, target = _bypass(network, starts, cut, endpoint, bare)
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
        consoles=len(consoles),
        public=len(public),
        wafs=len(wafs),
        lines=followed,
    )
    absent = None
    if not public:
        absent = none_exposed(len(consoles))
    return one(Part(seen, {"declared": len(public)}, tuple(breaches), absent=absent))


def _applies(evidence: Evidence) -> Message | None:
    if _consoles(evidence.network):
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
