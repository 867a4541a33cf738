"""What an audit has to say: conversations that break the matrix, joined by who, to whom, for what and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import Entry, entries, moment
from cloison.netmodel.finding import SEVERITIES, Finding, Message, Ref, Severity, Span, Step, Text, Witness, say

_MOST = 2_000  # findings by name; beyond, by zone

WHY: Mapping[str, Text] = {
    "": Text(
        "authorised one way only, and forbidden the other way", "autorisée dans un seul sens, interdite dans l’autre"
    ),
    "expired": Text("its line is not live at that time", "sa ligne n’est pas en vigueur à ce moment"),
    "forbidden": Text("a segmentation rule forbids it", "une règle de cloisonnement l’interdit"),
    "direction": Text("authorised only the other way", "autorisée seulement dans l’autre sens"),
    "service": Text("these ends are joined for other services", "ces extrémités sont reliées pour d’autres services"),
    "no-line": Text("no line of the matrix", "aucune ligne de la matrice"),
    "ambiguous-vrf": Text(
        "several VRFs have this address; name the probe", "plusieurs VRF ont cette adresse ; nommez la sonde"
    ),
    "not-behind-probe": Text(
        "an end that cannot be behind that probe", "une extrémité qui ne peut pas être derrière cette sonde"
    ),
    "no-subnet": Text("an end that is on no declared subnet", "une extrémité qui n’est sur aucun sous-réseau déclaré"),
}

_REMEDIES: Mapping[str, Message] = {
    "expired": say("Renew the line if the need lasts, else close the flow.",
                   "Reconduisez la ligne si le besoin demeure, sinon fermez le flux."),
    "forbidden": say("Find out who opened this way and close it; no line can allow it without a waiver.",
                     "Cherchez qui a ouvert ce passage et fermez-le ; une ligne ne suffirait pas sans dérogation."),
    "direction": say("Find out why the responder connects out; a server that does may be compromised.",
                     "Cherchez pourquoi le serveur se connecte vers l’extérieur ; il peut être compromis."),
    "service": say("Close the port, or add the service to a line with its justification.",
                   "Fermez le port, ou ajoutez le service à une ligne avec sa justification."),
    "no-line": say("Close the flow, or declare a line with its justification.",
                   "Fermez le flux, ou déclarez une ligne avec sa justification."),
    "ambiguous-vrf": say("Give the capture's probe with --probe, or its VRF with --vrf.",
                         "Donnez la sonde de la capture avec --probe, ou sa VRF avec --vrf."),
    "not-behind-probe": say("Check what the probe watches, and whether VRFs leak into each other.",
                            "Vérifiez ce que la sonde surveille, et si des VRF communiquent."),
    "no-subnet": say("Declare the subnet, or find out who uses this address.",
                     "Déclarez le sous-réseau, ou cherchez qui utilise cette adresse."),
    "": say("Capture the beginning of these conversations to know who starts them.",
            "Capturez le début de ces conversations pour savoir qui les commence."),
}  # fmt: skip
_SCAN = say("Nothing answered: the filter holds. Watch the source if it insists.",
            "Rien n’a répondu : le filtrage tient. Surveillez la source si elle insiste.")  # fmt: skip


@dataclass(slots=True)
class _Group:
    first: Entry
    conversations: int = 0
    packets: int = 0
    last: int = 0
    targets: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)


def findings(audit: Audit) -> tuple[Finding, ...]:
    """Return one finding a group of conversations with a severity; past a bound, groups are pairs of zones.

    Unanswered attempts from public zones are grouped by their source, as scans.
    """
    rows = np.flatnonzero(audit.verdicts.severity > 0)
    fine: dict[tuple[str, ...], _Group] = {}
    coarse: dict[tuple[str, ...], _Group] = {}
    for entry in entries(audit, rows):
        _add(coarse, _key(entry, by_zone=True), entry)
        if len(fine) <= _MOST:
            _add(fine, _key(entry, by_zone=False), entry)
    groups = coarse if len(fine) > _MOST else fine
    made = [_finding(audit, key, group) for key, group in groups.items()]
    return tuple(sorted(made, key=lambda item: (SEVERITIES.index(item.severity), item.spans[0], item.fingerprint)))


def _add(groups: dict[tuple[str, ...], _Group], key: tuple[str, ...], entry: Entry) -> None:
    group = groups.setdefault(key, _Group(entry))
    group.conversations += 1
    group.packets += entry.packets
    group.last = max(group.last, entry.last)
    if len(group.targets) < 10_000:
        group.targets.add(entry.target)
        group.services.add(service_text(entry))


def _key(entry: Entry, *, by_zone: bool) -> tuple[str, ...]:
    if entry.severity == "note":
        return ("scan", entry.severity, entry.source_zone if by_zone else entry.source)
    name = {"illegitimate": "illegitimate-conversation", "unmapped": "unmapped-conversation"}.get(
        entry.verdict, "assumed-conversation"
    )
    if by_zone:
        return (name, entry.severity, entry.reason, entry.rule, entry.source_zone, entry.target_zone)
    return (name, entry.severity, entry.reason, entry.rule, source_text(entry), target_text(entry), service_text(entry))


def source_text(entry: Entry) -> str:
    """Return the name of the initiator, else its address."""
    return entry.source_name or entry.source


def target_text(entry: Entry) -> str:
    """Return the name of the responder, else its address."""
    return entry.target_name or entry.target


def service_text(entry: Entry) -> str:
    """Return what was asked for, as the map writes it."""
    return entry.protocol if entry.port is None else f"{entry.protocol}/{entry.port}"


def _finding(audit: Audit, key: tuple[str, ...], group: _Group) -> Finding:
    entry, rule = group.first, key[0]
    spans = [Span(entry.file, packet=entry.packet)]
    if entry.line:
        spans.append(audit.network.line[entry.line].span)
    severity: Severity = "error" if key[1] == "error" else "warning" if key[1] == "warning" else "note"
    if rule == "scan":
        subject = Ref("source", key[2])
        message = say(
            "{source} tried {targets} address(es) and {services} service(s) in {n} conversation(s); nothing answered",
            "{source} a essayé {targets} adresse(s) et {services} service(s) en {n} conversation(s) ; rien n’a répondu",
            source=key[2], targets=len(group.targets), services=len(group.services), n=group.conversations,
        )  # fmt: skip
        remedy = _SCAN
    else:
        subject = Ref("conversation", " ".join((*key[4:6], *sorted(group.services))) if len(key) == 6 else
                      f"{key[4]} -> {key[5]} {key[6]}")  # fmt: skip
        message = _message(entry, group, by_zone=len(key) == 6)
        remedy = _REMEDIES[entry.reason]
    return Finding(
        rule, severity, message, subject, tuple(spans), _witness(audit, entry), remedy, graph="observed",
        fingerprint=hashlib.sha256(json.dumps(key, ensure_ascii=False).encode()).hexdigest()[:16],
    )  # fmt: skip


def _message(entry: Entry, group: _Group, *, by_zone: bool) -> Message:
    services = _few(sorted(group.services))
    unknown = Text("outside the map", "hors de la carte")
    source = (entry.source_zone or unknown) if by_zone else source_text(entry)
    target = (entry.target_zone or unknown) if by_zone else target_text(entry)
    named = entry.rule or entry.line
    because = (
        say("{why} ({named})", "{why} ({named})", why=WHY[entry.reason], named=named) if named
        else say("{why}", "{why}", why=WHY[entry.reason])
    )  # fmt: skip
    answered = _ANSWERED[entry.answered]
    return Message(
        Text(
            "{source} → {target}, {services}: " + because.text.en + "; {n} conversation(s), {answered}",
            "{source} → {target}, {services} : " + because.text.fr + " ; {n} conversation(s), {answered}",
        ),
        {
            **because.values, "source": source, "target": target, "services": services, "n": group.conversations,
            "answered": answered,
        },
    )  # fmt: skip


_ANSWERED: Mapping[str, Text] = {
    "yes": Text("answered", "avec réponse"),
    "no": Text("unanswered", "sans réponse"),
    "reply-only": Text("only the replies were seen", "seules les réponses ont été vues"),
    "unknown": Text("answer unknown", "réponse inconnue"),
}


def _few(words: Iterable[str]) -> tuple[str, ...]:
    every = tuple(words)
    return every if len(every) <= 6 else (*every[:6], "…")


def _witness(audit: Audit, entry: Entry) -> Witness:
    packet: dict[str, str | int] = {
        "source": entry.source,
        "destination": entry.target,
        "protocol": entry.protocol,
        "first": moment(entry.first),
        "packets": entry.packets,
        "packet": entry.packet,
        "file": entry.file,
    }
    if entry.source_port is not None:
        packet["source_port"] = entry.source_port
    if entry.port is not None:
        packet["port"] = entry.port
    if entry.vrf:
        packet["vrf"] = entry.vrf
    steps = (Step(Ref("line", entry.line), span=audit.network.line[entry.line].span),) if entry.line else ()
    return Witness("conversation", steps, packet)
