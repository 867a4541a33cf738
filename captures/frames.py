"""From frames to packets: one pass of one compiled loop, ``parse``, over a batch of records.

The way of most packets, Ethernet, VLAN tags, IP, a transport, is written out here; every other layer that carries one
is a file of ``layers/``, found by its kind. Every length is compared with what was kept before it is used.

Where an IP packet carries others, each of them is a packet of its own after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures import layers
from cloison.captures.ip import authenticated, ipv4, ipv6
from cloison.captures.layer import (
    AROUND,
    BEGIN,
    END,
    ETHERNET,
    ETHERTYPE,
    IPV4,
    IPV6,
    LINK_TYPE,
    MARK,
    PLACE_WIDTH,
    PORT,
    PROTOCOL,
    REST,
    SOURCE_PORT,
    UNCLAIMED,
    VLANS,
    VNI,
    Follow,
    chain,
    claims,
    ordered,
)
from cloison.captures.octets import be16
from cloison.captures.packets import (
    AUTHENTICATION,
    FIRST_FRAGMENT,
    LATER_FRAGMENT,
    PACKET_WIDTH,
    TCP,
    UDP,
    reason,
)
from cloison.captures.transport import opened, transport
from cloison.captures.tunnels import Tunnels, enter
from cloison.flows.compiled import Int, Kernel, compiled
from cloison.netmodel.registry import load

Array = npt.NDArray[Any]

MOST_TAGS = 4  # of VLANs, those with identifier 0 included
MOST_LAYERS = 16  # of one frame
MOST_PACKETS = MOST_LAYERS + 1  # of one frame

VLAN, SERVICE_VLAN, OLD_SERVICE_VLAN = ETHERTYPE + 0x8100, ETHERTYPE + 0x88A8, ETHERTYPE + 0x9100

(
    R_ARP, R_RARP, R_LLDP, R_LACP, R_EAPOL, R_MAC_CONTROL, R_LOOP_TEST, R_OAM, R_PTP, R_PPPOE_DISCOVERY, R_MACSEC,
    R_ETHERNET_TUNNEL, R_ETHERTYPE, R_LINK_TYPE, R_NO_INTERFACE, R_FRAME_TRUNCATED, R_VLAN_DEPTH, R_LAYER_DEPTH,
    R_TUNNELS,
) = (
    reason(name)
    for name in (
        "arp", "rarp", "lldp", "lacp", "eapol", "mac-control", "loop-test", "oam", "ptp", "pppoe-discovery", "macsec",
        "ethernet-tunnel", "ethertype", "link-type", "packet-without-interface", "frame-truncated", "vlan-depth",
        "layer-depth", "tunnels",
    )
)  # fmt: skip

LAYERS = ordered(load(layers, "LAYER").values())
TUNNEL_LAYERS = sum(layer.tunnel for layer in LAYERS)  # which are the first ones

MOST_PORT = max(
    last & 0xFFFF for layer in LAYERS for first, last in layer.claims if first >= PORT
)  # that a layer claims
STRAYED = 1 << 48  # no evidence

_follow: Follow = chain(LAYERS)


def parser(fast: bool) -> Kernel:
    """Return ``parse``, compiled or plain."""
    return compiled(parse) if fast else parse


class Decoder:
    """Decodes the records of one source, and numbers the tunnels that it meets.

    ``room`` is how many packets it gives at once: it changes the memory and never the result. What it gave stays as it
    is until ``buffers - 1`` other batches were given.
    """

    def __init__(self, fast: bool, room: int, tunnels: Tunnels | None = None, buffers: int = 1) -> None:
        self._fast = fast
        self._parse = parser(fast)
        self._packets = cycle([np.zeros((room + MOST_PACKETS, PACKET_WIDTH), dtype=np.int64) for _ in range(buffers)])
        self._place = np.zeros(PLACE_WIDTH, dtype=np.int64)
        self._claims = claims(LAYERS)
        self.tunnels = tunnels if tunnels is not None else Tunnels(tuple(layer.name for layer in LAYERS))

    def another(self) -> Decoder:
        """Return a decoder for one record of the same source."""
        return Decoder(self._fast, 1, self.tunnels)

    def decode(self, window: Array, records: Array) -> Iterator[tuple[Array, Array]]:
        """Yield records (their columns as in :mod:`packets`), in order, and the packets that are in them.

        The packets are written over by those of a later batch.
        """
        tunnels = self.tunnels
        while len(records):
            packets = next(self._packets)
            used, made = self._parse(
                window, records, len(records), packets, self._place, self._claims, tunnels.rows, tunnels.slots,
                tunnels.state,
            )  # fmt: skip
            yield records[:used], packets[:made]
            records = records[used:]


def parse(
    window: Any, records: Any, count: Int, packets: Any, place: Any, claimed: Any, tunnels: Any, slots: Any, state: Any
) -> tuple[Int, Int]:
    """Decode records of ``window`` (uint8), ``count`` at most, into ``packets``; return how many of each there are.

    ``place`` (int64, words of :mod:`layer`) is written over; ``claimed`` is what :func:`claims` returns; the rest is of
    :mod:`tunnels`.
    """
    made = np.int64(0)
    room = np.int64(len(packets) - MOST_PACKETS)
    for i in range(count):
        if made > room:
            return np.int64(i), made
        at = records[i, 0]
        end = at + records[i, 1]
        packets[made, 12] = i
        packets[made, 13] = 0
        kind = records[i, 4]
        # The way of most packets; what is not on it begins again below.
        begin = at
        vlans = np.int64(0)
        if kind == ETHERNET and end - at >= 14:
            kind = ETHERTYPE + be16(window, at + 12)
            begin = at + 14
            if kind in (VLAN, SERVICE_VLAN, OLD_SERVICE_VLAN):
                kind, begin, vlans = _tags(window, kind, begin, end)
            if kind in (IPV4, IPV6):
                rest = max(records[i, 2], records[i, 1]) - records[i, 1]
                what = _packet(window, kind, begin, end, rest, vlans, packets, made, claimed)
                if what != STRAYED:
                    packets[made, 5] = what
                    made += 1
                    continue
        made = _frame(
            window, at, end, records[i, 2], records[i, 4], packets, i, made, place, claimed, tunnels, slots, state
        )
    return np.int64(count), made


def _packet(
    window: Any, kind: Int, at: Int, end: Int, rest: Int, vlans: Int, packets: Any, n: Int, claimed: Any
) -> Int:  # fmt: skip
    """Read an IP packet and return its evidence or a reason, ``STRAYED`` where it may carry another one."""
    if kind == IPV4:
        what, protocol, at, end, length, group = ipv4(window, at, end, rest, packets, n)
    else:
        what, protocol, at, end, length, group = ipv6(window, at, end, rest, packets, n)
    if what < 0:
        return what
    if protocol != TCP and (protocol == AUTHENTICATION or _content(window, protocol, at, end, claimed) >= 0):
        return np.int64(STRAYED)
    what = transport(window, protocol, at, end, length, what, vlans, packets, n)
    return opened(what, protocol) if group else what


def _content(window: Any, protocol: Int, at: Int, end: Int, claimed: Any) -> Int:
    """Return the kind of what an IP packet holds, if a layer claims it; else -1."""
    if protocol != UDP:
        return PROTOCOL + protocol if claimed[PROTOCOL + protocol] else np.int64(-1)
    if end - at < 8:
        return np.int64(-1)
    # Ports that no layer claims are many: they are kept away from the table, which would fill the cache.
    target = be16(window, at + 2)
    if target <= MOST_PORT and claimed[PORT + target]:
        return PORT + target
    source = be16(window, at)
    return SOURCE_PORT + source if source <= MOST_PORT and claimed[SOURCE_PORT + source] else np.int64(-1)


def _frame(
    window: Any, at: Int, end: Int, wire: Int, link: Int, packets: Any, i: Int, n: Int, place: Any, claimed: Any,
    tunnels: Any, slots: Any, state: Any,
) -> Int:  # fmt: skip
    """Follow the layers of record ``i``, and write each IP packet from row ``n`` on, or a reason; return the row after
    them."""
    if not 0 <= link < ETHERTYPE:
        return _left(packets, i, n, R_NO_INTERFACE if link < 0 else R_LINK_TYPE)
    first = n
    kept = end - at
    rest = max(wire, kept) - kept  # bytes that were not kept; a length on the wire below what was kept lies
    vlans = np.int64(0)
    outer_vlans = np.int64(0)
    around = np.int64(0)  # the tunnel around the layer: 1 + its number
    place[AROUND] = 0
    place[VNI] = place[MARK] = -1
    kind = LINK_TYPE + link
    for _ in range(MOST_LAYERS):
        if kind == ETHERNET:
            if end - at < 14:
                return _left(packets, i, n, R_FRAME_TRUNCATED)
            kind = ETHERTYPE + be16(window, at + 12)
            at += 14
        if kind in (VLAN, SERVICE_VLAN, OLD_SERVICE_VLAN):
            kind, at, vlans = _tags(window, kind, at, end)
        if kind in (IPV4, IPV6):
            if place[AROUND]:
                around = enter(place[AROUND], place, outer_vlans, packets, n, first, around, tunnels, slots, state)
                if around == 0:
                    return _left(packets, i, n, R_TUNNELS)
                place[AROUND] = 0
                place[VNI] = place[MARK] = -1
            if kind == IPV4:
                what, protocol, at, end, length, group = ipv4(window, at, end, rest, packets, n)
            else:
                what, protocol, at, end, length, group = ipv6(window, at, end, rest, packets, n)
            fragments = what & (FIRST_FRAGMENT | LATER_FRAGMENT)
            kind = np.int64(-1)
            if what >= 0 and what & LATER_FRAGMENT == 0:
                if protocol == AUTHENTICATION:
                    what, protocol, at, length = authenticated(window, what, at, end, length)
                kind = _content(window, protocol, at, end, claimed)
            if what >= 0:
                what = transport(window, protocol, at, end, length, what, vlans, packets, n)
            if what >= 0:
                if group:
                    what = opened(what, protocol)
                if fragments and claimed[PROTOCOL + protocol]:
                    what |= fragments  # what a later fragment holds is judged by its first one, or lost with it
            packets[n, 5] = what
            packets[n, 12] = i
            packets[n, 13] = around
            n += 1
            if kind < 0 or what < 0:
                return n
            place[BEGIN] = at if kind < PORT else at + 8
            place[END] = end
            # A first fragment holds the beginning of what it carries, whose own lengths say how much of it there is.
            place[REST] = length - (end - at) if fragments == 0 else np.int64(0xFFFF)
            place[VLANS] = 0
            outer_vlans = vlans
        elif kind >= 0:
            place[BEGIN], place[END], place[REST], place[VLANS] = at, end, rest, vlans
        else:
            return _left(packets, i, n, kind)
        number = np.int64(claimed[kind])
        if 0 < number <= TUNNEL_LAYERS:
            place[AROUND] = number
        carried = _follow(window, number, kind, place) if number else np.int64(UNCLAIMED)
        if carried == UNCLAIMED:
            return n if kind >= PROTOCOL else _left(packets, i, n, _not_ip(kind))
        if carried < 0:
            return _left(packets, i, n, carried)
        kind, at, end, rest, vlans = carried, place[BEGIN], place[END], place[REST], place[VLANS]
    return _left(packets, i, n, R_LAYER_DEPTH)


def _left(packets: Any, i: Int, n: Int, reason: Int) -> Int:
    """Write a reason in the place of a packet, and return the row after it."""
    packets[n, 5] = reason
    packets[n, 12] = i
    packets[n, 13] = 0
    return n + 1


def _tags(window: Any, kind: Int, at: Int, end: Int) -> tuple[Int, Int, Int]:
    """Return what follows VLAN tags or a reason, where it begins, and the VLANs.

    A tag with identifier 0 is a priority and no VLAN (802.1Q).
    """
    vlans = np.int64(0)
    found = 0
    for tags in range(MOST_TAGS + 1):
        if kind not in (VLAN, SERVICE_VLAN, OLD_SERVICE_VLAN):
            break
        if tags == MOST_TAGS:
            return np.int64(R_VLAN_DEPTH), at, vlans
        if end - at < 4:
            return np.int64(R_FRAME_TRUNCATED), at, vlans
        tag = be16(window, at) & 0xFFF
        if tag:
            if found == 2:
                return np.int64(R_VLAN_DEPTH), at, vlans
            vlans |= tag << 12 if found == 0 else tag
            found += 1
        kind = ETHERTYPE + be16(window, at + 2)
        at += 4
    return kind, at, vlans


def _not_ip(kind: Int) -> Int:
    """Return the reason for a kind of frame that no layer claims."""
    if kind < ETHERTYPE:
        return R_LINK_TYPE
    kind -= ETHERTYPE
    if kind == 0x0806:
        return R_ARP
    if kind == 0x8035:
        return R_RARP
    if kind == 0x88CC:
        return R_LLDP
    if kind == 0x8809:
        return R_LACP
    if kind == 0x888E or kind == 0x88C7:
        return R_EAPOL
    if kind == 0x8808:
        return R_MAC_CONTROL
    if kind == 0x9000:
        return R_LOOP_TEST
    if kind == 0x8902:
        return R_OAM
    if kind == 0x88F7:
        return R_PTP
    if kind == 0x8863:
        return R_PPPOE_DISCOVERY
    if kind == 0x88E5:
        return R_MACSEC
    if kind in (0x88E6, 0x9300, 0x9200, 0x8914):
        return R_ETHERNET_TUNNEL  # more tags of providers
    return R_ETHERTYPE
