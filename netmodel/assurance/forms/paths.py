"""``paths``: what goes from some places to others passes some assets or never does, is short, is encrypted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cloison.netmodel.assurance.check import Breach, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.form import Claim, Compiled, Compiling, Form, Stretch, check_of, words
from cloison.netmodel.assurance.searching.chains import shown, spans
from cloison.netmodel.assurance.searching.crossings import crossings
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.passages import Passages, Passing
from cloison.netmodel.assurance.searching.place_table import PlaceTable, joined
from cloison.netmodel.assurance.searching.stretches import forbids_ways, ways
from cloison.netmodel.assurance.searching.targets import Targets
from cloison.netmodel.assurance.subjects.encryption import encrypts, tunnelled
from cloison.netmodel.compiling.policies import ANY
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.language.rules import Paths
from cloison.netmodel.network import Network

_NONE = Text("none", "aucun")
_REMEDY = Text(
    "Take out the line shown, lead it another way, or write how it is wrapped and encrypted.",
    "Retirer la ligne montrée, la faire passer ailleurs, ou écrire ce qui l’enveloppe et la chiffre.",
)


def _compiled(compiling: Compiling, name: str, rule: m.Rule) -> Compiled:
    paths = rule.paths
    assert paths is not None
    instances = compiling.instances(name, rule)
    stretches: list[Stretch] = []
    empty = 0
    for instance in instances.all():
        source = instances.place(compiling.table, paths.source, ("paths", "source"), instance)
        target = instances.place(compiling.table, paths.to, ("paths", "to"), instance)
        through, never = (
            () if some is None else instances.selected(some, ("paths", key), instance)
            for key, some in (("through", paths.through), ("never", paths.never))
        )
        nothing = any(some is not None and not found for some, found in
                      ((paths.through, through), (paths.never, never)))  # fmt: skip
        if source is None or target is None or nothing:
            empty += 1
        else:
            stretches.append(Stretch(instance, source, target, through, frozenset(never)))
    if not stretches:
        instances.empty()
    claims = tuple(
        Claim(name, ("policy", name, "paths"), item.source, item.target, instance=item.instance.name,
              demands=frozenset(item.through), avoids=item.never)
        for item in stretches
    )  # fmt: skip
    here, there = words(paths.source), words(paths.to)
    title = Text(
        f"What goes from {here} to {there} goes as it has to", f"Ce qui va de {here} à {there} va comme il doit"
    )
    asked = _Asked(paths, compiling.table, stretches, empty)
    forbids = forbids_ways(compiling.table, stretches) if paths.through is not None else None
    check = check_of(name, rule, title, _REMEDY, lambda evidence: asked.outcome(evidence.network), forbids)
    return Compiled(check, claims)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one rule asks of its stretches."""

    paths: Paths
    table: PlaceTable
    stretches: Sequence[Stretch]
    empty: int

    def outcome(self, network: Network) -> Outcome:
        """Return every line and chain that does not go as the rule asks."""
        breaches: list[Breach] = []
        if self.paths.through is not None:
            breaches += ways(network, self.table, self.stretches, chains=True).breaches
        by_line, lines = self._lines(network)
        breaches += by_line
        if self.paths.never is not None:
            breaches += self._never(network)
        if self.paths.lines is not None:
            breaches += self._long(network, self.paths.lines)
        places = {place for item in self.stretches for number in (item.source, item.target)
                  for place in self.table.refs[number]}  # fmt: skip
        seen = say(
            "{stretches} {stretches:instance|instances} between {places} places, {lines} lines that join them "
            "directly",
            "{stretches} {stretches:instance|instances} entre {places} lieux, {lines} lignes qui les joignent "
            "directement",
            stretches=len(self.stretches), places=len(places), lines=lines,
        )  # fmt: skip
        if self.empty:
            both = Text(seen.say("en"), seen.say("fr"))
            seen = say("{seen}; {empty} instances select nothing", "{seen} ; {empty} instances ne sélectionnent rien",
                       seen=both, empty=self.empty)  # fmt: skip
        return one(Part(seen, {"declared": len(places)}, tuple(breaches)))

    def _lines(self, network: Network) -> tuple[list[Breach], int]:
        """Return what is asked of each line that joins a stretch by itself, and how many lines those are."""
        pairs: dict[int, dict[int, list[Stretch]]] = {}
        for item in self.stretches:
            pairs.setdefault(item.source, {}).setdefault(item.target, []).append(item)
        found: list[Breach] = []
        looked: set[str] = set()
        for line, (here, there), _ in joined(network, self.table, pairs):
            looked.add(line.id)
            for item in pairs[here][there]:
                found += (replace(breach, message=item.instance.said(breach.message))
                          for breach in self._line(network, line))  # fmt: skip
        return found, len(looked)

    def _line(self, network: Network, line: Line) -> Iterator[Breach]:
        spans_of, witness = cited(network, ref(line)), along(network, line)
        if self.paths.hops is not None:
            hops = max((len(network.topology.stages(way)) for way in line.routes.values()), default=0)
            if hops > self.paths.hops:
                message = say("{line} crosses {hops} stages of equipment, and {most} are allowed",
                              "{line} traverse {hops} étages d’équipement, et {most} sont permis",
                              line=line.id, hops=hops, most=self.paths.hops)  # fmt: skip
                yield Breach(ref(line), message, spans_of, witness)
        if self.paths.tunnel and not self._wrapped(network, line):
            message = say("{line} takes the tunnel {found}, and has to take {wanted}",
                          "{line} prend le tunnel {found}, et doit prendre {wanted}",
                          line=line.id, found=line.flow.tunnel or _NONE, wanted=self.paths.tunnel)  # fmt: skip
            yield Breach(ref(line), message, spans_of, witness)
        if self.paths.encryption and not self._encrypted(line):
            protocol = line.flow.encryption.protocol if line.flow.encryption else ""
            message = say("{line} is encrypted by {found}, and has to be by {wanted}",
                          "{line} est chiffrée par {found}, et doit l’être par {wanted}",
                          line=line.id, found=protocol or _NONE, wanted=self.paths.encryption)  # fmt: skip
            yield Breach(ref(line), message, spans_of, witness)

    def _wrapped(self, network: Network, line: Line) -> bool:
        return line.flow.tunnel in self.paths.tunnel or (ANY in self.paths.tunnel and tunnelled(network, line))

    def _encrypted(self, line: Line) -> bool:
        protocol = line.flow.encryption.protocol.lower() if line.flow.encryption else ""
        wanted = {word.lower() for word in self.paths.encryption}
        return protocol in wanted or (ANY in wanted and encrypts(line))

    def _never(self, network: Network) -> Iterator[Breach]:
        """Yield what passes an asset that it must never pass: on the way of a line, or as a pivot of a chain."""
        passages = Passages(network)
        told: set[tuple[str, str, str]] = set()
        for item in self.stretches:
            sources, targets = self.table.refs[item.source], self.table.refs[item.target]
            for passing in passages.passing(sources, targets, item.never):
                key = item.instance.name, passing.asset, passing.line
                if key not in told:
                    told.add(key)
                    yield _passed(network, item, passing)

    def _long(self, network: Network, most: int) -> Iterator[Breach]:
        """Yield each chain of more lines than are allowed: a shortest one for each first line, last line and target."""
        for item in self.stretches:
            targets = Targets(network, self.table.refs[item.target])
            found = crossings(network, self.table.refs[item.source], targets)
            for crossing in found.chains:
                lines = sum(bool(hop.line) for hop in crossing.hops)
                if lines > most:
                    message = say(
                        "a chain of {n} lines from {source} by {first} reaches {target} by {last}, and {most} "
                        "{most:is|are} allowed",
                        "une suite de {n} lignes partie de {source} par {first} atteint {target} par {last}, et {most} "
                        "{most:est permise|sont permises}",
                        n=lines, source=crossing.start.id, first=crossing.first, target=crossing.target.id,
                        last=crossing.last, most=most,
                    )  # fmt: skip
                    yield Breach(crossing.target, item.instance.said(message), spans(network, crossing.hops),
                                 shown(network, crossing.hops))  # fmt: skip
            if found.more:
                message = say("{n} more chains were not counted line by line",
                              "{n} autres suites n’ont pas été comptées ligne à ligne", n=found.more)  # fmt: skip
                place = network.document.span(("flows",), key=True)
                yield Breach(Ref("map", network.model.name), item.instance.said(message), (place,))


