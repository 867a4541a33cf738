"""Authorised, permitted, seen: each line and each conversation by what the matrix, the filters and captures say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Literal

import numpy as np

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import Entry, entries, moment
from cloison.flows.auditing.grounds import WHY, service_text
from cloison.flows.judge import AUTHORISED, LOCAL, REASONS, REFUTATIONS
from cloison.flows.verify import Verification
from cloison.flows.verifying.deciding import Decision, Guard
from cloison.flows.verifying.together import whole
from cloison.flows.verifying.wording import DEFAULT, rules_of
from cloison.netmodel.finding import Finding, Message, Ref, Span, Step, Text, Value, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report, Table
from cloison.netmodel.space.addresses import VRF_SHIFT, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.protocols import ICMP, ICMPV6, NUMBERS, PORTED
from cloison.netmodel.space.services import OPENING, ServiceSet

REFUTED = frozenset(REASONS[code][1] for code in REFUTATIONS)  # in a line that the wire refutes

Passing = Literal["yes", "no", "partly", "undecided", "not-compared"]
Cell = Value | Message | None

_MOST_CONVERSATIONS = 5_000
_PASSING: Mapping[str, Text] = {
    "yes": Text("yes", "oui"),
    "no": Text("no", "non"),
    "partly": Text("in part", "en partie"),
    "undecided": Text("undecided", "indécis"),
    "not-compared": Text("no configured filter on its way", "aucun filtre configuré sur son chemin"),
}


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A live line: whether the filters on its way permit it, which do not, and when it was last seen (ns, or none)."""

    line: str
    permitted: Passing
    blocked: tuple[str, ...]
    conversations: int
    last: int | None


@dataclass(frozen=True, slots=True)
class ConversationSeen:
    """Conversations alike that no line authorises, and what each configured device on their way does with them."""

    entry: Entry
    conversations: int
    permitted: Passing
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Triangle:
    """Every live line and every conversation without one; ``more`` conversations were not looked at."""

    network: Network
    lines: tuple[LineSeen, ...]
    conversations: tuple[ConversationSeen, ...]
    more: int
    window: tuple[int, int]


def triangle(
    network: Network, verification: Verification, guards: Sequence[Guard], audit: Audit, asked: Product | None = None
) -> Triangle:
    """Return the triangle of what was verified and audited; with ``asked``, of the conversations that lie in it."""
    count, last = audit.seen
    numbers = {line: number for number, line in enumerate(audit.matrix.lines)}
    seen = []
    for line in network.lines:
        if not line.live or (asked is not None and not any(item.overlaps(asked) for item in line.products)):
            continue
        number = numbers.get(line.id)
        found = int(count[number]) if number is not None else 0
        passing, blocked = _line(verification, guards, line.id, line.products)
        seen.append(
            LineSeen(line.id, passing, blocked, found, int(last[number]) if number is not None and found else None)
        )
    told, more = _conversations(network, guards, audit, asked)
    return Triangle(network, tuple(seen), tuple(told), more, audit.window)


def _line(
    verification: Verification, guards: Sequence[Guard], line: str, products: Sequence[Product]
) -> tuple[Passing, tuple[str, ...]]:
    blocked = tuple(
        verdict.device for verdict in verification.devices if any(item.line == line for item in verdict.missing)
    )
    each = [[guard.decide(product) for guard in guards] for product in products]
    met = [[item for item in decisions if item.fate != "absent"] for decisions in each]
    words = {passing(verification.network, decisions) for decisions in met if decisions}
    if not words:
        return "not-compared", ()
    denying = (item.device for decisions in met for item in decisions if item.fate == "denied")
    blocked = tuple(dict.fromkeys((*blocked, *denying)))
    if len(words) == 1:
        return words.pop(), blocked
    return ("undecided" if "undecided" in words else "partly"), blocked


def passing(network: Network, decisions: Sequence[Decision]) -> Passing:
    """Return whether packets pass: of each stage that they surely cross, one of the equals has to let them."""
    if not decisions:
        return "not-compared"
    for stage in dict.fromkeys(item.stage for item in decisions):
        mine = [item for item in decisions if item.stage == stage]
        if all(item.fate == "denied" and item.always for item in mine) and whole(
            network, stage, [item.device for item in mine]
        ):
            return "no"
    if all(item.fate == "permitted" for item in decisions):
        return "yes"
    return "undecided" if any(item.fate == "undecided" for item in decisions) else "partly"


