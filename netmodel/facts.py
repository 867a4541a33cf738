"""What compilation knows of each entry of the map: names resolved, attributes lent, addresses as sets of points.

An *address* is a 128-bit integer (IPv4 as ``::ffff:a.b.c.d``, RFC 4291 section 2.5.5.2); a *point* is
``vrf index << 128 | address``, so that all VRFs lie on one line (index 0 is ``default``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from cloison.netmodel.finding import Span
    from cloison.netmodel.language import model
    from cloison.netmodel.language.document import Document
    from cloison.netmodel.space.intervals import IntervalSet
    from cloison.netmodel.space.ownership import Owner
    from cloison.netmodel.space.packets import Product
    from cloison.netmodel.space.policy import Rule
    from cloison.netmodel.space.services import ServiceSet

EndKind = Literal["zone", "subnet", "asset", "interface", "endpoint", "group", "any"]
ZonePair = tuple[str, str]
Route = tuple[str, ...]  # ids of interconnections, in the order in which they are crossed


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """A zone with the attributes that it sets or that the zones around it lend; unset ones are empty.

    ``lent`` says which zone lent a field. ``subnets`` and ``parts`` (zones within it, at any depth) are sorted.
    ``points`` are exactly the addresses whose owner lies in the zone or in a part of it.
    """

    id: str
    zone: model.Zone
    owner: str
    owner_kind: str  # kind of the party, empty when there is none
    nature: str
    sensitivity: str
    domain: str
    system: str
    layer: str
    site: str
    public: bool
    sensitive: bool
    transit: bool
    inside: Literal["subnet", "zone", "matrix"]
    within: str
    lent: Mapping[str, str]
    subnets: tuple[str, ...]
    parts: tuple[str, ...]
    assets: tuple[str, ...]  # with an address, or a subnet, in the zone itself
    points: IntervalSet


@dataclass(frozen=True, slots=True)
class SubnetFacts:
    """A subnet; ``points`` is all that its prefixes hold, subnets inside an aggregate too (``parts``)."""

    id: str
    subnet: model.Subnet
    zone: str
    vrf: str
    prefixes: IntervalSet  # addresses, without VRF
    points: IntervalSet
    over: tuple[str, ...]
    parts: tuple[str, ...]  # subnets directly or deeply inside this aggregate
    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InterfaceFacts:
    """A home of an asset: its addresses, or the whole subnet when it has none (``stands`` is then true)."""

    id: str  # ASSET/INTERFACE
    asset: str
    name: str
    addresses: IntervalSet  # of the interface alone: empty when it stands for its subnet
    points: IntervalSet
    subnets: tuple[str, ...]  # usually one; empty where the address lies in a zone's own addresses
    zones: tuple[str, ...]
    vrf: str
    mac: str
    stands: bool = False


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """An asset, its homes and what it does there.

    ``functions`` include those of its cluster, and a cluster's include its members'. ``forwards``: named by a
    ``through``, or filtering or routing with homes in two places. ``relay``: ends conversations and starts others.
    """

    id: str
    asset: model.Asset
    zones: tuple[str, ...]
    subnets: tuple[str, ...]
    interfaces: Mapping[str, InterfaceFacts]
    points: IntervalSet
    functions: frozenset[str]
    members: tuple[str, ...]
    cluster: str  # id of the cluster that it is a member of, or empty
    owner: str
    owner_kind: str
    forwards: bool
    relay: bool
    sensitive: bool


class Leaf(NamedTuple):
    """A zone, subnet, asset or interface, or the literal addresses of a group and the owners found there."""

    kind: Literal["zone", "subnet", "asset", "interface", "literal"]
    id: str
    vrf: str = ""  # of a literal
    owners: tuple[Owner, ...] = ()  # of a literal


@dataclass(frozen=True, slots=True)
class End:
    """A name as a line may write it, and everything that it stands for.

    ``zones``, ``subnets`` and ``assets`` are the ids it touches, sorted: the zones where its addresses lie, the
    subnets that it holds wholly or in part, the assets that have an address in it. ``any`` has no zone.
    ``split`` names the assets written bare whose addresses lie in several zones (an error in a line).
    """

    id: str
    kind: EndKind
    points: IntervalSet
    zones: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    leaves: tuple[Leaf, ...] = ()  # what makes it up, groups opened
    cut: IntervalSet | None = None  # what ``not`` takes out of the leaves
    split: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The entry's id, without the part after the slash."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """A service offered by an asset: where, on which ports, and what is behind it."""

    id: str
    endpoint: model.Endpoint
    asset: str
    interface: str  # empty for all of the asset
    end: End
    services: tuple[tuple[str, ServiceSet], ...]
    service_set: ServiceSet
    backends: tuple[str, ...]  # assets
    relay: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the matrix, compiled.

    ``routes`` has, for each pair of different zones of its ends, the interconnections crossed in order;
    ``unrouted`` lists the pairs that no sequence of interconnections joins across transit zones.
    ``owner``, ``nature``, ``sensitivity`` and ``domain`` are written, or shared by all ends, or else empty.
    ``rule`` is empty but for what a rule of a configuration permits beyond the matrix, which the effective graph has as
    a line: it is where that rule is written.
    """

    id: str
    flow: model.Flow
    sources: tuple[End, ...]
    targets: tuple[End, ...]
    services: tuple[tuple[str, ServiceSet], ...]
    service_set: ServiceSet
    live: bool
    owner: str
    nature: str
    sensitivity: str
    domain: str
    products: tuple[Product, ...]
    routes: Mapping[ZonePair, Route]
    unrouted: tuple[ZonePair, ...]
    document: Document = field(repr=False, compare=False)
    endpoint_services: Mapping[str, tuple[tuple[str, ServiceSet], ...]] = field(default_factory=dict)
    rule: Span | None = None

    def pairs(self) -> Iterator[tuple[End, End]]:
        """Yield every (source, target); ``between`` gives each end towards every other and not itself."""
        between = bool(self.flow.between)
        for here, source in enumerate(self.sources):
            for there, target in enumerate(self.targets):
                if not (between and here == there):
                    yield source, target

    def services_to(self, target: End) -> tuple[tuple[str, ServiceSet], ...]:
        """Return the services towards ``target``: an endpoint's own, else the line's."""
        return self.endpoint_services.get(target.id, self.services)

    @property
    def span(self) -> Span:
        """Where the line is written."""
        return self.rule or self.document.span(("flows", self.id), key=True)

    @property
    def template(self) -> str:
        """The id of the ``repeat`` fragment that the line comes from, or its own."""
        origin = self.document.origin(("flows", self.id))
        return origin[0] if origin is not None else self.id

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The line as permitting rules, one a product; each knows the line's id as its origin."""
        from cloison.netmodel.space.policy import Rule

        return tuple(Rule(True, item.source, item.destination, item.services, self.id) for item in self.products)

    @property
    def zone_pairs(self) -> tuple[ZonePair, ...]:
        """Every pair of zones that the line joins, in order; multicast lies in its sender's zone."""
        seen: dict[ZonePair, None] = {}
        for source, target in self.pairs():
            for here in source.zones:
                for there in target.zones or ((here,) if target.kind != "any" else ()):
                    seen[here, there] = None
        return tuple(seen)


@dataclass(frozen=True, slots=True)
class TranslationFacts:
    """An address translation: what is seen ``outside`` on the asset ``on`` stands for the ends ``inside``.

    ``services`` pairs outside services with inside ones; empty means all, unchanged.
    """

    id: str
    on: str
    kind: Literal["destination", "source", "static"]
    outside: IntervalSet  # points
    inside: tuple[End, ...]
    services: tuple[tuple[ServiceSet, ServiceSet], ...]
