"""An XLSX archive -> nothing, or why it cannot be read in bounded memory and without losing a row or a cell.

Readers of spreadsheets build a tree of each row and of each small part, and pass over rows that are out of order; so
every part goes through the parser once before, which builds nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pyexpat import ExpatError, ParserCreate

from cloison.netmodel.finding import MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.language.files import file_error

MOST_UNPACKED = 512 * 1024 * 1024  # bytes; 100,000 lines take about 100 million
MOST_ELEMENTS = 60_000_000  # in an archive; 100,000 lines take about 8 million
MOST_TREE = 500_000  # in a part that is read whole: styles, relations, the list of sheets
WIDEST = 16_384  # cells of a row, in the format itself (ECMA-376, 18.3.1.73)
_TAGS = {"worksheet": ("row", "c"), "sst": ("si",)}  # of what may be there many times, by the root they are below
_BLOCK = 1 << 20
_COLUMN = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


def weigh(archive: zipfile.ZipFile, file: str) -> None:
    """Raise :class:`MapError` for an archive that is too large, or whose rows or cells are out of order or twice."""
    if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
        raise _too_large(file, say(
            "The workbook unpacks to more than {most} bytes", "Le classeur décompressé dépasse {most} octets",
            most=MOST_UNPACKED,
        ))  # fmt: skip
    left = MOST_ELEMENTS
    for member in archive.infolist():
        left -= _Part(file, member.filename, left).weigh(archive)


def _too_large(file: str, message: Message) -> MapError:
    return MapError((file_error("too-large", message, Span(file)),))


class _Part:
    """One part of an archive as it is parsed: how many elements it has, and where its rows and cells are."""

    def __init__(self, file: str, name: str, most: int) -> None:
        self.file, self.name, self.most = file, name, most
        self.count = self.loose = 0  # elements in all, and since the last row began
        self.root = ""
        self.tags: dict[str, str] = {}
        self.row = self.column = 0

    def weigh(self, archive: zipfile.ZipFile) -> int:
        """Return the number of elements; a part that is no XML has those before it ceases to be."""
        parser = ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        with archive.open(self.name) as stream:
            try:
                while block := stream.read(_BLOCK):
                    parser.Parse(block, False)
            except ExpatError:
                pass  # an image, or what the reader will refuse at the same place
        return self.count

    def _begin(self, name: str, attributes: Sequence[str]) -> None:
        self.count += 1
        self.loose += 1
        if not self.root:
            prefix, colon, self.root = name.rpartition(":")
            self.tags = {prefix + colon + tag: tag for tag in _TAGS.get(self.root, ())}
        match self.tags.get(name):
            case "row":
                self._row(attributes)
            case "c":
                self._cell(attributes)
            case "si":
                self.loose = 0
        if self.loose > MOST_TREE or self.count > self.most:
            raise _too_large(self.file, say(
                "The part {part} of the workbook has too many elements",
                "La partie {part} du classeur a trop d’éléments", part=self.name[:200],
            ))  # fmt: skip

    def _row(self, attributes: Sequence[str]) -> None:
        number = _value(attributes, "r")
        found = int(number) if number.isdecimal() and len(number) < 9 else self.row + 1
        if found <= self.row:
            self._refuse(found)
        self.row, self.column, self.loose = found, 0, 0

    def _cell(self, attributes: Sequence[str]) -> None:
        where = _COLUMN.fullmatch(_value(attributes, "r"))
        column = self.column + 1
        if where is not None:
            column = 0
            for letter in where[1].upper():
                column = column * 26 + ord(letter) - 64
            if int(where[2]) != self.row:
                self._refuse(self.row)
        if not self.column < column <= WIDEST:
            self._refuse(self.row)
        self.column = column

    def _refuse(self, row: int) -> None:
        message = say(
            "Rows or cells are out of order or twice from row {row} of {part} on: open and save the workbook in a "
            "spreadsheet program",
            "Des lignes ou des cellules sont en désordre ou en double à partir de la ligne {row} de {part} : ouvrez le "
            "classeur dans un tableur et enregistrez-le", row=row, part=self.name[:200],
        )  # fmt: skip
        raise MapError((input_error("table", message, Ref("file", self.file), Span(self.file)),))


def _value(attributes: Sequence[str], name: str) -> str:
    return next((attributes[at + 1] for at in range(0, len(attributes), 2) if attributes[at] == name), "")
