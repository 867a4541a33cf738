"""The answer of an audit: its JSON contract (``cloison.audit/1``), its tables and its summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import entries_of, moment
from cloison.flows.auditing.grounds import WHY, service_text
from cloison.flows.auditing.listed import Listed
from cloison.flows.auditing.narrower import Narrower, narrower
from cloison.flows.auditing.parts import parts
from cloison.flows.judge import AUTHORISED, LOCAL
from cloison.flows.judging.likeness import alike
from cloison.flows.table import REASONS, Source, undecoded
from cloison.netmodel.finding import Message, Text, Value, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report, Table

Array = npt.NDArray[Any]

Cell = Value | Message | None

_VERDICTS = {
    "authorised": Text("authorised", "autorisée"),
    "illegitimate": Text("illegitimate", "illégitime"),
    "unmapped": Text("unmapped", "hors carte"),
    "local": Text("local", "locale"),
}
_SEVERITIES = {
    "error": Text("error", "erreur"), "warning": Text("warning", "avertissement"), "note": Text("note", "remarque"),
    "": Text("", ""),
}  # fmt: skip
_OUTSIDE = Text("outside the map", "hors de la carte")


def audit_report(audit: Audit, network: Network, every: bool = False) -> Report:
    """Return the report of an audit: conversations that are not authorised, or all of them with ``every``.

    ``data["conversations"]`` is a sequence that makes its rows when they are asked for.
    """
    verdict = audit.verdicts.verdict
    bad = audit.verdicts.severity > 0
    rows = np.arange(len(verdict)) if every else np.flatnonzero(bad | _neither(audit))
    enough = narrower(audit)
    claims = {line.id: line.flow.encryption is not None for line in network.lines}
    return Report(
        "audit",
        {
            "schema": "cloison.audit/1",
            "sources": _sources(audit),
            "summary": _summary(audit),
            "conversations": Listed(audit, rows, claims),
            "lines": _lines(audit, enough),
            "undecoded": _ledger(audit, control=False),
            "control": _ledger(audit, control=True),
        },
        audit.findings,
        tables=tuple(
            table
            for table in (
                _source_table(audit),
                _group_table(_grouped(audit, rows, every=every)),
                _unseen_table(audit),
                _broad_table(audit, enough),
                _ledger_table(audit),
            )
            if table.rows
        ),
        summary=_words(audit),
        marking=network.model.marking,
        title=network.model.name,
    )


def _neither(audit: Audit) -> Any:
    return (audit.verdicts.verdict != AUTHORISED) & (audit.verdicts.verdict != LOCAL)


class _Row:
    def __init__(self) -> None:
        self.services: Counter[str] = Counter()
        self.conversations = 0
        self.packets = 0

    def add(self, service: str, conversations: int, packets: int) -> None:
        self.conversations += conversations
        self.packets += packets
        if len(self.services) < 1000 or service in self.services:
            self.services[service] += conversations

    def shown(self) -> tuple[str, ...]:
        most = sorted(self.services, key=lambda name: (-self.services[name], name))
        return tuple(most[:5]) if len(most) <= 5 else (*most[:5], f"… +{len(most) - 5}")


def _grouped(audit: Audit, rows: Array, *, every: bool) -> dict[tuple[str, ...], _Row]:
    """Return the conversations with a severity, or all of them, by zones, verdict, reason and severity."""
    grouped: dict[tuple[str, ...], _Row] = {}
    for part in parts(audit, rows if every else rows[audit.verdicts.severity[rows] > 0]):
        zones = audit.owner_zones[part.source_owner], audit.owner_zones[part.target_owner]
        first, group = alike([*zones, part.reason, part.severity, part.service])
        packets = np.zeros(len(first), dtype=np.uint64)
        np.add.at(packets, group, part.packets)
        conversations = np.bincount(group, minlength=len(first)).tolist()
        for entry, number, size in zip(
            entries_of(audit, part.take(first)), conversations, packets.tolist(), strict=True
        ):
            key = (entry.source_zone, entry.target_zone, entry.verdict, entry.reason, entry.severity)
            grouped.setdefault(key, _Row()).add(service_text(entry), number, size)
    return grouped


def _sources(audit: Audit) -> list[dict[str, Any]]:
    return [
        {
            "file": source.file,
            "format": source.format,
            "packets": source.packets,
            "records": source.records,
            "first": moment(source.first) if source.packets + source.records else None,
            "last": moment(source.last) if source.packets + source.records else None,
            "probe": probe or None,
            "problem": source.problem.say("en") if source.problem else None,
            "notes": [note.say("en") for note in source.notes],
        }
        for source, probe in zip(audit.sources, audit.probes, strict=True)
    ]


def _summary(audit: Audit) -> dict[str, int]:
    counts = audit.counts
    return {
        "packets": sum(source.packets for source in audit.sources),
        "records": sum(source.records for source in audit.sources),
        "conversations": len(audit.verdicts),
        "authorised": counts["authorised"],
        "assumed": counts["assumed"],
        "illegitimate": counts["illegitimate"],
        "unmapped": counts["unmapped"],
        "local": counts["local"],
        "undecoded": audit.undecoded,
        "icmp_errors": int(audit.table.errors.sum()),
    }


def _lines(audit: Audit, enough: Mapping[int, Narrower]) -> list[dict[str, Any]]:
    count, last = audit.seen
    return [
        {
            "id": audit.matrix.lines[line],
            "conversations": int(count[line]),
            "last": moment(int(last[line])) if count[line] else None,
            "refuted": int(audit.refuted[line]),
            "narrower": _enough(enough.get(line)),
        }
        for line in audit.live_lines
    ]


def _enough(narrower: Narrower | None) -> dict[str, list[str]] | None:
    """Return what would have been enough of a line, by its keys in a map."""
    if narrower is None:
        return None
    parts = {"from": narrower.sources, "to": narrower.targets, "services": narrower.services}
    return {name: list(found) for name, found in parts.items() if found}


def _ledger(audit: Audit, *, control: bool) -> list[dict[str, Any]]:
    """Return the packets of no conversation by reason, and after them those that tunnels carry."""
    return [
        {"reason": reason, "packets": ledger[reason], **more}
        for ledger, more in ((audit.ledger, {}), (audit.inside, {"carried": True}))
        for reason in sorted(ledger, key=lambda name: (-ledger[name], name))
        if ledger[reason] and REASONS[reason].control == control
    ]


def _source_table(audit: Audit) -> Table:
    return Table(
        "sources",
        Text("Captures", "Captures"),
        (Text("file", "fichier"), Text("probe", "sonde"), Text("format", "format"), Text("packets", "paquets"),
         Text("records", "enregistrements"), Text("first", "premier"), Text("last", "dernier"),
         Text("problem", "problème")),
        tuple(
            (
                source.file, probe, source.format, source.packets, source.records,
                moment(source.first) if source.first else "", moment(source.last) if source.last else "",
                source.problem,
            )
            for source, probe in zip(audit.sources, audit.probes, strict=True)
        ),
    )  # fmt: skip


def _group_table(grouped: dict[tuple[str, ...], _Row]) -> Table:
    order = ("error", "warning", "note", "")
    rows: list[tuple[Cell, ...]] = []
    for key in sorted(grouped, key=lambda item: (order.index(item[4]), -grouped[item].conversations, item)):
        source, target, verdict, reason, severity = key
        row = grouped[key]
        rows.append(
            (
                _SEVERITIES[severity], source or _OUTSIDE, target or _OUTSIDE, _VERDICTS[verdict],
                WHY[reason] if reason in WHY and severity else reason, row.shown(), row.conversations, row.packets,
            )
        )  # fmt: skip
    return Table(
        "conversations",
        Text("Conversations by zones and reason", "Conversations par zones et par motif"),
        (Text("severity", "gravité"), Text("from", "de"), Text("to", "vers"), Text("verdict", "verdict"),
         Text("reason", "motif"), Text("services", "services"), Text("conversations", "conversations"),
         Text("packets", "paquets")),
        tuple(rows),
    )  # fmt: skip


def _unseen_table(audit: Audit) -> Table:
    count, _ = audit.seen
    rows: list[tuple[Cell, ...]] = []
    for line in audit.live_lines:
        if not count[line]:
            known = audit.network.lines[line]
            rows.append(
                (
                    known.id, tuple(end.id for end in known.sources), tuple(end.id for end in known.targets),
                    tuple(dict.fromkeys(name for target in known.targets for name, _ in known.services_to(target))),
                    int(audit.refuted[line]) or None,
                )
            )  # fmt: skip
    return Table(
        "lines-never-seen",
        Text("Live lines never seen as they are declared", "Lignes en vigueur jamais vues telles que déclarées"),
        (
            Text("line", "ligne"),
            Text("from", "de"),
            Text("to", "vers"),
            Text("services", "services"),
            Text("refuted conversations", "conversations réfutées"),
        ),
        tuple(rows),
    )


def _broad_table(audit: Audit, enough: Mapping[int, Narrower]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for line in audit.live_lines:
        if line in enough:
            part = enough[line]
            rows.append((audit.matrix.lines[line], part.sources, part.targets, part.services))
    return Table(
        "lines-broader-than-seen",
        Text(
            "Lines broader than what was seen in these captures, and what would have been enough",
            "Lignes plus larges que ce qui a été vu dans ces captures, et ce qui aurait suffi",
        ),
        (Text("line", "ligne"), Text("from", "de"), Text("to", "vers"), Text("services", "services")),
        tuple(rows),
    )


def _ledger_table(audit: Audit) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for control in (False, True):
        kind = Text("link control", "contrôle de liaison") if control else Text("not decoded", "non décodé")
        carried = (
            Text("link control in a tunnel", "contrôle de liaison dans un tunnel")
            if control
            else Text("not decoded in a tunnel", "non décodé dans un tunnel")
        )
        rows += [
            (REASONS[item["reason"]].text, carried if item.get("carried") else kind, item["packets"])
            for item in _ledger(audit, control=control)
        ]
    errors = int(audit.table.errors.sum())
    if errors:
        told = Text("ICMP errors about these conversations", "erreurs ICMP au sujet de ces conversations")
        rows.append((told, Text("error", "erreur"), errors))
    return Table(
        "ledger",
        Text("Packets of no conversation", "Paquets d’aucune conversation"),
        (Text("reason", "motif"), Text("kind", "nature"), Text("packets", "paquets")),
        tuple(rows),
    )


def _words(audit: Audit) -> tuple[Message, ...]:
    summary = _summary(audit)
    count, _ = audit.seen
    live = audit.live_lines
    said = [
        say(
            "{read}, {conversations} {conversations:conversation|conversations}: "
            "{authorised} authorised ({assumed} assumed), {illegitimate} illegitimate, {unmapped} unmapped, "
            "{local} local; {undecoded} not decoded",
            "{read}, {conversations} {conversations:conversation|conversations} : "
            "{authorised} {authorised:autorisée|autorisées} (dont {assumed} {assumed:supposée|supposées}), "
            "{illegitimate} {illegitimate:illégitime|illégitimes}, {unmapped} hors carte, "
            "{local} {local:locale|locales} ; {undecoded} {undecoded:non décodé|non décodés}",
            read=_amount(summary), **summary,
        ),
        say(
            "{seen} of {live} live {live:line|lines} seen{where}",
            "{seen} {seen:ligne en vigueur vue|lignes en vigueur vues} sur {live}{where}",
            seen=sum(1 for line in live if count[line]), live=len(live), where=_looked_at(audit),
        ),
    ]  # fmt: skip
    said += [
        Message(Text("{file}: {note}", "{file} : {note}"), {"file": source.file, "note": _text(note)})
        for source in audit.sources
        for note in source.notes
    ]
    claimed = _claiming(audit)
    if claimed:
        said.append(
            say(
                "{n} authorised {n:conversation is|conversations are} of lines that claim encryption: not evaluated",
                "{n} {n:conversation autorisée relève|conversations autorisées relèvent} de lignes qui annoncent un "
                "chiffrement : non évalué",
                n=claimed,
            )
        )
    severe = Counter(item.severity for item in audit.findings)
    undecided = _undecided(audit.sources)
    if not severe["error"] and not undecided:
        said.append(
            say(
                "nothing at error level contradicts the matrix; {n} {n:warning|warnings}",
                "rien ne contredit la matrice au niveau erreur ; {n} {n:avertissement|avertissements}",
                n=severe["warning"],
            )
            if severe["warning"]
            else say("nothing seen contradicts the matrix", "rien de vu ne contredit la matrice")
        )
    elif undecided and not severe["error"]:
        said.append(say("not decided:", "impossible de conclure :"))
    return (*said, *undecided)


def _amount(summary: Mapping[str, int]) -> Text:
    """Return how much was read: packets, records or both."""
    packets = say("{packets} {packets:packet|packets}", "{packets} {packets:paquet|paquets}", **summary)
    records = say("{records} flow {records:record|records}",
                  "{records} {records:enregistrement|enregistrements} de flux", **summary)  # fmt: skip
    if not summary["records"]:
        return _text(packets)
    if not summary["packets"]:
        return _text(records)
    return Text(f"{packets.say('en')}, {records.say('en')}", f"{packets.say('fr')}, {records.say('fr')}")


def _looked_at(audit: Audit) -> Text:
    """Return the period and the probes of an audit's captures."""
    known = [source for source in audit.sources if source.first or source.last]
    if not known:
        return Text("", "")
    first, last = moment(min(source.first for source in known)), moment(max(source.last for source in known))
    probes = ", ".join(dict.fromkeys(probe for probe in audit.probes if probe))
    period = say(", from {first} to {last}", ", du {first} au {last}", first=first, last=last)
    if not probes:
        return _text(period)
    place = say(" at {probes}", " à {probes}", probes=probes)
    return Text(period.say("en") + place.say("en"), period.say("fr") + place.say("fr"))