def _conversations(
    network: Network, guards: Sequence[Guard], audit: Audit, asked: Product | None
) -> tuple[list[ConversationSeen], int]:
    verdict = audit.verdicts.verdict
    rows = np.flatnonzero((verdict != AUTHORISED) & (verdict != LOCAL))
    found: dict[tuple[str, ...], tuple[Entry, int]] = {}
    more = 0
    for entry in entries(audit, rows):
        if asked is not None and not _within(network, entry, asked):
            continue
        key = (entry.source, entry.target, entry.vrf, service_text(entry), entry.reason)
        known = found.get(key)
        if known is None and len(found) >= _MOST_CONVERSATIONS:
            more += 1
            continue
        found[key] = (known[0] if known else entry, (known[1] if known else 0) + 1)
    told = []
    for entry, number in found.values():
        product = _product(network, entry)
        decisions = [guard.decide(product) for guard in guards] if product is not None else []
        met = tuple(item for item in decisions if item.fate != "absent")
        told.append(ConversationSeen(entry, number, passing(network, met), met))
    return told, more


def _product(network: Network, entry: Entry) -> Product | None:
    """Return a conversation's opening packet as a product; nothing where an end lies nowhere."""
    vrf = network.ownership.indices.get(entry.vrf or "default")
    if vrf is None:
        return None
    ends = []
    for text in (entry.source, entry.target):
        point = network.ownership.resolve(network.vrfs[vrf], parse_address(text))
        if point is None:
            point = vrf << VRF_SHIFT | parse_address(text)
        ends.append(IntervalSet(((point, point),)))
    number = NUMBERS.get(entry.protocol)
    if number is None:
        return None
    low = (0, 65535)
    if number in (ICMP, ICMPV6) and entry.port is not None:
        kind, _, code = str(entry.port).partition("/")
        low = (int(kind) << 8 | int(code or 0),) * 2
    elif number in PORTED and entry.port is not None:
        low = (int(entry.port),) * 2
    return Product(ends[0], ends[1], ServiceSet.of((number, number), low, phases=OPENING))


def _within(network: Network, entry: Entry, asked: Product) -> bool:
    product = _product(network, entry)
    return product is not None and product.overlaps(asked)


def triangle_report(found: Triangle, verification: Verification, audit: Audit) -> Report:
    """Return the report of a triangle (``cloison.triangle/1``)."""
    network = found.network
    data = {
        "schema": "cloison.triangle/1",
        "map": {"name": network.model.name, "digest": network.digest},
        "devices": [{"device": item.device, "result": item.result} for item in verification.devices],
        "sources": [{"file": item.file, "packets": item.packets, "records": item.records} for item in audit.sources],
        "lines": [
            {"line": item.line, "authorised": True, "permitted": item.permitted, "blocked_by": list(item.blocked),
             "seen": item.conversations > 0, "conversations": item.conversations,
             "last": moment(item.last) if item.last is not None else None}
            for item in found.lines
        ],
        "conversations": [_conversation_data(item) for item in found.conversations],
        "not_looked_at": found.more,
    }  # fmt: skip
    tables = (_line_table(found), _conversation_table(found))
    return Report(
        "explain", data, tuple(findings(found)), tables=tuple(table for table in tables if table.rows),
        summary=_summary(found), marking=network.model.marking, title=network.model.name,
    )  # fmt: skip


def _conversation_data(item: ConversationSeen) -> dict[str, Any]:
    entry = item.entry
    return {
        "source": entry.source, "destination": entry.target, "service": service_text(entry),
        "from": entry.source_name or None, "to": entry.target_name or None, "verdict": entry.verdict,
        "reason": entry.reason, "answered": entry.answered, "conversations": item.conversations,
        "authorised": False, "permitted": item.permitted, "seen": True,
        "decided_by": [
            {"device": decision.device, "fate": decision.fate,
             "rules": [one for origin in (*decision.denying, *decision.permitting) for one in rules_of(origin)]}
            for decision in item.decisions
        ],
    }  # fmt: skip


