"""Observation points: the numbers that a sink gives to exporters, their domains and directions."""

from __future__ import annotations

from cloison.captures.records import Sink

MOST = 1 << 14  # points of one source; what comes after them shares the last


class Points:
    """The points of one source, asked of its sink once each."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._known: dict[tuple[object, ...], int] = {}

    def of(self, exporter: str, key: tuple[int, ...], way: str) -> int:
        """Return the point of an exporter's domain (``key`` is its number, the domain, the version) and direction.

        A flow that is exported where it comes in and again where it goes out is seen at two points, never added up.
        """
        what = (*key[:3], way)
        known = self._known.get(what)
        if known is None:
            if len(self._known) >= MOST:
                return self._known.setdefault(("others",), self._sink.point("others"))
            known = self._known[what] = self._sink.point(exporter, key[1], key[2], way)
        return known
