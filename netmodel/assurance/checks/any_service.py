"""any-service: a line says which ends and which ports, or carries an exception that still holds."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.space.protocols import PORTED
from cloison.netmodel.space.services import OPENING, ServiceSet

_EVERY_PORT = tuple(ServiceSet.of((number, number), (1, 65535), phases=OPENING) for number in sorted(PORTED))


def _holds_every_port(services: ServiceSet) -> bool:
    """Tell whether a protocol's every port is in the set; in its canonical form they are then one segment of it."""
    if all(high - low < 65534 for low, high, _ in services.segments):
        return False
    return any(ports <= services for ports in _EVERY_PORT)


def _unbounded(line: Line, every_port: dict[str, bool]) -> tuple[tuple[str, str], ...]:
    """Return what the line leaves open, each as (field, word).

    ``every_port`` keeps the answer of each name: a matrix has few names of services for its many lines.
    """
    found = []
    between = bool(line.flow.between)
    for name, ends in (("between" if between else "from", line.sources), ("to", () if between else line.targets)):
        for end in ends:
            if end.kind == "any":
                found.append((name, "any"))
                break
    for name, services in line.services:
        known = every_port.get(name)
        if known is None:
            known = every_port[name] = name == "any" or _holds_every_port(services)
        if known:
            found.append(("services", name))
    return tuple(found)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    breaches: list[Breach] = []
    every_port: dict[str, bool] = {}
    excepted = 0
    for line in network.lines:
        found = _unbounded(line, every_port)
        if not found:
            continue
        exception = line.flow.exception
        words = tuple(f"{name}: {word}" for name, word in found)
        if exception is None:
            message = say("{line} leaves open {words}", "{line} laisse ouvert {words}", line=line.id, words=words)
            breaches.append(Breach(ref(line), message, cited(network, ref(line), found[0][0])))
        elif exception.until is not None and exception.until < evidence.at:
            message = say(
                "{line} leaves open {words}; its exception ended on {until}",
                "{line} laisse ouvert {words} ; son exception a pris fin le {until}",
                line=line.id,
                words=words,
                until=exception.until,
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line), "exception")))
        else:
            excepted += 1
    seen = say(
        "ends and services of {n} {n:line|lines}, {excepted} of them with an exception",
        "extrémités et services de {n} {n:ligne|lignes}, dont {excepted} avec une exception",
        n=len(network.lines),
        excepted=excepted,
    )
    return one(Part(seen, {"declared": len(network.lines)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    return None if evidence.network.lines else say("the matrix has no line", "la matrice n’a aucune ligne")


CHECK = Check(
    name="any-service",
    title=Text("No line is open to any end or any port", "Aucune ligne n’ouvre toute extrémité ni tout port"),
    why=Text(
        "A line that names no port or no end authorises traffic that nobody described or justified.",
        "Une ligne sans port ou sans extrémité autorise un trafic que personne n’a décrit ni justifié.",
    ),
    remedy=Text(
        "Name the ends and the services, or write an `exception` that says why, by whom and until when.",
        "Nommer les extrémités et les services, ou écrire une `exception` qui dit pourquoi, par qui et jusqu’à quand.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
