"""A map compiled: names resolved, addresses owned, lines with their ways, and the graphs that prove things of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cloison.netmodel.collector import without_collector
from cloison.netmodel.compiling.digest import digest
from cloison.netmodel.compiling.ends import Ends
from cloison.netmodel.compiling.inventory import Inventory, take_inventory
from cloison.netmodel.compiling.lines import LineCompiler
from cloison.netmodel.compiling.offers import Offers
from cloison.netmodel.compiling.placement import place
from cloison.netmodel.compiling.policies import check_policy
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.compiling.references import Words, check_references, namespace
from cloison.netmodel.compiling.resolve import resolve_endpoints, resolve_groups
from cloison.netmodel.compiling.routes import Routes
from cloison.netmodel.compiling.selection import Selector
from cloison.netmodel.compiling.stated import check_stated, filtering
from cloison.netmodel.compiling.tags import check_tags
from cloison.netmodel.compiling.translations import resolve_translations
from cloison.netmodel.compiling.ways import WayFinder
from cloison.netmodel.facts import AssetFacts, End, EndpointFacts, Line, SubnetFacts, TranslationFacts, ZoneFacts
from cloison.netmodel.finding import Finding, Span
from cloison.netmodel.language import model as m
from cloison.netmodel.language.document import Document
from cloison.netmodel.space.ownership import Ownership
from cloison.netmodel.space.policy import Policy

if TYPE_CHECKING:
    from cloison.netmodel.language.read import Map
    from cloison.netmodel.reach import Reach
    from cloison.netmodel.separation import Separations
    from cloison.netmodel.topology import Topology


@dataclass(frozen=True)
class Network:
    """A compiled map. ``vrfs`` gives each VRF's index; ``ends`` resolves any name that a line may write."""

    model: m.Model
    document: Document
    at: date
    words: Words
    vrfs: tuple[str, ...]
    zones: Mapping[str, ZoneFacts]
    subnets: Mapping[str, SubnetFacts]
    assets: Mapping[str, AssetFacts]
    endpoints: Mapping[str, EndpointFacts]
    translations: Mapping[str, TranslationFacts]
    ends: Mapping[str, End]
    lines: tuple[Line, ...]
    ownership: Ownership
    routes: Routes = field(repr=False)
    selector: Selector = field(repr=False)
    warnings: tuple[Finding, ...] = ()
    files: tuple[Path, ...] = ()  # from which the map was read

    def span(self, section: str, name: str, *route: str | int) -> Span:
        """Return where an entry of a section, its key, or a part of it, its value, is written."""
        return self.document.span((section, name, *route), key=not route)

    def rank(self, sensitivity: str) -> int:
        """Return the place of a level on the map's scale, 0 for the least sensitive, -1 when it is not on it."""
        return self.words.scale.index(sensitivity) if sensitivity in self.words.scale else -1

    def select(self, selection: m.Selection) -> tuple[str, ...]:
        """Return the ids of the selected entries, in the order of the map; attributes lent to a zone count."""
        return self.selector.select(selection)

    def filtering(self, line: Line) -> tuple[str, ...]:
        """Return the filtering assets on the ways of a line, in the order in which they are met."""
        return filtering(line, self.model, self.assets)

    def lines_cut(self, assets: Collection[str]) -> frozenset[str]:
        """Return the live lines whose every pair of ends has no layer-3 way left without these assets."""
        return self.topology.lines_cut(self.lines, assets)

    @cached_property
    def line(self) -> Mapping[str, Line]:
        """The lines by id."""
        return {line.id: line for line in self.lines}

    @property
    def last_review(self) -> m.Review | None:
        """The last review that was done by the date of the map; of two on one day, the one recorded last."""
        done = [review for review in self.model.reviews if review.on <= self.at]
        return sorted(done, key=lambda review: review.on)[-1] if done else None

    @cached_property
    def edges(self) -> frozenset[int]:
        """The first and last points of networks: no hosts, where there is the choice."""
        held = [facts.points for facts in self.subnets.values()] + [facts.points for facts in self.zones.values()]
        return frozenset(
            end for points in held for low, high in points.ranges if high - low >= 3 for end in (low, high)
        )

    @cached_property
    def topology(self) -> Topology:
        """The layer-3 graph."""
        from cloison.netmodel.topology import Topology

        return Topology.of(self.model, self.zones, self.subnets, self.assets, self.routes, self.ownership)

    @cached_property
    def separation(self) -> Separations:
        """What everything runs on, and what it shares."""
        from cloison.netmodel.separation import Separations

        return Separations(self.model, self.zones, self.subnets, self.assets)

    @cached_property
    def reach(self) -> Reach:
        """The graph of who can reach whom, step by step, by the live lines."""
        from cloison.netmodel.compiling.steps import ReachBuilder

        with without_collector():
            builder = ReachBuilder(self.model, self.zones, self.subnets, self.assets, self.endpoints, self.ownership)
            return builder.build(self.lines)

    @cached_property
    def declared(self) -> Policy:
        """What the live lines authorise; each piece has its line's id as its origin."""
        with without_collector():
            return Policy.of(rule for line in self.lines if line.live for rule in line.rules)

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and the SHA-256, in hexadecimal, of the canonical model without ``reviews``."""
        with without_collector():
            return digest(self.model)


def compile_network(map: Map, at: date, tick: Callable[[int, int], None] | None = None) -> Network:  # noqa: A002
    """Return the network of a map on a day; raise ``MapError`` with every error of meaning at once.

    ``tick`` is told how many lines were compiled, of how many.
    """
    with without_collector():
        return _compiled(map, at, tick)


def _compiled(map: Map, at: date, tick: Callable[[int, int], None] | None) -> Network:  # noqa: A002
    model = map.model
    problems = Problems(map.document)
    names = namespace(model, problems)
    words = Words.of(model)
    check_references(model, words, problems)
    check_tags(model, problems)
    places, bare, ownership = place(model, problems)
    inventory = take_inventory(model, words, places, bare)
    selector = Selector(model, _computed(inventory))
    offers = Offers.of(model, problems)
    ends = Ends(model, names, inventory, ownership)
    resolve_groups(ends, selector, problems)
    endpoints = resolve_endpoints(ends, offers, problems)
    translations = resolve_translations(ends, offers, problems)
    check_policy(model, selector, offers, problems)
    routes = Routes.of(model.interconnections, inventory.zones)
    finder = WayFinder(model, inventory.assets, routes, problems)
    compiler = LineCompiler(model, map.document, at, words, ends, endpoints, offers, finder, problems)
    lines = compiler.all(tick)
    check_stated(lines, model, inventory.assets, problems)
    problems.raise_all()
    return Network(
        model, map.document, at, words, places.vrfs, inventory.zones, inventory.subnets, inventory.assets, endpoints,
        translations, ends, lines, ownership, routes, selector, files=map.files,
    )  # fmt: skip


def _computed(inventory: Inventory) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """Return the values that selections see instead of, or beside, the written ones."""
    computed: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for key in ("owner", "nature", "sensitivity", "domain", "system", "layer", "site", "inside"):
        computed["zones", key] = {
            name: (getattr(zone, key),) if getattr(zone, key) else () for name, zone in inventory.zones.items()
        }
    for key in ("transit", "sensitive"):
        computed["zones", key] = {
            name: ("true",) if getattr(zone, key) else ("false",) for name, zone in inventory.zones.items()
        }
    computed["assets", "zone"] = {name: asset.zones for name, asset in inventory.assets.items()}
    computed["assets", "subnet"] = {name: asset.subnets for name, asset in inventory.assets.items()}
    computed["assets", "cluster"] = {
        name: (asset.cluster,) if asset.cluster else () for name, asset in inventory.assets.items()
    }
    computed["assets", "functions"] = {name: tuple(asset.functions) for name, asset in inventory.assets.items()}
    computed["assets", "owner"] = {
        name: (asset.owner,) if asset.owner else () for name, asset in inventory.assets.items()
    }
    return computed
