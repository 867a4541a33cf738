"""multifactor-authentication: administration interfaces ask for more than one factor (SecNumCloud 9.6.f).

Either the endpoint itself does (`authentication: mfa`), or every line to it comes from equipment that does, such as a
bastion, or has no way round that equipment at layer 3. Lines of supervision give no access by which one administers,
and do not count (supervision-acts tells those that do). How strong the factors are is declared.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import entry
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import named_alone, ref
from cloison.netmodel.assurance.searching.exposure import Offered
from cloison.netmodel.assurance.subjects.interfaces import administered, consoles, family
from cloison.netmodel.facts import EndpointFacts, Line
from cloison.netmodel.finding import Ref, Step, Text, Witness, say
from cloison.netmodel.network import Network

_MFA = "mfa"
_AUTHENTICATION = Text(
    "how users prove who they are (`authentication`)", "comment on s’y authentifie (`authentication`)"
)
_QUESTIONS = (
    ("provider", administered, Text("of the provider", "du prestataire")),
    ("tenant", consoles, Text("of tenants", "des commanditaires")),
)


def _strong(network: Network) -> frozenset[str]:
    """Return the assets that ask for several factors before they let through."""
    return frozenset(
        item
        for name, asset in network.model.assets.items()
        if asset.authentication.lower() == _MFA and (network.assets[name].relay or network.assets[name].forwards)
        for item in family(network, name)
    )


def _leading(network: Network, endpoints: tuple[EndpointFacts, ...]) -> dict[str, list[Line]]:
    """Return the live lines that lead to each endpoint which does not ask for several factors itself."""
    offered = Offered(network, endpoints)
    found: dict[str, list[Line]] = {}
    for line in network.lines if endpoints else ():
        if line.live and line.nature != "supervision":
            for item in offered.by(line):
                found.setdefault(item.id, []).append(line)
    return found


def _answer(network: Network, name: str, every: tuple[EndpointFacts, ...], whose: Text) -> Part:
    strong = _strong(network)
    weak = tuple(item for item in every if item.endpoint.authentication.lower() != _MFA)
    cut = network.lines_cut(strong) if strong and weak else frozenset()
    lines = _leading(network, weak)
    breaches: list[Breach] = []
    missing: list[Missing] = []
    behind = 0
    for item in weak:
        leading = lines.get(item.id, [])
        past = [
            line
            for line in leading
            if line.id not in cut
            and not all(named_alone(network, end) and strong.issuperset(end.assets) for end in line.sources)
        ]
        if leading and not past:
            behind += 1
        elif item.endpoint.authentication:
            breaches.append(_breach(network, item, past))
        else:
            missing.append(Missing(Ref("endpoint", item.id), _AUTHENTICATION))
    absent = None
    if not every:
        absent = say(
            "the map has no administration endpoint {whose}",
            "la carte n’a aucune interface d’administration {whose}",
            whose=whose,
        )
    seen = say(
        "{n} administration {n:endpoint|endpoints} {whose}, {behind} of them behind equipment that asks for several "
        "factors",
        "{n} {n:interface|interfaces} d’administration {whose}, dont {behind} derrière un équipement qui demande "
        "plusieurs facteurs",
        n=len(every),
        whose=whose,
        behind=behind,
    )
    return Part(seen, {"declared": len(every)}, tuple(breaches), tuple(missing), absent, name)


def _breach(network: Network, item: EndpointFacts, past: list[Line]) -> Breach:
    subject = Ref("endpoint", item.id)
    message = say(
        "{endpoint} authenticates by {how}, which is no authentication by several factors",
        "{endpoint} authentifie par {how}, ce qui n’est pas une authentification multifacteur",
        endpoint=item.id,
        how=item.endpoint.authentication,
    )
    steps = (*(Step(ref(line), None, entry(network, ref(line))) for line in past[:1]), Step(subject))
    return Breach(subject, message, (entry(network, subject),), Witness("facts", steps))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    return Outcome(tuple(_answer(network, name, every(network), whose) for name, every, whose in _QUESTIONS))


CHECK = Check(
    name="multifactor-authentication",
    title=Text(
        "Administration asks for several factors",
        "L’administration demande plusieurs facteurs d’authentification",
    ),
    why=Text(
        "A password that was stolen or guessed must not be enough to command the service. Lines of supervision, by "
        "which nobody administers, do not count.",
        "Un mot de passe volé ou deviné ne doit pas suffire à commander le service. Les lignes de supervision, par "
        "lesquelles nul n’administre, ne comptent pas.",
    ),
    remedy=Text(
        "Write `authentication: mfa` where the interface asks for it, or let in by a bastion that does and "
        "by it alone.",
        "Écrire `authentication: mfa` là où l’interface la demande, ou ne laisser entrer que par un bastion qui la "
        "demande.",
    ),
    severity="error",
    run=_run,
    parts=("provider", "tenant"),
)
