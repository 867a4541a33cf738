"""The tables of an audit: its captures, conversations grouped, lines never seen, broader lines, the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import entries_of, moment
from cloison.flows.auditing.grounds import WHY, service_text
from cloison.flows.auditing.narrower import Narrower
from cloison.flows.auditing.parts import parts
from cloison.flows.auditing.summary import ledger
from cloison.flows.judging.likeness import alike
from cloison.flows.ledger import REASONS
from cloison.netmodel.finding import Message, Text, Value
from cloison.netmodel.report import Table

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


def tables(audit: Audit, rows: Array, enough: Mapping[int, Narrower], *, every: bool) -> tuple[Table, ...]:
    """Return the tables that have rows.

    ``rows`` are the conversations that are reported, ``enough`` what would have been enough of broader lines.
    """
    found = (
        source_table(audit),
        _group_table(_grouped(audit, rows, every=every)),
        _unseen_table(audit),
        _broad_table(audit, enough),
        ledger_table(audit),
    )
    return tuple(table for table in found if table.rows)


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


def source_table(audit: Audit) -> Table:
    """Return the captures that were read, with their period and what went wrong."""
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


def ledger_table(audit: Audit) -> Table:
    """Return what was not decoded, and the control of links, by reason."""
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
            for item in ledger(audit, control=control)
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
