"""Conversations as rows that a reader meets: who spoke to whom, for what, when, and how it was judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.parts import Part, parts, wire_of
from cloison.flows.judge import REASONS, SEVERITIES, VERDICTS
from cloison.flows.orient import ANSWERS, CERTAINTIES
from cloison.flows.table import Source
from cloison.netmodel.space.addresses import show
from cloison.netmodel.space.ownership import Owner
from cloison.netmodel.space.protocols import PORTED, keyword, port_text

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
    wire: str


def entries(audit: Audit, rows: Array) -> Iterator[Entry]:
    """Yield some verdicts as entries, in the order of their first packets."""
    for part in parts(audit, rows):
        yield from entries_of(audit, part)


def entries_of(audit: Audit, part: Part) -> Iterator[Entry]:
    """Yield the conversations of a part as entries, in its order."""
    owners, rules = audit.network.ownership.owners, audit.verdicts.rules
    address = cache(address_text)
    tunnels = cache(lambda file, vni, tunnel: carried(audit.sources[file], vni, tunnel))
    for (
        reason, severity, s_hi, s_lo, t_hi, t_lo, asks, s_port, where, s_owner, t_owner, s_inner, t_inner, line, rule,
        first, last, count, size, answered, certainty, vni, tunnel, file, packet, wire, *_,
    ) in zip(*(getattr(part, item.name).tolist() for item in fields(Part)), strict=True):  # fmt: skip
        yield Entry(
            VERDICTS[REASONS[reason][0]],
            REASONS[reason][1],
            SEVERITIES[severity] or "",
            address(s_hi, s_lo),
            s_port if asks >> 16 in PORTED else None,
            address(t_hi, t_lo),
            keyword(asks >> 16),
            port_text(asks),
            audit.network.vrfs[where] if where >= 0 else "",
            end_name(audit, s_owner, s_inner),
            end_name(audit, t_owner, t_inner),
            owners[s_owner].zone if s_owner >= 0 else "",
            owners[t_owner].zone if t_owner >= 0 else "",
            audit.matrix.lines[line] if line >= 0 else "",
            rules[rule] if rule >= 0 else "",
            first,
            last,
            count,
            size,
            ANSWERS[answered],
            CERTAINTIES[certainty],
            tunnels(file, vni, tunnel),
            audit.sources[file].file,
            packet,
            wire_of(audit.wires, wire),
        )


def end_name(audit: Audit, owner: int, translation: int) -> str:
    """Return the name of an end: what a translation stands for, else the place of its owner (-1 none), else nothing."""
    inner = ", ".join(end.id for end in audit.matrix.translations[translation].inside) if translation >= 0 else ""
    return inner or place_name(audit.network.ownership.owners[owner] if owner >= 0 else None)


def address_text(hi: int, lo: int) -> str:
    """Return an address of two halves as text."""
    return show(hi << 64 | lo)


def carried(source: Source, vni: int, tunnel: int) -> str:
    """Return the tunnel that carried a conversation, and what carried that; empty for nothing.

    As in ``vxlan 5001 10.0.0.1 - 10.0.0.2``: protocol, virtual network or key, ends.
    """
    if tunnel < 0:
        return f"vni/{vni}" if vni >= 0 else ""  # as flow records say it
    said = []
    while tunnel >= 0:
        around = source.tunnels[tunnel]
        words = [around.protocol, *(str(number) for number in (around.vni, around.key) if number >= 0)]
        if around.ends is not None:
            words.append(" - ".join(show(end) for end in around.ends))
        said.append(" ".join(words))
        tunnel = around.within
    return ", ".join(said)


def place_name(owner: Owner | None) -> str:
    """Return the narrowest name of where an address lies: interface, asset, subnet or zone; empty for nobody's."""
    if owner is None:
        return ""
    if owner.asset:
        return f"{owner.asset}/{owner.interface}" if owner.interface else owner.asset
    return owner.subnet or owner.zone


def moment(time: int) -> str:
    """Return a time (ns since 1970 UTC) as RFC 3339 in UTC, to the microsecond."""
    seconds, rest = divmod(time, 1_000_000_000)
    return f"{_second(seconds)}.{rest // 1000:06}Z"


@lru_cache(maxsize=1 << 16)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()
