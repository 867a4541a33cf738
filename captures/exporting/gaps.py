"""What the numbering of exporters leaves out: messages or records that were sent and are not here.

NetFlow v5, v7 and IPFIX count records (RFC 7011 section 3.1), v9 messages (RFC 3954 section 5.1), v1 nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting import sets
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

JUMP = 1 << 16  # a larger step is an exporter that began again
MOST = 1 << 14  # domains that are followed
UNKNOWN = -1


class Gaps:
    """The numbering of every exporter's domains."""

    def __init__(self) -> None:
        self._next: dict[tuple[int, int, int], int] = {}
        self._missing: dict[tuple[int, int, int], int] = {}

    def add(self, rows: Array, counts: Array) -> None:
        """Follow the messages of some sets; ``counts`` are records of each set, negative where it is not known."""
        if not len(rows):
            return
        message = rows[:, sets.S_MESSAGE]
        begins = np.flatnonzero(np.diff(message, prepend=message[0] - 1))
        records = np.add.reduceat(counts, begins)
        unknown = np.add.reduceat((counts < 0).astype(np.int64), begins) > 0
        heads = rows[begins]
        version = heads[:, sets.S_VERSION]
        advance = np.where(version == 9, 1, records)
        unknown &= version != 9
        sound = (heads[:, sets.S_ID] < sets.MALFORMED) & (version != 1)
        columns = heads[:, [sets.S_EXPORTER, sets.S_DOMAIN, sets.S_VERSION]]
        packed = (columns[:, 0] << 37) | (columns[:, 1] << 4) | np.minimum(version, 15)
        order = np.argsort(packed, kind="stable")
        order = order[sound[order]]
        if not len(order):
            return
        bounds = np.flatnonzero(np.diff(packed[order], prepend=-1, append=-1))
        for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            own = order[first:last]
            exporter, domain, number = columns[own[0]].tolist()
            self._follow(
                (exporter, domain, number), heads[own, sets.S_SEQUENCE], np.where(unknown[own], UNKNOWN, advance[own])
            )

    def _follow(self, domain: tuple[int, int, int], sequence: Array, advance: Array) -> None:
        if domain not in self._next and len(self._next) >= MOST:
            return
        wanted = np.concatenate([[self._next.get(domain, UNKNOWN)], (sequence + advance) & 0xFFFFFFFF])
        wanted[1:][advance < 0] = UNKNOWN
        step = ((sequence - wanted[:-1] + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
        step[(wanted[:-1] == UNKNOWN) | (np.abs(step) > JUMP)] = 0
        # Datagrams that come in another order step forwards and back again: the sum is what is missing.
        self._missing[domain] = self._missing.get(domain, 0) + int(step.sum())
        self._next[domain] = int(wanted[-1])

    def said(self, exporters: list[str]) -> list[Message]:
        """Return what is missing, exporter by exporter."""
        found: dict[tuple[int, bool], int] = {}
        for (exporter, _, version), missing in self._missing.items():
            if missing > 0:
                place = (exporter, version == 9)
                found[place] = found.get(place, 0) + missing
        return [_message(exporters[exporter], messages, count) for (exporter, messages), count in sorted(found.items())]


def _message(exporter: str, messages: bool, count: int) -> Message:
    if messages:
        if exporter:
            return say("{count} {count:message|messages} of {exporter} {count:is|are} missing, by their numbers",
                       "il manque {count} {count:message|messages} de {exporter}, d’après leurs numéros",
                       count=count, exporter=exporter)  # fmt: skip
        return say("{count} {count:message|messages} {count:is|are} missing, by their numbers",
                   "il manque {count} {count:message|messages}, d’après leurs numéros", count=count)  # fmt: skip
    if exporter:
        return say("{count} {count:record|records} of {exporter} {count:is|are} missing, by their numbers",
                   "il manque {count} {count:enregistrement|enregistrements} de {exporter}, d’après leurs numéros",
                   count=count, exporter=exporter)  # fmt: skip
    return say("{count} {count:record|records} {count:is|are} missing, by their numbers",
               "il manque {count} {count:enregistrement|enregistrements}, d’après leurs numéros",
               count=count)  # fmt: skip
