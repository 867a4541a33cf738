"""The clauses whose status two versions of a map give otherwise, and the findings that make it so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cloison.netmodel.assurance.assess import Assessment
from cloison.netmodel.finding import Text
from cloison.netmodel.report import Status, StatusWord


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause and its status in each map; empty where a map does not ask for the clause.

    ``come`` and ``gone`` are the fingerprints of its findings that are in one map alone.
    """

    framework: str
    clause: str
    title: Text
    before: StatusWord | None
    after: StatusWord | None
    come: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """Whether the clause fails now and did not."""
        return self.after == "non-conformant" and self.before != "non-conformant"


def clauses(
    old: Assessment, new: Assessment, come: Collection[str], gone: Collection[str]
) -> tuple[ClauseChange, ...]:  # fmt: skip
    """Return the clauses whose status differs, or whose findings do, in the order of the newer map's.

    ``come`` are the fingerprints of the newer map's findings that count, ``gone`` of the older one's that are no more.
    """
    before, after = _statuses(old), _statuses(new)
    found = []
    for key in (*after, *(key for key in before if key not in after)):
        one, other = before.get(key), after.get(key)
        fresh = tuple(print_ for print_ in (other.findings if other else ()) if print_ in come)
        lost = tuple(print_ for print_ in (one.findings if one else ()) if print_ in gone)
        was, now = one.status if one else None, other.status if other else None
        if was != now or fresh or lost:
            title = (after if key in after else before)[key].title
            found.append(ClauseChange(*key, title, was, now, fresh, lost))
    return tuple(found)


def _statuses(assessment: Assessment) -> Mapping[tuple[str, str], Status]:
    return {(status.framework, status.clause): status for status in assessment.statuses}