def _passed(network: Network, item: Stretch, passing: Passing) -> Breach:
    ends = passing.hops[0].at.id, passing.hops[-1].at.id
    if not passing.line:
        message = say("a chain of lines from {source} to {target} passes {asset}",
                      "une suite de lignes de {source} à {target} passe par {asset}",
                      source=ends[0], target=ends[1], asset=passing.asset)  # fmt: skip
        return Breach(Ref("asset", passing.asset), item.instance.said(message), spans(network, passing.hops),
                      shown(network, passing.hops))  # fmt: skip
    line = network.line[passing.line]
    message = say("{line}, between {source} and {target}, passes {asset}",
                  "{line}, entre {source} et {target}, passe par {asset}",
                  line=line.id, source=ends[0], target=ends[1], asset=passing.asset)  # fmt: skip
    return Breach(ref(line), item.instance.said(message), cited(network, ref(line)), shown(network, passing.hops))


FORM = Form(
    name="paths",
    title=Text("How ways have to go", "Par où les chemins doivent passer"),
    meaning=Text(
        "What goes from some places to others, by a line or by a chain of lines, goes `through` one of some assets "
        "(as with `forbid`: take them away, and no way is left), and `never` through others, whether they are on the "
        "way of a line, redundant equals included, or a chain pivots on them. `lines` is how many lines a chain may "
        "have, the shortest for each first and last line; `hops` how many stages of equipment one line may cross. "
        "`tunnel` and `encryption` are what each line from the ones to the others has to say: one of some names, or "
        "`any` that encrypts.",
        "Ce qui va de certains lieux à d’autres, par une ligne ou par une suite de lignes, passe par (`through`) l’un "
        "de certains équipements (comme `forbid` : retirez-les, et aucun chemin ne reste), et jamais (`never`) par "
        "d’autres, qu’ils soient sur le chemin d’une ligne, égaux redondants compris, ou qu’une suite y rebondisse. "
        "`lines` est le nombre de lignes qu’une suite peut avoir, la plus courte pour chaque première et dernière "
        "ligne ; `hops` le nombre d’étages d’équipement qu’une ligne peut traverser. `tunnel` et `encryption` sont ce "
        "que chaque ligne des uns aux autres doit dire : l’un de certains noms, ou `any`, n’importe lequel qui "
        "chiffre.",
    ),
    example="""\
administration-path:
  paths:
    from: {zones: {nature: office}}
    to: {zones: {nature: administration}}
    through: {assets: {functions: bastion}}
    never: {assets: {labels.provider: leased}}
    lines: 2
    hops: 3
    tunnel: any
    encryption: [ssh, tls]
""",
    compiled=_compiled,
)
