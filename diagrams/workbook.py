"""A network -> its flow matrix as a workbook that can be edited, with all that it takes to merge it back later.

Sheets: the matrix; zones by zones, each cell leading to its first line; the inventory; the findings; what the
workbook is. Two are hidden: the words of the drop-downs, and the base, the matrix's texts as they are now with the
name and the digest of the map. Texts are never computed: they are of the type string, with the quote that says so.
"""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cloison.diagrams.printable import printable
from cloison.diagrams.spreadsheet import FINDINGS, HEADS, finding_rows, timeless
from cloison.netmodel.finding import Lang, MapError, Ref, Text, input_error, say
from cloison.netmodel.language.columns import COLUMNS
from cloison.netmodel.language.formulas import is_formula
from cloison.netmodel.language.model import DATA, DOMAINS, NATURES
from cloison.netmodel.language.written import rows_of_asset, word
from cloison.netmodel.merging.matrix import BASE, SCHEMA, TITLE, Matrix, matrix, shown
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_767  # characters of a cell
PIECE = 30_000  # characters of a cell of the base
MOST_ZONES = 120  # of the square of zones: beyond, pairs are listed
SPARE = 500  # rows below the matrix that have its drop-downs
MOST_WORDS = 5_000  # in a drop-down
WIDEST = 48
WORDS = "listes"  # the sheet of the drop-downs' words
PAIRS = Text("zones by zones", "zones par zones")
INVENTORY = Text("inventory", "inventaire")
ABOUT = Text("about", "à propos")
COMPUTED = ("stated", "ignored")
_DIRECTIONS = ("→", "↔")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what the format takes for a character's number (ECMA-376, 22.9.2.19)
Grey = Callable[[str, int], bool]  # of a row's first cell and a position


def matrix_workbook(report: Report, network: Network, lang: Lang) -> bytes:
    """Return the workbook of a network's matrix, the same bytes for the same map."""
    from openpyxl import Workbook
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    moment = datetime(1980, 1, 1)
    book.properties.creator = "cloison"
    book.properties.title = printable(network.model.name)
    book.properties.created = book.properties.modified = moment
    lines = matrix(network, lang)
    first = book.worksheets[0]
    first.title = TITLE.say(lang)
    ink = _Ink(book)
    _matrix(ink, first, lines, lang)
    _pairs(ink, book.create_sheet(PAIRS.say(lang)), network, first.title, lang)
    _inventory(ink, book.create_sheet(INVENTORY.say(lang)), network, lang)
    findings = book.create_sheet(FINDINGS.say(lang))
    ink.rows(findings, [head.say(lang) for head in HEADS], finding_rows(report, lang))
    _about(ink, book.create_sheet(ABOUT.say(lang)), network, lang)
    _drop_downs(ink, first, book.create_sheet(WORDS), lines, network, lang)
    _base(ink, book.create_sheet(BASE), lines, network, lang)
    for sheet in book.worksheets:
        if sheet.oddHeader is not None:
            sheet.oddHeader.center.text = _header(network.model.marking)
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 8  # A3
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    paper = io.BytesIO()
    book.save(paper)
    return timeless(paper.getvalue())


def _header(marking: str) -> str:
    return printable(marking).replace("&", "&&")[:200]


def _shown(text: str, *, kept: bool) -> str:
    """Return a cell's text with nothing in it that cannot be seen; ``kept`` keeps line ends, for it is read back."""
    made = shown(text) if kept else printable(text)
    if len(made) <= LONGEST:
        return made
    if kept:
        raise MapError((input_error("too-large", say(
            "A cell of the matrix would hold more than {most} characters",
            "Une cellule de la matrice contiendrait plus de {most} caractères", most=LONGEST,
        ), Ref("output", "xlsx")),))  # fmt: skip
    return made[: LONGEST - 1] + "…"


