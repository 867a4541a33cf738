"""Conversations as contacts between owners of addresses, for the rules that forbid some of them directly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.loops import locate
from cloison.flows.judging.matrix import Matrix
from cloison.flows.judging.readings import Readings
from cloison.flows.table import FlowTable
from cloison.netmodel.assurance.assess import forbidden_by
from cloison.netmodel.assurance.evidence import Contact

Array = npt.NDArray[Any]

_OWNERS = 1 << 20  # an owner takes 20 bits of a contact, its service 24


class Rules:
    """The rules that forbid a contact directly; the answer to each contact is kept. ``names`` has their numbers."""

    def __init__(self, matrix: Matrix) -> None:
        self.network = matrix.network
        self.names: dict[str, int] = {}
        self._forbids: Callable[[Contact], tuple[str, ...]] | None = None
        self._known = np.zeros(0, dtype=np.uint64)  # sorted
        self._rule = np.zeros(0, dtype=np.int16)

    def broken(self, source: Array, target: Array, service: Array) -> Array:
        """Return i2, the rule (number, -1 none) that forbids each service (u4) between owners (indexes, -1 none)."""
        if len(self.network.ownership.owners) >= _OWNERS:  # too many to be packed
            asked = zip(source.tolist(), target.tolist(), service.tolist(), strict=True)
            return np.array([self._asked(*contact) for contact in asked], dtype=np.int16)
        contact = (source + 1).astype(np.uint64) << np.uint64(44) | (target + 1).astype(np.uint64) << np.uint64(24)
        contact |= service.astype(np.uint64)
        place = self._places(contact)
        new = np.unique(contact[self._known[place] != contact] if len(self._known) else contact)
        if len(new):
            answers = np.array([self._one(value) for value in new.tolist()], dtype=np.int16)
            known = np.concatenate([self._known, new])
            order = np.argsort(known, kind="stable")
            self._known, self._rule = known[order], np.concatenate([self._rule, answers])[order]
            place = self._places(contact)
        rule: Array = self._rule[place]
        return rule

    def _places(self, contact: Array) -> Array:
        return np.minimum(np.searchsorted(self._known, contact), max(len(self._known) - 1, 0))

    def _one(self, contact: int) -> int:
        return self._asked((contact >> 44) - 1, (contact >> 24 & (_OWNERS - 1)) - 1, contact & 0xFFFFFF)

    def _asked(self, source: int, target: int, service: int) -> int:
        if source < 0 or target < 0:
            return -1
        self._forbids = self._forbids or forbidden_by(self.network)
        owner = self.network.ownership.owners
        broken = self._forbids(Contact(owner[source], owner[target], service >> 16, service & 0xFFFF))
        return self.names.setdefault(broken[0], len(self.names)) if broken else -1


def owners(matrix: Matrix, table: FlowTable, readings: Readings, at: Array, *, source: bool) -> Array:
    """Return i4, the owners (indexes, -1 none) of one end of some readings; ``of`` indexes the table's rows.

    A translated end is what it stands for, by its class.
    """
    row, swapped = readings.of[at], readings.swapped[at]
    side_a = swapped != source  # the source is A unless B initiated
    hi = np.where(side_a, table.a_hi[row], table.b_hi[row])
    lo = np.where(side_a, table.a_lo[row], table.b_lo[row])
    classes = (readings.source if source else readings.target)[at]
    translated = (readings.source_translated if source else readings.target_translated)[at] >= 0
    found = np.full(len(at), -1, dtype=np.int32)
    of = np.where(translated, -1, matrix.cells.classes.vrf[classes])
    for vrf in np.flatnonzero(np.bincount(of + 1)[1:]).tolist():
        rows = np.flatnonzero(of == vrf)
        found[rows] = locate(matrix.owners(vrf), hi[rows], lo[rows], matrix.fast)
    inner = np.flatnonzero(translated)
    if len(inner):
        memo = {here: _an_owner(matrix, here) for here in np.unique(classes[inner]).tolist()}
        found[inner] = [memo[here] for here in classes[inner].tolist()]
    return found


def _an_owner(matrix: Matrix, here: int) -> int:
    place = matrix.cells.of.index(here)
    return matrix.network.ownership.owner_index(matrix.cells.starts[place])
