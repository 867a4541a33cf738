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
    """Return the function that reads a layer by its number, which must be one of theirs."""
    return _tree(1, [layer.read for layer in layers])


def _tree(first: int, reads: list[Reader]) -> Follow:
    """Return the comparisons that lead to a layer: as a tree, for what is compiled of one is compiled inside it."""
    if len(reads) == 1:
        return _leaf(reads[0])
    half = len(reads) // 2
    return _fork(first + half, _tree(first, reads[:half]), _tree(first + half, reads[half:]))


def _leaf(read: Reader) -> Follow:
    def follow(window: Any, number: Int, kind: Int, place: Any) -> Int:
        return read(window, kind, place)

    return follow


def _fork(middle: int, below: Follow, above: Follow) -> Follow:
    def follow(window: Any, number: Int, kind: Int, place: Any) -> Int:
        if number < middle:
            return below(window, number, kind, place)
        return above(window, number, kind, place)

    return follow
