"""A small map in YAML and CSV, its workbook, and what a user does with it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Lang
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

AT = date(2026, 6, 1)
HEAD = """\
cloison: 1   # the version of the language
name: Essai
parties: {us: {kind: provider}, acme: {kind: tenant}, zenith: {kind: tenant}}
zones:
"""
ZONES = "".join(
    f"  z{number}: {{owner: us, nature: production, sensitivity: internal, domain: processing, "
    f"addresses: 10.0.{number}.0/24}}\n" for number in range(1, 6)
)  # fmt: skip
MAP = HEAD + ZONES + """\
interconnections: {core: {between: [z1, z2, z3, z4, z5]}}
flows:
  # what production needs
  F-001: {from: z1, to: [z2, z3], services: https, responsible: "net", ticket: CHG-1}   # since ever
  F-002:
    from: z2   # the only one
    to: z3
    services:
      - ssh    # by key
      - https
    encryption: {protocol: ssh}
    justification: {kind: infrastructure, text: "Entretien, de nuit"}
    approved: {by: Ada, on: 2026-01-02}
  F-003: {between: [z1, z4], services: tcp/8443, expires: 2027-01-31}
  F-004: {between: [z1, z2, z5], services: ntp, labels: {lot: one}}
tables: {flows: matrix.csv}
repeat:
  - for: {t: {parties: {kind: tenant}}}
    flows:
      T-1.<t>: {from: z5, to: z1, services: https, ticket: CHG-9}
"""  # fmt: skip
CSV = (
    "ID;zone source;source;destination;sens;service;responsable;approbateur;ticket;réputé non sûr\r\n"
    'C-10;z3;z3;z4;→;https;"Zoé; Max";Ada (02/01/2026);CHG-7;non\r\n'
    "C-11;;z4;z5;<-;ssh;Max;;;\r\n"
)


def world(folder: Path) -> Path:
    """Write the map and return its folder."""
    place = folder / "map"
    place.mkdir()
    (place / "map.yaml").write_text(MAP, encoding="utf-8")
    (place / "matrix.csv").write_bytes(CSV.encode())
    return place


def compiled(place: Path) -> Network:
    return compile_network(read_map(place), AT)


def drawn(place: Path, lang: Lang = "en") -> bytes:
    return write(draw(compiled(place), ()), "xlsx", lang)


_DRAWN: dict[tuple[tuple[tuple[str, bytes], ...], Lang], bytes] = {}  # the same map gives the same bytes


def book(place: Path, name: str = "book.xlsx", lang: Lang = "en") -> Path:
    path = place.parent / name
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    key = tuple((file.name, file.read_bytes()) for file in files), lang
    path.write_bytes(_DRAWN.get(key) or _DRAWN.setdefault(key, drawn(place, lang)))
    return path


class Sheet:
    """The matrix of a workbook as a user sees it: rows by id, columns by title."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = load_workbook(path)
        self.sheet = self.book.worksheets[0]

    def row(self, name: str) -> int:
        return next(number for number in range(2, self.sheet.max_row + 1) if self.sheet.cell(number, 1).value == name)

    def column(self, title: str) -> int:
        return next(cell.column for cell in self.sheet[1] if cell.value == title)

    def put(self, name: str, title: str, value: Any) -> None:
        self.sheet.cell(self.row(name), self.column(title)).value = value

    def get(self, name: str, title: str) -> Any:
        return self.sheet.cell(self.row(name), self.column(title)).value

    def add(self, **cells: Any) -> int:
        number = self.sheet.max_row + 1
        for title, value in cells.items():
            self.sheet.cell(number, self.column(title)).value = value
        return number

    def remove(self, name: str) -> None:
        self.sheet.delete_rows(self.row(name))

    def save(self) -> None:
        self.book.save(self.path)


def edited(path: Path, *acts: Callable[[Sheet], Any]) -> Path:
    sheet = Sheet(path)
    for act in acts:
        act(sheet)
    sheet.save()
    return path


def saved(path: Path) -> bytes:
    """Return a workbook as a spreadsheet program saves it again, nothing changed."""
    paper = io.BytesIO()
    load_workbook(path).save(paper)
    return paper.getvalue()
