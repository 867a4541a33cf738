"""Addresses under masks: wildcards whose bits are apart, prefixes whose host bits a device clears by itself."""

from __future__ import annotations

from cloison.netmodel.space.addresses import MAPPED, V4, V6, parse_address
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.refusal import refuse

MOST_INTERVALS = 1 << 16
_ALL_BITS = 0xFFFFFFFF


def wildcard(value: int, mask: int) -> IntervalSet | None:
    """Return the IPv4 addresses whose bits under ``mask`` are those of ``value``; ``None`` above 65,536 ranges."""
    free = mask ^ _ALL_BITS
    trailing = 0
    while free >> trailing & 1:
        trailing += 1
    others = [1 << bit for bit in range(trailing, 32) if free >> bit & 1]
    if 1 << len(others) > MOST_INTERVALS:
        return None
    lows = [MAPPED | (value & mask)]
    for bit in others:
        lows += [low | bit for low in lows]
    return IntervalSet.union([(low, low | ((1 << trailing) - 1)) for low in lows])


def masked(text: str) -> IntervalSet:
    """Return the network of ``10.0.0.1/24`` or ``2001:db8::1/64``; an address alone is itself."""
    first, slash, length = text.partition("/")
    low = parse_address(first)
    bits = 32 if low in V4 else 128
    if slash and not (length.isascii() and length.isdigit() and len(length) < 4 and int(length) <= bits):
        raise refuse(
            "{text}: the prefix length must be a whole number from 0 to {bits}",
            "{text} : la longueur de préfixe doit être un entier de 0 à {bits}", text=text, bits=bits,
        )  # fmt: skip
    free = (1 << (bits - int(length or bits))) - 1
    found = IntervalSet.of((low & ~free, low | free))
    return found if bits == 32 else found & V6
