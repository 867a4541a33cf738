"""What leads along stretches, each from one place to another, past the assets that it is let through.

One stretch is looked at as built-in rules look at theirs; many together, each line once, with one search for each start
and each set of assets that is let through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Breach, Forbids, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact
from cloison.netmodel.assurance.form import Stretch
from cloison.netmodel.assurance.instances import Instance
from cloison.netmodel.assurance.searching.bypass import Bypass, Joined, bypass, joins
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.crossings import Crossing, Found, crossings, more_chains
from cloison.netmodel.assurance.searching.ends import Ends, along, ref
from cloison.netmodel.assurance.searching.place_table import PlaceTable, joined
from cloison.netmodel.assurance.searching.places import Places
from cloison.netmodel.assurance.searching.targets import Targets
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.network import Network

_MOST_SEARCHED = 2_000  # stretches of one rule that are searched for chains by themselves
REMEDY = Text(
    "Take out or narrow one of the lines shown, or lead the traffic through what the rule allows.",
    "Retirer ou restreindre l’une des lignes montrées, ou faire passer le trafic par ce que la règle permet.",
)


def ways(network: Network, table: PlaceTable, stretches: Sequence[Stretch], *, chains: bool, empty: int = 0) -> Part:
    """Return what leads along some stretches past the assets that each lets it through."""
    left = 0
    if len(stretches) == 1:
        item = stretches[0]
        places = Places(network, table.refs[item.source]), Places(network, table.refs[item.target])
        found = {item: bypass(network, *places, item.through, chains=chains)}
        more: Found | None = found[item].chains
    else:
        search = _Several(network, table, stretches)
        search.direct()
        more = search.chains() if chains else None
        found = search.found()
        left = search.left
    breaches: list[Breach] = []
    for item, one_way in found.items():
        breaches += [_direct(network, item.instance, line) for line in one_way.direct]
        breaches += [_chained(network, item.instance, crossing) for crossing in one_way.chains.chains]
    if more is not None and more.more:
        breaches.append(more_chains(network, more))
    if left:
        breaches.append(_not_followed(network, left))
    sources = {ref for item in stretches for ref in table.refs[item.source]}
    targets = {ref for item in stretches for ref in table.refs[item.target]}
    looked, followed, cut = _counts(network, found, len(stretches))
    seen = say(
        "{sources} sources, {targets} targets, {lines} lines looked at directly and {followed} in chains; {cut} lines "
        "pass by what the rule allows",
        "{sources} sources, {targets} cibles, {lines} lignes examinées directement et {followed} de proche en proche ; "
        "{cut} lignes passent par ce que la règle permet",
        sources=len(sources), targets=len(targets), lines=looked, followed=followed, cut=cut,
    )  # fmt: skip
    if len(stretches) + empty > 1:
        both = Text(seen.say("en"), seen.say("fr"))
        seen = say("{instances} instances, {empty} that select nothing; {seen}",
                   "{instances} instances, dont {empty} qui ne sélectionnent rien ; {seen}",
                   instances=len(stretches) + empty, empty=empty, seen=both)  # fmt: skip
    return Part(seen, {"declared": len(sources) + len(targets)}, tuple(breaches))


def _not_followed(network: Network, left: int) -> Breach:
    message = say(
        "lines lead along {n} more instances; their chains are not told one by one",
        "des lignes mènent le long de {n} autres instances ; leurs suites ne sont pas détaillées",
        n=left,
    )
    return Breach(Ref("map", network.model.name), message, (network.document.span(("flows",), key=True),))


def _counts(network: Network, found: Mapping[Stretch, Bypass], stretches: int) -> tuple[int, int, int]:
    if stretches == 1:
        only = next(iter(found.values()))
        return only.looked, only.followed, only.cut
    live = sum(line.live for line in network.lines)
    return live, max((item.followed for item in found.values()), default=0), max(
        (item.cut for item in found.values()), default=0)  # fmt: skip


def _direct(network: Network, instance: Instance, item: Joined) -> Breach:
    line = item.line
    message = say(
        "{line} leads from {sources} to {targets}", "{line} mène de {sources} à {targets}",
        line=line.id, sources=tuple(place.id for place in item.sources),
        targets=tuple(place.id for place in item.targets),
    )  # fmt: skip
    return Breach(ref(line), instance.said(message), cited(network, ref(line)), along(network, line))


def _chained(network: Network, instance: Instance, found: Crossing) -> Breach:
    message = say(
        "a chain of lines from {source} by {first} reaches {target} by {last}",
        "une suite de lignes partie de {source} par {first} atteint {target} par {last}",
        source=found.start.id, first=found.first, last=found.last, target=found.target.id,
    )  # fmt: skip
    return Breach(found.target, instance.said(message), spans(network, found.hops), shown(network, found.hops))


@dataclass(slots=True)
class _Several:
    """Many stretches looked at together: each line once, and one search for each start and what is let through."""

    network: Network
    table: PlaceTable
    stretches: Sequence[Stretch]
    joined: dict[Stretch, list[Joined]] = field(default_factory=dict)
    crossed: dict[Stretch, list[Crossing]] = field(default_factory=dict)
    cut: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    followed: int = 0
    left: int = 0  # stretches whose target is reached, and that were not looked at by themselves
    _at: dict[tuple[int, tuple[str, ...]], tuple[int, ...]] = field(default_factory=dict)

    def found(self) -> dict[Stretch, Bypass]:
        cut = max(map(len, self.cut.values()), default=0)
        live = sum(line.live for line in self.network.lines)
        return {
            item: Bypass(tuple(self.joined.get(item, ())), Found(frozenset(), tuple(self.crossed.get(item, ())), 0),
                         live, self.followed, cut)
            for item in self.stretches if item in self.joined or item in self.crossed
        }  # fmt: skip

    def without(self, through: tuple[str, ...]) -> frozenset[str]:
        """Return the lines that the assets let through cut at layer 3."""
        if through not in self.cut:
            self.cut[through] = self.network.lines_cut(frozenset(through)) if through else frozenset()
        return self.cut[through]

    def direct(self) -> None:
        """Find the lines that join a stretch by themselves."""
        pairs: dict[int, dict[int, list[Stretch]]] = {}
        for item in self.stretches:
            pairs.setdefault(item.source, {}).setdefault(item.target, []).append(item)
        ends = Ends(self.network)
        places: dict[int, Places] = {}
        for line, (here, there), _ in joined(self.network, self.table, pairs):
            for number in (here, there):
                if number not in places:
                    places[number] = Places(self.network, self.table.refs[number])
            for item in pairs[here][there]:
                if line.id in self.without(item.through):
                    continue
                allowed = frozenset(item.through)
                sources, targets = joins(self.network, ends, line, places[here], places[there], allowed)
                if targets:
                    self.joined.setdefault(item, []).append(Joined(line, tuple(sources), tuple(targets)))

    def chains(self) -> Found:
        """Find the chains along the stretches, each by itself; count those that are not told, or not looked for.

        A chain ends where the target of its stretch is reached, and nowhere before: it may go over other targets.
        """
        groups: dict[tuple[int, tuple[str, ...]], list[Stretch]] = {}
        for item in self.stretches:
            groups.setdefault((item.source, item.through), []).append(item)
        more, lines, searched = 0, frozenset[str](), 0
        for (source, through), items in groups.items():
            for item in self._near(source, through, items):
                searched += 1
                if searched > _MOST_SEARCHED:
                    self.left += 1
                    continue
                goals = tuple(ref for ref in self.table.refs[item.target]
                              if not (ref.kind == "asset" and ref.id in through))  # fmt: skip
                found = crossings(
                    self.network, self.table.refs[source], Targets(self.network, goals, through),
                    without_pivots=through, without_lines=self.without(through),
                    direct={(joint.line.id, place) for joint in self.joined.get(item, ()) for place in joint.targets},
                )  # fmt: skip
                more += found.more
                lines |= found.lines
                if found.chains:
                    self.crossed[item] = list(found.chains)
        self.followed = len(lines)
        return Found(lines, (), more)

    def _near(self, source: int, through: tuple[str, ...], items: Sequence[Stretch]) -> list[Stretch]:
        """Return the stretches whose target a plain search from the source comes across; there can be no others."""
        reach = self.network.reach
        starts: dict[int, None] = {}
        for place in self.table.refs[source]:
            starts |= dict.fromkeys(reach.starts(place.kind, place.id))
            zones = (place.id, *self.network.zones[place.id].parts) if place.kind == "zone" else ()
            for name in zones:
                for asset in self.network.zones[name].assets:
                    starts |= dict.fromkeys(reach.find("asset", asset, "out"))
        reached = reach.reachable(starts, without_pivots=through, without_lines=self.without(through))
        return [item for item in items if any(vertex in reached for vertex in self._vertices(item.target, through))]

    def _vertices(self, target: int, through: tuple[str, ...]) -> tuple[int, ...]:
        key = target, through
        if key not in self._at:
            goals = Targets(self.network, self.table.refs[target], through)
            self._at[key] = tuple({**goals.at, **goals.feet})
        return self._at[key]


def forbids_ways(table: PlaceTable, stretches: Sequence[Stretch]) -> Forbids:
    """Return the direct reading of stretches that nothing may go along past the assets that each lets through."""
    pairs: dict[int, dict[int, list[Stretch]]] = {}
    for item in stretches:
        pairs.setdefault(item.source, {}).setdefault(item.target, []).append(item)

    def of(network: Network) -> Callable[[Contact], bool]:
        passing = {
            item.through: frozenset(name for asset in item.through for name in (asset, *network.assets[asset].members))
            for item in stretches
        }
        parts = {through: network.topology.without(names) if names else None for through, names in passing.items()}

        def forbids(contact: Contact) -> bool:
            for item in _along(table, pairs, contact):
                if not passing[item.through].isdisjoint((contact.source.asset, contact.target.asset)):
                    continue
                left = parts[item.through]
                if left is None or left.joined(("zone", contact.source.zone), ("zone", contact.target.zone)):
                    return True
            return False

        return forbids

    return of


def _along(
    table: PlaceTable, pairs: Mapping[int, Mapping[int, Sequence[Stretch]]], contact: Contact
) -> Iterator[Stretch]:
    targets = None
    for here in table.holding(contact.source):
        row = pairs.get(here)
        if row:
            targets = table.holding(contact.target) if targets is None else targets
            for there in targets:
                yield from row.get(there, ())
