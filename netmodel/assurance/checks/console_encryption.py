"""console-encryption: what leads to tenants' public consoles is authenticated and encrypted (SecNumCloud 9.6.e).

Every line to such a console is looked at, whoever it comes from. That of the wire is refuted by an audit, line by line;
a contact from a public network with a service in clear at the console's address refutes the rule here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.searching.chains import beginnings
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.exposure import Offered, exposed_past_relays, none_exposed
from cloison.netmodel.assurance.subjects.cryptography import family_of, problem_of, profile_name
from cloison.netmodel.assurance.subjects.encryption import encrypts, tunnelled
from cloison.netmodel.assurance.subjects.interfaces import consoles, family
from cloison.netmodel.facts import EndpointFacts, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.services import ServiceSet

_AUTHENTICATION = Text("how users prove who they are (`authentication`)", "comment on s’y authentifie")
_PROFILE = Text(
    "a cryptographic profile (`encryption.profile`, or `profiles`)",
    "un profil cryptographique (`encryption.profile`, ou `profiles`)",
)
_CLEAR = ServiceSet.union(item.services for item in CATALOGUE.values() if item.safe is False)


def _faults(network: Network, line: Line, endpoints: tuple[str, ...]) -> Iterator[Breach | Missing]:
    encryption = line.flow.encryption
    if tunnelled(network, line) and not encrypts(line):
        return
    if not encrypts(line) or encryption is None:
        message = say(
            "{line} leads to {endpoints}, a public console of tenants, without encryption",
            "{line} mène à {endpoints}, console publique de commanditaires, sans chiffrement",
            line=line.id,
            endpoints=endpoints,
        )
        yield Breach(ref(line), message, cited(network, ref(line)), along(network, line))
        return
    problem = problem_of(network.model, encryption)
    if problem is not None:
        message = say(
            "{line} leads to {endpoints}, a public console of tenants: {problem}",
            "{line} mène à {endpoints}, console publique de commanditaires : {problem}",
            line=line.id,
            endpoints=endpoints,
            problem=problem,
        )
        yield Breach(ref(line), message, cited(network, ref(line), "encryption"), along(network, line))
    elif family_of(encryption.protocol) and not profile_name(network.model, encryption):
        yield Missing(ref(line), _PROFILE)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    every = consoles(network)
    starts = beginnings(network, [name for name, zone in network.zones.items() if zone.public])
    _, found = exposed_past_relays(network, starts, Offered(network, every))
    public = tuple(item for item in every if item.id in found)
    offered = Offered(network, public)
    breaches: list[Breach] = []
    missing: list[Missing] = []
    for item in public:
        if item.endpoint.authentication == "none":
            breaches.append(_open(network, item))
        elif not item.endpoint.authentication:
            missing.append(Missing(Ref("endpoint", item.id), _AUTHENTICATION))
    lines = 0
    for line in network.lines if public else ():
        endpoints = tuple(item.id for item in offered.by(line)) if line.live else ()
        if not endpoints:
            continue
        lines += 1
        for fault in _faults(network, line, endpoints):
            (breaches if isinstance(fault, Breach) else missing).append(fault)  # type: ignore[arg-type]
    absent = None
    if not public:
        absent = none_exposed(len(every))
    seen = say(
        "{n} public {n:console|consoles} of tenants, {lines} {lines:line|lines} that {lines:leads|lead} to them",
        "{n} {n:console publique|consoles publiques} de commanditaires, {lines} {lines:ligne y mène|lignes y mènent}",
        n=len(public),
        lines=lines,
    )
    return one(Part(seen, {"declared": len(public)}, tuple(breaches), tuple(missing), absent))


def _open(network: Network, item: EndpointFacts) -> Breach:
    subject = Ref("endpoint", item.id)
    message = say(
        "{endpoint}, a public console of tenants, authenticates nobody",
        "{endpoint}, console publique de commanditaires, n’authentifie personne",
        endpoint=item.id,
    )
    return Breach(subject, message, (entry(network, subject),))


def _applies(evidence: Evidence) -> Message | None:
    if consoles(evidence.network):
        return None
    return say(
        "the map has no administration endpoint of tenants",
        "la carte n’a aucune interface d’administration de commanditaires",
    )


def _forbids(network: Network) -> Callable[[Contact], bool]:
    assets: dict[str, set[str]] = {}
    for item in consoles(network):
        for name in family(network, item.asset):
            assets.setdefault(name, set()).add(item.interface)

    def forbids(contact: Contact) -> bool:
        interfaces = assets.get(contact.target.asset, ())
        return (
            network.zones[contact.source.zone].public
            and ("" in interfaces or contact.target.interface in interfaces)
            and contact.low in _CLEAR.fields(contact.protocol)
        )

    return forbids


CHECK = Check(
    name="console-encryption",
    title=Text(
        "Tenants’ public consoles authenticate and encrypt",
        "Les consoles publiques des commanditaires authentifient et chiffrent",
    ),
    why=Text(
        "On a public network whoever is on the way reads or alters a session that commands a tenant’s machines.",
        "Sur un réseau public, qui est sur le chemin lit ou modifie une session qui commande les machines d’un "
        "commanditaire.",
    ),
    remedy=Text(
        "Write the line’s `encryption` with a version and a profile that hold, and the endpoint’s `authentication`.",
        "Renseigner l’`encryption` de la ligne, d’une version et d’un profil qui tiennent, et l’`authentication` de "
        "l’interface.",
    ),
    severity="error",
    run=_run,
    refines=("effective", "observed"),
    applies=_applies,
    forbids=_forbids,
)
