"""Labels stand on their own line, off the boxes and off each other."""

from __future__ import annotations

from itertools import combinations

from cloison.diagrams.layout.placing import Rectangle, Route, place


def frame(route: Route, centre: tuple[float, float]) -> Rectangle:
    x, y = centre
    return Rectangle(x - route.width / 2, y - route.height / 2, x + route.width / 2, y + route.height / 2)


def meet(one: Rectangle, other: Rectangle) -> bool:
    return one.left < other.right and other.left < one.right and one.bottom < other.top and other.bottom < one.top


def test_a_lone_label_is_in_the_middle_of_its_line() -> None:
    ((x, y),) = place([Route("f1", ((0, 0), (300, 0)), 40, 12)], []).values()
    assert abs(x - 150) < 10
    assert y == 0


def test_a_label_avoids_the_box_in_the_middle() -> None:
    route, box = Route("f1", ((0, 0), (300, 0)), 40, 12), Rectangle(100, -50, 200, 50)
    assert not meet(frame(route, place([route], [box])["f1"]), box)


def test_parallel_flows_do_not_overlap_labels() -> None:
    routes = [Route(f"f{at}", ((0, 5.0 * at), (400, 5.0 * at)), 50, 12) for at in range(6)]
    placed = place(routes, [])
    for one, other in combinations(routes, 2):
        assert not meet(frame(one, placed[one.name]), frame(other, placed[other.name]))


def test_a_label_leaves_the_arrows_of_a_short_line_to_be_seen() -> None:
    route = Route("f1", ((0, 0), (44, 0)), 40, 12)
    shown = frame(route, place([route], [])["f1"])
    assert shown.bottom > 0 or shown.top < 0


def test_a_line_without_length_still_has_its_label() -> None:
    assert set(place([Route("f1", ((7, 7), (7, 7)), 10, 10)], [])) == {"f1"}
