"""Layers that carry others: what a file of ``layers/`` exports, and how all of them become one compiled function.

What comes next in a frame is a *kind*: a number in one of four spaces, those of the registries that name protocols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from cloison.flows.compiled import Int

# Spaces of kinds, each of 65,536: link types (tcpdump.org/linktypes.html), EtherTypes (IEEE; up to 1500 a length),
# IP protocols (IANA), ports of UDP (the responder's).
LINK_TYPE, ETHERTYPE, PROTOCOL, PORT = 0, 1 << 16, 2 << 16, 3 << 16
UNCLAIMED = 1 << 32  # what the chain returns for a kind that is no layer's

# Words of a place (int64): where the layer begins in the window, where what was kept of it ends, how many bytes of it
# were on the wire and not kept, the VLANs around it (outer << 12 | inner).
BEGIN, END, REST, VLANS = range(4)
PLACE_WIDTH = 4

# read(window, kind, place) -> the kind of what the layer carries, whose place it has written over its own; or a reason
Reader = Callable[[Any, Int, Any], Int]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that carries others: the kinds that it claims, as ranges with both ends, and what reads its header.

    ``read`` is compiled: a plain function over integers and arrays that allocates nothing and compares every length
    with what was kept before it reads there.
    """

    name: str
    claims: tuple[tuple[int, int], ...]
    read: Reader


def kinds(space: int, *values: int) -> tuple[tuple[int, int], ...]:
    """Return the claims of single values of a space."""
    return tuple((space + value, space + value) for value in values)


def chain(layers: Iterable[Layer]) -> Reader:
    """Return the function that reads a layer by its kind, ``UNCLAIMED`` when no layer has it.

    Raises ``ValueError`` when two layers claim a kind.
    """
    claimed = sorted((first, last, layer.name) for layer in layers for first, last in layer.claims)
    for (_, end, one), (start, _, other) in pairwise(claimed):
        if start <= end:
            raise ValueError(f"{one} and {other} claim the same kind")
    follow: Reader = _unclaimed
    for layer in layers:
        for first, last in layer.claims:
            follow = _link(first, last, layer.read, follow)
    return follow


def _unclaimed(window: Any, kind: Int, place: Any) -> Int:
    return np.int64(UNCLAIMED)


def _link(first: int, last: int, read: Reader, otherwise: Reader) -> Reader:
    """Return one comparison of the chain; compiled, all of them are one function without calls."""

    def follow(window: Any, kind: Int, place: Any) -> Int:
        if first <= kind <= last:
            return read(window, kind, place)
        return otherwise(window, kind, place)

    return follow
