"""What captures showed, as contacts between declared places: the observed graph of the checks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cloison.flows.auditing.account import Audit
from cloison.flows.judge import REASONS
from cloison.flows.judging.readings import asked
from cloison.flows.orient import ASSUMED, NO, YES
from cloison.netmodel.assurance.evidence import Contact, Edge, Observed, Stranger
from cloison.netmodel.finding import Span
from cloison.netmodel.space.addresses import show

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
    return Observed(tuple(edges), span, tuple(source.file for source in audit.sources), tuple(_strangers(audit)))


def _strangers(audit: Audit) -> Iterator[Stranger]:
    """Yield the private networks (RFC 1918, RFC 4193) from which packets came and that lie in no VRF of the map.

    Whoever opens a conversation has sent packets; whoever is spoken to, only where an answer was seen.
    """
    verdicts, table = audit.verdicts, audit.table
    layers = audit.network.ownership.layers
    declared: dict[int, bool] = {}  # by address
    found: dict[tuple[int, int], list[int]] = {}  # network -> the rows of the table
    for source in (True, False):
        wanted = verdicts.reason != _CONTROL
        rows = np.flatnonzero(wanted if source else wanted & (verdicts.answered == YES))
        rows = rows[audit.owners(rows, source=source) < 0]
        of = verdicts.row[rows]
        side_a = verdicts.swapped[rows] != source
        hi = np.where(side_a, table.a_hi[of], table.b_hi[of])
        lo = np.where(side_a, table.a_lo[of], table.b_lo[of])
        four = (hi == 0) & (lo >> np.uint64(32) == 0xFFFF)
        low = lo & np.uint64(0xFFFFFFFF)
        private = (low >> np.uint64(24) == 10) | (low >> np.uint64(20) == 0xAC1) | (low >> np.uint64(16) == 0xC0A8)
        kept = np.flatnonzero(np.where(four, private, hi >> np.uint64(57) == 0x7E))
        nets = np.where(four, lo & ~np.uint64(0xFF), np.uint64(0))
        for at in kept.tolist():
            address = int(hi[at]) << 64 | int(lo[at])
            if address not in declared:
                declared[address] = any(layer.at(address) is not None for layer in layers)
            if not declared[address]:
                found.setdefault((int(hi[at]), int(nets[at])), []).append(int(of[at]))
    for (hi_, lo_), at_rows in sorted(found.items()):
        first = min(at_rows, key=lambda row: (int(table.first[row]), int(table.source[row]), int(table.packet[row])))
        place = Span(audit.sources[int(table.source[first])].file, packet=int(table.packet[first]))
        yield Stranger(f"{show(hi_ << 64 | lo_)}/{24 if lo_ else 64}", len(set(at_rows)), place)
