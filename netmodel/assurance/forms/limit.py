"""``limit``: how wide the ends of lines are, how many ports they open, how long they live, what they have to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cloison.netmodel.assurance.check import Breach, Missing, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.form import Compiled, Compiling, Form, check_of
from cloison.netmodel.assurance.instances import Instance
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.place_table import PlaceTable, joined
from cloison.netmodel.compiling.sides import by_family
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.rules import Documented, Limit
from cloison.netmodel.network import Network
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import PORTED
from cloison.netmodel.space.services import ServiceSet

_REMEDY = Text(
    "Narrow the line, shorten it, or write what it lacks.",
    "Restreindre la ligne, l’écourter, ou écrire ce qui lui manque.",
)
_FIELDS: Mapping[Documented, Text] = {
    "responsible": Text("responsible", "responsable"), "requester": Text("requester", "demandeur"),
    "ticket": Text("ticket", "ticket"), "approved": Text("approval", "approbation"),
    "justification": Text("justification", "justification"), "starts": Text("start", "début"),
    "expires": Text("expiry", "échéance"), "encryption": Text("encryption", "chiffrement"),
}  # fmt: skip
_BEGIN = Text("a start date, or the day of an approval", "une date de début, ou le jour d’une approbation")

_Measured = tuple[Message, str]  # what is beyond a limit, and the field of the line where it is written, if one is


@dataclass(frozen=True, slots=True, eq=False)
class _Bounded:
    """The lines that an instance is about: those between two places (numbers), and of some ids; all where nothing."""

    instance: Instance
    source: int | None
    target: int | None
    ids: frozenset[str] | None


def _compiled(compiling: Compiling, name: str, rule: m.Rule) -> Compiled:
    limit, table = rule.limit, compiling.table
    assert limit is not None
    instances = compiling.instances(name, rule)
    bounded: list[_Bounded] = []
    empty = 0
    for instance in instances.all():
        places = {
            key: instances.place(table, some, ("limit", key), instance)
            for key, some in (("source", limit.source), ("to", limit.to)) if some is not None
        }  # fmt: skip
        ids = None if limit.lines is None else frozenset(instances.selected(limit.lines, ("limit", "lines"), instance))
        if None in places.values() or ids == frozenset():
            empty += 1
        else:
            bounded.append(_Bounded(instance, places.get("source"), places.get("to"), ids))
    if not bounded:
        instances.empty()
    limits = _Limits(name, limit, table, bounded, empty)
    title = Text(f"Lines keep within the limits of {name}", f"Les lignes respectent les limites de {name}")
    return Compiled(check_of(name, rule, title, _REMEDY, limits.outcome))


@dataclass(frozen=True, slots=True)
class _Limits:
    """The limits of one rule."""

    name: str
    limit: Limit
    table: PlaceTable
    bounded: Sequence[_Bounded]
    empty: int

    def outcome(self, evidence: Evidence) -> Outcome:
        """Return each line beyond a limit, and whether the last review is too old."""
        network = evidence.network
        breaches: list[Breach] = []
        missing: list[Missing] = []
        measures = _Measures(self.limit)
        looked = 0
        by_line = any(getattr(self.limit, key) not in (None, ()) for key in
                      ("prefix", "prefix6", "ports", "lifetime", "required"))  # fmt: skip
        for line, instances in self._lines(network, evidence.at) if by_line else ():
            looked += 1
            found = list(measures.of(line))
            for instance in instances if found else ():
                for message, written in found:
                    place = cited(network, ref(line), *((written,) if written else ()))
                    breaches.append(Breach(ref(line), instance.said(message), place, along(network, line)))
            if measures.begins_nowhere(line):
                missing.append(Missing(ref(line), _BEGIN))
        if self.limit.reviewed is not None:
            breaches += self._reviewed(network, evidence.at, self.limit.reviewed)
        seen = say("{lines} {lines:line|lines}", "{lines} {lines:ligne|lignes}", lines=looked)
        if self.limit.reviewed is not None:
            both = Text(seen.say("en"), seen.say("fr"))
            reviews = len(network.model.reviews)
            seen = say("{seen}, {reviews} {reviews:review|reviews}", "{seen}, {reviews} {reviews:revue|revues}",
                       seen=both, reviews=reviews)  # fmt: skip
            looked += max(reviews, 1)
        if self.empty:
            both = Text(seen.say("en"), seen.say("fr"))
            seen = say("{seen}; {empty} instances select nothing", "{seen} ; {empty} instances ne sélectionnent rien",
                       seen=both, empty=self.empty)  # fmt: skip
        absent = None
        if not looked:
            absent = say("no line is between the places selected", "aucune ligne n’est entre les lieux sélectionnés")
        return one(Part(seen, {"declared": looked}, tuple(breaches), tuple(missing), absent))

    def _lines(self, network: Network, at: date) -> Iterator[tuple[Line, list[Instance]]]:
        """Yield the lines that are not over, each with the instances that are about it."""
        pairs: dict[int, dict[int, list[_Bounded]]] = {}
        loose: list[_Bounded] = []
        for item in self.bounded:
            if item.source is None and item.target is None:
                loose.append(item)
        of: dict[str, dict[_Bounded, None]] = {}
        if len(loose) < len(self.bounded):
            every = self.table.add(tuple(Ref("zone", name) for name in network.zones))
            for item in self.bounded:
                if item not in loose:
                    source, target = (every if number is None else number for number in (item.source, item.target))
                    pairs.setdefault(source, {}).setdefault(target, []).append(item)
            for line, (here, there), _ in joined(network, self.table, pairs, live=False):
                of.setdefault(line.id, {}).update(dict.fromkeys(pairs[here][there]))
        for line in network.lines:
            if line.flow.expires is not None and line.flow.expires < at:
                continue
            held = [
                item.instance for item in (*loose, *of.get(line.id, ()))
                if item.ids is None or line.id in item.ids
            ]  # fmt: skip
            if held:
                yield line, held

    def _reviewed(self, network: Network, at: date, most: int) -> Iterator[Breach]:
        past = [(review.on, place) for place, review in enumerate(network.model.reviews) if review.on <= at]
        subject = Ref("map", network.model.name)
        if not past:
            message = say("the map was never reviewed, and has to be every {most} days",
                          "la carte n’a jamais été revue, et doit l’être tous les {most} jours", most=most)  # fmt: skip
            yield Breach(subject, message, (network.document.span(("policy", self.name, "limit", "reviewed")),))
            return
        last, place = max(past)
        if (at - last).days > most:
            message = say("the last review is of {last}, and has to be at most {most} days old",
                          "la dernière revue date du {last}, et doit dater d’au plus {most} jours",
                          last=last, most=most)  # fmt: skip
            yield Breach(subject, message, (network.document.span(("reviews", place, "on")),))


@dataclass(slots=True)
class _Measures:
    """What is measured of lines; the ends and services that many lines share are measured once."""

    limit: Limit
    _widths: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    _counts: dict[int, tuple[ServiceSet, int]] = field(default_factory=dict)  # by identity

    def of(self, line: Line) -> Iterator[_Measured]:
        """Yield what is beyond a limit, with the field of the line where it is written.

        What a configuration permits beyond the matrix has ends and services, and nothing else that is measured.
        """
        yield from self._wide(line)
        if self.limit.ports is not None:
            services = line.service_set
            if id(services) not in self._counts:
                self._counts[id(services)] = services, _ports(services)
            count = self._counts[id(services)][1]
            if count > self.limit.ports:
                yield say("{line} opens {n} ports, and {most} are allowed",
                          "{line} ouvre {n} ports, et {most} sont permis",
                          line=line.id, n=count, most=self.limit.ports), "services"  # fmt: skip
        if line.rule is None:
            yield from self._long(line)
            lacking = tuple(text for key, text in _FIELDS.items()
                            if key in self.limit.required and not getattr(line.flow, key))  # fmt: skip
            if lacking:
                yield say("{line} lacks {lacking}", "il manque à {line} : {lacking}", line=line.id, lacking=lacking), ""

    def begins_nowhere(self, line: Line) -> bool:
        """Tell whether a line's lifetime cannot be known: it ends, and nobody wrote when it begins."""
        return self.limit.lifetime is not None and line.rule is None and (
            line.flow.expires is not None and _begin(line) is None
        )  # fmt: skip

    def _wide(self, line: Line) -> Iterator[_Measured]:
        if self.limit.prefix is None and self.limit.prefix6 is None:
            return
        for key, ends in (("source", line.sources), ("to", line.targets)):
            for end in dict.fromkeys(ends):
                if end.id not in self._widths:
                    self._widths[end.id] = _widest(end)
                widths = self._widths[end.id]
                for most, length in zip((self.limit.prefix, self.limit.prefix6), widths, strict=True):
                    if most is not None and length is not None and length < most:
                        yield say(
                            "{line} has an end of /{length}, {end}, and /{most} is the widest allowed",
                            "{line} a une extrémité en /{length}, {end}, et /{most} est la plus large permise",
                            line=line.id, end=end.id, length=length, most=most,
                        ), "between" if line.flow.between else key  # fmt: skip

    def _long(self, line: Line) -> Iterator[_Measured]:
        most = self.limit.lifetime
        if most is None:
            return
        if line.flow.expires is None:
            yield say("{line} never expires, and may live {most} days",
                      "{line} n’a pas d’échéance, et peut durer {most} jours", line=line.id, most=most), ""  # fmt: skip
            return
        begin = _begin(line)
        if begin is not None and (line.flow.expires - begin).days > most:
            yield say("{line} lives {n} days, from {begin} to {end}, and may live {most}",
                      "{line} dure {n} jours, du {begin} au {end}, et peut en durer {most}", line=line.id,
                      n=(line.flow.expires - begin).days, begin=begin, end=line.flow.expires,
                      most=most), "expires"  # fmt: skip