def findings(found: Triangle) -> Iterator[Finding]:
    """Yield what the three say against one another."""
    for item in found.conversations:
        entry = item.entry
        if item.permitted != "yes" or entry.reason in REFUTED:
            continue
        written = [rule for decision in item.decisions for rule in decision.written]
        where = tuple(
            f"{rule.name or rule.text or rule.span} ({decision.device})"
            for decision in item.decisions for rule in decision.written
        ) or tuple(decision.device for decision in item.decisions)  # fmt: skip
        message = say(
            "{source} → {target}, {service}: seen, in no line ({why}), and permitted by {rules}",
            "{source} → {target}, {service} : vu, dans aucune ligne ({why}), et permis par {rules}",
            source=entry.source, target=entry.target, service=service_text(entry),
            why=WHY.get(entry.reason, Text(entry.reason, entry.reason)), rules=where,
        )  # fmt: skip
        steps = tuple(Step(Ref("rule", rule.text), say("permitted here", "permis ici"), rule.span) for rule in written)
        yield Finding(
            "seen-and-permitted", "error", message, Ref("conversation", f"{entry.source}-{entry.target}"),
            (Span(entry.file, packet=entry.packet), *(rule.span for rule in written)), Witness("facts", steps),
            say("Close the rule, or declare a line with its justification.",
                "Fermer la règle, ou déclarer une ligne avec sa justification."), graph="observed",
        )  # fmt: skip
    for line in found.lines:
        if line.conversations and line.permitted == "no":
            message = say(
                "{line} was seen, and {devices} {n:does|do} not permit it: the capture was made elsewhere, or before",
                "{line} a été vue, et {devices} ne {n:la permet|la permettent} pas : la capture vient d’ailleurs, ou "
                "d’avant", line=line.line, devices=line.blocked, n=len(line.blocked),
            )  # fmt: skip
            yield Finding("seen-and-blocked", "warning", message, Ref("line", line.line),
                          (found.network.line[line.line].span,), graph="observed")  # fmt: skip


def _summary(found: Triangle) -> tuple[Message, ...]:
    days = max((found.window[1] - found.window[0]) // 86_400_000_000_000, 0)
    unseen = [item for item in found.lines if not item.conversations and item.permitted in ("yes", "partly")]
    passing = sum(1 for item in found.conversations if item.permitted == "yes")
    said = [
        say("{n} live {n:line|lines}: {seen} seen, {unseen} permitted and not seen over {days} {days:day|days}",
            "{n} {n:ligne|lignes} en vigueur : {seen} vues, {unseen} permises et non vues en {days} {days:jour|jours}",
            n=len(found.lines), seen=sum(1 for item in found.lines if item.conversations), unseen=len(unseen),
            days=days),
        say("{n} {n:conversation|conversations} not authorised: {passing} permitted by the configurations",
            "{n} {n:conversation non autorisée|conversations non autorisées} : {passing} permises par les "
            "configurations", n=len(found.conversations), passing=passing),
    ]  # fmt: skip
    if found.more:
        said.append(say("{n} more were not looked at", "{n} autres n’ont pas été examinées", n=found.more))
    return tuple(said)


def _line_table(found: Triangle) -> Table:
    return Table(
        "lines", Text("Lines: authorised, permitted, seen", "Lignes : autorisées, permises, vues"),
        (Text("line", "ligne"), Text("permitted", "permise"), Text("blocked by", "bloquée par"),
         Text("conversations", "conversations"), Text("last seen", "vue pour la dernière fois")),
        tuple(
            (item.line, _PASSING[item.permitted], item.blocked, item.conversations,
             datetime.fromtimestamp(item.last // 1_000_000_000, UTC).strftime("%Y-%m-%d") if item.last is not None
             else Text("never", "jamais"))
            for item in found.lines
        ),
    )  # fmt: skip


def _where(decisions: Sequence[Decision]) -> tuple[Text, ...]:
    return tuple(
        Text(f"{decision.device}: {place.en}", f"{decision.device} : {place.fr}")
        for decision in decisions
        for place in ([_place(rule.span) for rule in decision.written] or [DEFAULT])
    )


def _place(span: Span) -> Text:
    text = str(replace(span, file=PurePath(span.file).name))
    return Text(text, text)


def _conversation_table(found: Triangle) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (item.entry.source, item.entry.target, service_text(item.entry), WHY.get(item.entry.reason),
         _PASSING[item.permitted],
         _where(item.decisions),
         item.conversations)
        for item in found.conversations
    ]  # fmt: skip
    return Table(
        "conversations", Text("Conversations that are not authorised", "Conversations non autorisées"),
        (Text("source", "source"), Text("destination", "destination"), Text("service", "service"),
         Text("why", "raison"), Text("permitted", "permise"), Text("rules", "règles"), Text("times", "fois")),
        tuple(rows),
    )  # fmt: skip
