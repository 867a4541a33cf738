"""The answer of ``learn``: its JSON contract (``cloison.learn/1``), its tables, and the text of the proposed map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import moment
from cloison.flows.learning.proposal import WHY, Line, Proposal
from cloison.flows.learning.written import lines_text, names_of
from cloison.netmodel.finding import Message, Text, Value, say
from cloison.netmodel.report import Report, Table


def learn_report(audit: Audit, proposal: Proposal, first: Text | None = None) -> Report:
    """Return the report of a proposal made from an audit's conversations.

    Its proposed map is the lines alone, or after ``first``, the map that was learnt where none was given.
    """
    taken = [line.id for line in audit.network.lines]
    before = first or Text("", "")
    proposed = Text(before.en + lines_text(proposal, taken, "en"), before.fr + lines_text(proposal, taken, "fr"))
    names = names_of(proposal, taken)
    summary = {
        "conversations": len(audit.verdicts),
        "settled": proposal.settled,
        "lines": len(proposal.lines),
        "apart": len(proposal.apart),
    }
    return Report(
        "learn",
        {
            "schema": "cloison.learn/1",
            "summary": summary,
            "lines": [{"id": name, **_data(line)} for name, line in zip(names, proposal.lines, strict=True)],
            "apart": [{"why": line.why, **_data(line)} for line in proposal.apart],
        },
        tables=tuple(table for table in (_proposed(names, proposal.lines), _apart(proposal.apart)) if table.rows),
        summary=(
            say(
                "{conversations} {conversations:conversation|conversations}: "
                "{settled} {settled:needs|need} no new line, {lines} {lines:line|lines} proposed, "
                "{apart} {apart:kind|kinds} set apart",
                "{conversations} {conversations:conversation|conversations} : "
                "{settled} {settled:n’appelle|n’appellent} aucune ligne nouvelle, "
                "{lines} {lines:ligne proposée|lignes proposées}, {apart} {apart:sorte mise|sortes mises} à part",
                **summary,
            ),
        ),
        marking=audit.network.model.marking,
        title=audit.network.model.name,
        proposed=proposed,
    )


def _data(line: Line) -> dict[str, Any]:
    return {
        "from": list(line.sources),
        "to": list(line.targets),
        "services": list(line.services),
        "conversations": line.conversations,
        "first": moment(line.first),
        "last": moment(line.last),
        "location": {"file": line.place.file, "packet": line.place.packet},
        "probes": list(line.probes),
        "wire": list(line.wires),
        "addresses": list(line.addresses),
    }


_ENDS = (Text("from", "de"), Text("to", "vers"), Text("services", "services"))
_SEEN = (Text("conversations", "conversations"), Text("last seen", "dernière observation"))


def _cells(line: Line) -> tuple[Value | Message | None, ...]:
    return (line.sources, line.targets, line.services, line.conversations, moment(line.last)[:19] + "Z")


def _proposed(names: Sequence[str], lines: Sequence[Line]) -> Table:
    return Table(
        "proposed",
        Text("Proposed lines, to be justified", "Lignes proposées, à justifier"),
        (Text("ID", "ID"), *_ENDS, *_SEEN),
        tuple((name, *_cells(line)) for name, line in zip(names, lines, strict=True)),
    )


def _apart(lines: Sequence[Line]) -> Table:
    return Table(
        "apart",
        Text("Conversations that are not proposed", "Conversations qui ne sont pas proposées"),
        (Text("why", "pourquoi"), *_ENDS, *_SEEN),
        tuple((WHY[line.why], *_cells(line)) for line in lines),
    )