def _begin(line: Line) -> date | None:
    """Return the first day of a line: as it is written, else that of its first approval."""
    if line.flow.starts is not None:
        return line.flow.starts
    return min((item.on for item in line.flow.approved if item.on is not None), default=None)


def _ports(services: ServiceSet) -> int:
    """Count the ports of some services; what has none, or ICMP, counts as one a protocol."""
    count = 0
    for protocol in sorted({key >> 16 for low, high, _ in services.segments for key in _protocols(low, high)}):
        count += services.fields(protocol).size if protocol in PORTED else 1
    return count


def _protocols(low: int, high: int) -> Iterator[int]:
    yield from (number << 16 for number in range(low >> 16, (high >> 16) + 1))


def _widest(end: End) -> tuple[int | None, int | None]:
    """Return the lengths of the largest prefixes that an end holds wholly, in IPv4 and in IPv6."""
    four, six = by_family(end.points)
    return _shortest(four, 32), _shortest(six, 128)


def _shortest(points: IntervalSet, bits: int) -> int | None:
    best: int | None = None
    for low, high in points.ranges:
        size = min((high - low + 1).bit_length() - 1, bits)
        while size and ((low + (1 << size) - 1) >> size << size) + (1 << size) - 1 > high:
            size -= 1
        best = bits - size if best is None else min(best, bits - size)
    return best


