"""shadowed-line: a live line that other live lines already authorise in full."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.ends import ref
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Step, Text, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import NO_SERVICE, ServiceSet

_MOST_PAIRS = 2_000  # pairs of ends of one line; beyond, the line is not looked at

Pair = tuple[str, str]
Covering = dict[Pair, list[tuple[int, Line, ServiceSet]]]


class _Around:
    """For an end, itself and the other ends of the matrix that hold all its points; each found once."""

    def __init__(self, network: Network, lines: tuple[Line, ...]) -> None:
        ends = {end.id: end for line in lines for end in (*line.sources, *line.targets)}
        self._ends = ends
        self._by_asset: dict[str, list[str]] = {}
        self._by_zone: dict[str, list[str]] = {}
        self._loose: list[str] = []  # `any`, and groups of literal addresses
        self._known: dict[str, tuple[str, ...]] = {}
        for end in ends.values():
            if end.kind in ("zone", "subnet") or end.kind == "group":
                for zone in end.zones:
                    self._by_zone.setdefault(zone, []).append(end.id)
            else:
                for asset in end.assets:
                    self._by_asset.setdefault(asset, []).append(end.id)
            if end.kind == "any" or not end.zones:
                self._loose.append(end.id)

    def of(self, end: End) -> tuple[str, ...]:
        found = self._known.get(end.id)
        if found is None:
            near = dict.fromkeys((end.id, *self._loose))
            if end.zones:  # whatever holds all of it touches its first zone
                near |= dict.fromkeys(self._by_zone.get(end.zones[0], ()))
            if end.assets:
                near |= dict.fromkeys(self._by_asset.get(end.assets[0], ()))
            found = tuple(name for name in near if end.points <= self._ends[name].points)
            self._known[end.id] = found
        return found

    def same(self, one: str, other: str) -> bool:
        return one == other or self._ends[one].points == self._ends[other].points


def _shadows(line: Line, place: int, around: _Around, covering: Covering) -> tuple[str, ...]:
    """Return the lines that authorise all that ``line`` does, or nothing when something is its own."""
    used: dict[str, None] = {}
    for source, target in line.pairs():
        own = ServiceSet.union(services for _, services in line.services_to(target))
        left = own
        for here in around.of(source):
            for there in around.of(target):
                for other_place, other, services in covering.get((here, there), ()):
                    if other is line or not left.overlaps(services):
                        continue
                    equal = services == own and around.same(here, source.id) and around.same(there, target.id)
                    if equal and other_place > place:
                        continue  # of two lines that say the same, the first stays
                    left = left - services
                    used[other.id] = None
        if left:
            return ()
    return tuple(used)


def _pairs(line: Line) -> Iterator[tuple[Pair, ServiceSet]]:
    for source, target in line.pairs():
        yield (source.id, target.id), ServiceSet.union(services for _, services in line.services_to(target))


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    live = tuple(line for line in network.lines if line.live)
    looked = tuple(line for line in live if len(line.sources) * len(line.targets) <= _MOST_PAIRS)
    around = _Around(network, looked)
    covering: Covering = {}
    for place, line in enumerate(looked):
        for pair, services in _pairs(line):
            if services != NO_SERVICE:
                covering.setdefault(pair, []).append((place, line, services))
    breaches = []
    for place, line in enumerate(looked):
        shadows = _shadows(line, place, around, covering)
        if shadows:
            message = say(
                "all that {line} authorises is authorised by {others} too",
                "tout ce que {line} autorise l’est déjà par {others}",
                line=line.id,
                others=shadows,
            )
            steps = tuple(
                Step(ref(other), None, entry(network, ref(other)))
                for name in shadows
                for other in (network.line[name],)
            )
            breaches.append(Breach(ref(line), message, cited(network, ref(line)), Witness("facts", steps)))
    seen = say(
        "{n} live lines, {ends} pairs of ends, {left} too wide to be compared",
        "{n} lignes en vigueur, {ends} couples d’extrémités, {left} trop larges pour être comparées",
        n=len(live),
        ends=len(covering),
        left=len(live) - len(looked),
    )
    return one(Part(seen, {"declared": len(looked)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    if any(line.live for line in evidence.network.lines):
        return None
    return say("the matrix has no live line", "la matrice n’a aucune ligne en vigueur")


CHECK = Check(
    name="shadowed-line",
    title=Text("No line repeats what other lines authorise", "Aucune ligne ne répète ce que d’autres autorisent"),
    why=Text(
        "Taking such a line out would close nothing: its review and its expiry have no effect.",
        "Retirer une telle ligne ne fermerait rien : sa revue et son échéance sont sans effet.",
    ),
    remedy=Text("Take it out, or narrow the wider line.", "La retirer, ou restreindre la ligne plus large."),
    severity="note",
    run=_run,
    applies=_applies,
)
