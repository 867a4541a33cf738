"""unsafe-service: a service reputed unsafe carries compensating measures that hold (SecNumCloud 13.1.a)."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.measures import fault
from cloison.netmodel.compiling.offers import reputed_unsafe
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import ServiceSet

_KINDS = {
    "tunnel": Text("tunnel", "tunnel"),
    "filtering": Text("filtering", "filtrage"),
    "dedicated-network": Text("dedicated network", "réseau dédié"),
    "relay": Text("relay", "relais"),
    "procedure": Text("procedure", "procédure"),
    "monitoring": Text("monitoring", "surveillance"),
}


class _Reputed:
    """Whether services are reputed unsafe, each asked once: a matrix has few names for its many lines."""

    def __init__(self, network: Network) -> None:
        self.model = network.model
        self.known: dict[str, bool] = {}

    def of(self, line: Line) -> tuple[str, ...]:
        """Return the names of a line's services that are reputed unsafe."""
        found: list[str] = []
        for services in (line.services, *line.endpoint_services.values()):
            for name, ports in services:
                unsafe = self.known.get(name)
                if unsafe is None:
                    unsafe = self._ask(name, ports)
                if unsafe:
                    found.append(name)
        return tuple(dict.fromkeys(found)) if found else ()

    def _ask(self, name: str, ports: ServiceSet) -> bool:
        unsafe = self.known[name] = reputed_unsafe(self.model, name, ports)
        return unsafe


def _breaches(network: Network, line: Line, unsafe: tuple[str, ...]) -> list[Breach]:
    if not line.flow.compensating:
        message = say(
            "{line} uses {services}, reputed unsafe, without a compensating measure",
            "{line} emploie {services}, réputé non sûr, sans mesure compensatoire",
            line=line.id,
            services=unsafe,
        )
        return [Breach(ref(line), message, cited(network, ref(line), "services"), along(network, line))]
    breaches = []
    for place, measure in enumerate(line.flow.compensating):
        reason = fault(network, line, measure)
        if reason is None:
            continue
        message = say(
            "{line} uses {services}, reputed unsafe, and its measure {place} ({kind}) does not hold: {reason}",
            "{line} emploie {services}, réputé non sûr, et sa mesure {place} ({kind}) ne tient pas : {reason}",
            line=line.id,
            services=unsafe,
            place=place + 1,
            kind=_KINDS[measure.kind],
            reason=Text(reason.en.format(by=measure.by), reason.fr.format(by=measure.by)),
        )
        breaches.append(
            Breach(
                ref(line),
                message,
                cited(network, ref(line), "compensating", place),
                along(network, line),
                remedy=say(
                    "Name equipment or a carrier that every path of the line crosses, or another measure.",
                    "Nommer un équipement ou un support que chaque chemin de la ligne traverse, ou une autre mesure.",
                ),
            )
        )
    return breaches


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    reputed = _Reputed(network)
    breaches: list[Breach] = []
    current = [line for line in network.lines if line.flow.expires is None or line.flow.expires >= evidence.at]
    concerned = 0
    for line in current:
        unsafe = reputed.of(line)
        if unsafe:
            concerned += 1
            breaches += _breaches(network, line, unsafe)
    seen = say(
        "{n} {n:line|lines}, {services} {services:service|services}, {unsafe} {unsafe:line|lines} on unsafe ones with "
        "their measures",
        "{n} {n:ligne|lignes}, {services} {services:service|services}, {unsafe} {unsafe:ligne|lignes} sur des services "
        "non sûrs avec leurs mesures",
        n=len(current),
        services=len(reputed.known),
        unsafe=concerned,
    )
    return one(Part(seen, {"declared": len(current)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    if any(line.flow.expires is None or line.flow.expires >= evidence.at for line in evidence.network.lines):
        return None
    return say("the matrix has no line in force", "la matrice n’a aucune ligne en vigueur")


CHECK = Check(
    name="unsafe-service",
    title=Text("Unsafe services have measures that hold", "Les services non sûrs ont des mesures qui tiennent"),
    why=Text(
        "In clear or without authentication, such a service lets anyone on its way read it or take part in it.",
        "En clair ou sans authentification, un tel service se laisse lire ou détourner par qui est sur son chemin.",
    ),
    remedy=Text(
        "Use the safe counterpart of the service, or write under `compensating` what makes up for it on the path.",
        "Employer l’équivalent sûr du service, ou écrire sous `compensating` ce qui y remédie sur le chemin.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
