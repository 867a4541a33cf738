"""Layers that carry others: what a file of ``layers/`` exports, and how all of them become one compiled function.

What comes next in a frame is a *kind*: a number in one of five spaces, those of the registries that name protocols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.compiled import Int

# Spaces of kinds, each of 65,536: link types (tcpdump.org/linktypes.html), EtherTypes (IEEE; up to 1500 a length);
# and what an IP packet holds, by its protocol (IANA) or, of UDP, by the port of who receives or of who sends.
LINK_TYPE, ETHERTYPE, PROTOCOL, PORT, SOURCE_PORT = (space << 16 for space in range(5))
KINDS = 5 << 16
UNCLAIMED = 1 << 32  # what a layer returns for what is none of its own

# Kinds that several layers carry: a frame of Ethernet, one of PPP, an IP packet of either version.
ETHERNET, PPP, IP = LINK_TYPE + 1, LINK_TYPE + 9, LINK_TYPE + 101
IPV4, IPV6 = ETHERTYPE + 0x0800, ETHERTYPE + 0x86DD

# Words of a place (int64): where the layer begins in the window, where what was kept of it ends, how many bytes of it
# were on the wire and not kept, the VLANs around it (outer << 12 | inner); the layer that is a tunnel around it (its
# number, 0 none), the identifier of the virtual network and what else tells one tunnel from another (-1 none).
BEGIN, END, REST, VLANS, AROUND, VNI, MARK = range(7)
PLACE_WIDTH = 7

# read(window, kind, place) -> the kind of what the layer carries, whose place it has written over its own; or a reason
Reader = Callable[[Any, Int, Any], Int]
# follow(window, number, kind, place): the same, by the number of a layer
Follow = Callable[[Any, Int, Int, Any], Int]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that carries others: the kinds that it claims, as ranges with both ends, and what reads its header.

    ``tunnel``: what it carries are conversations of their own, of another network than the packets around them.
    ``read`` is compiled: a plain function over integers and arrays that allocates nothing and compares every length
    with what was kept before it reads there.
    """

    name: str
    claims: tuple[tuple[int, int], ...]
    read: Reader
    tunnel: bool = False


def kinds(space: int, *values: int) -> tuple[tuple[int, int], ...]:
    """Return the claims of single values of a space."""
    return tuple((space + value, space + value) for value in values)


def ordered(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return the layers as they are numbered from 1, tunnels first.

    Raises ``ValueError`` when two layers claim a kind.
    """
    found = tuple(sorted(layers, key=lambda layer: not layer.tunnel))
    claimed = sorted((first, last, layer.name) for layer in found for first, last in layer.claims)
    for (_, end, one), (start, _, other) in pairwise(claimed):
        if start <= end:
            raise ValueError(f"{one} and {other} claim the same kind")
    return found


def claims(layers: tuple[Layer, ...]) -> npt.NDArray[np.uint8]:
    """Return the number of the layer that claims each kind, 0 for none (uint8[KINDS])."""
    table = np.zeros(KINDS, dtype=np.uint8)
    for number, layer in enumerate(layers, 1):
        for first, last in layer.claims:
            table[first : last + 1] = number
    return table


def chain(layers: tuple[Layer, ...]) -> Follow:
    """Return the function that reads a layer by its number, ``UNCLAIMED`` when no layer has it."""
    reads = [layer.read for layer in layers]
    follows = [_reads(at + 1, *_eight(reads[at : at + 8], _nothing)) for at in range(0, len(reads), 8)]
    step = 8
    while len(follows) > 1:
        follows = [
            _follows(at * step + 1, step, *_eight(follows[at : at + 8], _nobody)) for at in range(0, len(follows), 8)
        ]
        step *= 8
    return follows[0]


def _eight(some: list[Any], other: Any) -> list[Any]:
    return some + [other] * (8 - len(some))


def _nothing(window: Any, kind: Int, place: Any) -> Int:
    return np.int64(UNCLAIMED)


def _nobody(window: Any, number: Int, kind: Int, place: Any) -> Int:
    return np.int64(UNCLAIMED)


def _reads(
    first: int, a: Reader, b: Reader, c: Reader, d: Reader, e: Reader, f: Reader, g: Reader, h: Reader
) -> Follow:  # fmt: skip
    """Return the choice among eight layers: each function more takes time to compile, and one in another the stack."""

    def follow(window: Any, number: Int, kind: Int, place: Any) -> Int:
        at = number - first
        if at == 0:
            return a(window, kind, place)
        if at == 1:
            return b(window, kind, place)
        if at == 2:
            return c(window, kind, place)
        if at == 3:
            return d(window, kind, place)
        if at == 4:
            return e(window, kind, place)
        if at == 5:
            return f(window, kind, place)
        if at == 6:
            return g(window, kind, place)
        return h(window, kind, place)

    return follow


def _follows(
    first: int, step: int, a: Follow, b: Follow, c: Follow, d: Follow, e: Follow, f: Follow, g: Follow, h: Follow
) -> Follow:  # fmt: skip
    """Return the choice among eight of such functions, of ``step`` layers each."""

    def follow(window: Any, number: Int, kind: Int, place: Any) -> Int:
        at = (number - first) // step
        if at == 0:
            return a(window, number, kind, place)
        if at == 1:
            return b(window, number, kind, place)
        if at == 2:
            return c(window, number, kind, place)
        if at == 3:
            return d(window, number, kind, place)
        if at == 4:
            return e(window, number, kind, place)
        if at == 5:
            return f(window, number, kind, place)
        if at == 6:
            return g(window, number, kind, place)
        return h(window, number, kind, place)

    return follow
