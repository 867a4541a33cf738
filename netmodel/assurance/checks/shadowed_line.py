"""shadowed-line: a live line that other live lines already authorise in full."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited, entry
from cloison.netmodel.assurance.ends import ref
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Step, Text, Witness, say
from cloison.netmodel.space.services import ServiceSet

_MOST_PAIRS = 2_000  # pairs of ends of one line; beyond, the line is not looked at

Pair = tuple[str, str]
Covering = dict[Pair, list[tuple[int, Line, ServiceSet]]]


class _Around:
    """For an end, itself and the other ends of the matrix that hold all its points; each found once."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._ends = {end.id: end for line in lines for end in (*line.sources, *line.targets)}
        self._by_asset: dict[str, list[str]] = {}
        self._by_subnet: dict[str, list[str]] = {}
        self._by_zone: dict[str, list[str]] = {}
        self._loose = [end.id for end in self._ends.values() if not end.zones]  # `any`, and groups of literals
        self._known: dict[str, tuple[str, ...]] = {}
        for end in self._ends.values():
            index, names = self._by_asset, end.assets[:1]
            if end.kind == "zone":
                index, names = self._by_zone, end.zones
            elif end.kind in ("subnet", "group"):
                index, names = (self._by_subnet, end.subnets) if end.subnets else (self._by_zone, end.zones)
            for name in names:
                index.setdefault(name, []).append(end.id)

    def of(self, end: End) -> tuple[str, ...]:
        found = self._known.get(end.id)
        if found is None:
            near = {end.id: None} | dict.fromkeys(self._loose)
            # whatever holds all of it touches its first zone, its first subnet, its first asset
            for index, names in (
                (self._by_zone, end.zones),
                (self._by_subnet, end.subnets),
                (self._by_asset, end.assets),
            ):
                near |= dict.fromkeys(index.get(names[0], ()) if names else ())
            found = self._known[end.id] = tuple(
                name for name in near if name == end.id or end.points <= self._ends[name].points
            )
        return found

    def same(self, one: str, other: str) -> bool:
        return one == other or self._ends[one].points == self._ends[other].points


def _shadows(line: Line, place: int, around: _Around, covering: Covering) -> tuple[str, ...]:
    """Return the lines that authorise all that ``line`` does, or nothing when something is its own."""
    used: dict[str, None] = {}
    for source, target in line.pairs():
        wider = [
            (other, here, there)
            for here in around.of(source)
            for there in around.of(target)
            for other in covering.get((here, there), ())
            if other[1] is not line
        ]
        if not wider:
            return ()
        own = left = _towards(line, target)
        for (other_place, other, services), here, there in wider:
            if not left.overlaps(services):
                continue
            equal = services == own and around.same(here, source.id) and around.same(there, target.id)
            if equal and other_place > place:
                continue  # of two lines that say the same, the first stays
            left = left - services
            used[other.id] = None
        if left:
            return ()
    return tuple(used)


def _towards(line: Line, target: End) -> ServiceSet:
    """Return what the line authorises towards one of its ends."""
    offered = line.endpoint_services.get(target.id)
    return line.service_set if offered is None else ServiceSet.union(services for _, services in offered)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    live = tuple(line for line in network.lines if line.live)
    looked = tuple(line for line in live if len(line.sources) * len(line.targets) <= _MOST_PAIRS)
    around = _Around(looked)
    covering: Covering = {}
    for place, line in enumerate(looked):
        for source, target in line.pairs():
            covering.setdefault((source.id, target.id), []).append((place, line, _towards(line, target)))
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
