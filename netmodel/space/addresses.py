"""Addresses of both families on one line of 128-bit integers, and the texts that stand for them.

IPv4 ``a.b.c.d`` is ``::ffff:a.b.c.d`` (RFC 4291 section 2.5.5.2); the block that it takes from IPv6 never appears on a
wire (RFC 4038 section 4.2), so that no address of one family is ever one of the other. A *point* is an address in a
VRF: ``vrf << 128 | address``.
"""

from __future__ import annotations

import ipaddress
import re
import socket

from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import refuse

MAPPED = 0xFFFF << 32  # the first address of IPv4
VRF_SHIFT = 128
_LAST = (1 << 128) - 1
_LAST_V4 = MAPPED | 0xFFFFFFFF

ANY = IntervalSet.of((0, _LAST))
V4 = IntervalSet.of((MAPPED, _LAST_V4))
V6 = ANY - V4
_MAPPED_BLOCK = ipaddress.IPv6Network((MAPPED, 96))

_DOTTED = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})", re.ASCII)
_LENGTH = re.compile(r"0|[1-9][0-9]{0,2}", re.ASCII)


def parse(text: str) -> IntervalSet:
    """Return the addresses of ``10.0.0.1``, ``10.0.0.0/8``, ``10.0.0.1-10.0.0.9`` or the same in IPv6.

    A prefix of IPv6 never holds the addresses of IPv4. Raises ``RefusedError`` for anything else: octets that look
    octal, zone ids, host bits, IPv4 written as IPv6, reversed ranges, ranges of both families.
    """
    if "/" in text:
        address, _, length_text = text.partition("/")
        low = parse_address(address)
        bits = 32 if low in V4 else 128
        if not _LENGTH.fullmatch(length_text) or int(length_text) > bits:
            raise refuse(
                "{text}: the prefix length must be a whole number from 0 to {bits}",
                "{text} : la longueur de préfixe doit être un entier de 0 à {bits}",
                text=text, bits=bits,
            )  # fmt: skip
        span = (1 << (bits - int(length_text))) - 1
        if low & span:
            raise refuse(
                "{text} has host bits set; the network is {network}",
                "{text} a des bits d’hôte non nuls ; le réseau est {network}",
                text=text, network=f"{show(low & ~span)}/{length_text}",
            )  # fmt: skip
        return _family(low, low + span)
    if "-" in text:
        first, _, last = text.partition("-")
        low, high = parse_address(first.strip()), parse_address(last.strip())
        if (low in V4) != (high in V4):
            raise refuse(
                "{text}: a range cannot join an IPv4 and an IPv6 address",
                "{text} : une plage ne peut pas joindre une adresse IPv4 et une adresse IPv6",
                text=text,
            )
        if high < low:
            raise refuse(
                "{text}: the range is reversed; write {right}",
                "{text} : la plage est inversée ; écrivez {right}",
                text=text, right=f"{show(high)}-{show(low)}",
            )  # fmt: skip
        return _family(low, high)
    low = parse_address(text)
    return IntervalSet(((low, low),))


def parse_address(text: str) -> int:
    """Return one address; raises ``RefusedError`` when ``text`` is not exactly one."""
    try:  # the C library is quick, and never more lenient than what follows, which tells what is wrong
        if ":" not in text:
            return MAPPED | int.from_bytes(socket.inet_pton(socket.AF_INET, text))
        if "%" not in text:
            address = int.from_bytes(socket.inet_pton(socket.AF_INET6, text))
            if not MAPPED <= address <= _LAST_V4:
                return address
    except (OSError, ValueError):
        pass
    dotted = _DOTTED.fullmatch(text)
    if dotted:
        value = 0
        for octet in dotted.groups():
            if len(octet) > 1 and octet[0] == "0":
                raise refuse(
                    "{text}: {octet} has leading zeros, which some programs read as octal; write {plain}",
                    "{text} : {octet} a des zéros en tête, que certains programmes lisent en octal ; écrivez {plain}",
                    text=text, octet=octet, plain=str(int(octet)),
                )  # fmt: skip
            number = int(octet)
            if number > 255:
                raise refuse(
                    "{text}: {octet} is above 255",
                    "{text} : {octet} dépasse 255",
                    text=text, octet=octet,
                )  # fmt: skip
            value = value << 8 | number
        return MAPPED | value
    if "%" in text:
        raise refuse(
            "{text}: a zone id means something on one machine only; leave it out",
            "{text} : un identifiant de zone n’a de sens que sur une machine ; retirez-le",
            text=text,
        )
    if ":" not in text or len(text) > 45:
        raise _not_an_address(text)
    try:
        address = int(ipaddress.IPv6Address(text))
    except ValueError:
        raise _not_an_address(text) from None
    if MAPPED <= address <= _LAST_V4:
        raise refuse(
            "{text} is an IPv4 address written in IPv6; write {plain}",
            "{text} est une adresse IPv4 écrite en IPv6 ; écrivez {plain}",
            text=text, plain=show(address),
        )  # fmt: skip
    return address


