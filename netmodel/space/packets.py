"""Exact sets of packets as unions of products: source, destination, services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: two points, a protocol, its low field (port, or ICMP ``type << 8 | code``), source port, phase."""

    source: int
    destination: int
    protocol: int
    port: int
    source_port: int
    phase: int


@dataclass(frozen=True, slots=True)
class Product:
    """The packets from some points towards some points for some services."""

    source: IntervalSet
    destination: IntervalSet
    services: ServiceSet

    def __bool__(self) -> bool:
        return bool(self.source and self.destination and self.services)

    def __contains__(self, packet: Packet) -> bool:
        return (
            packet.source in self.source
            and packet.destination in self.destination
            and self.services.holds(packet.protocol, packet.port, packet.source_port, packet.phase)
        )

    def __and__(self, other: Product) -> Product:
        return Product(self.source & other.source, self.destination & other.destination, self.services & other.services)

    def __le__(self, other: Product) -> bool:
        return not self or (
            self.source <= other.source and self.destination <= other.destination and self.services <= other.services
        )

    @property
    def size(self) -> int:
        """How many packets the product holds."""
        return self.source.size * self.destination.size * self.services.size

    def overlaps(self, other: Product) -> bool:
        """Say whether the products share a packet."""
        return (
            self.source.overlaps(other.source)
            and self.destination.overlaps(other.destination)
            and self.services.overlaps(other.services)
        )

    def without(self, other: Product) -> Iterator[Product]:
        """Yield disjoint products whose union is this one less the other."""
        common = self.source & other.source
        if not common:
            yield self
            return
        inner = self.destination & other.destination
        if not inner or not (services := self.services & other.services):
            yield self
            return
        if outside := self.source - other.source:
            yield Product(outside, self.destination, self.services)
        if beside := self.destination - other.destination:
            yield Product(common, beside, self.services)
        if rest := self.services - services:
            yield Product(common, inner, rest)

    def witness(self) -> Packet:
        """Return a packet of the product, always the same; raises ``ValueError`` when there is none."""
        return Packet(self.source.least(), self.destination.least(), *self.services.least())


@dataclass(frozen=True, slots=True, eq=False)
class PacketSet:
    """An immutable set of packets; its products may overlap, none is empty; ``==`` and ``<=`` compare the sets."""

    products: tuple[Product, ...] = ()

    __hash__ = None  # type: ignore[assignment]  # equal sets may be written in many ways

    @staticmethod
    def of(*products: Product) -> PacketSet:
        """Return the union of products."""
        return PacketSet.union(products)

    @staticmethod
    def union(products: Iterable[Product]) -> PacketSet:
        """Return the union of products; the empty and the repeated ones are left out."""
        return PacketSet(tuple(dict.fromkeys(product for product in products if product)))

    def __bool__(self) -> bool:
        return bool(self.products)

    def __contains__(self, packet: Packet) -> bool:
        return any(packet in product for product in self.products)

    def __or__(self, other: PacketSet) -> PacketSet:
        return PacketSet.union(self.products + other.products)

    def __and__(self, other: PacketSet) -> PacketSet:
        return PacketSet.union(mine & theirs for mine in self.products for theirs in other.products)

    def __sub__(self, other: PacketSet) -> PacketSet:
        return PacketSet.union(piece for mine in self.products for piece in less(mine, other.products))

    def __le__(self, other: PacketSet) -> bool:
        return all(next(less(mine, other.products), None) is None for mine in self.products)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PacketSet):
            return NotImplemented
        return self.products == other.products or (self <= other and other <= self)

    @property
    def size(self) -> int:
        """How many packets are in the set."""
        return sum(piece.size for piece in self.disjoint())

    def overlaps(self, other: PacketSet) -> bool:
        """Say whether the sets share a packet."""
        return any(mine.overlaps(theirs) for mine in self.products for theirs in other.products)

    def disjoint(self) -> Iterator[Product]:
        """Yield disjoint products whose union is the set."""
        for at, product in enumerate(self.products):
            yield from less(product, self.products[:at])

    def witness(self) -> Packet | None:
        """Return a packet of the set, always the same for the same products; ``None`` when there is none."""
        return self.products[0].witness() if self.products else None


NO_PACKET = PacketSet()


def less(product: Product, others: Iterable[Product]) -> Iterator[Product]:
    """Yield disjoint products whose union is ``product`` less ``others``."""
    near = [other for other in others if product.overlaps(other)]
    stack = [(product, 0)] if product else []
    while stack:  # depth first, so that a first piece is found without all the others
        piece, at = stack.pop()
        while at < len(near) and not piece.overlaps(near[at]):
            at += 1
        if at == len(near):
            yield piece
        else:
            stack += [(rest, at + 1) for rest in reversed(list(piece.without(near[at])))]
