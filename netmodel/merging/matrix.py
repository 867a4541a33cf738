"""A network's lines -> the rows of a spreadsheet: what a user edits, and the base that it is compared with later."""

from __future__ import annotations

from dataclasses import dataclass

from cloison.netmodel.comparing.wording import few
from cloison.netmodel.compiling.offers import reputed_unsafe
from cloison.netmodel.compiling.stated import computed as said_by_map
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.language.columns import Column
from cloison.netmodel.language.written import columns_of_lines, joined, of_line
from cloison.netmodel.network import Network
from cloison.netmodel.printable import printable
from cloison.netmodel.space.services import ServiceSet, show

SCHEMA = "cloison.matrix/1"
BASE = "cloison"  # the name of the hidden sheet
TITLE = Text("matrix", "matrice")
_YES, _NO = Text("yes", "oui"), Text("no", "non")
_NONE = Text("none", "aucun")
MOST_PORTS = 40  # ranges of ports of a service that are told


@dataclass(frozen=True, slots=True)
class Matrix:
    """The lines as texts of cells, a row a line in the order of the map; ``repeated`` are those of a ``repeat``."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    repeated: frozenset[str]


def matrix(network: Network, lang: Lang, *, computed: bool = True) -> Matrix:
    """Return the matrix of a network with titles and words in ``lang``, and with what is ``computed`` or without."""
    unsafe: dict[str, bool] = {}
    columns = columns_of_lines(network.model.flows.values())
    rows = tuple(
        tuple(_cell(network, line, column, lang, unsafe, computed) for column in columns) for line in network.lines
    )
    repeated = frozenset(line.id for line in network.lines if network.document.origin(("flows", line.id)) is not None)
    return Matrix(columns, rows, repeated)


def _cell(
    network: Network, line: Line, column: Column, lang: Lang, unsafe: dict[str, bool], computed: bool
) -> str:
    if column.reading == "id":
        return line.id
    if column.reading in ("stated", "ignored") and not computed:
        return ""
    if column.route[-1] == "unsafe":
        for name, services in line.services:
            if name not in unsafe:
                unsafe[name] = reputed_unsafe(network.model, name, services)
        return (_YES if any(unsafe[name] for name, _ in line.services) else _NO).say(lang)
    if column.reading == "stated":
        return stated_cell(network, line, column, lang)
    if column.route == ("protocol and ports",):
        return joined(_described(name, services) for name, services in line.services)
    if column.route == ("last review",):
        done = [review.on for review in network.model.reviews if review.on <= network.at]
        return max(done).isoformat() if done else ""
    return of_line(column, line.flow, lang)


def _described(name: str, services: ServiceSet) -> str:
    """Return a service's name with its protocol and ports, which 13.1.a asks for; or these alone."""
    text = few(show(services), MOST_PORTS)
    return text if name == text else f"{name} ({text})"


def stated_cell(network: Network, line: Line, column: Column, lang: Lang) -> str:
    """Return what the map says in one of a row's computed columns."""
    found = said_by_map(line, column.route[-1], network.model, network.assets)
    if isinstance(found, bool):
        return (_YES if found else _NO).say(lang)
    return joined(found) or _NONE.say(lang)


def shown(text: str) -> str:
    """Return a text as its cell has it: nothing in it that cannot be seen but the ends of its lines."""
    return "\n".join(map(printable, text.split("\n")))