FORM = Form(
    name="limit",
    title=Text("Limits of lines", "Limites des lignes"),
    meaning=Text(
        "Of every line that is not over, or of the selected `lines`, or of those `from` some places or `to` others: "
        "`prefix` and `prefix6` are the widest prefix that an end may hold, whatever pieces it is written in; `ports` "
        "how many ports it may open; `lifetime` how many days from `starts` (or the first approval) to `expires`, a "
        "line without expiry having too many, and one without a first day being not evaluated; `required` what it has "
        "to say. `reviewed` is how many days old the last review of the map may be. What configurations permit "
        "beyond the matrix is measured by prefix and ports.",
        "De chaque ligne qui n’est pas échue, ou des lignes sélectionnées (`lines`), ou de celles qui viennent "
        "(`from`) de certains lieux ou vont (`to`) à d’autres : `prefix` et `prefix6` sont le plus large préfixe "
        "qu’une extrémité peut contenir, quels que soient les morceaux ; `ports` le nombre de ports qu’elle peut "
        "ouvrir ; `lifetime` le nombre de jours de `starts` (ou de la première approbation) à `expires`, une ligne "
        "sans échéance en ayant trop, et une ligne sans premier jour n’étant pas évaluée ; `required` ce qu’elle doit "
        "dire. `reviewed` est l’âge en jours que peut avoir la dernière revue de la carte. Ce que des configurations "
        "permettent au-delà de la matrice est mesuré par le préfixe et les ports.",
    ),
    example="""\
narrow-and-documented:
  limit: {prefix: 24, prefix6: 64, ports: 20, required: [responsible, ticket, approved]}
maintenance-is-short:
  limit: {lines: {flows: {labels.use: maintenance}}, lifetime: 90}
reviewed-each-year:
  limit: {reviewed: 365}
""",
    compiled=_compiled,
)
