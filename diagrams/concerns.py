"""Which findings are drawn on which object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from cloison.netmodel.finding import SEVERITIES, Finding, Ref
from cloison.netmodel.report import Cluster, Edge, Node

LINES = ("line", "flow")  # the kinds of subject that are lines of the matrix
Drawn = TypeVar("Drawn", Cluster, Node, Edge)


@dataclass(frozen=True, slots=True)
class Concerns:
    """Findings by what they are about; a waived finding is not drawn."""

    by_subject: dict[Ref, tuple[Finding, ...]]

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> Concerns:
        """Return the findings by subject; the lines of a path that proves a finding carry it too."""
        grouped: dict[Ref, list[Finding]] = {}
        for item in findings:
            if item.waiver is not None:
                continue
            path = item.witness.steps if item.witness and item.witness.kind == "path" else ()
            for subject in {item.subject, *(step.subject for step in path if step.subject.kind in LINES)}:
                grouped.setdefault(subject, []).append(item)
        return cls({subject: tuple(items) for subject, items in grouped.items()})

    def on(self, item: Drawn, refs: Iterable[Ref]) -> Drawn:
        """Return the drawn object with the findings about ``refs``, and the worst severity among them."""
        found = {one.fingerprint: one.severity for ref in refs for one in self.by_subject.get(ref, ())}
        if not found:
            return item
        return replace(item, findings=tuple(sorted(found)), severity=min(found.values(), key=SEVERITIES.index))

    def left(self, *drawn: Iterable[Cluster | Node | Edge]) -> int:
        """Return how many findings are on none of the ``drawn`` objects."""
        every = {item.fingerprint for items in self.by_subject.values() for item in items}
        return len(every.difference(*(item.findings for items in drawn for item in items)))
