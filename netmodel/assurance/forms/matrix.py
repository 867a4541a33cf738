"""``matrix``: between each two names, all may pass, nothing, only some services, or all but some; by line, exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloison.netmodel.assurance.check import Breach, Forbids, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Contact
from cloison.netmodel.assurance.form import Claim, Compiled, Compiling, Form, check_of
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.searching.place_table import PlaceTable, joined
from cloison.netmodel.assurance.searching.squares import Square, squares_of
from cloison.netmodel.compiling.offers import Offers
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.language import model as m
from cloison.netmodel.network import Network
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Product, less
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, OPENING, ServiceSet, show

_MOST = 10  # cells that one line breaks, told one by one
_NAMED = 6  # services that a message names
_PROPERTY = re.compile(r"([A-Z_]+)(?: ([0-9]{1,40}))?")


def _compiled(compiling: Compiling, name: str, rule: m.Rule) -> Compiled:
    network, table = compiling.network, compiling.table
    offers = Offers.of(network.model, Problems(network.document))
    instances = compiling.instances(name, rule)
    squares: list[Square] = []
    empty = 0
    for instance in instances.all():
        made = squares_of(compiling, offers, instances, name, rule, instance)
        squares += made
        empty += not made
    if not squares:
        instances.empty()
    explicit = [item for item in squares if item.route[2] == "matrix"]
    claims = tuple(
        Claim(name, item.route, item.source, item.target, item.permits if item.route[2] == "matrix" else NO_SERVICE,
              item.forbids, inner=item.apart(table), instance=item.instance.name)
        for item in squares if item.permits or item.forbids
    )  # fmt: skip
    names = len({item.source for item in squares} | {item.target for item in squares})
    title = Text(f"What passes between {names} places is what the matrix allows",
                 f"Ce qui passe entre {names} lieux est ce que la matrice autorise")  # fmt: skip
    remedy = Text(
        "Take out or narrow the line, or correct the cell that is shown beside it.",
        "Retirer ou restreindre la ligne, ou corriger la cellule montrée à côté.",
    )
    silent = sum(item.cell is None for item in explicit)
    matrix = _Matrix(name, table, squares, silent, empty)
    check = check_of(name, rule, title, remedy, lambda evidence: matrix.outcome(evidence.network),
                     _forbids(table, squares))  # fmt: skip
    return Compiled(check, claims)


@dataclass(slots=True)
class _Matrix:
    """The cells of one rule, asked of a network."""

    name: str
    table: PlaceTable
    squares: Sequence[Square]
    silent: int
    empty: int

    def outcome(self, network: Network) -> Outcome:
        """Return each line that a cell does not allow, with the services that are too many."""
        pairs: dict[int, dict[int, list[Square]]] = {}
        for item in self.squares:
            if item.forbids or (item.cell is not None and item.cell.properties):
                pairs.setdefault(item.source, {}).setdefault(item.target, []).append(item)
        breaches: list[Breach] = []
        excess: dict[tuple[int, int], ServiceSet] = {}
        told: dict[str, int] = {}
        more: dict[str, tuple[Line, int]] = {}
        looked: set[str] = set()
        for line, (here, there), products in joined(network, self.table, pairs):
            looked.add(line.id)
            for square in pairs[here][there]:
                for breach in self._of(network, line, products, square, excess):
                    told[line.id] = told.get(line.id, 0) + 1
                    if told[line.id] <= _MOST:
                        breaches.append(breach)
                    else:
                        more[line.id] = line, told[line.id] - _MOST
        breaches += [_more(network, line, count) for line, count in more.values()]
        breaches += self._unproved(network)
        cells = len(self.squares)
        seen = say(
            "{cells} cells, {silent} of them silent, and {lines} lines between their places",
            "{cells} cellules, dont {silent} muettes, et {lines} lignes entre leurs lieux",
            cells=cells, silent=self.silent, lines=len(looked),
        )  # fmt: skip
        if self.empty:
            both = Text(seen.say("en"), seen.say("fr"))
            seen = say("{seen}; {empty} instances select nothing", "{seen} ; {empty} instances ne sélectionnent rien",
                       seen=both, empty=self.empty)  # fmt: skip
        return one(Part(seen, {"declared": cells}, tuple(breaches)))

    def _of(
        self, network: Network, line: Line, products: Sequence[Product], square: Square,
        excess: dict[tuple[int, int], ServiceSet],
    ) -> Iterator[Breach]:  # fmt: skip
        assert square.cell is not None
        left: list[ServiceSet] = []
        apart = square.apart(self.table) if square.inner else ()
        touched = not apart
        for product in products:
            key = id(product.services), id(square.forbids)
            over = excess.get(key)
            if over is None:
                over = excess[key] = product.services & square.forbids
            if not apart:
                left += [over] if over else []
                continue
            source = product.source & self.table.points[square.source]
            target = product.destination & self.table.points[square.target]
            if over:
                left += [piece.services for piece in less(Product(source, target, over), apart)]
            touched = touched or next(less(Product(source, target, product.services), apart), None) is not None
        if left:
            services = ServiceSet.union(left)
            message = say(
                "{line} opens {services} from {source} to {target}, where the matrix says: {access}",
                "{line} ouvre {services} de {source} vers {target}, où la matrice dit : {access}",
                line=line.id, services=_few(services), source=square.here, target=square.there,
                access=" ".join((square.cell.access, *square.cell.services)),
            )  # fmt: skip
            yield _breach(network, line, square, message)
        for asked in square.cell.properties if touched else ():
            lacking = _lacks(line, asked)
            if lacking:
                message = say(
                    "{line}, from {source} to {target}, does not have {asked}",
                    "{line}, de {source} vers {target}, n’a pas {asked}",
                    line=line.id, source=square.here, target=square.there, asked=asked,
                )  # fmt: skip
                yield _breach(network, line, square, message)

    def _unproved(self, network: Network) -> Iterator[Breach]:
        """Yield a note for each property that neither a map nor a configuration shows, with how many cells ask it."""
        asked: dict[str, list[Square]] = {}
        for square in self.squares:
            for text in square.cell.properties if square.cell is not None else ():
                found = _PROPERTY.fullmatch(text)
                word = found[1] if found else text.split(" ", 1)[0]
                if found is None or word not in _PROVED:
                    asked.setdefault(word, []).append(square)
        for word, squares in sorted(asked.items()):
            message = say(
                "{n} {n:cell asks|cells ask} for {property}, which is not looked at",
                "{n} {n:cellule demande|cellules demandent} {property}, qui n’est pas examiné",
                n=len(squares), property=word,
            )  # fmt: skip
            yield Breach(Ref("policy", self.name), message, (network.document.span(squares[0].route),), severity="note")


def _breach(network: Network, line: Line, square: Square, message: Message) -> Breach:
    assert square.cell is not None
    place = network.document.span(square.route, key=square.route[2] == "otherwise")
    spans = *cited(network, ref(line)), place
    return Breach(ref(line), square.instance.said(message), spans, along(network, line), square.cell.severity)


def _few(services: ServiceSet) -> tuple[str, ...]:
    said = tuple(word.removesuffix(" new") for word in show(services))
    return (*said[:_NAMED], f"… +{len(said) - _NAMED}") if len(said) > _NAMED else said


def _more(network: Network, line: Line, count: int) -> Breach:
    message = say("{line} breaks {n} more cells of the matrix", "{line} enfreint {n} autres cellules de la matrice",
                  line=line.id, n=count)  # fmt: skip
    return Breach(ref(line), message, cited(network, ref(line)), along(network, line))


# what a map shows of a line's own; the word is Tufin's, and it is true where the line lacks it
_PROVED: Mapping[str, Callable[[Line, int], bool]] = {
    "EXPLICIT_SOURCE": lambda line, _: any(end.kind == "any" for end in line.sources),
    "EXPLICIT_DESTINATION": lambda line, _: any(end.kind == "any" for end in line.targets),
    "EXPLICIT_SERVICE": lambda line, _: line.service_set == EVERY_SERVICE,
    "HAS_COMMENT": lambda line, _: line.rule is None and line.flow.justification is None,
    "SOURCE_MAX_IP": lambda line, most: _size(line.sources) >= most,
    "DESTINATION_MAX_IP": lambda line, most: _size(line.targets) >= most,
}


def _size(ends: Sequence[object]) -> int:
    return IntervalSet.union(span for end in ends for span in end.points.ranges).size  # type: ignore[attr-defined]


def _lacks(line: Line, text: str) -> bool:
    found = _PROPERTY.fullmatch(text)
    proved = _PROVED.get(found[1]) if found else None
    return proved is not None and found is not None and proved(line, int(found[2] or 0))


def _forbids(table: PlaceTable, squares: Sequence[Square]) -> Forbids:
    """Return the direct reading: the innermost cells that hold a contact decide, where no source port matters."""
    pairs: dict[int, dict[int, list[Square]]] = {}
    for item in squares:
        pairs.setdefault(item.source, {}).setdefault(item.target, []).append(item)
    known: dict[tuple[int, int, int], bool] = {}

    def surely(forbidden: ServiceSet, contact: Contact) -> bool:
        key = id(forbidden), contact.protocol, contact.low
        if key not in known:
            asked = ServiceSet.of((contact.protocol,) * 2, (contact.low,) * 2, phases=OPENING)
            known[key] = asked <= forbidden
        return known[key]

    def forbids(contact: Contact) -> bool:
        targets = set(table.holding(contact.target))
        held = [item for here in table.holding(contact.source) for there, items in pairs.get(here, {}).items()
                if there in targets for item in items]  # fmt: skip
        inside = {id(item) for item in held}
        return any(
            surely(item.forbids, contact) for item in held
            if item.forbids and not any(id(inner) in inside for inner in item.inner)
        )  # fmt: skip

    return lambda network: forbids


FORM = Form(
    name="matrix",
    title=Text("A zone matrix", "Une matrice de zones"),
    meaning=Text(
        "From each name to each name, a cell says what lines may open: `allow all`, `block all`, `allow only` some "
        "services, `block only` some; the other way is another cell. A name is a zone, a subnet, an asset, or a name "
        "of `ends`, which stands for a selection. Where names lie in one another the innermost cell decides. An empty "
        "cell says nothing; `otherwise` is what holds between two names without a cell. Lines are compared by their "
        "exact services, one by one: chains of lines are the affair of `forbid` and `paths`. `tables: {policy: "
        "usp.csv}` reads Tufin's zone matrix as such a rule, named after its file.",
        "De chaque nom vers chaque nom, une cellule dit ce que les lignes peuvent ouvrir : `allow all`, `block all`, "
        "`allow only` certains services, `block only` certains ; l’autre sens est une autre cellule. Un nom est une "
        "zone, un sous-réseau, un équipement, ou un nom de `ends`, qui représente une sélection. Quand des noms sont "
        "l’un dans l’autre, la cellule la plus intérieure décide. Une cellule vide ne dit rien ; `otherwise` vaut "
        "entre deux noms sans cellule. Les lignes sont comparées par leurs services exacts, une à une : les suites de "
        "lignes relèvent de `forbid` et de `paths`. `tables: {policy: usp.csv}` lit la matrice de zones de Tufin "
        "comme une telle règle, nommée d’après son fichier.",
    ),
    example="""\
between-zones:
  matrix:
    internet: {front: allow only https}
    front:    {compute: allow only https tcp/8443, front: block only telnet}
    admin:    {front: allow all, compute: {allow only: [ssh, https], severity: warning}}
    partners: {compute: }            # says nothing, and keeps `otherwise` out
  ends: {partners: {zones: {owner.kind: third-party}}}
  otherwise: block all
""",
    compiled=_compiled,
)