def _text(message: Message) -> Text:
    return Text(message.say("en"), message.say("fr"))


def _claiming(audit: Audit) -> int:
    """Return how many authorised conversations of lines that claim encryption showed no payload."""
    claims = [audit.network.line[line].flow.encryption is not None for line in audit.matrix.lines]
    unseen = (audit.table.wire_ab == 0) & (audit.table.wire_ba == 0)
    verdicts = audit.verdicts
    line = verdicts.line[(verdicts.verdict == AUTHORISED) & unseen[verdicts.row]]
    return int(np.array([*claims, False])[line].sum())


def _undecided(sources: Sequence[Source]) -> tuple[Message, ...]:
    """Return why a source leaves something undecided: a problem, no packet, or packets not decoded."""
    said = []
    for source in sources:
        lost, inner = undecoded(source.ledger), undecoded(source.inside)
        if source.problem is not None:
            said.append(Message(Text("{file}: {why}", "{file} : {why}"), {
                "file": source.file, "why": _text(source.problem),
            }))  # fmt: skip
        if lost:
            said.append(
                say(
                    "{file}: {n} {n:packet|packets} not decoded, so not judged",
                    "{file} : {n} {n:paquet non décodé, donc non jugé|paquets non décodés, donc non jugés}",
                    file=source.file,
                    n=lost,
                )
                if source.packets
                else say(
                    "{file}: {n} {n:record|records} not read, so not judged",
                    "{file} : {n} {n:enregistrement non lu, donc non jugé|enregistrements non lus, donc non jugés}",
                    file=source.file,
                    n=lost,
                )
            )
        if inner:
            said.append(
                say(
                    "{file}: what {n} {n:packet|packets} of tunnels {n:carries|carry} was not decoded, so not judged",
                    "{file} : ce que {n:porte|portent} {n} {n:paquet|paquets} de tunnels n’a pas été décodé, donc pas "
                    "jugé",
                    file=source.file,
                    n=inner,
                )
            )
    return tuple(said)
