"""What a person at a terminal reads: places, frames, proofs, counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cloison.diagrams.layout.sheet import drawn
from cloison.diagrams.sources import source_lines
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Finding, Ref, Span, say
from cloison.netmodel.report import Report, Scene, Status, Table, Text


def shown(report: Report, *, colour: bool = False) -> str:
    return write(report, "terminal", "en", colour=colour).decode()


def finding(span: Span, number: int = 0) -> Finding:
    return Finding(
        "any-service", "error", say("F-{n} is open", "F-{n} est ouverte", n=number), Ref("line", "F"), (span,)
    )


def test_a_frame_points_at_the_offending_part(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("cloison: 1\nflows:\n  F-1: {from: any, to: web}\n", encoding="utf-8")
    text = shown(Report("check", {}, (finding(Span(str(path), 3, 9, 3, 18)),)))
    assert f"{path}:3:9: F-0 is open" in text
    lines = text.splitlines()
    (at,) = (number for number, line in enumerate(lines) if "F-1: {from: any, to: web}" in line)
    assert lines[at].index("from: any") == lines[at + 1].index("^")
    assert lines[at + 1].count("^") == len("from: any")


def test_a_place_that_cannot_be_read_has_no_frame(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\n" * 5)
    spans = [
        Span(str(tmp_path), 1),
        Span(str(tmp_path / "gone"), 1),
        Span("bad\0name", 1),
        Span("x.xlsx", 2, sheet="s"),
    ]
    assert source_lines(spans) == {}
    assert source_lines([Span(str(tmp_path / "binary"), 99)]) == {}
    assert source_lines([Span(str(tmp_path / "binary"), 2)]) != {}
    assert "F-0 is open" in shown(Report("check", {}, tuple(finding(span) for span in spans)))


def test_many_findings_of_a_rule_are_counted() -> None:
    text = shown(Report("check", {}, tuple(finding(Span("m.yaml", n + 1), n) for n in range(40))))
    assert "40 errors" in text
    assert text.count("is open") == 25
    assert "and 15 more" in text


def test_statuses_say_words_and_not_colours_alone() -> None:
    one = Status(
        "f",
        "13.2.a",
        Text("Four axes", "Quatre axes"),
        "non-conformant",
        "all",
        ("declared",),
        say("1 breach", "1 écart"),
    )
    text = shown(Report("check", {}, statuses=(one,)))
    assert re.search(r"13\.2\.a Four axes +✗ non-conformant +1 breach", text)


def test_colour_is_for_terminals_alone() -> None:
    report = Report("check", {}, (finding(Span("m.yaml", 1)),), marking="Secret")
    assert "\x1b[" in shown(report, colour=True)
    assert "\x1b" not in shown(report)
    assert shown(report).startswith("SECRET\n")


def test_a_marking_is_in_capitals_and_its_escapes_are_not() -> None:
    assert shown(Report("check", {}, marking="\u202eDiffusion limitée\x1b")).startswith(
        "\\u202eDIFFUSION LIMITÉE\\x1b\n"
    )
    assert (
        ">\\u202eSECRET<"
        in drawn(
            Report("draw", {}, views=(Scene("s", say("s", "s"), (), (), ()),), marking="\u202esecret"), "en"
        ).whole()
    )


@pytest.mark.parametrize("rows", [0, 1, 500])
def test_tables_of_any_length(rows: int) -> None:
    table = Table("t", Text("Names", "Noms"), (Text("name", "nom"),), tuple((f"n{at}",) for at in range(rows)))
    text = shown(Report("rules", {}, tables=(table,)))
    assert len(re.findall(r"^ n\d+$", text, re.MULTILINE)) == min(rows, 200)
    assert ("and 300 more" in text) is (rows == 500)
