"""Between which zones a finding lies, so that people read findings pair of zones by pair of zones."""

from __future__ import annotations

from collections.abc import Iterable

from cloison.netmodel.facts import End
from cloison.netmodel.finding import Finding, Ref
from cloison.netmodel.network import Network


def zones_of(network: Network, finding: Finding) -> tuple[str, ...]:
    """Return the two zones between which a finding lies, the only one that it is about, or none.

    The witness tells first: from where its path starts to where it ends, or to the subject where the end lies in
    several zones; else the subject, a line by its ends. A side that lies in several zones tells nothing.
    """
    if finding.witness is not None and finding.witness.steps:
        steps = [_zone(network, step.subject) for step in finding.witness.steps]
        start, end = steps[0], steps[-1] or _zone(network, finding.subject)
        if start and end and start != end:
            return start, end
    if finding.subject.kind in ("line", "flow"):
        line = network.line.get(finding.subject.id)
        sides = (_side(line.sources), _side(line.targets)) if line is not None else ("",)
        return tuple(dict.fromkeys(sides)) if all(sides) else ()
    if finding.subject.kind == "interconnection":
        joined = network.model.interconnections.get(finding.subject.id)
        between = tuple(joined.between) if joined is not None else ()
        return between if len(between) == 2 else ()
    zone = _zone(network, finding.subject)
    return (zone,) if zone else ()


def _zone(network: Network, subject: Ref) -> str:
    """Return the only zone of an entry; nothing where it has several, or is none that lies in a zone."""
    if subject.kind == "zone":
        return subject.id
    if subject.kind == "subnet" and subject.id in network.subnets:
        return network.subnets[subject.id].zone
    if subject.kind in ("asset", "interface", "endpoint", "group"):
        end = network.ends.get(subject.id)
        return _side((end,)) if end is not None else ""
    return ""


def _side(ends: Iterable[End]) -> str:
    """Return the only zone of a line's side; a zone that is named counts as one, whatever lies within it."""
    return _only(zone for end in ends for zone in ((end.id,) if end.kind == "zone" else end.zones or ("",)))


def _only(zones: Iterable[str]) -> str:
    found = set(zones)
    return found.pop() if len(found) == 1 else ""
