"""Which findings are drawn on which object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from cloison.netmodel.finding import SEVERITIES, Finding, Ref, Severity
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Edge, Node

LINES = ("line", "flow")  # the kinds of subject that are lines of the matrix
Drawn = TypeVar("Drawn", Cluster, Node, Edge)


@dataclass(frozen=True, slots=True)
class Concerns:
    """Findings by what they are about, and the worst severity that each line is on the path of.

    A waived finding is not drawn.
    """

    by_subject: Mapping[Ref, tuple[Finding, ...]]
    along: Mapping[Ref, Severity]

    @classmethod
    def of(cls, network: Network, findings: Sequence[Finding]) -> Concerns:
        """Return the findings by subject, and by the lines of the paths that prove them.

        An endpoint is drawn as the asset that offers it.
        """
        grouped: dict[Ref, list[Finding]] = {}
        along: dict[Ref, list[Severity]] = {}
        for item in findings:
            if item.waiver is not None:
                continue
            subject = item.subject
            if subject.kind == "endpoint" and subject.id in network.endpoints:
                subject = Ref("asset", network.endpoints[subject.id].asset)
            grouped.setdefault(subject, []).append(item)
            for step in item.witness.steps if item.witness and item.witness.kind == "path" else ():
                if step.subject.kind in LINES:
                    along.setdefault(step.subject, []).append(item.severity)
        return cls(
            {subject: tuple(items) for subject, items in grouped.items()},
            {subject: min(severities, key=SEVERITIES.index) for subject, severities in along.items()},
        )

    def on(self, item: Drawn, refs: Sequence[Ref]) -> Drawn:
        """Return the drawn object with the findings about ``refs``, and the worst severity that touches them."""
        found: dict[str, Severity] = {
            one.fingerprint: one.severity for ref in refs for one in self.by_subject.get(ref, ())
        }
        severities = [*found.values(), *(self.along[ref] for ref in refs if ref in self.along)]
        if not severities:
            return item
        return replace(item, findings=tuple(sorted(found)), severity=min(severities, key=SEVERITIES.index))

    def left(self, *drawn: Iterable[Cluster | Node | Edge]) -> int:
        """Return how many findings are on none of the ``drawn`` objects."""
        every = {item.fingerprint for items in self.by_subject.values() for item in items}
        return len(every.difference(*(item.findings for items in drawn for item in items)))
