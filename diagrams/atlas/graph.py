"""The reach graph as lists of numbers, with which a page's script finds the same chains as the rules do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloison.diagrams.atlas.telling import Teller
from cloison.netmodel.finding import Ref
from cloison.netmodel.network import Network

SIDES = ("in", "out", "relay", "line")
SPECIAL = {"inside": 1, "pool": 2}
MOST = 400_000  # vertices and steps; a larger graph is left out, and the page says so


def graph(network: Network, tell: Teller) -> dict[str, Any] | None:
    """Return the graph, or nothing where it is too large for a page.

    Vertex ``v`` leads to ``targets[offsets[v]:offsets[v + 1]]``; ``codes[v]`` is its side (in, out, relay, line) plus
    4 for an ``inside`` and 8 for a ``pool``; ``refs[v]`` numbers its place, or its line, in ``places``. ``starts`` and
    ``arrivals`` give the vertices of each zone, subnet and asset from which somebody there starts, and which mean that
    it or something in it is reached.
    """
    reach = network.reach
    if len(reach.vertices) + len(reach.targets) > MOST:
        return None

    def arrivals(kind: str, name: str) -> tuple[int, ...]:
        return reach.into(kind, name) if kind == "asset" else reach.inner(kind, name)

    numbers: dict[Ref, int] = {}
    codes, refs = [], []
    for number, vertex in enumerate(reach.vertices):
        place = Ref("line", vertex.id) if vertex.side == "line" else reach.place(number)
        codes.append(SIDES.index(vertex.side) + 4 * SPECIAL.get(vertex.kind, 0))
        refs.append(numbers.setdefault(place, len(numbers)))
    return {
        "places": [[place.kind, tell.name(place.id)] for place in numbers],
        "codes": codes,
        "refs": refs,
        "offsets": list(map(int, reach.offsets)),
        "targets": list(map(int, reach.targets)),
        "starts": _of_all(network, tell, reach.starts),
        "arrivals": _of_all(network, tell, arrivals),
    }


def _of_all(network: Network, tell: Teller, find: Callable[[str, str], tuple[int, ...]]) -> dict[str, list[int]]:
    kinds = {"zone": network.zones, "subnet": network.subnets, "asset": network.assets}
    return {
        f"{kind}:{tell.name(name)}": list(map(int, found))
        for kind, names in kinds.items()
        for name in sorted(names)
        if (found := find(kind, name))
    }
