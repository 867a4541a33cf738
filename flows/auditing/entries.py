"""Conversations as rows that a reader meets: who spoke to whom, for what, when, and how it was judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.judge import REASONS, SEVERITIES, VERDICTS
from cloison.flows.judging.readings import asked
from cloison.flows.orient import ANSWERS, CERTAINTIES
from cloison.netmodel.space.addresses import show
from cloison.netmodel.space.ownership import Owner
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED, keyword

Array = npt.NDArray[Any]

_EPOCH = datetime(1970, 1, 1)


class Entry(NamedTuple):
    """One conversation. ``source`` is the initiator; ports are empty where the protocol has none; times in ns.

    ``source_name`` and ``target_name`` are the interface, subnet or zone, or the ends that a translated address stands
    for; empty when the address is nobody's. ``port`` is ``type/code`` for ICMP.
    """

    verdict: str
    reason: str
    severity: str
    source: str
    source_port: int | None
    target: str
    protocol: str
    port: int | str | None
    vrf: str
    source_name: str
    target_name: str
    source_zone: str
    target_zone: str
    line: str
    rule: str
    first: int
    last: int
    packets: int
    bytes: int
    answered: str
    certainty: str
    tunnel: str
    file: str
    packet: int


def entries(audit: Audit, rows: Array) -> Iterator[Entry]:
    """Yield some verdicts as entries, in the order of their first packets."""
    verdicts, table = audit.verdicts, audit.table
    of = verdicts.row[rows]
    order = np.lexsort((verdicts.swapped[rows], table.packet[of], table.source[of], table.first[of]))
    rows = rows[order]
    for start in range(0, len(rows), 50_000):  # lists of a whole column cost more than the column
        yield from _some(audit, rows[start : start + 50_000])


def _some(audit: Audit, rows: Array) -> Iterator[Entry]:
    verdicts = audit.verdicts
    part = audit.table.take(verdicts.row[rows])
    swapped, split = verdicts.swapped[rows], verdicts.split[rows]
    service, source_port = asked(part, swapped)
    ends = [(part.a_hi, part.a_lo), (part.b_hi, part.b_lo)]
    source = [np.where(swapped, other, one).tolist() for one, other in zip(*ends, strict=True)]
    target = [np.where(swapped, one, other).tolist() for one, other in zip(*ends, strict=True)]
    sent = np.where(swapped, part.packets_ba, part.packets_ab), np.where(swapped, part.bytes_ba, part.bytes_ab)
    packets = np.where(split, sent[0], part.packets_ab + part.packets_ba).tolist()
    volume = np.where(split, sent[1], part.bytes_ab + part.bytes_ba).tolist()
    owners = audit.network.ownership.owners
    vrf = _vrfs(audit, rows)
    columns = zip(
        verdicts.reason[rows].tolist(), verdicts.severity[rows].tolist(), *source, *target, service.tolist(),
        source_port.tolist(), vrf.tolist(), audit.owners(rows, source=True).tolist(),
        audit.owners(rows, source=False).tolist(), verdicts.source_translated[rows].tolist(),
        verdicts.target_translated[rows].tolist(), verdicts.line[rows].tolist(), verdicts.rule[rows].tolist(),
        part.first.tolist(), part.last.tolist(), packets, volume, verdicts.answered[rows].tolist(),
        verdicts.certainty[rows].tolist(), part.vni.tolist(), part.tunnel.tolist(), part.source.tolist(),
        part.packet.tolist(), strict=True,
    )  # fmt: skip
    address = cache(lambda hi, lo: show(hi << 64 | lo))
    for (
        reason, severity, s_hi, s_lo, t_hi, t_lo, asks, s_port, where, s_owner, t_owner, s_inner, t_inner, line, rule,
        first, last, count, size, answered, certainty, vni, tunnel, file, packet,
    ) in columns:  # fmt: skip
        protocol = asks >> 16
        here = owners[s_owner] if s_owner >= 0 else None
        there = owners[t_owner] if t_owner >= 0 else None
        yield Entry(
            VERDICTS[REASONS[reason][0]],
            REASONS[reason][1],
            SEVERITIES[severity] or "",
            address(s_hi, s_lo),
            s_port if protocol in PORTED else None,
            address(t_hi, t_lo),
            keyword(protocol),
            port_text(asks),
            audit.network.vrfs[where] if where >= 0 else "",
            _inner(audit, s_inner) or place_name(here),
            _inner(audit, t_inner) or place_name(there),
            here.zone if here else "",
            there.zone if there else "",
            audit.matrix.lines[line] if line >= 0 else "",
            verdicts.rules[rule] if rule >= 0 else "",
            first,
            last,
            count,
            size,
            ANSWERS[answered],
            CERTAINTIES[certainty],
            f"vni/{vni}" if vni >= 0 else f"tunnel/{tunnel}" if tunnel >= 0 else "",
            audit.sources[file].file,
            packet,
        )


def _vrfs(audit: Audit, rows: Array) -> Array:
    """Return the VRF in which each conversation was read, else that of its source, -1 when neither is known."""
    places, verdicts = audit.places, audit.verdicts
    settled = np.array([item[0] if len(item) == 1 else -1 for item in places.hints] or [-1])
    read = settled[places.hint[verdicts.row[rows]]] if len(rows) else np.zeros(0, dtype=np.int64)
    found: Array = np.where(read >= 0, read, audit.matrix.cells.classes.vrf[verdicts.source[rows]])
    return found


def _inner(audit: Audit, translation: int) -> str:
    return ", ".join(end.id for end in audit.matrix.translations[translation].inside) if translation >= 0 else ""


def place_name(owner: Owner | None) -> str:
    """Return the narrowest name of where an address lies: interface, asset, subnet or zone; empty for nobody's."""
    if owner is None:
        return ""
    if owner.asset:
        return f"{owner.asset}/{owner.interface}" if owner.interface else owner.asset
    return owner.subnet or owner.zone


def port_text(service: int) -> int | str | None:
    """Return the responder's port of a service (protocol << 16 | low field), ``type/code`` for ICMP, else nothing."""
    protocol, low = service >> 16, service & 0xFFFF
    if protocol in (ICMP, ICMPV6):
        return f"{low >> 8}/{low & 0xFF}"
    return low if protocol in PORTED else None


def moment(time: int) -> str:
    """Return a time (ns since 1970 UTC) as RFC 3339 in UTC, to the microsecond."""
    seconds, rest = divmod(time, 1_000_000_000)
    return f"{_second(seconds)}.{rest // 1000:06}Z"


@lru_cache(maxsize=1 << 16)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()


def contract(entry: Entry, wire: Mapping[str, bool]) -> dict[str, Any]:
    """Return the JSON of an entry; ``wire`` says of each line whether it claims an encryption."""
    return {
        "source": entry.source,
        "source_port": entry.source_port,
        "destination": entry.target,
        "protocol": entry.protocol,
        "port": entry.port,
        "vrf": entry.vrf or None,
        "from": entry.source_name or None,
        "to": entry.target_name or None,
        "verdict": entry.verdict,
        "reason": entry.reason or None,
        "rule": entry.rule or None,
        "severity": entry.severity or None,
        "line": entry.line or None,
        "first": moment(entry.first),
        "last": moment(entry.last),
        "packets": entry.packets,
        "bytes": entry.bytes,
        "answered": entry.answered,
        "orientation": entry.certainty,
        "wire": "not-evaluated" if wire.get(entry.line) else None,
        "tunnel": entry.tunnel or None,
        "locations": [{"file": entry.file, "packet": entry.packet}],
    }
