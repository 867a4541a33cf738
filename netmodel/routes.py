"""The interconnections that a line crosses between two zones: only transit zones lie on its way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.facts import Route, ZoneFacts, ZonePair
from cloison.netmodel.language.model import Interconnection

MOST = 6  # ways listed; from two on a line must say which is its own
_STEPS = 20_000  # of one search between two transit zones
_ALL_STEPS = 5_000_000  # of all of them: a map whose transit zones are a maze is given up, and its lines need `via`


@dataclass(slots=True)
class Routes:
    """Ways between zones; a zone without an interconnection of its own uses those of the zone around it."""

    interconnections: Mapping[str, Interconnection]
    zones: Mapping[str, ZoneFacts]
    _at: dict[str, tuple[str, ...]] = field(default_factory=dict)  # zone -> its interconnections
    _transit: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # transit zone -> (by, transit zone)
    _entries: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    _between: dict[ZonePair, tuple[Route, ...]] = field(default_factory=dict)
    _middle: dict[ZonePair, tuple[Route, ...]] = field(default_factory=dict)
    _near: dict[str, frozenset[str]] = field(default_factory=dict)
    _budget: int = _ALL_STEPS

    @staticmethod
    def of(interconnections: Mapping[str, Interconnection], zones: Mapping[str, ZoneFacts]) -> Routes:
        """Prepare the ways over the interconnections whose zones are known."""
        at: dict[str, list[str]] = {}
        for name, item in interconnections.items():
            for zone in dict.fromkeys(item.between):
                at.setdefault(zone, []).append(name)
        routes = Routes(interconnections, zones, {zone: tuple(names) for zone, names in at.items()})
        for zone, facts in zones.items():
            if facts.transit:
                routes._transit[zone] = routes._next(zone)
        return routes

    def anchor(self, zone: str) -> str:
        """Return the zone at whose interconnections a zone is joined: itself, or the nearest one around it."""
        here, seen = zone, {zone}
        while here not in self._at:
            here = self.zones[here].within
            if here not in self.zones or here in seen:
                return zone
            seen.add(here)
        return here

    def crossings(self, one: str, other: str) -> tuple[Route, ...]:
        """Return the sequences of interconnections from one zone to another, at most ``MOST``, the shortest first."""
        known = self._between.get((one, other))
        if known is None:
            here, there = self.anchor(one), self.anchor(other)
            back = self._between.get((there, here))
            known = self._found(here, there) if back is None else tuple(sorted(
                (way[::-1] for way in back), key=lambda way: (len(way), way)))  # fmt: skip
            self._between[one, other] = self._between[here, there] = known
        return known

    def _found(self, one: str, other: str) -> tuple[Route, ...]:
        if one == other:
            return ((),)
        there = self._at.get(other, ())
        ways: dict[Route, None] = {(name,): None for name in self._at.get(one, ()) if name in there}
        exits = self._into(other)
        for first, start in self._into(one):
            for last, end in exits:
                if first == last or start in (one, other) or end in (one, other):
                    continue
                if start == end:
                    ways[first, last] = None
                    continue
                for middle in self._through(start, end):
                    if first not in middle and last not in middle and not self._meets(middle, start, one, other):
                        ways[(first, *middle, last)] = None
            if len(ways) > 4 * MOST:
                break
        return tuple(sorted(ways, key=lambda way: (len(way), way))[:MOST]) if len(ways) > 1 else tuple(ways)

    def _into(self, zone: str) -> tuple[tuple[str, str], ...]:
        if zone not in self._entries:
            self._entries[zone] = self._next(zone)
        return self._entries[zone]

    def _next(self, zone: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, next_zone)
            for name in self._at.get(zone, ())
            for next_zone in dict.fromkeys(self.interconnections[name].between)
            if next_zone != zone and next_zone in self.zones and self.zones[next_zone].transit
        )

    def _meets(self, middle: Route, start: str, one: str, other: str) -> bool:
        """Say whether a way between transit zones can only go through one of its own ends."""
        here = {start}
        for name in middle:
            here = {zone for zone in self.interconnections[name].between
                    if zone in self._transit and zone not in here} - {one, other}  # fmt: skip
            if not here:
                return True
        return False

    def _through(self, start: str, end: str) -> tuple[Route, ...]:
        """Return the ways from one transit zone to another over transit zones, each zone and way crossed once."""
        if (start, end) not in self._middle:
            found: dict[Route, None] = {}
            near = self._leading(end)
            queue: deque[tuple[str, Route, tuple[str, ...]]] = deque([(start, (), (start,))])
            steps = 0
            while queue and steps < _STEPS and self._budget > 0 and len(found) < 4 * MOST:
                steps += 1
                self._budget -= 1
                zone, way, seen = queue.popleft()
                if zone == end:
                    found[way] = None
                    continue
                for name, after in self._transit.get(zone, ()):
                    if after in near and after not in seen and name not in way:
                        queue.append((after, (*way, name), (*seen, after)))
            self._middle[start, end] = tuple(found)
        return self._middle[start, end]

    def _leading(self, end: str) -> frozenset[str]:
        """Return the transit zones from which a transit zone can be reached over transit zones."""
        if end not in self._near:
            seen = {end}
            queue = [end]
            for zone in queue:  # grows as it goes
                for _, after in self._transit.get(zone, ()):
                    if after not in seen:
                        seen.add(after)
                        queue.append(after)
            self._near[end] = frozenset(seen)
        return self._near[end]

    def along(self, one: str, other: str, items: tuple[frozenset[str], ...]) -> tuple[Route, ...]:
        """Return the ways from one zone to another that cross one interconnection of each item, in order.

        An item is the interconnections that a ``via`` word can mean. The zones before and after a named
        interconnection may be any; elsewhere only transit zones are crossed. The plainest ways alone are kept.
        """
        start, end = self.anchor(one), self.anchor(other)
        found: dict[Route, None] = {}
        level: dict[tuple[str, int, Route], None] = {(start, 0, ()): None}
        for _ in range(len(items) + 2 * len(self._transit) + 2):
            after: dict[tuple[str, int, Route], None] = {}
            for zone, place, way in level:
                if zone == end and place == len(items):
                    found[way] = None
                    continue
                for step in self._steps(zone, place, way, items, end):
                    after[step] = None
            if found or not after or len(after) > _STEPS:
                break
            level = after
        return tuple(sorted(found, key=lambda way: (len(way), way))[:MOST])

    def _steps(
        self, zone: str, place: int, way: Route, items: tuple[frozenset[str], ...], end: str
    ) -> Iterator[tuple[str, int, Route]]:
        for name in self._at.get(zone, ()):
            if name in way:
                continue
            reached = place
            while reached < len(items) and name in items[reached]:
                reached += 1  # one interconnection may be several words of `via`: its assets in series
            for after in dict.fromkeys(self.interconnections[name].between):
                if after == zone or after not in self.zones:
                    continue
                named = reached > place or (place < len(items) and self._leads(after, items[place]))
                if named or after == end or self.zones[after].transit:
                    yield after, reached, (*way, name)

    def _leads(self, zone: str, item: frozenset[str]) -> bool:
        return any(name in item for name in self._at.get(zone, ()))
