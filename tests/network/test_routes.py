"""Ways between zones, against every simple path of small networks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.compiling.routes import MOST, Routes
from cloison.netmodel.compiling.sides import by_family
from cloison.netmodel.facts import ZoneFacts
from cloison.netmodel.language.model import Interconnection, Zone
from cloison.netmodel.space.addresses import MAPPED, V4, V6
from cloison.netmodel.space.intervals import IntervalSet

Joins = list[tuple[int, ...]]
ZONES = 6


def facts(name: str, transit: bool, within: str = "") -> ZoneFacts:
    return ZoneFacts(
        name, Zone(), "", "", "", "", "", "", "", "", False, False, transit, "subnet", within, {}, (), (), (),
        IntervalSet(),
    )  # fmt: skip


def routes(joins: Joins, transit: list[bool], within: dict[str, str] | None = None) -> Routes:
    zones = {f"z{number}": facts(f"z{number}", there) for number, there in enumerate(transit)}
    for name, outer in (within or {}).items():
        zones[name] = facts(name, False, outer)
    made = {f"i{at}": Interconnection(between=tuple(f"z{zone}" for zone in join)) for at, join in enumerate(joins)}
    return Routes.of(made, zones)


def every_way(joins: Joins, transit: list[bool], one: int, other: int) -> set[tuple[str, ...]]:
    found = set()

    def walk(zone: int, way: tuple[str, ...], seen: frozenset[int]) -> None:
        if zone == other:
            found.add(way)
            return
        if zone != one and not transit[zone]:
            return
        for number, join in enumerate(joins):
            if zone in join and f"i{number}" not in way:
                for after in join:
                    if after not in seen:
                        walk(after, (*way, f"i{number}"), seen | {after})

    walk(one, (), frozenset((one,)))
    return found


maps = st.tuples(
    st.lists(st.lists(st.integers(0, ZONES - 1), min_size=2, max_size=3, unique=True).map(tuple), max_size=6),
    st.lists(st.booleans(), min_size=ZONES, max_size=ZONES),
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(maps)
def test_the_ways_are_the_simple_paths_over_transit_zones(drawn: tuple[Joins, list[bool]]) -> None:
    joins, transit = drawn
    made = routes(joins, transit)
    for one in range(ZONES):
        for other in range(ZONES):
            if one == other:
                continue
            found = made.crossings(f"z{one}", f"z{other}")
            expected = every_way(joins, transit, one, other)
            assert len(found) == min(len(expected), MOST)
            assert set(found) <= expected


@settings(derandomize=True, deadline=None, max_examples=150)
@given(maps, st.integers(0, 5))
def test_a_way_via_an_interconnection_crosses_it(drawn: tuple[Joins, list[bool]], named: int) -> None:
    joins, transit = drawn
    made = routes(joins, transit)
    for one in range(ZONES):
        for other in range(ZONES):
            ways = made.along(f"z{one}", f"z{other}", (frozenset((f"i{named}",)),)) if one != other else ()
            for way in ways:
                assert f"i{named}" in way
                assert len(set(way)) == len(way)
            crossed = [way for way in every_way(joins, transit, one, other) if f"i{named}" in way]
            if crossed and one != other:
                assert ways
                assert len(ways[0]) <= min(len(way) for way in crossed)


def test_a_zone_within_another_is_joined_where_that_one_is() -> None:
    made = routes([(0, 1), (1, 2)], [False, True, False], {"inner": "z0", "deep": "inner"})
    assert made.crossings("deep", "z2") == (("i0", "i1"),)
    assert made.crossings("z2", "inner") == (("i1", "i0"),)
    assert made.crossings("deep", "z0") == ((),)
    assert made.anchor("deep") == "z0"


def test_zones_within_one_another_in_a_circle_end() -> None:
    made = routes([(0, 1)], [False, False], {"a": "b", "b": "c", "c": "b"})
    assert made.crossings("a", "z0") == ()


PLACES = (0, MAPPED - 1, MAPPED, MAPPED + 5, MAPPED | 0xFFFFFFFF, (MAPPED | 0xFFFFFFFF) + 1, (1 << 128) - 1)
EDGES = [(vrf << 128) + place for vrf in range(3) for place in PLACES]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)).map(sorted).map(tuple), max_size=4))
def test_points_are_split_by_family(ranges: list[tuple[int, int]]) -> None:
    whole = IntervalSet.union(ranges)
    planes = [IntervalSet.union(item for vrf in range(3) for item in family.shifted(vrf << 128).ranges)
              for family in (V4, V6)]  # fmt: skip
    assert by_family(whole) == (whole & planes[0], whole & planes[1])
