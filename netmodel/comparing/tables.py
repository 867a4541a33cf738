"""A comparison as tables for people; one without a row is left out."""

from __future__ import annotations

from collections.abc import Iterable

from cloison.netmodel.assurance.answer import SEVERITY_WORDS
from cloison.netmodel.assurance.framework import STATUS_WORDS
from cloison.netmodel.comparing.entries import EntryChange
from cloison.netmodel.comparing.flows import Moved
from cloison.netmodel.comparing.paths import Path
from cloison.netmodel.comparing.sides import Side, product_text
from cloison.netmodel.comparing.wording import HOLDS, KINDS, SUBJECTS, chain_text, few, packet_text, services_text
from cloison.netmodel.comparison import Comparison
from cloison.netmodel.finding import Message, Ref, Text, Value, say
from cloison.netmodel.report import StatusWord, Table

Row = tuple[Value | Message | None, ...]

MOST_NAMED = 8  # things that a cell names
_LINE, _FROM, _TO = Text("line", "ligne"), Text("from", "de"), Text("to", "vers")
_KIND, _CHANGE, _PLACE = Text("kind", "sorte"), Text("change", "changement"), Text("place", "endroit")
_YES = Text("yes", "oui")
_NOT_SHOWN = say("not worked out; `explain` shows it", "non détaillé ; `explain` le montre")


def tables(comparison: Comparison) -> tuple[Table, ...]:
    """Return the tables of a comparison, what matters most first."""
    old, new = comparison.sides
    found = (
        _flows("opened", Text("Flows opened", "Flux ouverts"), comparison.opened, new),
        _flows("closed", Text("Flows closed", "Flux fermés"), comparison.closed, old),
        _paths("possible", Text("Paths that become possible", "Chemins qui deviennent possibles"), comparison.possible),
        _paths("impossible", Text("Paths that are no longer possible", "Chemins qui ne sont plus possibles"),
               comparison.impossible),
        _clauses(comparison),
        _gone(comparison),
        _lines(comparison),
        _entries(comparison),
        _tenants(comparison),
        _major(comparison),
    )  # fmt: skip
    return tuple(table for table in found if table.rows)


def _flows(id_: str, title: Text, moves: Iterable[Moved], side: Side) -> Table:
    rows: list[Row] = []
    for item in moves:
        for product in item.products:
            source, destination = product_text(side, product)
            rows.append((
                item.line, few(side.zones(product.source)), few(side.zones(product.destination)), source, destination,
                services_text(product.services), packet_text(product.witness() if item.whole else item.witness),
                None if item.whole else Text("at most", "au plus"),
            ))  # fmt: skip
    columns = (_LINE, _FROM, _TO, Text("source", "source"), Text("destination", "destination"),
               Text("services", "services"), Text("packet", "paquet"), Text("extent", "étendue"))  # fmt: skip
    return Table(id_, title, columns, tuple(rows))


def _paths(id_: str, title: Text, paths: Iterable[Path]) -> Table:
    rows: list[Row] = [
        (path.source, path.target.id, SUBJECTS[path.target.kind], _YES if path.public else None,
         _YES if path.sensitive else None, _YES if path.ends_new else None,
         chain_text(path.hops) if path.hops else _NOT_SHOWN)
        for path in paths
    ]  # fmt: skip
    columns = (
        _FROM, _TO, _KIND, Text("from the public", "depuis le public"), Text("sensitive", "sensible"),
        Text("an end is in one map only", "un bout n’est que dans une carte"), Text("chain", "chaîne"),
    )  # fmt: skip
    return Table(id_, title, columns, tuple(rows))


def _clauses(comparison: Comparison) -> Table:
    def word(status: StatusWord | None) -> Text | None:
        return STATUS_WORDS[status] if status is not None else None

    rows: list[Row] = [
        (item.framework, item.clause, item.title, word(item.before), word(item.after), len(item.come), len(item.gone))
        for item in comparison.clauses
    ]
    columns = (Text("framework", "référentiel"), Text("clause", "exigence"), Text("title", "intitulé"),
               Text("status before", "statut avant"), Text("status now", "statut maintenant"),
               Text("new findings", "nouveaux constats"), Text("findings gone", "constats disparus"))  # fmt: skip
    return Table("clauses", Text("Clauses", "Exigences"), columns, tuple(rows))


def _gone(comparison: Comparison) -> Table:
    rows: list[Row] = [
        (item.rule, SEVERITY_WORDS[item.severity], item.subject.id, item.message) for item in comparison.lost
    ]
    columns = (Text("rule", "règle"), Text("severity", "gravité"), Text("subject", "objet"), Text("message", "message"))
    return Table("gone", Text("Findings that are gone", "Constats disparus"), columns, tuple(rows))


def _lines(comparison: Comparison) -> Table:
    opened, closed = ({item.line for item in moves} for moves in (comparison.opened, comparison.closed))
    rows: list[Row] = []
    for change in comparison.entries:
        if change.subject.kind == "line":
            effects = []
            if change.subject.id in opened:
                effects.append(Text("opens", "ouvre"))
            if (change.was or change.subject.id) in closed:
                effects.append(Text("closes", "ferme"))
            packets: Value = tuple(effects) or Text("neither opens nor closes", "n’ouvre ni ne ferme")
            rows += ((KINDS[change.kind], _named(change), packets, *cells) for cells in _fields(change))
    columns = (_CHANGE, _LINE, Text("packets", "paquets"), *_FIELDS)
    return Table("lines", Text("Lines", "Lignes"), columns, tuple(rows))


def _entries(comparison: Comparison) -> Table:
    rows: list[Row] = [
        (KINDS[change.kind], SUBJECTS[change.subject.kind], _named(change), *cells)
        for change in comparison.entries if change.subject.kind != "line" for cells in _fields(change)
    ]  # fmt: skip
    columns = (_CHANGE, _KIND, Text("name", "nom"), *_FIELDS)
    return Table("entries", Text("The map", "La carte"), columns, tuple(rows))


_FIELDS = (Text("field", "champ"), Text("before", "avant"), Text("now", "maintenant"), _PLACE)


def _fields(change: EntryChange) -> Iterable[Row]:
    if not change.fields:
        yield None, None, None, str(change.place)
    for item in change.fields:
        name = say("{field} (by what it lies in, or is part of)", "{field} (par ce qui le contient ou l’emploie)",
                   field=item.name) if item.lent else item.name  # fmt: skip
        yield name, item.before, item.after, str(item.places[1])


def _named(change: EntryChange) -> str:
    return f"{change.was} → {change.subject.id}" if change.was else change.subject.id


def _tenants(comparison: Comparison) -> Table:
    rows: list[Row] = [(item.tenant, len(item.by), _refs(item.by)) for item in comparison.tenants]
    columns = (Text("tenant", "commanditaire"), Text("touched by", "touché par"), Text("what", "quoi"))
    return Table("tenants", Text("Tenants affected", "Commanditaires touchés"), columns, tuple(rows))


def _major(comparison: Comparison) -> Table:
    if comparison.empty:
        return Table("major", Text("", ""), (), ())
    rows: list[Row] = [(item.title, HOLDS[item.holds], _refs(item.by)) for item in comparison.major.criteria]
    title = Text("Major change (SecNumCloud 3.2, 1.3.2)", "Changement majeur (SecNumCloud 3.2, 1.3.2)")
    columns = (Text("criterion", "critère"), Text("holds", "vérifié"), Text("by", "par"))
    return Table("major", title, columns, tuple(rows))


def _refs(refs: tuple[Ref, ...]) -> str:
    return few([ref.id for ref in refs], MOST_NAMED)
