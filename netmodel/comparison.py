"""Two versions of a map compared by what they mean: entries, flows, paths, clauses, tenants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cloison.netmodel.assurance.assess import Assessment
from cloison.netmodel.assurance.baseline import Comparison as Known
from cloison.netmodel.assurance.baseline import baseline_of, compared
from cloison.netmodel.assurance.evidence import Changes, Evidence
from cloison.netmodel.comparing.clauses import ClauseChange, clauses
from cloison.netmodel.comparing.entries import EntryChange, entries, plain
from cloison.netmodel.comparing.flows import Moved, moved
from cloison.netmodel.comparing.major import Major, major, worked
from cloison.netmodel.comparing.paths import Path, paths
from cloison.netmodel.comparing.renames import Renames, findings_told, renamed
from cloison.netmodel.comparing.sides import Side, sides
from cloison.netmodel.comparing.tenants import Affected, affected
from cloison.netmodel.finding import Finding, Ref
from cloison.netmodel.network import Network

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a newer version of a map changes.

    ``opened`` and ``closed`` are exact sets, line by line, in the points of ``sides``; ``whole`` is false where the
    budget ran out before all of them were found. ``entries`` are written differences, lines among them. ``known`` has
    the findings of the newer map, those that the older one has too marked as such, and those that are gone, which
    ``lost`` are in full.
    """

    sides: tuple[Side, Side]
    renames: Renames
    entries: tuple[EntryChange, ...]
    opened: tuple[Moved, ...]
    closed: tuple[Moved, ...]
    whole: bool
    possible: tuple[Path, ...]
    impossible: tuple[Path, ...]
    known: Known
    lost: tuple[Finding, ...]
    clauses: tuple[ClauseChange, ...]
    tenants: tuple[Affected, ...]
    major: Major
    undecided: tuple[str, ...]

    @property
    def old(self) -> Network:
        """The earlier version."""
        return self.sides[0].network

    @property
    def new(self) -> Network:
        """The later version."""
        return self.sides[1].network

    @property
    def empty(self) -> bool:
        """Whether the two versions mean the same; never where not all of them was compared."""
        return self.whole and not (
            self.entries or self.opened or self.closed or self.possible or self.impossible or self.clauses or self.lost
            or any(item.stands for item in self.known.findings)
        )  # fmt: skip


def compare(
    old: tuple[Network, Assessment], new: tuple[Network, Assessment], tick: Tick = lambda done, total: None
) -> Comparison:
    """Return what the newer of two networks changes, each with what the rules say of it at the same date."""
    earlier, later = sides(old[0], new[0])

    def same(item: tuple[Network, object]) -> object:
        network, points = item
        side = earlier if network is old[0] else later
        return side.common(points)  # type: ignore[arg-type]

    names = renamed(old[0], new[0], plain, same)
    written = entries(old[0], new[0], names)
    opened, all_opened = moved(later, earlier, tick)
    closed, all_closed = moved(earlier, later, tick)
    possible, impossible = paths(old[0], new[0], names)
    told = findings_told(old[1].findings, names)
    renamed_findings = [replace(item, fingerprint=told[item.fingerprint]) for item in old[1].findings]
    before = baseline_of(renamed_findings, old[0].model.name, new[0].model.name, old[0].digest)
    known = compared(new[1].findings, before, Evidence(new[0], new[0].at))
    gone = {item.fingerprint for item in known.gone}
    lost = {item.fingerprint: item for item in old[1].findings if told[item.fingerprint] in gone}
    come = {item.fingerprint for item in known.findings if item.stands}
    status = clauses(old[1], new[1], come, lost)
    return Comparison(
        (earlier, later), names, written, opened, closed, all_opened and all_closed, possible, impossible,
        known, tuple(lost.values()), status,
        affected((earlier, later), written, (opened, closed), (possible, impossible)),
        major(written, (opened, closed), possible, status), new[1].undecided,
    )  # fmt: skip


def changes(comparison: Comparison, since: str) -> Changes:
    """Return a comparison as what rules may ask of it; ``since`` is how its older version was named."""
    old = comparison.old
    flows, chains = (comparison.opened, comparison.closed), (comparison.possible, comparison.impossible)
    touched = affected(comparison.sides, filter(worked, comparison.entries), flows, chains)
    removed = [entry for entry in comparison.entries if entry.kind == "removed"]
    losing = affected(comparison.sides, removed, ((), comparison.closed), ((), ()))
    major_by = dict.fromkeys(ref for part in comparison.major.criteria if part.holds == "yes" for ref in part.by)
    return Changes(
        since,
        old.digest,
        {
            "major": tuple(major_by),
            "tenants": tuple(Ref("party", item.tenant) for item in touched),
            "losses": tuple(Ref("party", item.tenant) for item in losing),
        },
        tuple(
            entry.subject for entry in comparison.entries
            if entry.kind == "added" and entry.subject.kind in ("zone", "interconnection", "asset")
        ),
        frozenset((item.framework, item.clause, item.on) for item in old.model.declarations),
        comparison.whole,
    )  # fmt: skip
