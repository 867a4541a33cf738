"""The flow matrix of a network made ready for judging: classes of addresses, live and dated lines, known ports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.cells import OWNED, ZONE_INSIDE, Cells, cut
from cloison.flows.judging.matching import Matcher
from cloison.flows.judging.spreading import ALWAYS, ANY_END, Grant, build
from cloison.flows.judging.view import View
from cloison.flows.orient import PORTED
from cloison.netmodel.facts import End, Line, TranslationFacts
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import RESPONDER_PORTS
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.services import ServiceSet

Array = npt.NDArray[Any]

_SECOND = 1_000_000_000


@dataclass
class Matrix:
    """What judging looks up; made once for the captures of one audit.

    ``live`` finds the lines that are live at a conversation's time, ``dated`` those that are not live throughout the
    window, at any time. ``lines`` are the ids by index. The marks of a class are the translations whose outside
    addresses hold it, numbered from ``first_mark``. ``fast``: use compiled loops.
    """

    network: Network
    cells: Cells
    lines: tuple[str, ...]
    grants: tuple[Grant, ...]
    live: Matcher
    dated: Matcher
    translations: tuple[TranslationFacts, ...]
    first_mark: int
    fast: bool = False
    _views: dict[tuple[int, ...], View] = field(default_factory=dict)
    _owners: dict[int, View] = field(default_factory=dict)

    @cached_property
    def special(self) -> Array:
        """Whether a class needs more than one look (bool): by what its addresses are, or as a translation's outside."""
        classes = self.cells.classes
        marked = np.array([bool(ends) and ends[-1] >= self.first_mark for ends in classes.ends], dtype=bool)
        special: Array = marked | (classes.flags & ~np.uint32(OWNED | ZONE_INSIDE) != 0)
        return special

    def view(self, candidates: tuple[int, ...]) -> View:
        """Return how addresses are read in the VRFs of these indexes."""
        if candidates not in self._views:
            self._views[candidates] = self.cells.view(candidates)
        return self._views[candidates]

    def owners(self, vrf: int) -> View:
        """Return the owners of a VRF's own points."""
        if vrf not in self._owners:
            self._owners[vrf] = self.cells.owners(vrf)
        return self._owners[vrf]


def matrix_of(network: Network, window: tuple[int, int], *, fast: bool = False) -> Matrix:
    """Return the matrix of a network for conversations that begin within ``window`` (first, last, in ns).

    ``fast``: there are so many of them that compiled loops pay.
    """
    ends: dict[IntervalSet, int] = {}
    numbers: dict[str, int] = {}

    def number(end: End) -> int:
        if end.kind == "any":
            return ANY_END
        if end.id not in numbers:
            numbers[end.id] = ends.setdefault(end.points, len(ends))
        return numbers[end.id]

    zone = ZoneInfo(network.model.timezone)
    grants: list[Grant] = []
    for index, line in enumerate(network.lines):
        live = lifetime(line, zone)
        served: dict[str, ServiceSet] = {}
        for source, target in line.pairs():
            if target.id not in served:
                served[target.id] = ServiceSet.union(services for _, services in line.services_to(target))
            grants.append(Grant(number(source), number(target), served[target.id], index, live))
    translations = tuple(network.translations.values())
    cells = cut(network, tuple(ends), tuple(item.outside for item in translations))
    sizes = [points.size for points in ends]
    names = tuple(line.id for line in network.lines)
    dated = [grant for grant in grants if grant.live[0] > window[0] or grant.live[1] <= window[1]]
    return Matrix(
        network,
        cells,
        names,
        tuple(grants),
        build(cells.classes, grants, sizes, names, window),
        build(cells.classes, dated, sizes, names, None),
        translations,
        len(ends),
        fast,
    )


def lifetime(line: Line, zone: ZoneInfo) -> tuple[int, int]:
    """Return from when to when (excluded) a line is live, in ns; its last day is included, in the map's time zone."""
    starts, expires = line.flow.starts, line.flow.expires
    return (
        midnight(starts, zone) if starts else ALWAYS[0],
        midnight(expires + timedelta(days=1), zone) if expires and expires < date.max else ALWAYS[1],
    )


def midnight(day: date, zone: ZoneInfo) -> int:
    """Return the first instant of a day in a time zone, in ns since 1970 UTC."""
    first = datetime(day.year, day.month, day.day, tzinfo=zone)
    if 1700 < day.year < 2250:
        return int(first.timestamp()) * _SECOND
    return ALWAYS[0] if day.year <= 1700 else ALWAYS[1]  # beyond what 64 bits of nanoseconds hold


def catalogue_ports() -> Array:
    """Return bool[4, 65536]: the ports that the catalogue names, by the rows of ``orient.PORTED``."""
    known = np.zeros((len(PORTED) + 1, 65536), dtype=bool)
    for protocol, ports in RESPONDER_PORTS.items():
        if protocol in PORTED:
            known[PORTED[protocol], sorted(ports)] = True
    return known


def known_ports(network: Network) -> Array:
    """Return bool[4, 65536]: the ports that the map or the catalogue names, by the rows of ``orient.PORTED``."""
    known = catalogue_ports()
    for services in _declared(network):
        for protocol, row in PORTED.items():
            for low, high in services.fields(protocol).ranges:
                if high - low < 32767:  # "every port" names none
                    known[row, low : high + 1] = True
    return known


def _declared(network: Network) -> Iterable[ServiceSet]:
    seen: set[int] = set()
    for line in network.lines:
        for _, services in (*line.services, *(item for each in line.endpoint_services.values() for item in each)):
            if id(services) not in seen:
                seen.add(id(services))
                yield services
    for endpoint in network.endpoints.values():
        yield endpoint.service_set
