"""What captures showed, as contacts between declared places: the observed graph of the checks."""

from __future__ import annotations

import numpy as np

from cloison.flows.auditing.account import Audit
from cloison.flows.judge import REASONS
from cloison.flows.judging.readings import asked
from cloison.flows.orient import ASSUMED, NO
from cloison.netmodel.assurance.evidence import Contact, Edge, Observed
from cloison.netmodel.finding import Span

_CONTROL = next(code for code, (_, reason) in enumerate(REASONS) if reason == "link-control")


def observed(audit: Audit) -> Observed:
    """Return the contacts that an audit's conversations prove, in the order of their first packets.

    A conversation proves a contact when its initiator is known (certain or probable), both ends lie on declared
    places and it was not left without an answer: what a filter stopped did not happen. Link control is left out.
    Ends are as seen on the wire.
    """
    verdicts = audit.verdicts
    rows = np.flatnonzero((verdicts.certainty > ASSUMED) & (verdicts.answered != NO) & (verdicts.reason != _CONTROL))
    here, there = audit.owners(rows, source=True), audit.owners(rows, source=False)
    known = (here >= 0) & (there >= 0)
    rows, here, there = rows[known], here[known], there[known]
    of = verdicts.row[rows]
    part = audit.table.take(of)
    service, _ = asked(part, verdicts.swapped[rows])
    order = np.lexsort((part.packet, part.source, part.first, service, there, here))
    keys = [column[order] for column in (here, there, service)]
    new = np.append(True, np.any([key[1:] != key[:-1] for key in keys], axis=0)) if len(order) else order.astype(bool)
    starts = np.flatnonzero(new)
    counts = np.diff(np.append(starts, len(order)))
    first = order[starts]
    owners = audit.network.ownership.owners
    edges = []
    for at, count in sorted(
        zip(first.tolist(), counts.tolist(), strict=True),
        key=lambda item: (int(part.first[item[0]]), int(part.source[item[0]]), int(part.packet[item[0]])),
    ):
        wanted = int(service[at])
        contact = Contact(owners[int(here[at])], owners[int(there[at])], wanted >> 16, wanted & 0xFFFF)
        place = Span(audit.sources[int(part.source[at])].file, packet=int(part.packet[at]))
        edges.append(Edge(contact, count, place))
    seen = [source for source in audit.sources if source.packets + source.records]
    span = (min(item.first for item in seen), max(item.last for item in seen)) if seen else (0, 0)
    return Observed(tuple(edges), span, tuple(source.file for source in audit.sources))