class _Ink:
    """Writes texts that nothing computes, in a few styles that are made once: a style a cell takes most of the time."""

    def __init__(self, book: Workbook) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill

        scratch = book.create_sheet("scratch")
        self.styles: dict[tuple[str, bool], Any] = {}
        for place, (kind, quoted) in enumerate(itertools.product(("plain", "head", "grey"), (False, True)), 1):
            cell: Any = scratch.cell(place, 1, "")
            cell.number_format = "@"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if kind == "head":
                cell.font = Font(bold=True)
            if kind == "grey":
                cell.fill, cell.font = PatternFill("solid", fgColor="E7E6E6"), Font(italic=True, color="595959")
            cell.quotePrefix = quoted
            self.styles[kind, quoted] = cell._style
        book.remove(scratch)

    def text(self, sheet: Worksheet, row: int, column: int, harmless: str, kind: str = "plain") -> None:
        """Write a text, which :func:`_shown` made harmless."""
        cell: Any = sheet.cell(row, column)
        cell._value = _ESCAPE.sub("_x005F_", harmless)
        cell.data_type = "s"  # never a formula, an error or a number
        cell._style = self.styles[kind, is_formula(harmless)]

    def rows(
        self, sheet: Worksheet, heads: Sequence[str], rows: Iterable[Sequence[str]], grey: Grey | None = None
    ) -> None:
        """Write a table with a header that stays in sight, filters and widths; ``grey`` are not to be edited."""
        from openpyxl.utils import get_column_letter

        widths = [len(head) for head in heads]
        last = 1
        for number, row in enumerate([heads, *rows], 1):
            last = number
            for at, value in enumerate(row, 1):
                apart = number > 1 and grey is not None and grey(row[0], at - 1)
                if not value and not apart:
                    continue
                text = _shown(value, kept=True)
                self.text(sheet, number, at, text, "head" if number == 1 else "grey" if apart else "plain")
                if number < 500:
                    widths[at - 1] = max(widths[at - 1], *map(len, text.split("\n")))
        for at, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(at)].width = min(WIDEST, width + 2)
        sheet.freeze_panes = "B2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(heads)))}{last}"
        sheet.print_title_rows = "1:1"


def _matrix(ink: _Ink, sheet: Worksheet, lines: Matrix, lang: Lang) -> None:
    computed = {at for at, column in enumerate(lines.columns) if column.reading in COMPUTED}
    heads = [column.title.say(lang) for column in lines.columns]
    ink.rows(sheet, heads, lines.rows, lambda name, at: at in computed or name in lines.repeated)


def _pairs(ink: _Ink, sheet: Worksheet, network: Network, title: str, lang: Lang) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    held: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    for number, line in enumerate(network.lines, 2):
        for pair in line.zone_pairs:
            held.setdefault(pair, []).append((number, line))
    names = [zone for zone in network.zones if any(zone in pair for pair in held)]
    corner = Text("from \\ to", "de \\ vers").say(lang)

    def said(pair: tuple[str, str]) -> str:
        found = held.get(pair, [])
        services = sorted({name for _, line in found for name, _ in line.services})
        return f"{len(found)} : {', '.join(services)}" if found else ""

    if len(names) > MOST_ZONES:
        heads = [Text("from", "de").say(lang), Text("to", "vers").say(lang), Text("lines", "lignes").say(lang)]
        pairs = sorted(held)
        ink.rows(sheet, heads, [(*pair, said(pair)) for pair in pairs])
        places = {pair: (number, 3) for number, pair in enumerate(pairs, 2)}
    else:
        ink.rows(sheet, [corner, *names], [(zone, *(said((zone, other)) for other in names)) for zone in names])
        places = {(names[row], names[column]): (row + 2, column + 2)
                  for row in range(len(names)) for column in range(len(names))}  # fmt: skip
        sheet.auto_filter.ref = None
    for pair, place in places.items():
        if pair in held:
            cell = sheet.cell(*place)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{title}'!A{held[pair][0][0]}")


def _inventory(ink: _Ink, sheet: Worksheet, network: Network, lang: Lang) -> None:
    columns = COLUMNS["assets"]
    rows = [
        row for name, asset in network.model.assets.items() for row in rows_of_asset(name, asset, columns, lang)
    ]  # fmt: skip
    ink.rows(sheet, [column.title.say(lang) for column in columns], rows)


