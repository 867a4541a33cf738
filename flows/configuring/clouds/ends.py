"""Ends of a rule of both address families, as products of one family each."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import IntervalSet


def by_family(sources: IntervalSet, destinations: IntervalSet) -> Iterator[tuple[IntervalSet, IntervalSet]]:
    """Yield the ends of a rule of one family after the other, none that is empty; two ends of any address as one."""
    if sources == ANY and destinations == ANY:
        yield ANY, ANY
        return
    for family in (V4, V6):
        source = sources if sources <= family else sources & family
        destination = destinations if destinations <= family else destinations & family
        if source and destination:
            yield source, destination
