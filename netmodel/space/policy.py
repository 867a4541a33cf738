"""Ordered rules that permit and deny, and what they permit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import NO_PACKET, Packet, PacketSet, Product
from cloison.netmodel.space.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an ordered list; the first that holds a packet decides it, and none means denied.

    ``source`` and ``destination`` hold points. ``origin`` is what the caller wants back: a line's id, a place in a
    configuration.
    """

    permit: bool
    source: IntervalSet
    destination: IntervalSet
    services: ServiceSet
    origin: object = field(default=None, hash=False)

    @property
    def product(self) -> Product:
        """The packets that the rule holds."""
        return Product(self.source, self.destination, self.services)

    def __contains__(self, packet: Packet) -> bool:
        return packet in self.product


@dataclass(frozen=True, slots=True)
class Policy:
    """What is permitted, at least (``lower``) and at most (``upper``), and the rules that decide."""

    lower: PacketSet
    upper: PacketSet
    pieces: tuple[Rule, ...]

    @staticmethod
    def of(rules: Iterable[Rule]) -> Policy:
        """Return the policy of rules that are all understood: both bounds are what they permit."""
        pieces = tuple(rules)
        allowed = permitted(pieces)
        return Policy(allowed, allowed, pieces)


def permitted(rules: Sequence[Rule]) -> PacketSet:
    """Return what ordered rules permit: each permit less the denies before it."""
    allowed: list[Product] = []
    denied = NO_PACKET
    for rule in rules:
        if not rule.permit:
            denied |= PacketSet.of(rule.product)
        elif denied:
            allowed += (PacketSet.of(rule.product) - denied).products
        else:
            allowed.append(rule.product)
    return PacketSet.union(allowed)


def decides(rules: Iterable[Rule], packet: Packet) -> Rule | None:
    """Return the first rule that holds the packet; ``None`` when none does, which denies it."""
    return next((rule for rule in rules if packet in rule), None)
