"""The workbook itself: the same bytes, drop-downs, what is hidden, and names that nothing computes or obeys."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from merging_world import AT, HEAD, ZONES, book, compiled, drawn, edited, saved
from openpyxl import load_workbook

from cloison.diagrams import workbook
from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Lang, MapError
from cloison.netmodel.language import unpacking
from cloison.netmodel.language.read import read_map
from cloison.netmodel.merge import merge
from cloison.netmodel.merging.matrix import matrix
from cloison.netmodel.network import compile_network

LINES = "interconnections: {core: {between: [z1, z2, z3, z4, z5]}}\nflows:\n"
HOSTILE = (
    "<script>alert(1)</script>", "]]><x/>", "\"quoted\" 'twice'", "new\nline\r\ttab", "\x07\x1b[31mred", "n" * 3000,
    "\u202eright to left\u2066\u200b\ufeff", '=HYPERLINK("http://x")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)",
    "\t=1", "%0A::error::done", "{{ 7*7 }}", "_x0041_", "'=1", "#REF!", "TRUE", "1e3", "007", "2026-01-02", " blank ",
    "a; b, c", "none", "_x000D_", "_x005F_", "&B&Z", "::error::x", "\u00a0=1", "1\u202f000",
)  # fmt: skip
FORMULA = re.compile(r"^[\s\xa0'\"]*[=+\-@|%\t\r\n]")


def hostile(folder: Path) -> Path:
    """Write a map whose texts are hostile, and its ids where an id may be."""
    flows: dict[str, Any] = {}
    for number, text in enumerate(HOSTILE):
        name = text if text.isprintable() and 0 < len(text) < 200 else f"L-{number}"
        flows[name] = {
            "from": "z1", "to": "z2", "services": "https", "responsible": text, "ticket": text, "requester": text,
            "justification": {"kind": "business", "text": text}, "approved": [{"by": text, "party": "us"}],
            "constraints": [text, "other"], "labels": {"note": text}, "names": [text],
            "compensating": [{"kind": "procedure", "text": text}], "exception": {"why": text, "by": text},
        }  # fmt: skip
    place = folder / "map.yaml"
    text = HEAD.replace("Essai", '"=1+1 <b>"').replace("zones:", 'marking: "&R&D <x>"\nzones:') + ZONES + LINES
    body = yaml.safe_dump({"flows": flows}, default_style='"', allow_unicode=True)
    place.write_text(text.removesuffix("flows:\n") + body, "utf-8")
    return place


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_hostile_texts_are_shown_and_come_back_unchanged(tmp_path: Path, lang: Lang) -> None:
    place = hostile(tmp_path)
    path = book(place, lang=lang)
    path.write_bytes(saved(path))
    merged = merge(compiled(place), place, path)
    assert (merged.files, merged.steps, merged.report.findings) == ({}, (), ())
    formulas = 0
    for sheet in load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type == "s" or cell.value is None, cell.coordinate
                if cell.value is None:
                    continue
                text = str(cell.value)
                harmful = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
                assert harmful <= {"\n"}, cell.coordinate
                if FORMULA.match(text):
                    assert cell.quotePrefix, text
                    formulas += 1
    assert formulas > 50


def test_a_hostile_field_beside_an_edit_is_kept(tmp_path: Path) -> None:
    place = hostile(tmp_path)
    before = {name: flow.requester for name, flow in compiled(place).model.flows.items()}
    path = edited(book(place), lambda it: it.put("+1", "ticket", "=not computed"), lambda it: setattr(
        it.sheet.cell(it.row("+1"), it.column("ticket")), "data_type", "s"))  # fmt: skip
    (made,) = merge(compiled(place), place, path).files.values()
    place.write_bytes(made)
    flows = compiled(place).model.flows
    assert flows["+1"].ticket == "=not computed"
    assert {name: flow.requester for name, flow in flows.items()} == before


def test_the_same_map_gives_the_same_bytes(place: Path) -> None:
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]); import merging_world as w\n"
        "sys.stdout.buffer.write(w.drawn(Path(sys.argv[1]), 'fr'))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(place), str(Path(__file__).parent)], capture_output=True,
                          check=True)  # fmt: skip
    assert done.stdout == drawn(place, "fr")
    with zipfile.ZipFile(io.BytesIO(done.stdout)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_drop_downs_hold_the_words_of_the_map(place: Path) -> None:
    read = load_workbook(io.BytesIO(drawn(place, "fr")))
    sheet, words = read.worksheets[0], read["listes"]
    titles = {cell.value: cell.column_letter for cell in sheet[1]}
    found = {}
    for choice in sheet.data_validations.dataValidation:
        (area,) = choice.sqref.ranges
        title = next(title for title, letter in titles.items() if letter == area.coord.split("2:")[0])
        formula = re.fullmatch(r"listes!\$([A-Z]+)\$1:\$\1\$(\d+)", choice.formula1)
        assert formula is not None
        found[title] = [words[f"{formula[1]}{number}"].value for number in range(1, int(formula[2]) + 1)]
        assert area.max_row > sheet.max_row  # new lines have them too
    assert found["appartenance"] == ["us", "acme", "zenith"]
    assert found["sensibilité"] == ["publique", "exposée", "interne", "sensible"]
    assert found["sens"] == ["→", "↔"]
    assert {"z1", "z5"} <= set(found["source"])
    assert found["source"] == found["destination"]
    assert {"https", "ssh"} <= set(found["service"])
    assert {"production", "développement", "sauvegarde"} <= set(found["nature"])


def test_what_is_seen_and_what_is_hidden(place: Path) -> None:
    read = load_workbook(io.BytesIO(drawn(place)))
    assert [(sheet.title, sheet.sheet_state) for sheet in read.worksheets] == [
        ("matrix", "visible"), ("zones by zones", "visible"), ("inventory", "visible"), ("findings", "visible"),
        ("about", "visible"), ("listes", "veryHidden"), ("cloison", "veryHidden"),
    ]  # fmt: skip
    sheet = read.worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", sheet.dimensions)
    grey = {cell.value for cell in sheet[1] if sheet.cell(2, cell.column).fill.patternType == "solid"}
    assert grey == {"source zone", "destination zone", "protocol and ports", "reputed unsafe", "filtering equipment",
                    "last review", "last observation"}  # fmt: skip
    titles = [cell.value for cell in sheet[1]]
    said = {row[0].value: row[titles.index("protocol and ports")].value for row in sheet.iter_rows(min_row=2)}
    assert said["F-001"] == "https (tcp/443)"
    made = [row[0].value for row in sheet.iter_rows(min_row=2) if row[0].fill.patternType == "solid"]
    assert made == ["T-1.acme", "T-1.zenith"]
    base = read["cloison"]
    assert [cell.value for cell in base[1][:4]] == ["cloison.matrix/1", '"Essai"', compiled(place).digest, "en"]
    assert json.loads(base["A3"].value[1:-1])[0] == "F-001"
    pairs = read["zones by zones"]
    names = {cell.value: cell.column for cell in pairs[1]}
    line = next(number for number in range(2, pairs.max_row + 1) if pairs.cell(number, 1).value == "z1")
    cell = pairs.cell(line, names["z2"])
    assert cell.value == "2 : https, ntp"  # F-001, and F-004 among three
    assert cell.hyperlink is not None
    assert cell.hyperlink.location == "'matrix'!A2"
    assert pairs.cell(line, names["z1"]).value is None


def test_a_view_of_one_thing_is_not_the_whole_matrix(place: Path) -> None:
    data = write(draw(compiled(place), (), "zone:z2"), "xlsx", "en")
    read = load_workbook(io.BytesIO(data))
    assert {"matrix", "cloison", "listes"}.isdisjoint(read.sheetnames)
    ids = {str(cell.value) for sheet in read.worksheets for row in sheet.iter_rows() for cell in row if cell.value}
    assert not any("C-11" in text for text in ids)  # between z4 and z5


def test_pairs_are_listed_where_there_are_many_zones(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ZONES", 4)
    pairs = load_workbook(io.BytesIO(drawn(place)))["zones by zones"]
    rows = [tuple(cell.value for cell in row) for row in pairs.iter_rows(min_row=2)]
    assert ("z1", "z2", "2 : https, ntp") in rows
    assert len(rows) == len({pair for line in compiled(place).lines for pair in line.zone_pairs})


def test_a_text_that_no_cell_holds_is_an_error(tmp_path: Path) -> None:
    place = tmp_path / "map.yaml"
    text = "x" * 40_000
    place.write_text(HEAD + ZONES + LINES + f"  A: {{from: z1, to: z2, services: ssh, ticket: {text}}}\n", "utf-8")
    with pytest.raises(MapError) as error:
        drawn(place)
    assert error.value.findings[0].rule == "too-large"


def test_a_base_of_many_pieces(tmp_path: Path) -> None:
    place = tmp_path / "map.yaml"
    text = "é " * 15_000 + "x"
    fields = "".join(f", {name}: '{text}'" for name in ("ticket", "responsible", "requester"))
    place.write_text(HEAD + ZONES + LINES + f"  A: {{from: z1, to: z2, services: ssh{fields}}}\n", "utf-8")
    path = edited(book(place), lambda it: it.put("A", "responsible", "somebody"))
    merged = merge(compile_network(read_map(place), AT), place, path)
    assert [(step.field, step.new) for step in merged.steps] == [("responsible", "somebody")]


@pytest.mark.parametrize("cell", ["[", "[" * 5000, '{"a": 1}', "[1, 2]", "", '["ID"]', "null"])
def test_a_base_that_somebody_spoilt(place: Path, cell: str) -> None:
    path = edited(book(place), lambda it: it.book["cloison"].__setitem__("A2", f".{cell}."))
    with pytest.raises(MapError) as error:
        merge(compiled(place), place, path)
    (finding,) = error.value.findings
    assert (finding.rule, finding.spans[0].file) == ("table", str(path))


def test_a_workbook_that_unpacks_to_too_much(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(place)
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 10_000)
    with pytest.raises(MapError) as error:
        merge(compiled(place), place, path)
    assert error.value.findings[0].rule == "too-large"


def test_a_line_of_the_matrix_is_a_row(place: Path) -> None:
    network = compiled(place)
    made = matrix(network, "fr")
    rows = [dict(zip((column.title.fr for column in made.columns), row, strict=True)) for row in made.rows]
    assert [row["ID"] for row in rows] == list(network.model.flows)
    first, second, both, among = rows[:4]
    assert (first["zone source"], first["source"], first["sens"], first["destination"]) == ("z1", "z1", "→", "z2, z3")
    assert (second["chiffrement"], second["approbateur"]) == ("ssh", "Ada (2026-01-02)")
    assert second["justification métier ou infrastructure"] == "infrastructure: Entretien, de nuit"
    assert (both["source"], both["sens"], both["destination"], both["échéance"]) == ("z1", "↔", "z4", "2027-01-31")
    assert (among["source"], among["sens"], among["between"], among["labels.lot"]) == ("", "", "z1, z2, z5", "one")
    assert {row["réputé non sûr"] for row in rows} == {"non"}


def test_a_text_that_looks_like_an_escape_of_the_format_is_written_as_one(tmp_path: Path) -> None:
    place = tmp_path / "map.yaml"
    place.write_text(HEAD + ZONES + LINES + "  A: {from: z1, to: z2, services: ssh, ticket: _x0041_}\n", "utf-8")
    with zipfile.ZipFile(book(place)) as archive:
        texts = archive.read("xl/worksheets/sheet1.xml")
    assert b">_x005F_x0041_<" in texts  # else a spreadsheet program shows an A
    merged = merge(compiled(place), place, edited(book(place), lambda it: it.put("A", "risk", "R")))
    assert [step.field for step in merged.steps] == ["risk"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_gives_back_what_it_was_given(tmp_path: Path) -> None:
    place = hostile(tmp_path)
    path = book(place)
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    again = tmp_path / "out" / path.name
    assert again.read_bytes() != path.read_bytes()
    merged = merge(compiled(place), place, again)
    assert (merged.files, merged.steps, merged.report.findings) == ({}, (), ())
