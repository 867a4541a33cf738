"""roaming-administration: roaming administrators come in by a tunnel that nothing avoids (SecNumCloud 12.12.c).

A roaming post is a post of administrators that has a home in a subnet carried by a tunnel. That tunnel has to encrypt;
it has to end on a gateway with the function `vpn`, which says how users prove who they are (`authentication`); the post
has no home outside it; and without the gateways of the tunnel no way is left at layer 3 from its subnet to anything
else. Whether the post's user cannot switch the tunnel off, and whether its disk is encrypted, is declared.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.administrators import posts
from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network

_GATEWAY = Text("its gateway (`ends`)", "sa passerelle (`ends`)")
_AUTHENTICATION = Text(
    "how users prove who they are (`authentication`)", "comment on s’y authentifie (`authentication`)"
)
_NONE = frozenset(("none", "aucun", "aucune"))


def _pools(network: Network) -> dict[str, tuple[str, ...]]:
    """Return the subnets of tunnels where posts of administrators have a home, and the tunnels of each."""
    tunnels = {name for name, item in network.model.carriers.items() if item.kind == "tunnel"}
    found: dict[str, tuple[str, ...]] = {}
    for facts in posts(network).values() if tunnels else ():
        for subnet in facts.subnets:
            over = tuple(name for name in network.subnets[subnet].over if name in tunnels)
            if over:
                found[subnet] = over
    return found


def _tunnel(network: Network, name: str, missing: dict[Ref, Missing]) -> Iterator[Breach]:
    carrier = network.model.carriers[name]
    subject = Ref("carrier", name)
    if not TUNNELS.get(carrier.protocol.lower(), False):
        message = say(
            "{tunnel}, by which roaming administrators come in, does not encrypt",
            "{tunnel}, par lequel entrent les administrateurs en mobilité, ne chiffre pas",
            tunnel=name,
        )
        yield Breach(subject, message, cited(network, subject))
    if not carrier.ends:
        missing.setdefault(subject, Missing(subject, _GATEWAY))
    for end in carrier.ends:
        facts = network.assets[end]
        if "workstation" in facts.functions:
            continue
        gateway = Ref("asset", end)
        said = facts.asset.authentication.lower()
        if "vpn" not in facts.functions or said in _NONE - {""}:
            message = say(
                "{asset} ends {tunnel} and is no VPN that authenticates",
                "{asset} termine {tunnel} et n’est pas un VPN qui authentifie",
                asset=end,
                tunnel=name,
            )
            yield Breach(gateway, message, cited(network, gateway))
        elif not said:
            missing.setdefault(gateway, Missing(gateway, _AUTHENTICATION))


def _around(network: Network, subnet: str, tunnels: tuple[str, ...]) -> Iterator[Breach]:
    """Yield a breach where something else than the gateways joins the subnet or its zone to the rest."""
    gateways = {end for name in tunnels for end in network.model.carriers[name].ends}
    zone = network.subnets[subnet].zone
    parts = network.topology.without(gateways)
    mine = parts.of(("zone", zone))
    pools = {("subnet", name) for name in network.zones[zone].subnets} | {("zone", zone)}
    other = next(
        (
            node
            for node in (*(("zone", name) for name in network.zones), *(("subnet", name) for name in network.subnets))
            if node not in pools and parts.of(node) == mine
        ),
        None,
    )
    if other is not None:
        message = say(
            "{zone}, the zone of roaming administrators, is also joined to {other} past the gateway",
            "{zone}, zone des administrateurs en mobilité, est aussi jointe à {other} sans la passerelle",
            zone=zone,
            other=other[1],
        )
        yield Breach(Ref("zone", zone), message, cited(network, Ref("zone", zone)))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    pools = _pools(network)
    missing: dict[Ref, Missing] = {}
    breaches: list[Breach] = []
    for name in dict.fromkeys(tunnel for tunnels in pools.values() for tunnel in tunnels):
        breaches += _tunnel(network, name, missing)
    for subnet, tunnels in pools.items():
        breaches += _around(network, subnet, tunnels)
    roaming = [facts for facts in posts(network).values() if not pools.keys().isdisjoint(facts.subnets)]
    for facts in roaming:
        for home in facts.interfaces.values():
            if pools.keys().isdisjoint(home.subnets) and home.points.ranges:
                message = say(
                    "{asset}, a roaming post, also has a home at {interface}, outside the tunnel",
                    "{asset}, poste en mobilité, a aussi une adresse sur {interface}, hors du tunnel",
                    asset=facts.id,
                    interface=home.name,
                )
                subject = Ref("asset", facts.id)
                breaches.append(Breach(subject, message, cited(network, subject)))
    seen = say(
        "{n} roaming {n:post|posts} of administrators, in {pools} {pools:subnet|subnets} of tunnels",
        "{n} {n:poste|postes} d’administration en mobilité, dans {pools} {pools:sous-réseau|sous-réseaux} de tunnels",
        n=len(roaming),
        pools=len(pools),
    )
    return one(Part(seen, {"declared": len(roaming)}, tuple(breaches), tuple(missing.values())))


def _applies(evidence: Evidence) -> Message | None:
    if _pools(evidence.network):
        return None
    return say(
        "no post of administrators has its home in a tunnel",
        "aucun poste d’administration n’a son adresse dans un tunnel",
    )


CHECK = Check(
    name="roaming-administration",
    title=Text(
        "Roaming administrators come in by a tunnel that nothing avoids",
        "Les administrateurs en mobilité entrent par un tunnel que rien ne contourne",
    ),
    why=Text(
        "A post of administrators on a hotel’s network is as safe as the only way that leads from it.",
        "Un poste d’administration sur le réseau d’un hôtel est aussi sûr que l’unique chemin qui en part.",
    ),
    remedy=Text(
        "Let the tunnel encrypt, end on a VPN that authenticates, and be the only way in or out of the post’s subnet.",
        "Faire chiffrer le tunnel, le terminer sur un VPN qui authentifie, et n’en faire que l’unique chemin du "
        "sous-réseau des postes.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