def host_bits(text: str) -> str:
    """Return the network that the prefix ``text`` lies in when it has host bits set, else an empty text.

    Raises ``RefusedError`` when the address itself is not one.
    """
    address, slash, length_text = text.partition("/")
    low = parse_address(address)
    bits = 32 if low in V4 else 128
    if not slash or not _LENGTH.fullmatch(length_text) or int(length_text) > bits:
        return ""
    network = low >> (bits - int(length_text)) << (bits - int(length_text))
    return f"{show(network)}/{length_text}" if network != low else ""


def show(address: int) -> str:
    """Return the text of an address, or of a point's address (RFC 5952 for IPv6)."""
    address &= _LAST
    if MAPPED <= address <= _LAST_V4:
        return f"{address >> 24 & 255}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"
    return str(ipaddress.IPv6Address(address))


def prefixes(addresses: IntervalSet) -> tuple[str, ...]:
    """Return the shortest list of prefixes that is exactly the set, IPv4 first; whole addresses have no length."""
    v6 = addresses & V6
    if MAPPED - 1 in v6 and _LAST_V4 + 1 in v6:
        v6 |= V4  # `::/0` is read back without IPv4
    texts: list[str] = []
    for low, high in (addresses & V4).ranges:
        first, last = ipaddress.IPv4Address(low & 0xFFFFFFFF), ipaddress.IPv4Address(high & 0xFFFFFFFF)
        texts += [_plain(net) for net in ipaddress.summarize_address_range(first, last)]
    for low, high in v6.ranges:
        start, end = ipaddress.IPv6Address(low), ipaddress.IPv6Address(high)
        found = ipaddress.summarize_address_range(start, end)
        texts += [_plain(net) for net in found if net != _MAPPED_BLOCK]
    return tuple(texts)


def point(vrf: int, address: int) -> int:
    """Return the point of an address in the VRF of that index."""
    return vrf << VRF_SHIFT | address


def points(vrf: int, addresses: IntervalSet) -> IntervalSet:
    """Return the points of addresses in the VRF of that index."""
    return addresses.shifted(vrf << VRF_SHIFT)


def _family(low: int, high: int) -> IntervalSet:
    found = IntervalSet(((low, high),))
    return found if MAPPED <= low <= _LAST_V4 or high < MAPPED or low > _LAST_V4 else found - V4


def _plain(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _not_an_address(text: str) -> Exception:
    return refuse(
        "{text} is not an IPv4 or IPv6 address",
        "{text} n’est pas une adresse IPv4 ou IPv6",
        text=text if len(text) <= 60 else text[:60] + "…",
    )


def _union(*texts: str) -> IntervalSet:
    found = EMPTY
    for text in texts:
        found |= parse(text)
    return found


# IANA IPv4 Special-Purpose Address Registry (RFC 6890, RFC 8190): entries whose "Globally Reachable" is not True,
# and multicast. 192.88.99.0/24 is "N/A": deprecated.
_NOT_GLOBAL_V4 = _union(
    "0.0.0.0/8",  # "this network", RFC 791
    "10.0.0.0/8",  # private use, RFC 1918
    "100.64.0.0/10",  # shared address space, RFC 6598
    "127.0.0.0/8",  # loopback, RFC 1122
    "169.254.0.0/16",  # link local, RFC 3927
    "172.16.0.0/12",  # private use, RFC 1918
    "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
    "192.0.2.0/24",  # documentation TEST-NET-1, RFC 5737
    "192.88.99.0/24",  # 6to4 relay anycast, deprecated by RFC 7526
    "192.168.0.0/16",  # private use, RFC 1918
    "198.18.0.0/15",  # benchmarking, RFC 2544
    "198.51.100.0/24",  # documentation TEST-NET-2, RFC 5737
    "203.0.113.0/24",  # documentation TEST-NET-3, RFC 5737
    "224.0.0.0/4",  # multicast, RFC 5771
    "240.0.0.0/4",  # reserved, RFC 1112, with limited broadcast, RFC 8190
)
# more specific entries of the same registry that are globally reachable
_GLOBAL_V4 = _union(
    "192.0.0.9",  # port control protocol anycast, RFC 7723
    "192.0.0.10",  # TURN anycast, RFC 8155
)
# IANA IPv6 Special-Purpose Address Registry, within global unicast 2000::/3 (RFC 4291 section 2.4)
_NOT_GLOBAL_V6 = _union(
    "2001::/23",  # IETF protocol assignments, RFC 2928: Teredo, benchmarking and ORCHID among them
    "2001:db8::/32",  # documentation, RFC 3849
    "2002::/16",  # 6to4, RFC 3056: "N/A"
    "3fff::/20",  # documentation, RFC 9637
)
_GLOBAL_V6 = _union(
    "2001:1::1",  # port control protocol anycast, RFC 7723
    "2001:1::2",  # TURN anycast, RFC 8155
    "2001:1::3",  # DNS-SD service registration anycast, RFC 9665
    "2001:3::/32",  # automatic multicast tunnelling, RFC 7450
    "2001:4:112::/48",  # AS112-v6, RFC 7535
    "2001:20::/28",  # ORCHIDv2, RFC 7343
    "2001:30::/28",  # drone remote ID entity tags, RFC 9374
)

GLOBAL = V4 - _NOT_GLOBAL_V4 | _GLOBAL_V4 | parse("2000::/3") - _NOT_GLOBAL_V6 | _GLOBAL_V6
MULTICAST = _union("224.0.0.0/4", "ff00::/8")
