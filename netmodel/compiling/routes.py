"""The interconnections that a line crosses between two zones: only transit zones lie on its way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cloison.netmodel.facts import Route, ZoneFacts, ZonePair
from cloison.netmodel.language.model import Interconnection

MOST = 6  # ways listed; from two on a line must say which is its own
_STEPS = 20_000  # of one search
_ALL_STEPS = 5_000_000  # of all of them: a map whose transit zones are a maze is given up, and its lines need `via`


@dataclass(slots=True)
class Routes:
    """Ways between zones; a zone without an interconnection of its own uses those of the zone around it."""

    interconnections: Mapping[str, Interconnection]
    zones: Mapping[str, ZoneFacts]
    _at: dict[str, tuple[str, ...]] = field(default_factory=dict)  # zone -> its interconnections
    _ends: dict[str, frozenset[str]] = field(default_factory=dict)  # interconnection -> its zones
    _beside: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    _between: dict[ZonePair, tuple[Route, ...]] = field(default_factory=dict)
    _near: dict[str, frozenset[str]] = field(default_factory=dict)
    _budget: int = _ALL_STEPS

    @staticmethod
    def of(interconnections: Mapping[str, Interconnection], zones: Mapping[str, ZoneFacts]) -> Routes:
        """Prepare the ways over the interconnections whose zones are known."""
        at: dict[str, list[str]] = {}
        for name, item in interconnections.items():
            for zone in dict.fromkeys(item.between):
                at.setdefault(zone, []).append(name)
        return Routes(
            interconnections, zones, {zone: tuple(names) for zone, names in at.items()},
            {name: frozenset(item.between) for name, item in interconnections.items()},
        )  # fmt: skip

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
        """Search breadth first; no zone and no interconnection is crossed twice."""
        if one == other:
            return ((),)
        last = self._at.get(other, ())
        near = self._leading(other)
        ways: dict[Route, None] = {}
        queue: deque[tuple[str, Route, tuple[str, ...]]] = deque([(one, (), (one,))])
        steps = 0
        while queue and len(ways) < MOST and steps < _STEPS and self._budget > 0:
            steps += 1
            zone, way, seen = queue.popleft()
            for name in last:
                if zone in self._ends[name] and name not in way:
                    ways[(*way, name)] = None
            for name, after in self._next(zone):
                if after in near and after != other and after not in seen and name not in way:
                    queue.append((after, (*way, name), (*seen, after)))
        self._budget -= steps
        return tuple(sorted(ways, key=lambda way: (len(way), way))[:MOST]) if len(ways) > 1 else tuple(ways)

    def _next(self, zone: str) -> tuple[tuple[str, str], ...]:
        """Return the transit zones beside a zone, each with the interconnection that leads there."""
        if zone not in self._beside:
            self._beside[zone] = tuple(
                (name, after)
                for name in self._at.get(zone, ())
                for after in dict.fromkeys(self.interconnections[name].between)
                if after != zone and after in self.zones and self.zones[after].transit
            )
        return self._beside[zone]

    def _leading(self, zone: str) -> frozenset[str]:
        """Return the transit zones from which a zone can be reached over transit zones."""
        if zone not in self._near:
            seen: dict[str, None] = dict.fromkeys(after for _, after in self._next(zone))
            queue = list(seen)
            for here in queue:  # grows as it goes
                for _, after in self._next(here):
                    if after not in seen:
                        seen[after] = None
                        queue.append(after)
            self._near[zone] = frozenset(seen)
        return self._near[zone]

    def along(self, one: str, other: str, items: tuple[frozenset[str], ...]) -> tuple[Route, ...]:
        """Return the ways from one zone to another that cross one interconnection of each item, in order.

        An item is the interconnections that a ``via`` word can mean. The zones before and after a named
        interconnection may be any; elsewhere only transit zones are crossed. The plainest ways alone are kept.
        """
        start, end = self.anchor(one), self.anchor(other)
        found: dict[Route, None] = {}
        level: dict[tuple[str, int, Route], None] = {(start, 0, ()): None}
        for _ in range(len(self.interconnections) + 1):
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
