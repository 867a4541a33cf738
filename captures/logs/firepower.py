"""Connection events of Cisco Secure Firewall (FTD, NGIPS): messages 430002 at the start and 430003 at the end.

Their text is a list of ``Key: value``, of which the first of a key counts: what users send (a URL, an agent) stands at
the end. The source is who opened the connection; counters are of both directions.

Source: Cisco Secure Firewall Threat Defense Syslog Messages, "Security Event Syslog Messages".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cloison.captures.logs.columns import protocol
from cloison.captures.logs.rows import address, whole
from cloison.captures.logs.syslog import Headers
from cloison.flows.table import INITIATOR_AB, ONE_WAY, REFUSED_AB
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED

STARTED, ENDED = "430002", "430003"

_KEYS = (
    "SrcIP", "DstIP", "SrcPort", "DstPort", "Protocol", "ICMPType", "ICMPCode", "AccessControlRuleAction",
    "FirstPacketSecond", "ConnectionID", "InstanceID", "ConnectionDuration", "InitiatorPackets", "ResponderPackets",
    "InitiatorBytes", "ResponderBytes",
)  # fmt: skip
_PAIR = re.compile(rf"(?:^|, )({'|'.join(_KEYS)}): ([^,]{{0,100}})")
_QUERIES = {"Echo Request": 8, "Echo Reply": 0}
_QUERIES6 = {"Echo Request": 128, "Echo Reply": 129}
_COUNTERS = ("InitiatorPackets", "InitiatorBytes", "ResponderPackets", "ResponderBytes")


class Event(NamedTuple):
    """One connection event. ``name`` tells the connection from others of its firewall, empty: nothing does."""

    source: tuple[int, int]
    target: tuple[int, int]
    source_port: int
    target_port: int
    protocol: int
    first: int
    last: int
    counters: tuple[int, int, int, int]
    tells: int
    name: str


def event(kind: str, text: str, headers: Headers, time: int | None) -> Event | str:
    """Return the event that a message tells; ``time`` is its header's (ns), if there is one. Or why it is left."""
    found: dict[str, str] = {}
    for key, value in _PAIR.findall(text):
        found.setdefault(key, value.strip())
    source, target = address(found.get("SrcIP", "")), address(found.get("DstIP", ""))
    transport = protocol(found.get("Protocol", ""))
    counters = [whole(found.get(key, "0"), 1 << 62) for key in _COUNTERS]
    duration = whole(found.get("ConnectionDuration", "0"), 10**9)
    began = headers.time(found["FirstPacketSecond"].encode()) if "FirstPacketSecond" in found else None
    if source is None or target is None or transport is None or duration is None or None in counters:
        return "record-malformed"
    if began is None and time is None:
        return "record-malformed"
    first = began[0] if began is not None else max((time or 0) - duration * 10**9, 0)
    if transport in (ICMP, ICMPV6):
        queries = _QUERIES if transport == ICMP else _QUERIES6
        message = queries.get(found.get("ICMPType", ""), whole(found.get("ICMPType"), 255))
        if message is None:
            return "transport-truncated"
        ports: tuple[int | None, int | None] = 0, message << 8 | (whole(found.get("ICMPCode"), 255) or 0)
    elif transport in PORTED:
        ports = whole(found.get("SrcPort"), 65535), whole(found.get("DstPort"), 65535)
    else:
        ports = 0, 0
    if ports[0] is None or ports[1] is None:
        return "record-malformed"
    blocked = found.get("AccessControlRuleAction", "").removeprefix("Interactive ").startswith("Block")
    tells = INITIATOR_AB | (REFUSED_AB if blocked else ONE_WAY if kind == STARTED else 0)
    name = f"{found.get('InstanceID', '')}/{found['ConnectionID']}" if "ConnectionID" in found else ""
    a, b, c, d = (count or 0 for count in counters)
    return Event(
        source, target, ports[0], ports[1], transport, first, first + duration * 10**9, (a, b, c, d), tells, name
    )
