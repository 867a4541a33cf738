"""Changes to a CSV table by span: its separator, quotes, line ends and every other cell stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cloison.netmodel.language.files import utf8
from cloison.netmodel.language.sheets import separator
from cloison.netmodel.language.surgery import Splice, spliced

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class SetCells:
    """Give texts to cells of the row that begins on a line of the file, by column counted from 1."""

    line: int
    cells: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class RemoveRow:
    """Remove the row that begins on a line of the file."""

    line: int


@dataclass(frozen=True, slots=True)
class AddRow:
    """Add a row at the end."""

    cells: Mapping[int, str]


RowChange = SetCells | RemoveRow | AddRow


def edited_table(data: bytes, file: str, understands: Callable[[str], bool], changes: Sequence[RowChange]) -> bytes:
    """Return the bytes of a CSV table that was read without a fault, with the changes made."""
    text = utf8(data, file).decode("utf-8")
    sign = separator(text, understands)
    rows = _rows(text, sign)
    by_line = {row.line: row for row in rows}
    newline = "\r\n" if "\r\n" in text else "\n"
    splices: list[Splice] = []
    wanted: dict[tuple[int, int], str] = {}
    width = len(next(row.cells for row in rows if any(begin < end for begin, end in row.cells)))
    broken = text.endswith(("\n", "\r"))
    if rows and not broken and RemoveRow(rows[-1].line) in changes:  # the row that is last then ends the text
        text, rows[-1] = text + newline, replace(rows[-1], end=len(text) + len(newline))
        by_line[rows[-1].line], broken = rows[-1], True
    for change in changes:
        match change:
            case RemoveRow(line):
                row = by_line[line]
                splices.append(Splice(row.cells[0][0], row.end, ""))
            case SetCells(line, cells):
                wanted |= {(line, number): content for number, content in cells.items()}
            case AddRow(cells):
                written = sign.join(_cell(cells.get(number, ""), sign, False) for number in range(1, width + 1))
                splices.append(Splice(len(text), len(text), written + newline if broken else newline + written))
    for (line, number), content in wanted.items():
        begin, end = by_line[line].cells[number - 1]
        splices.append(Splice(begin, end, _cell(content, sign, text[begin : begin + 1] == '"')))
    return (_BOM if data.startswith(_BOM) else b"") + spliced(text, splices).encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: tuple[tuple[int, int], ...]
    end: int  # its line end included


_BREAK = re.compile(r"\r\n|\n|\r")


def _rows(text: str, sign: str) -> list[_Row]:
    """Return the places of the cells of every row, as RFC 4180 has them; lines count as the reader counts them."""
    rows: list[_Row] = []
    at, line = 0, 1
    cell = re.compile(r'"(?:[^"]|"")*"|[^\r\n' + re.escape(sign) + "]*")
    while at < len(text):
        begin, cells = at, []
        while True:
            found = cell.match(text, at)
            end = found.end() if found else at
            cells.append((at, end))
            if text[end : end + 1] != sign:
                break
            at = end + 1
        broken = _BREAK.match(text, end)
        at = broken.end() if broken else len(text)
        rows.append(_Row(line, tuple(cells), at))
        line += len(_BREAK.findall(text, begin, at))
    return rows


def _cell(content: str, sign: str, quoted: bool) -> str:
    if quoted or any(mark in content for mark in (sign, '"', "\n", "\r")):
        return '"' + content.replace('"', '""') + '"'
    return content
