"""Values of rules: addresses under masks, numbers, ports and ICMP types by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from cloison.flows.configuring.netfilter.boxes import TooManyError
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import MAPPED, V4, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import PROTOCOLS
from cloison.netmodel.space.refusal import refuse

MOST_INTERVALS = 65_536

PORTS: Mapping[str, int] = {
    "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "time": 37, "domain": 53, "bootps": 67,
    "bootpc": 68, "tftp": 69, "gopher": 70, "finger": 79, "http": 80, "www": 80, "kerberos": 88, "pop3": 110,
    "sunrpc": 111, "auth": 113, "nntp": 119, "ntp": 123, "epmap": 135, "netbios-ns": 137, "netbios-dgm": 138,
    "netbios-ssn": 139, "imap2": 143, "imap": 143, "snmp": 161, "snmp-trap": 162, "bgp": 179, "ldap": 389,
    "https": 443, "microsoft-ds": 445, "kpasswd": 464, "submissions": 465, "isakmp": 500, "syslog": 514,
    "printer": 515, "rip": 520, "dhcpv6-client": 546, "dhcpv6-server": 547, "submission": 587, "ipp": 631,
    "ldaps": 636, "domain-s": 853, "rsync": 873, "ftps-data": 989, "ftps": 990, "telnets": 992, "imaps": 993,
    "pop3s": 995, "socks": 1080, "openvpn": 1194, "ms-sql-s": 1433, "ms-sql-m": 1434, "l2f": 1701, "l2tp": 1701,
    "radius": 1812, "radius-acct": 1813, "nfs": 2049, "mysql": 3306, "svn": 3690, "ipsec-nat-t": 4500, "sip": 5060,
    "sip-tls": 5061, "xmpp-client": 5222, "mdns": 5353, "postgresql": 5432, "amqp": 5672, "x11": 6000, "redis": 6379,
    "git": 9418, "http-alt": 8080, "syslog-tls": 6514, "rtsp": 554, "snmptrap": 162, "pptp": 1723,
}  # fmt: skip
"""Ports by the names that Debian's ``/etc/services`` gives them, the usual ones (the device reads its own file)."""

ICMP_TYPES: Mapping[str, int] = {
    "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
    "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
    "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
    "address-mask-request": 17, "address-mask-reply": 18,
}  # fmt: skip
ICMPV6_TYPES: Mapping[str, int] = {
    "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
    "echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131,
    "mld-listener-done": 132, "mld-listener-reduction": 132, "nd-router-solicit": 133, "nd-router-advert": 134,
    "nd-neighbor-solicit": 135, "nd-neighbor-advert": 136, "nd-redirect": 137, "router-renumbering": 138,
    "ind-neighbor-solicit": 141, "ind-neighbor-advert": 142, "mld2-listener-report": 143,
}  # fmt: skip
ICMP_CODES: Mapping[str, int] = {
    "net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3, "frag-needed": 4,
    "net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
}  # fmt: skip
ICMPV6_CODES: Mapping[str, int] = {
    "no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4, "policy-fail": 5,
    "reject-route": 6,
}  # fmt: skip
L4: Mapping[str, int] = {**PROTOCOLS, "comp": 108, "ipcomp": 108, "ip": 0, "ipencap": 4, "mobility": 135, "mh": 135}

_LAST_V4 = V4.greatest()
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,32}|[0-9]{1,10}", re.ASCII)


def number(text: str | int, names: Mapping[str, int], most: int) -> int:
    """Return a number, or what a name stands for; raises ``RefusedError``."""
    if isinstance(text, int) and not isinstance(text, bool):
        found = text
    elif _NUMBER.fullmatch(str(text)):
        found = int(str(text), 16) if str(text)[:2] in ("0x", "0X") else int(str(text))
    elif str(text).lower() in names:
        return names[str(text).lower()]
    else:
        raise refuse(
            "{text} is no number and no known name; the nearest: {near}",
            "{text} n’est ni un nombre ni un nom connu ; les plus proches : {near}",
            text=str(text)[:60], near=nearest(str(text).lower(), names) or "—",
        )  # fmt: skip
    if not 0 <= found <= most:
        raise refuse(
            "{found} is not between 0 and {most}", "{found} n’est pas entre 0 et {most}", found=found, most=most
        )
    return found


def numbers(low: str | int, high: str | int, names: Mapping[str, int], most: int) -> IntervalSet:
    """Return an inclusive range of numbers or names; raises ``RefusedError``, when it is reversed too."""
    first, last = number(low, names, most), number(high, names, most)
    if last < first:
        raise refuse(
            "the range {low}-{high} is reversed", "la plage {low}-{high} est inversée", low=str(low), high=str(high)
        )
    return IntervalSet(((first, last),))


@lru_cache(maxsize=65_536)
def address(text: str, v4: bool) -> int:
    """Return an address of one family; raises ``RefusedError`` for one of the other."""
    found = parse_address(text)
    if (MAPPED <= found <= _LAST_V4) != v4:
        raise refuse(
            "{text} is not an IPv{family} address",
            "{text} n’est pas une adresse IPv{family}",
            text=text, family=4 if v4 else 6,
        )  # fmt: skip
    return found


def span_of(low: str, high: str, v4: bool) -> IntervalSet:
    """Return an inclusive range of addresses; raises ``RefusedError``."""
    first, last = address(low, v4), address(high, v4)
    if last < first:
        raise refuse("the range {low}-{high} is reversed", "la plage {low}-{high} est inversée", low=low, high=high)
    return IntervalSet(((first, last),)) if v4 else IntervalSet(((first, last),)) - V4


def host(text: str, v4: bool) -> IntervalSet:
    """Return one address as a set; raises ``RefusedError``."""
    found = address(text, v4)
    return IntervalSet(((found, found),))


def prefix(text: str, length: str | int, v4: bool) -> IntervalSet:
    """Return a network as the kernel has it, host bits cleared; a mask may be written out, and be no prefix."""
    base, bits = address(text, v4), 32 if v4 else 128
    if isinstance(length, str) and not length.isdecimal():
        return masked(base, address(length, v4), v4)
    if not 0 <= int(length) <= bits:
        raise refuse(
            "{text}/{length}: the prefix length must be from 0 to {bits}",
            "{text}/{length} : la longueur de préfixe doit être de 0 à {bits}",
            text=text, length=str(length), bits=bits,
        )  # fmt: skip
    span = (1 << (bits - int(length))) - 1
    found = IntervalSet(((base & ~span, base | span),))
    return found if v4 else found - V4


def masked(base: int, mask: int, v4: bool) -> IntervalSet:
    """Return the addresses whose bits under ``mask`` are those of ``base``; raises ``TooManyError``."""
    bits = 32 if v4 else 128
    offset = MAPPED if v4 else 0
    found = wildcard(base - offset, mask - offset, bits).shifted(offset)
    return found if v4 else found - V4


def wildcard(base: int, mask: int, bits: int) -> IntervalSet:
    """Return the numbers of so many bits whose bits under ``mask`` are those of ``base``.

    Raises ``TooManyError`` above 65,536 ranges.
    """
    free = ~mask & ((1 << bits) - 1)
    low = 0
    while free >> low & 1:
        low += 1
    high = [bit for bit in range(low, bits) if free >> bit & 1]
    if 1 << len(high) > MOST_INTERVALS:
        raise TooManyError
    starts = [base & mask]
    for bit in high:
        starts += [start | 1 << bit for start in starts]
    return IntervalSet.union((start, start | ((1 << low) - 1)) for start in starts)
