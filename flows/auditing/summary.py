"""What an audit adds up to: its counts, its ledger, and the sentences of its summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import moment
from cloison.flows.judge import AUTHORISED
from cloison.flows.ledger import REASONS, undecoded
from cloison.flows.table import Source
from cloison.netmodel.finding import Message, Text, say


def summary(audit: Audit) -> dict[str, int]:
    """Return the counts of an audit, by the keys of ``summary`` in its JSON."""
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


def ledger(audit: Audit, *, control: bool) -> list[dict[str, Any]]:
    """Return the packets of no conversation by reason, and after them those that tunnels carry."""
    return [
        {"reason": reason, "packets": ledger[reason], **more}
        for ledger, more in ((audit.ledger, {}), (audit.inside, {"carried": True}))
        for reason in sorted(ledger, key=lambda name: (-ledger[name], name))
        if ledger[reason] and REASONS[reason].control == control
    ]


def words(audit: Audit) -> tuple[Message, ...]:
    """Return the sentences of the summary, the last of them what could not be decided."""
    counts = summary(audit)
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
            read=_amount(counts), **counts,
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
