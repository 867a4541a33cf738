"""A first map out of captures alone: private addresses by /24 and /64, the servers among them, the Internet.

Nothing but addresses is known: who owns what, and what is sensitive, is left to be completed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.matrix import catalogue_ports
from cloison.flows.learning.written import TO_BE_COMPLETED
from cloison.flows.orient import ASSUMED, NO, orient
from cloison.flows.table import Capture, FlowTable, join
from cloison.netmodel.finding import Lang, Message, Text
from cloison.netmodel.space.addresses import GLOBAL, MULTICAST, parse, prefixes, show
from cloison.netmodel.space.intervals import IntervalSet

Array = npt.NDArray[Any]

_MOST = 5_000  # subnets, and servers, that a first map lists
_V4 = 0xFFFF << 32
_V4_BITS, _V6_BITS = 8, 64  # host bits of a proposed subnet
_NEVER = tuple(parse(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "255.255.255.255", "::", "::1",
                                        "fe80::/10"))  # fmt: skip
_HEAD = Text(
    "A first map learnt from captures: {subnets} subnets, {servers} servers. Names, owners, natures and sensitivities "
    "are to be completed; the equipment that joins the zones is to be declared.",
    "Une première carte apprise de captures : {subnets} sous-réseaux, {servers} serveurs. Noms, propriétaires, natures "
    "et sensibilités sont à compléter ; l’équipement qui relie les zones est à déclarer.",
)
_LEFT = Text(
    "Beyond {most}, subnets and servers were left out: {left}.",
    "Au-delà de {most}, des sous-réseaux et des serveurs ont été laissés de côté : {left}.",
)


def first_map(captures: Sequence[Capture]) -> Text:
    """Return the text of a map of the private addresses that conversations were answered between.

    A subnet is a /24 or a /64, a zone of its own; whoever answered is an asset. The Internet's addresses make one zone.
    """
    table = join(capture.table for capture in captures)
    orientation = orient(table, catalogue_ports())
    known = (orientation.certainty > ASSUMED) & (orientation.answered != NO)
    rows = orientation.row[known]
    swapped = orientation.swapped[known]
    servers = _addresses(table, rows, ~swapped)
    every = servers | _addresses(table, rows, swapped)
    subnets: dict[int, int] = {}
    inside = sorted(address for address in every if _private(address))
    for address in inside:
        subnets.setdefault(_base(address), len(subnets))
    hosts = [address for address in inside if address in servers]
    left = max(len(subnets) - _MOST, 0) + max(len(hosts) - _MOST, 0)
    kept = list(subnets)[:_MOST]
    hosts = [address for address in hosts[:_MOST] if _base(address) in set(kept)]
    outside = any(address in GLOBAL for address in every)
    return Text(_text(kept, hosts, outside, left, "en"), _text(kept, hosts, outside, left, "fr"))


def _addresses(table: FlowTable, rows: Array, b: Array) -> set[int]:
    hi = np.where(b, table.b_hi[rows], table.a_hi[rows])
    lo = np.where(b, table.b_lo[rows], table.a_lo[rows])
    pairs = np.unique(np.stack((hi, lo), axis=1), axis=0) if len(rows) else np.zeros((0, 2), dtype=np.uint64)
    return {int(high) << 64 | int(low) for high, low in pairs.tolist()}


def _private(address: int) -> bool:
    return address not in GLOBAL and address not in MULTICAST and not any(address in item for item in _NEVER)


def _base(address: int) -> int:
    bits = _V4_BITS if address >> 32 == 0xFFFF else _V6_BITS
    return address >> bits << bits


def _prefix(base: int) -> str:
    bits = _V4_BITS if base >> 32 == 0xFFFF else _V6_BITS
    return prefixes(IntervalSet.of((base, base | (1 << bits) - 1)))[0]


def _name(kind: str, address: int) -> str:
    return f"{kind}-{show(address).replace('.', '-').replace(':', '-').strip('-')}"


def _text(subnets: list[int], hosts: list[int], outside: bool, left: int, lang: Lang) -> str:
    completed = TO_BE_COMPLETED.say(lang)
    head = Message(_HEAD, {"subnets": len(subnets), "servers": len(hosts)}).say(lang)
    written = [f"# {head}"]
    if left:
        written.append(f"# {Message(_LEFT, {'most': _MOST, 'left': left}).say(lang)}")
    written += [
        "cloison: 1",
        f'name: "{completed}"',
        "parties:",
        f'  us: {{kind: provider, name: "{completed}"}}',
        "  world: {kind: public}",
        "zones:",
        *(["  internet: {owner: world, nature: public, addresses: global}"] if outside else []),
    ]
    written += [f"  {_name('zone', base)}: {{owner: us}}" for base in subnets]
    if not subnets and not outside:
        written[-1] = "zones: {}"
    if subnets:
        written.append("subnets:")
        written += [
            f'  {_name("net", base)}: {{cidr: "{_prefix(base)}", zone: {_name("zone", base)}}}' for base in subnets
        ]
    if hosts:
        written.append("assets:")
        written += [
            f'  {_name("host", host)}: {{interfaces: {{net: {{addresses: "{show(host)}"}}}}}}' for host in hosts
        ]
    return "\n".join(written) + "\n"