def _about(ink: _Ink, sheet: Worksheet, network: Network, lang: Lang) -> None:
    said: tuple[tuple[Text, str], ...] = (
        (Text("map", "carte"), network.model.name),
        (Text("marking", "mention"), network.model.marking),
        (Text("digest", "empreinte"), network.digest),
        (Text("made by", "fait par"), "cloison"),
        (Text("to take it back", "pour le reprendre"), "cloison merge MAP WORKBOOK"),
        (Text("cells in grey", "cellules en gris"), Text(
            "computed, or made by a repeat of the map: what is changed there is not taken back",
            "calculées, ou faites par une répétition de la carte : un changement n’y est pas repris",
        ).say(lang)),
        (Text("new line", "nouvelle ligne"), Text(
            "a row below, with an id or without one", "une rangée en dessous, avec un identifiant ou sans",
        ).say(lang)),
        (Text("line removed", "ligne retirée"), Text("its row deleted", "sa rangée supprimée").say(lang)),
    )  # fmt: skip
    for number, (head, text) in enumerate(said, 1):
        ink.text(sheet, number, 1, head.say(lang), "head")
        ink.text(sheet, number, 2, _shown(text, kept=False))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 90


def _words(lines: Matrix, network: Network, lang: Lang) -> dict[int, tuple[list[str], bool]]:
    """Return the words of each column that has some, by its number, and whether others may stand there too."""
    from cloison.netmodel.space.catalogue import CATALOGUE

    model, own = network.model, network.model.vocabulary
    places = [*model.zones, *model.subnets, *model.assets, *model.endpoints, *model.groups]
    closed: dict[tuple[str, ...], tuple[Iterable[str], bool]] = {
        ("from",): (places, True),
        ("to",): (places, True),
        ("services",): ([*model.services, *sorted(CATALOGUE)], True),
        ("direction",): (_DIRECTIONS, False),
        ("owner",): (model.parties, False),
        ("nature",): ([*NATURES, *own.nature], False),
        ("sensitivity",): (network.words.scale, False),
        ("domain",): ([*DOMAINS, *own.domain], False),
        ("data",): ([*DATA, "anonymised"], True),
        ("via",): ([*model.interconnections, *model.assets], True),
        ("tunnel",): ([name for name, one in model.carriers.items() if one.kind == "tunnel"], False),
        ("vrf",): (network.vrfs, False),
    }
    return {
        at: ([word(one, column.route, lang) for one in closed[column.route][0]][:MOST_WORDS], closed[column.route][1])
        for at, column in enumerate(lines.columns, 1) if column.route in closed
    }  # fmt: skip


def _drop_downs(
    ink: _Ink, sheet: Worksheet, store: Worksheet, lines: Matrix, network: Network, lang: Lang
) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    store.sheet_state = "veryHidden"
    for place, (at, (words, several)) in enumerate(_words(lines, network, lang).items(), 1):
        if not words:
            continue
        for number, one in enumerate(words, 1):
            ink.text(store, number, place, _shown(one, kept=False))
        letter, own = get_column_letter(place), get_column_letter(at)
        choice = DataValidation("list", formula1=f"{WORDS}!${letter}$1:${letter}${len(words)}", allow_blank=True)
        choice.showErrorMessage = not several
        choice.errorTitle = lines.columns[at - 1].title.say(lang)
        choice.error = Text("This word is not in the map", "Ce mot n’est pas dans la carte").say(lang)
        choice.add(f"{own}2:{own}{len(lines.rows) + 1 + SPARE}")
        sheet.add_data_validation(choice)


def _base(ink: _Ink, sheet: Worksheet, lines: Matrix, network: Network, lang: Lang) -> None:
    sheet.sheet_state = "veryHidden"
    for at, text in enumerate((SCHEMA, json.dumps(network.model.name), network.digest, lang), 1):
        ink.text(sheet, 1, at, text)
    titles = tuple(column.title.say(lang) for column in lines.columns)
    for number, row in enumerate([titles, *lines.rows], 2):
        whole = json.dumps([_shown(text, kept=True) for text in row], ensure_ascii=False)
        for at in range(0, len(whole), PIECE):
            ink.text(sheet, number, at // PIECE + 1, f".{whole[at : at + PIECE]}.")  # no blank is lost
