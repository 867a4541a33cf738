"""What an audit has to say: conversations that break the matrix, joined by who, to whom, for what and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import Entry, entries_of, moment
from cloison.flows.auditing.parts import Part, parts
from cloison.flows.auditing.scans import scanners, scanning
from cloison.flows.judging.claims import CLEARTEXT, WEAK, WRONG
from cloison.flows.judging.likeness import alike
from cloison.netmodel.finding import SEVERITIES, Finding, Message, Ref, Severity, Span, Step, Text, Witness, say
from cloison.netmodel.space.addresses import show
from cloison.netmodel.space.protocols import keyword, port_text

Array = npt.NDArray[Any]

_MOST = 2_000  # findings by name; beyond, by zone
_TARGETS = 10_000  # addresses of one group that are told apart

WHY: Mapping[str, Text] = {
    "": Text(
        "authorised one way only, and forbidden the other way", "autorisée dans un seul sens, interdite dans l’autre"
    ),
    "cleartext": Text(
        "its line claims an encryption that the wire does not show",
        "sa ligne annonce un chiffrement que le réseau ne montre pas",
    ),
    "weak-encryption": Text(
        "its encryption is weaker than its line claims", "son chiffrement est plus faible que sa ligne ne l’annonce"
    ),
    "wrong-protocol": Text(
        "it speaks another protocol than its line declares", "elle parle un autre protocole que celui de sa ligne"
    ),
    "outside-tunnel": Text("seen outside the tunnel of its line", "vue hors du tunnel de sa ligne"),
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
    "cleartext": say("Encrypt it as the line says, or correct the line and its compensating measures.",
                     "Chiffrez-la comme la ligne le dit, ou corrigez la ligne et ses mesures compensatoires."),
    "weak-encryption": say("Disable the old versions and suites on the server, or correct the line.",
                           "Désactivez les anciennes versions et suites sur le serveur, ou corrigez la ligne."),
    "wrong-protocol": say("Find out what runs on this port, and close it or declare it.",
                          "Cherchez ce qui tourne sur ce port, fermez-le ou déclarez-le."),
    "outside-tunnel": say("Find out why it leaves its tunnel, and block it where only the tunnel should pass.",
                          "Cherchez pourquoi elle sort de son tunnel, et bloquez-la là où seul le tunnel doit passer."),
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
_HOLDS = say("Nothing answered: the filter holds. Watch the source if it insists.",
            "Rien n’a répondu : le filtrage tient. Surveillez la source si elle insiste.")  # fmt: skip
_INSIDE = say("Nothing answered. Find out what runs on the source: equipment that scans may be compromised.",
              "Rien n’a répondu. Cherchez ce qui tourne là : un bien qui balaie peut être compromis.")  # fmt: skip


@dataclass(slots=True)
class _Group:
    first: Entry
    conversations: int = 0
    packets: int = 0
    targets: set[int] = field(default_factory=set)
    services: set[str] = field(default_factory=set)


def findings(audit: Audit) -> tuple[Finding, ...]:
    """Return one finding a group of conversations with a severity; past a bound, groups are pairs of zones.

    Scans are grouped by their source: all unanswered attempts from public zones, and those of other sources that tried
    many.
    """
    rows = np.flatnonzero(audit.verdicts.severity > 0)
    known = scanners(audit, rows)
    groups = _groups(audit, rows, known, by_zone=False)
    if groups is None:
        groups = _groups(audit, rows, known, by_zone=True) or {}
    made = [_finding(audit, key, group) for key, group in groups.items()]
    return tuple(sorted(made, key=lambda item: (SEVERITIES.index(item.severity), item.spans[0], item.fingerprint)))


def _groups(audit: Audit, rows: Array, known: Array, *, by_zone: bool) -> dict[tuple[str, ...], _Group] | None:
    """Return the groups of verdicts, or nothing when there are too many of them and they are not by zone."""
    groups: dict[tuple[str, ...], _Group] = {}
    for part in parts(audit, rows):
        scans = scanning(part, known)
        first, group = alike(_keys(audit, part, scans, by_zone=by_zone))
        conversations = np.bincount(group, minlength=len(first)).tolist()
        packets = np.zeros(len(first), dtype=np.uint64)
        np.add.at(packets, group, part.packets)
        here = []
        for entry, scan, number, size in zip(
            entries_of(audit, part.take(first)), scans[first].tolist(), conversations, packets.tolist(), strict=True
        ):
            found = groups.setdefault(_key(entry, scan=scan, by_zone=by_zone), _Group(entry))
            if not by_zone and len(groups) > _MOST:
                return None
            found.conversations += number
            found.packets += size
            here.append(found)
        open_ = np.array([len(found.targets) < _TARGETS for found in here], dtype=bool)
        _name(part, group, np.flatnonzero(open_[group]), here)
    return groups


def _name(part: Part, group: Array, at: Array, groups: list[_Group]) -> None:
    """Add the targets and services of the conversations at some places to their groups, up to a bound."""
    if not len(at):
        return
    first, _ = alike([group[at], part.target_hi[at], part.target_lo[at], part.service[at]])
    at = at[first]
    for number, hi, lo, service in zip(
        group[at].tolist(), part.target_hi[at].tolist(), part.target_lo[at].tolist(), part.service[at].tolist(),
        strict=True,
    ):  # fmt: skip
        found = groups[number]
        if len(found.targets) < _TARGETS:
            found.targets.add(hi << 64 | lo)
            found.services.add(service_name(service))


def _keys(audit: Audit, part: Part, scans: Array, *, by_zone: bool) -> list[Array]:
    """Return columns that are equal where :func:`_key` is; conversations that differ there may still have one key."""
    why = part.reason.astype(np.uint32) << np.uint32(3) | part.severity.astype(np.uint32) << np.uint32(1) | scans
    if by_zone:
        return [why, part.rule, audit.owner_zones[part.source_owner], audit.owner_zones[part.target_owner]]
    keys = [why, part.rule, part.service]
    for owner, inner, hi, lo in (
        (part.source_owner, part.source_inner, part.source_hi, part.source_lo),
        (part.target_owner, part.target_inner, part.target_hi, part.target_lo),
    ):
        named = (owner >= 0) & ~scans
        keys += [owner, inner, np.where(named, 0, hi), np.where(named, 0, lo)]
    return keys


def _key(entry: Entry, *, scan: bool, by_zone: bool) -> tuple[str, ...]:
    if scan:
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


@cache
def service_name(service: int) -> str:
    """Return what was asked for (protocol << 16 | low field), as the map writes it."""
    port = port_text(service)
    return keyword(service >> 16) if port is None else f"{keyword(service >> 16)}/{port}"


def _finding(audit: Audit, key: tuple[str, ...], group: _Group) -> Finding:
    entry, rule = group.first, key[0]
    spans = [Span(entry.file, packet=entry.packet)]
    if entry.line:
        spans.append(audit.network.line[entry.line].span)
    severity: Severity = "error" if key[1] == "error" else "warning" if key[1] == "warning" else "note"
    if rule == "scan":
        subject = Ref("source", key[2])
        message = say(
            "{source} tried {least}{targets} {targets:address|addresses} ({extent}) and {services} "
            "{services:service|services} ({few}) in {n} {n:conversation|conversations}; nothing answered",
            "{source} a essayé {least}{targets} {targets:adresse|adresses} ({extent}) et {services} "
            "{services:service|services} ({few}) en {n} {n:conversation|conversations} ; rien n’a répondu",
            source=_named(key[2], entry), targets=len(group.targets), services=len(group.services),
            n=group.conversations, extent=_extent(group.targets), few=_few(sorted(group.services)),
            least=Text("at least ", "au moins ") if len(group.targets) >= _TARGETS else Text("", ""),
        )  # fmt: skip
        remedy = _HOLDS if severity == "note" else _INSIDE
    else:
        subject = Ref("conversation", " ".join((*key[4:6], *sorted(group.services))) if len(key) == 6 else
                      f"{key[4]} -> {key[5]} {key[6]}")  # fmt: skip
        message = _message(entry, group, by_zone=len(key) == 6)
        remedy = _REMEDIES[entry.reason]
    return Finding(
        rule, severity, message, subject, tuple(spans), _witness(audit, entry), remedy, graph="observed",
        fingerprint=hashlib.sha256(json.dumps(key, ensure_ascii=False).encode()).hexdigest()[:16],
    )  # fmt: skip


def _named(source: str, entry: Entry) -> str:
    """Return a scan's source: its address, with its name where it has one."""
    return f"{source} ({entry.source_name})" if entry.source_name and entry.source == source else source


def _extent(targets: set[int]) -> Text:
    """Return the addresses from the least to the greatest."""
    low, high = (show(value) for value in (min(targets), max(targets)))
    return Text(low, low) if low == high else Text(f"{low} to {high}", f"de {low} à {high}")


def _message(entry: Entry, group: _Group, *, by_zone: bool) -> Message:
    services = _few(sorted(group.services))
    unknown = Text("outside the map", "hors de la carte")
    source = (entry.source_zone or unknown) if by_zone else source_text(entry)
    target = (entry.target_zone or unknown) if by_zone else target_text(entry)
    named = entry.rule or entry.line
    if entry.reason in (CLEARTEXT, WEAK, WRONG):
        named = f"{named}: {entry.wire}"
    because = (
        say("{why} ({named})", "{why} ({named})", why=WHY[entry.reason], named=named) if named
        else say("{why}", "{why}", why=WHY[entry.reason])
    )  # fmt: skip
    answered = _ANSWERED[entry.answered]
    return Message(
        Text(
            "{source} → {target}, {services}: " + because.text.en + "; {n} {n:conversation|conversations}, {answered}",
            "{source} → {target}, {services} : "
            + because.text.fr
            + " ; {n} {n:conversation|conversations}, {answered}",
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
